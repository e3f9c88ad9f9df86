"""云江法制观察: a hijacked site. Casino words in <title>, real articles below; one page behind a script's cookie."""

from __future__ import annotations

from tests.demo.outlets.press import Plan, Press
from tests.demo.response import Manner

PLAN = Plan(
    key="fazhi",
    name="云江法制观察",
    address="127.0.0.18",
    manner=Manner(server="Tengine", first=("Server", "Date"), colon=":  "),
    codec="gbk",
    header_charset=None,
    meta_charset="gbk",
    hides=("tags", "category"),
    sections={"案件": "/html/aj.html", "调解": "/html/tj.html"},
    byline="发布时间:{published:%Y-%m-%d %H:%M}　来源:{source}　记者:{author}　责编:{editor}",
)


def make(press: Press) -> None:
    """Everything the hijacked site serves."""
    press.usual_pages()
    challenge = press.html("shared/challenge.html", codec="utf-8")
    response = press.respond_html(
        challenge, content_type="text/html; charset=utf-8", fields=(("Set-Cookie", "__guard_id=0; path=/"),)
    )
    press.put("/guard/live.html", response, "challenge", labels=("challenge_page",))
