"""云江日报: a provincial paper of 2004. Nested layout tables, GB18030 that calls itself gb2312, chunked."""

from __future__ import annotations

from tests.demo.outlets.press import Plan, Press
from tests.demo.response import Manner

PLAN = Plan(
    key="yunjiang",
    name="云江日报",
    address="127.0.0.12",
    manner=Manner(server="Microsoft-IIS/6.0", ok="Okay", colon=":", first=("Content-Type", "Server"),
                  extra=(("X-Powered-By", "ASP.NET"),)),
    codec="gb18030",
    header_charset="gb2312",
    meta_charset="gb2312",
    framing="chunked",
    hides=("tags",),
    sections={"要闻": "/yw/index.shtml", "经济": "/jj/index.shtml", "三农": "/sn/index.shtml", "文体": "/wt/index.shtml"},
    byline="{published:%Y年%m月%d日 %H:%M}　来源:{source}　作者:{author}",
    signoff="责任编辑:{editor}",
    robots="User-Agent: *\r\nDisallow: /print/\r\nDisallow: /search.asp\r\n",
)  # fmt: skip


def make(press: Press) -> None:
    """Everything the paper serves."""
    press.usual_pages()
    press.put("/print/today.shtml", press.respond_html(press.html("missing.html")), "disallowed")
    press.page("/yw/bulletin.shtml", "bulletin.html", "listing", {"articles": press.listed}, labels=("listing_page",))
