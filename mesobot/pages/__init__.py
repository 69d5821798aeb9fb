"""Pages for people to look at: one file each that needs nothing else, with the house's look."""
