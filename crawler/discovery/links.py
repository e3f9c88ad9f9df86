"""Links: the URLs a page names, as a browser would resolve them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import attrs
from lxml import etree

from crawler.discovery.markup import text_of
from crawler.urls import absolute

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_TEXT_LIMIT = 300
MOST_LINKS = 20_000
"""What a page has beyond that is left out."""


@attrs.frozen(kw_only=True)
class FoundLink:
    """One URL found in a body."""

    url: str
    """Absolute, http or https, ASCII, without fragment."""
    text: str = ""
    """Anchor text or headline, white space collapsed."""
    published: datetime | None = None
    """What the feed or sitemap says, with a zone."""
    nofollow: bool = False
    feed: bool = False
    """Whether the page calls it a feed."""


def page_links(tree: etree._Element, base_url: str, encoding: str = "utf-8") -> list[FoundLink]:
    """Every link of a page, in page order, each URL once.

    `encoding` is the page's charset: queries are percent-encoded in it (URL standard). A URL linked several times
    keeps its first text, and counts as nofollow only where all of its links say so.
    """
    base = base_of(tree, base_url, encoding)
    page_nofollow = _meta_nofollow(tree)
    found: dict[str, FoundLink] = {}
    for element, href in islice(_hrefs(tree), MOST_LINKS):
        url = absolute(href, base, encoding)
        if url is None:
            continue
        rel = (element.get("rel") or "").lower().split()
        link = FoundLink(
            url=url,
            text=_text(element),
            nofollow=page_nofollow or "nofollow" in rel,
            feed=element.tag == "link",
        )
        found[url] = _merged(found[url], link) if url in found else link
    return list(found.values())


def base_of(tree: etree._Element, base_url: str, encoding: str = "utf-8") -> str:
    """The URL that a page's relative links start from: its first `<base href>`, or its own."""
    for element in tree.iter("base"):
        if href := element.get("href"):
            return absolute(href, base_url, encoding) or base_url
    return base_url


def _hrefs(tree: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    for element in tree.iter("a", "area", "link", "frame", "iframe"):
        if element.tag == "link":
            rel = (element.get("rel") or "").lower().split()
            kind = (element.get("type") or "").lower().partition(";")[0].strip()
            if "alternate" not in rel or kind not in _FEED_TYPES:
                continue
        href = element.get("src" if element.tag in ("frame", "iframe") else "href")
        if href and href.strip() and not href.lstrip().startswith("#"):
            yield element, href


def _text(element: etree._Element) -> str:
    text = text_of(element) or element.get("title") or element.get("alt") or ""
    if not text:
        text = next((image.get("alt") or "" for image in element.iter("img")), "")
    return " ".join(text.split())[:_TEXT_LIMIT]


def _meta_nofollow(tree: etree._Element) -> bool:
    return any(
        (meta.get("name") or "").lower() == "robots" and "nofollow" in (meta.get("content") or "").lower()
        for meta in tree.iter("meta")
    )


def _merged(first: FoundLink, again: FoundLink) -> FoundLink:
    return attrs.evolve(
        first,
        text=first.text or again.text,
        nofollow=first.nofollow and again.nofollow,
        feed=first.feed or again.feed,
    )
