"""Characters: what charset.py settles a page's charset by."""
