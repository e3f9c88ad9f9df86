"""Soft 404: a page that says, with a good status, that there is no such page."""

from __future__ import annotations

import re

from pipelines.content.segments import key
from pipelines.content.tree import weight
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading, label_of

_GONE = re.compile(
    r"(?:页面|網頁|网页|頁面|文章|内容|新闻|信息|文件|地址|链接)[^。\n]{0,12}(?:不存在|未找到|找不到|没有找到|"
    r"無法找到|已(?:被|经)?(?:删除|刪除|移除|下线|失效)|不见了)|"
    r"(?:您|你)(?:要|所)?(?:访问|查看|浏览|请求|找)的?[^。\n]{0,12}(?:不存在|找不到|已(?:被)?删除)|(?:找不到|"
    r"无法找到)[^。\n]{0,8}(?:页面|网页|文件|頁面)|"
    r"page (?:not found|does(?:n't| not) exist|can(?:'t|not) be found)|404 (?:not found|error)|(?:error|错误|^|"
    r"\s)404(?:\s|$|错误|页)",
    re.IGNORECASE | re.MULTILINE,
)
_LITTLE, _SENTENCE, _NOTHING = 260, 40, 30
_LINE = 80
"""Characters of a line that says so: an article's sentence on a page that was taken down is longer, or one of many."""


def label(reading: Reading) -> QualityLabel | None:
    """By a title that says little else, or by a line of its own where there is next to no text besides.

    A page sent with 404 or 410 is no soft one; a page with an article's shape speaks of others.
    """
    if reading.status >= 400 or reading.amount >= 3 * _LITTLE:
        return None
    for title in dict.fromkeys((reading.doc_title, reading.title or "")):
        said = _GONE.search(title)
        if said and _is_most_of(said[0], title) and not (reading.is_told and _besides(reading) >= _NOTHING):
            return label_of("soft_404", 0.95, f"status {reading.status}, title {said[0].strip()!r}")
    if reading.amount >= _LITTLE or reading.is_told or reading.shown_amount >= 3 * _LITTLE:
        return None
    lines = [segment.text for segment in reading.segments if len(segment.text) <= _LINE]
    said = next((found for line in lines if (found := _GONE.search(line))), None)
    if said and _besides(reading) < _LITTLE / 2:
        return label_of("soft_404", 0.85, f"status {reading.status}, says {said[0].strip()!r}")
    return None


def _besides(reading: Reading) -> int:
    """Weight of the paragraphs that do not say so, or say much more."""
    return sum(w for block in reading.blocks if (w := weight(block)) >= _SENTENCE or not _GONE.search(block))


def _is_most_of(said: str, title: str) -> bool:
    """Whether the part of a title that says so, the site's name not counted, says hardly more."""
    parts = re.split(r"\s*[-_|｜—–]+\s*", title)
    return any(said.strip() in part and len(key(part)) <= 2 * len(key(said)) + 4 for part in parts)
