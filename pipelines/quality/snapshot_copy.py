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
    lines = [segment.text for segment in reading.segments if len(segment.text) < _LINE and segment.links < 0.5]
    short = "\n".join(lines)
    said = [match[0] for sign in _SIGNS if (match := sign.search(short))]
    elsewhere = bool(reading.original_url) and _host(reading.original_url or "") != _host(reading.url)
    if not said or not (elsewhere or (len(said) >= 2 and _SIGNS[1].search(short))):
        return None
    evidence = "、".join(said) + (f"; original {reading.original_url}" if elsewhere else "")
    return label_of("snapshot_copy", 0.95 if elsewhere else 0.7, evidence)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
