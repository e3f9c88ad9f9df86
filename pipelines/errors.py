"""Errors of the text side, typed by what the caller should do.

TextError
├── RulesError        a rule of the user's cannot be used: tell the user, exit 2
├── ModelError        a site model is missing or changed: read the page without one, and say so
└── ExtractionError   one page could not be read in time or memory: label it, keep its capture, go on
"""

from __future__ import annotations


class TextError(Exception):
    """Base of every error raised by `pipelines`."""


class RulesError(TextError):
    """A rule that cannot be used; the message names key and value."""


class ExtractionError(TextError):
    """A page whose text could not be made; the message says what stopped it."""


class ModelError(TextError):
    """A site model that cannot be read, or is not the one that was asked for."""
