"""Truncated article: the text breaks off, by the capture's fault, the page's, or our bounds."""

from __future__ import annotations

import re

from pipelines.content.tree import weight
from pipelines.document import QualityLabel
from pipelines.quality import login_wall
from pipelines.quality.reading import Reading, label_of

BROKEN_OFF = "the capture broke off"
_MORE = re.compile(
    r"(?:\.{3}|…+)\s*(?:[\[【（(])?(?:阅读全文|查看全文|全文|详细|更多|read more|continue reading)|(?:未完待续|"
    r"全文未完)|"
    r"(?:点击|扫码|下载.{0,8}(?:客户端|APP)).{0,8}(?:查看|阅读)(?:全文|原文|更多内容)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[。！？!?….”’」』）)】;；:：]\W*$|[a-zA-Z0-9]\W*$|(?:完|摄|编辑)\W*$")
_TRAILS_OFF = re.compile(r"(?:\.{3}|…+|[，、,])\W*$")


def label(reading: Reading) -> QualityLabel | None:
    """By the capture's own word, by a bound at which the page was cut, by "…阅读全文", or by a last paragraph that
    stops within a sentence.

    Lists and tables stop where they like, and so do verses: only a block of one line is a paragraph.
    """
    if not reading.blocks:
        return None
    if reading.truncated:
        return label_of("truncated_article", 0.9, f"{BROKEN_OFF}: {reading.truncated}")
    if reading.cut:
        return label_of("truncated_article", 0.6, reading.cut)
    if reading.amount >= 60 and (wall := login_wall.label(reading)):
        return label_of("truncated_article", wall.score, f"a wall follows: {wall.evidence}")
    last = reading.blocks[-1]
    if more := _MORE.search(last[-60:]):
        return label_of("truncated_article", 0.9, f"ends with {more[0]!r}")
    tail = last[-40:]
    if "\n" in last or "\ufffd" in tail:  # a broken character may have been the full stop
        return None
    if _TRAILS_OFF.search(tail) and reading.amount < 400 and weight(last) > 60:
        return label_of("truncated_article", 0.6, f"ends with {last[-8:]!r}")
    if _ENDS.search(tail) or weight(last) <= 80:
        return None
    whole = sum(bool(_ENDS.search(block[-40:])) for block in reading.blocks[:-1])
    if whole >= 0.8 * max(1, len(reading.blocks) - 1):
        return label_of("truncated_article", 0.5, f"stops within a sentence: {last[-8:]!r}")
    return None
