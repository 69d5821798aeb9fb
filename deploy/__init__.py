"""Running Mesobot for the public: container files, units, manifests, and a rehearsal of all that."""
