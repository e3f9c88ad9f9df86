"""Bytes to document to text: what an archived page says, and how we know."""
