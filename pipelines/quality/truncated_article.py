"""Truncated article: the text breaks off, by the capture's fault or the page's."""

from __future__ import annotations

import re

from pipelines.content.tree import weight
from pipelines.document import QualityLabel
from pipelines.quality import login_wall
from pipelines.quality.reading import Reading

_MORE = re.compile(
    r"(?:\.{3}|…+)\s*(?:[\[【（(])?(?:阅读全文|查看全文|全文|详细|更多|read more|continue reading)|(?:未完待续|"
    r"全文未完)|"
    r"(?:点击|扫码|下载.{0,8}(?:客户端|APP)).{0,8}(?:查看|阅读)(?:全文|原文|更多内容)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[。！？!?….”’」』）)】;；:：]\W*$|[a-zA-Z0-9]\W*$|(?:完|摄|编辑)\W*$")


def label(reading: Reading) -> QualityLabel | None:
    """By the capture's own word, by "…阅读全文", or by a last paragraph that stops within a sentence."""
    if not reading.blocks:
        return None
    if reading.truncated:
        return QualityLabel(name="truncated_article", score=0.9, evidence=f"the capture broke off: {reading.truncated}")
    if (wall := login_wall.label(reading)) and weight(reading.text) >= 60:
        return QualityLabel(name="truncated_article", score=wall.score, evidence=f"a wall follows: {wall.evidence}")
    last = reading.blocks[-1]
    if more := _MORE.search(last[-60:]):
        return QualityLabel(name="truncated_article", score=0.9, evidence=f"ends with {more[0]!r}")
    if re.search(r"(?:\.{3}|…+|[，、,])\W*$", last) and weight(last) > 60 and weight(reading.text) < 400:
        return QualityLabel(name="truncated_article", score=0.6, evidence=f"ends with {last[-8:]!r}")
    whole = sum(bool(_ENDS.search(block)) for block in reading.blocks[:-1])
    if weight(last) > 80 and not _ENDS.search(last) and whole >= 0.8 * max(1, len(reading.blocks) - 1):
        return QualityLabel(name="truncated_article", score=0.5, evidence=f"stops within a sentence: {last[-8:]!r}")
    return None
