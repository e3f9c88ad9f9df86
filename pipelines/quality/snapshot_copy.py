"""Snapshot copy: an aggregator's copy of a page of another site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading, label_of

_SIGNS = (
    re.compile(r"[^\s，。]{0,4}快照[^\s，。]{0,6}"),
    re.compile(
        r"爬虫.{0,12}(?:采集|收录)|自动(?:采集|抓取)|(?:采集|转载)自(?:互联网|网络)|cached (?:copy|page)", re.IGNORECASE
    ),
    re.compile(r"未对.{0,8}做任何修改|与原网页.{0,10}差异|不对原网页|非营利.{0,6}服务"),
)
_WORDS = ("快照", "爬虫", "采集", "抓取", "转载自", "ached ", "未对", "原网页", "非营利")
"""One of which every sign holds."""
_LINE = 200


def label(reading: Reading) -> QualityLabel | None:
    """By what short lines without links say of the page, and by a link to the original on another host."""
    if not any(word in reading.shown for word in _WORDS):
        return None
    lines = [one.text for one in reading.segments if len(one.text) < _LINE and one.links < 0.5]
    said = [match[0] if (match := sign.search("\n".join(lines))) else "" for sign in _SIGNS]
    elsewhere = bool(reading.original_url) and _host(reading.original_url or "") != _host(reading.url)
    if not (elsewhere and any(said)) and not (said[1] and said[2]):  # an article may well speak of snapshots
        return None
    evidence = "、".join(filter(None, said)) + (f"; original {reading.original_url}" if elsewhere else "")
    return label_of("snapshot_copy", 0.95 if elsewhere else 0.7, evidence)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
