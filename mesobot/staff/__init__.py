"""What the clinic's staff see and do at the command line."""
