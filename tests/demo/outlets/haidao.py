"""海島時報: an island's daily in traditional characters. Big5, and the reporter's name inside the first paragraph."""

from __future__ import annotations

from tests.demo.outlets.press import Plan, Press
from tests.demo.response import Manner

PLAN = Plan(
    key="haidao",
    name="海島時報",
    address="127.0.0.14",
    manner=Manner(server="Apache/2.2.22 (Unix)", first=("Date", "Server"), extra=(("X-Powered-By", "PHP/5.3.10"),)),
    codec="big5",
    header_charset=None,
    meta_charset="big5",
    hides=("tags",),
    sections={
        "社會": "/list/society.html",
        "生活": "/list/life.html",
        "教育": "/list/edu.html",
        "財經": "/list/finance.html",
    },
    byline="{published:%Y/%m/%d %H:%M}",
    robots=None,
)


def make(press: Press) -> None:
    """Everything the daily serves. It has no robots.txt."""
    press.usual_pages()
