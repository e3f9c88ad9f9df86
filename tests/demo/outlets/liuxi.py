"""柳溪县融媒体中心: a county's own site. GBK that is declared nowhere, paragraphs pasted from an office program."""

from __future__ import annotations

import re

from tests.demo.outlets.press import Plan, Press
from tests.demo.response import Manner

PLAN = Plan(
    key="liuxi",
    name="柳溪县融媒体中心",
    address="127.0.0.15",
    manner=Manner(server="", ok="", case=str.upper, first=("Content-Length", "Content-Type")),
    codec="gbk",
    header_charset=None,
    meta_charset=None,
    hides=("tags",),
    sections={"政务要闻": "/xwzx/zwyw/", "部门动态": "/xwzx/bmdt/", "乡镇传真": "/xwzx/xzcz/"},
    byline="信息来源:{source}　　作者:{author}　　发布日期:{when}",
    signoff="[责任编辑:{editor}]",
)


def make(press: Press) -> None:
    """Everything the county serves."""
    press.usual_pages()


def pieces(text: str) -> list[str]:
    """A paragraph as an office program tears it: a run for every stretch of digits."""
    return re.findall(r"\d+|\D+", text)


TEMPLATE_NAMES = {"pieces": pieces}
