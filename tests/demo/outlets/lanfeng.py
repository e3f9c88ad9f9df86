"""澜风周刊: a magazine of today. Semantic HTML5, JSON-LD, gzip in chunks, Atom, a sitemap index with gzipped parts."""

from __future__ import annotations

import gzip
import json

import attrs

from tests.demo.article import Article
from tests.demo.outlets.press import Plan, Press
from tests.demo.response import Manner, Response

PLAN = Plan(
    key="lanfeng",
    name="澜风周刊",
    address="127.0.0.13",
    manner=Manner(
        server="cloudedge",
        case=str.lower,
        first=("Content-Type", "Date"),
        extra=(("Strict-Transport-Security", "max-age=0"), ("Set-Cookie", "lf_ab=b; path=/"),
               ("Set-Cookie", "lf_geo=yj; path=/; HttpOnly")),
    ),
    gzipped=True,
    framing="chunked",
    sections={"科学": "/science/", "商业": "/business/", "城市": "/city/", "观点": "/opinion/"},
    byline='文／<span itemprop="author">{author}</span> 编辑／{editor} 来源：{source}',
    robots="User-agent: *\nDisallow: /account/\nDisallow: /tag/\n\nSitemap: BASE/sitemap_index.xml\n",
)  # fmt: skip
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def make(press: Press) -> None:
    """Everything the magazine serves."""
    press.usual_pages()
    press.page("/about/", "about.html", "page", {})
    press.page("/account/", "login.html", "disallowed", {})
    press.page("/members/today/", "login.html", "login_wall", {}, labels=("login_wall",))
    challenge = press.html("shared/challenge.html")
    press.put("/2026/03/flood-live/", press.respond_html(challenge, status=503, fields=(("Retry-After", "0"),)),
              "challenge", labels=("challenge_page",))  # fmt: skip
    press.put("/files/media-kit.pdf", Response(content_type="application/pdf", body=_PDF), "pdf")
    bare = press.listed[2].path
    press.redirect(bare.rstrip("/"), 301, bare)
    press.xml("/atom.xml", "atom.xml", "feed", "application/atom+xml", articles=press.articles_in_feed)
    months = ("/sitemap-news.xml.gz", "/sitemap-2026-03.xml")
    press.xml("/sitemap_index.xml", "index.xml", "sitemap", "text/xml", paths=months)
    press.xml(months[1], "sitemap.xml", "sitemap", "text/xml", articles=press.articles)
    news = press.html("shared/news.xml", articles=press.listed)
    packed = Response(content_type="application/x-gzip", body=gzip.compress(news, mtime=0))
    press.put(months[0], packed, "sitemap")
    first = press.listed[1].path
    press.responses[first] = attrs.evolve(press.responses[first], etag=True)


def json_ld(article: Article) -> str:
    """The article as schema.org sees it."""
    return json.dumps(
        {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "datePublished": article.published.isoformat(),
            "dateModified": (article.modified or article.published).isoformat(),
            "author": [{"@type": "Person", "name": name} for name in article.author],
            "publisher": {"@type": "Organization", "name": "澜风周刊"},
            "articleSection": article.category,
            "keywords": ",".join(article.tags),
        },
        ensure_ascii=False,
    )


TEMPLATE_NAMES = {"json_ld": json_ld}
