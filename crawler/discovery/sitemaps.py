"""Sitemaps: the pages and child sitemaps they name (sitemaps.org/protocol.html, Google's news extension)."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from lxml import etree

from crawler.discovery.content import unpack
from crawler.discovery.dates import read_date
from crawler.discovery.links import FoundLink
from crawler.discovery.markup import decode_xml, local_name, parse_xml, text_of
from crawler.urls import absolute

MOST_URLS = 50_000
"""The protocol's limit for one file; what comes after it is left out."""


def sitemap_links(body: bytes, base_url: str = "") -> tuple[list[FoundLink], list[str]]:
    """The pages a sitemap names, and the child sitemaps; each URL once, gzip or not, XML or plain text.

    `published` is the news extension's publication date, else `lastmod`.
    """
    body = unpack(body)
    pages: dict[str, FoundLink] = {}
    children: dict[str, None] = {}
    root = parse_xml(body) if b"<" in body[:4096] else None
    if root is None:
        return _text_links(body, base_url), []
    for element in root.iter():
        name = local_name(element)
        if name not in ("url", "sitemap"):
            continue
        link = _entry(element, base_url)
        if link is None:
            continue
        if name == "sitemap":
            children[link.url] = None
        else:
            pages.setdefault(link.url, link)
        if len(pages) + len(children) >= MOST_URLS:
            break
    return list(pages.values()), list(children)


def _entry(element: etree._Element, base_url: str) -> FoundLink | None:
    url, title = None, ""
    modified: datetime | None = None
    published: datetime | None = None
    for part in islice(element.iter(), 500):
        name = local_name(part)
        if name == "loc" and url is None and part.getparent() is element:
            url = absolute(text_of(part), base_url)
        elif name == "lastmod":
            modified = read_date(text_of(part))
        elif name == "publication_date":
            published = read_date(text_of(part))
        elif name == "title" and not title:
            title = text_of(part)[:300]
    return FoundLink(url=url, text=title, published=published or modified) if url else None


def _text_links(body: bytes, base_url: str) -> list[FoundLink]:
    found: dict[str, FoundLink] = {}
    for line in decode_xml(body).splitlines():
        text = line.strip()
        if text.lower().startswith(("http://", "https://")) and (url := absolute(text, base_url)):
            found.setdefault(url, FoundLink(url=url))
            if len(found) >= MOST_URLS:
                break
    return list(found.values())
