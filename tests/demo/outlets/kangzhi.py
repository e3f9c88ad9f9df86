"""云顶养生网: a content farm. Stuffed with keywords, spun from other outlets' texts, and never a 404."""

from __future__ import annotations

import attrs

from tests.demo.outlets.press import Plan, Press
from tests.demo.response import Manner

PLAN = Plan(
    key="kangzhi",
    name="云顶养生网官网",
    address="127.0.0.17",
    manner=Manner(
        server="nginx/1.14.0", first=("Server",), extra=(("x-cache", "HIT from farm"), ("Via", "1.1 varnish"))
    ),
    framing="close",
    hides=("category",),
    sections={"养生": "/list/ys.html", "资讯": "/list/zx.html"},
    byline="发布时间:{published:%Y-%m-%d %H:%M} 点击:{published:%d%M}次",
    robots="User-agent: *\nDisallow:\n",
)


def make(press: Press) -> None:
    """Everything the farm serves: a path it does not know is a page, too."""
    press.usual_pages()
    press.missing = attrs.evolve(press.missing, status=200, framing="close")
    press.put("/article/1.html", press.missing, "soft_404", labels=("soft_404",))
