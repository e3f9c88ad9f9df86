"""Where a collection's files lie."""
