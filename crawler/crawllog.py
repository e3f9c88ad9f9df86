"""The log of a run: everything from INFO up goes to `crawl.log`, whatever the screen shows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHATTY = (
    "scrapy.addons", "scrapy.crawler", "scrapy.middleware", "scrapy.utils.log", "scrapy.core.engine",
    "scrapy.statscollectors", "scrapy.core.scraper", "asyncio", "trafilatura", "htmldate", "charset_normalizer",
)  # fmt: skip


_SAID_BY_US = ("scrapy.downloadermiddlewares.retry", "scrapy.core.downloader.handlers")
"""What these tell of a failed page, the spider tells in one line with the reason."""


def quieten() -> None:
    """Keeps libraries from talking about themselves; their warnings stay.

    By filters, because Scrapy resets the levels of its loggers when it starts.
    """
    for name in _CHATTY:
        logging.getLogger(name).addFilter(_is_warning)
    for name in (*_SAID_BY_US, *(f"{_SAID_BY_US[1]}.{part}" for part in ("http11", "_base_http", "_base_streaming"))):
        logging.getLogger(name).addFilter(_is_critical)


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def _is_critical(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.CRITICAL


@contextmanager
def keep_log(path: Path) -> Iterator[None]:
    """Adds to the file at `path` while the block runs."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setLevel(logging.INFO)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
