"""HTTP and Scrapy: fetches pages, hands every exchange to the archive, then hands the archived record on to be read."""

from __future__ import annotations

VERSION = "0.1.0"


def version() -> str:
    """Our version, as it stands in WARC files, run reports and the User-Agent."""
    return VERSION
