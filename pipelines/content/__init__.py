"""Main content: from a parsed page to the blocks of its article."""
