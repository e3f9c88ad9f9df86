"""Viewer: a collection in a web browser, read only: `create_app` makes a WSGI callable of it, `serve` listens."""
