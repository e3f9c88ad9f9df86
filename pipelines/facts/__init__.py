"""Facts: what a page states about its article besides the text, each with the place it was read."""
