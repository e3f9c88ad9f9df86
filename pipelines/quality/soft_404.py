"""Soft 404: a page that says, with a good status, that there is no such page."""

from __future__ import annotations

import re

from pipelines.content.tree import weight
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

_GONE = re.compile(
    r"(?:页面|網頁|网页|頁面|文章|内容|新闻|信息|文件|地址|链接)[^。\n]{0,12}(?:不存在|未找到|找不到|没有找到|"
    r"無法找到|已(?:被|经)?(?:删除|刪除|移除|下线|失效)|不见了)|"
    r"(?:您|你)(?:要|所)?(?:访问|查看|浏览|请求|找)的?[^。\n]{0,12}(?:不存在|找不到|已(?:被)?删除)|(?:找不到|"
    r"无法找到)[^。\n]{0,8}(?:页面|网页|文件|頁面)|"
    r"page (?:not found|does(?:n't| not) exist|can(?:'t|not) be found)|404 (?:not found|error)|(?:error|错误|^|"
    r"\s)404(?:\s|$|错误|页)",
    re.IGNORECASE | re.MULTILINE,
)
_LITTLE = 260


def label(reading: Reading) -> QualityLabel | None:
    """By its wording in the title or in what little text there is. A page sent with 404 or 410 is no soft one."""
    if reading.status >= 400:
        return None
    titled = _GONE.search(reading.doc_title) or _GONE.search(reading.title or "")
    amount = weight(reading.text)
    said = _GONE.search(reading.shown[:3000])
    if titled and amount < 3 * _LITTLE:
        return QualityLabel(
            name="soft_404", score=0.95, evidence=f"status {reading.status}, title {titled[0].strip()!r}"
        )
    if said and amount < _LITTLE and weight(reading.shown) < 4 * _LITTLE:
        return QualityLabel(name="soft_404", score=0.85, evidence=f"status {reading.status}, says {said[0].strip()!r}")
    return None
