"""Duplicates: which texts of a collection say the same, exactly or nearly, and which of them was first."""
