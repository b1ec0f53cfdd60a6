"""Training of the heads; not needed at run time."""
