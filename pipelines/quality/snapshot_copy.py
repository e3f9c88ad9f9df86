"""Snapshot copy: an aggregator's copy of a page of another site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

_WORDING = re.compile(
    r"(?:信息|网页|页面|内容)?快照|爬虫.{0,12}(?:采集|收录)|自动(?:采集|抓取)|(?:采集|转载)自(?:互联网|网络)|未对.{0,8}做任何修改"
)


def label(reading: Reading) -> QualityLabel | None:
    """By what the page says of itself in short lines, and by a link to the original on another host."""
    short = "\n".join(segment.text for segment in reading.segments if len(segment.text) < 200)
    wording = list(dict.fromkeys(_WORDING.findall(short)))
    host = urlsplit(reading.url).hostname
    elsewhere = bool(reading.original_url) and urlsplit(reading.original_url or "").hostname != host
    if not wording or not (elsewhere or len(wording) >= 2):
        return None
    evidence = "、".join(wording[:3]) + (f"; original {reading.original_url}" if elsewhere else "")
    return QualityLabel(name="snapshot_copy", score=0.95 if elsewhere else 0.7, evidence=evidence)
