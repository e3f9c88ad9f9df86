"""Errors of the crawl, typed by what the caller should do.

CrawlerError
└── ConfigError   the user's file or option cannot be used: print the one line, exit 2
"""

from __future__ import annotations

_SHOWN = 200


class CrawlerError(Exception):
    """Base of every error raised by `crawler`."""


class ConfigError(CrawlerError):
    """A profile, seed list or option that cannot be used; `str` is one line that says where and what to do."""

    def __init__(self, file_or_option: str, key: str, value: object, what: str) -> None:
        """`file_or_option` is a path or "command line"; `what` ends with what to do about it."""
        super().__init__(f"{_one_line(file_or_option)}: {_one_line(key)} = {_shown(value)}: {_one_line(what)}")
        self.file_or_option, self.key, self.value, self.what = file_or_option, key, value, what


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shown(value: object) -> str:
    text = _one_line(value) if isinstance(value, str) else _one_line(repr(value))
    if len(text) > _SHOWN:
        text = text[:_SHOWN] + "…"
    return f'"{text}"' if isinstance(value, str) else text
