"""快览网: an aggregator. Short news of its own, and snapshots of other outlets' articles."""

from __future__ import annotations

from tests.demo.outlets.press import Plan, Press
from tests.demo.response import Manner

PLAN = Plan(
    key="kuailan",
    name="快览网",
    address="127.0.0.16",
    manner=Manner(server="openresty/1.21.4.1", ok="Ok", first=("Server", "Content-Type", "Content-Encoding")),
    gzipped=True,
    hides=("tags", "category"),
    sections={"快讯": "/k/", "快照": "/snapshot/"},
    byline="来源网站：{source}　作者：{author}　发布于 {published:%Y-%m-%d %H:%M}",
    robots="User-agent: *\nAllow: /\n",
)


def make(press: Press) -> None:
    """Everything the aggregator serves."""
    press.usual_pages()
    press.redirect("/old", 302, "/old/")
    press.redirect("/old/", 301, "/")
    press.redirect("/jump?id=7f3a91", 302, press.base + "/snapshot/7f3a91.html")
