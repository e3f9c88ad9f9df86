"""Snapshot copy: an aggregator's copy of a page of another site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

_SIGNS = (
    re.compile(r"[^\s，。]{0,4}快照[^\s，。]{0,6}"),
    re.compile(
        r"爬虫.{0,12}(?:采集|收录)|自动(?:采集|抓取)|(?:采集|转载)自(?:互联网|网络)|cached (?:copy|page)", re.IGNORECASE
    ),
    re.compile(r"未对.{0,8}做任何修改|与原网页.{0,10}差异|不对原网页|非营利.{0,6}服务"),
)


def label(reading: Reading) -> QualityLabel | None:
    """By what short lines without links say of the page, and by a link to the original on another host."""
    short = "\n".join(segment.text for segment in reading.segments if len(segment.text) < 200 and segment.links < 0.5)
    said = [match[0] for sign in _SIGNS if (match := sign.search(short))]
    host = urlsplit(reading.url).hostname
    elsewhere = bool(reading.original_url) and urlsplit(reading.original_url or "").hostname != host
    if not said or not (elsewhere or (len(said) >= 2 and _SIGNS[1].search(short))):
        return None
    evidence = "、".join(said) + (f"; original {reading.original_url}" if elsewhere else "")
    return QualityLabel(name="snapshot_copy", score=0.95 if elsewhere else 0.7, evidence=evidence)
