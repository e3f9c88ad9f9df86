"""Captures of pages written for the tests."""

from __future__ import annotations

from datetime import UTC, datetime

from archives.capture import Capture, WireMessage

TAKEN = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


def capture_of(
    body: bytes | str,
    url: str = "http://news.example/a/1.html",
    *,
    content_type: str = "text/html",
    status: int = 200,
    coding: str = "",
) -> Capture:
    """A capture whose response has the given body."""
    data = body.encode("utf-8") if isinstance(body, str) else body
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\n" + (
        f"Content-Encoding: {coding}\r\n" if coding else ""
    )
    message = WireMessage.of(head.encode("latin-1") + b"\r\n" + data)
    return Capture(url=url, started=TAKEN, request=None, response=message)


STORY = (
    "三月六日清晨，云溪县的护林员在北坡发现一处新的泉眼，水温常年保持在十一摄氏度上下，周围的苔藓没有结冰。",
    "县水务局当天派人取样，初步检测显示，泉水的矿物质含量高于山下的水井，可以供两个村庄饮用。",
    "“我在这片山里走了二十年，从来没有见过它。”护林员说，去年秋天的小地震也许让水换了一条路。",
    "水务局计划在四月底之前完成水质复检，之后再决定是否修建引水管道，工程预算约为六十万元。",
)


def page_of(
    paragraphs: tuple[str, ...] = STORY,
    title: str = "云溪北坡发现新泉眼 两个村庄或将受益",
    byline: str = "<div class='info'>2026-03-06 09:30 来源：云溪日报 作者：沈青禾 编辑：陆远</div>",
    head: str = "",
    after: str = "",
) -> str:
    """An article page as many Chinese sites build it."""
    body = "".join(f"<p>　　{text}</p>\n" for text in paragraphs)
    return (
        f"<!DOCTYPE html><html lang='zh-CN'><head><meta charset='utf-8'>"
        f"<title>{title}_云溪网</title>{head}</head><body>"
        f"<div class='nav'><a href='/'>首页</a><a href='/a'>要闻</a><a href='/b'>社会</a></div>"
        f"<div class='main'><h1>{title}</h1>{byline}<div class='content'>{body}</div>{after}</div>"
        "<div class='footer'>Copyright 2019-01-01 云溪网 版权所有</div></body></html>"
    )
