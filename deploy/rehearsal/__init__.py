"""The production topology on one machine, on loopback, in a folder of its own."""
