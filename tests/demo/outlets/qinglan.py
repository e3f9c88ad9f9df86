"""青岚新闻网: a city's news portal. Div soup, gzip, a pager of `_2.htm`, RSS, redirects, a page that knows 304."""

from __future__ import annotations

import attrs

from tests.demo.outlets.press import Plan, Press
from tests.demo.response import Manner, Response

PLAN = Plan(
    key="qinglan",
    name="青岚新闻网",
    address="127.0.0.11",
    manner=Manner(server="nginx", first=("Server", "Date", "Content-Type"), extra=(("X-Via", "1.1 qlcache-03"),)),
    gzipped=True,
    sections={"时政": "/shizheng/", "民生": "/minsheng/", "教育": "/jiaoyu/", "交通": "/jiaotong/", "文化": "/wenhua/"},
    next_list="{stem}index_{n}.html",
    byline="<span class='m-con-time'>{published:%Y-%m-%d %H:%M}</span><span class='m-con-source'>来源:{source}</span>"
    "<span class='m-con-author'>作者:{author}</span>",
    signoff="[ 责编:{editor} ]",
    robots="User-agent: *\nDisallow: /admin/\nDisallow: /*?print=\nCrawl-delay: 0\n\nSitemap: BASE/sitemap.xml\n",
)
_JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300") + b"\x08" * 64 + bytes.fromhex("ffd9")


def make(press: Press) -> None:
    """Everything the portal serves."""
    press.usual_pages()
    first = press.listed[0]
    response = press.responses[first.path]
    press.responses[first.path] = attrs.evolve(
        response, etag=True, fields=(("Last-Modified", "Mon, 02 Mar 2026 06:53:00 GMT"),)
    )
    for category in PLAN.sections:
        article = next(article for article in press.listed if article.category == category)
        press.redirect(article.path + "?from=home", 301, press.base + article.path)
    press.redirect("/index.html", 301, press.base + "/")
    press.redirect("/m/" + first.path.rpartition("_")[2], 301, press.base + first.path)
    press.redirect("/go/latest", 302, first.path)
    press.redirect("/go/ring-a", 302, "/go/ring-b", "loop")
    press.redirect("/go/ring-b", 302, "/go/ring-a", "loop")
    press.put("/admin/login.htm", Response(body=b"<html><body>admin</body></html>"), "disallowed")
    press.put("/2025-11/old_topic.htm", Response(status=410, body=press.html("missing.html")), "gone")
    press.put("/images/20260302/bridge.jpg", Response(content_type="image/jpeg", body=_JPEG), "image")
    press.put("/2026-02/11/content_10000404.htm", press.missing, "dead")
    press.xml("/rss.xml", "rss.xml", "feed", "application/rss+xml; charset=utf-8", articles=press.articles_in_feed)
    press.xml("/sitemap.xml", "sitemap.xml", "sitemap", "application/xml", articles=press.articles)
