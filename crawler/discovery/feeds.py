"""Feeds: the entries of RSS 0.9x/1.0/2.0, Atom (RFC 4287) and JSON Feed 1.x, read leniently."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from crawler.discovery.content import unpack
from crawler.discovery.dates import read_date
from crawler.discovery.links import FoundLink
from crawler.discovery.markup import decode_xml, local_name, parse_xml, text_of
from crawler.urls import absolute

MOST_ENTRIES = 10_000
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_DATES = ("pubdate", "published", "date", "issued", "updated", "modified", "created")


def feed_links(body: bytes, base_url: str = "") -> list[FoundLink]:
    """The entries of a feed, in feed order, each URL once. `base_url` is where the feed came from."""
    body = unpack(body)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        entries = _json_entries(body, base_url)
    else:
        root = parse_xml(body)
        entries = iter(()) if root is None else _xml_entries(root, base_url)
    unique: dict[str, FoundLink] = {}
    for link in islice(entries, MOST_ENTRIES):
        unique.setdefault(link.url, link)
    return list(unique.values())


def _xml_entries(root: etree._Element, base_url: str) -> Iterator[FoundLink]:
    base = _home(root, base_url)
    for element in root.iter():
        if local_name(element) in ("item", "entry"):
            parts: dict[str, etree._Element] = {}
            for child in element:
                parts.setdefault(local_name(child), child)
            url = next(
                (url for href in _hrefs(element) if href and (url := absolute(href, _base(element, base)))), None
            )
            if url:
                dates = (read_date(text_of(parts[name])) for name in _DATES if name in parts)
                published = next((date for date in dates if date), None)
                yield FoundLink(url=url, text=text_of(parts.get("title"))[:300], published=published)


def _hrefs(entry: etree._Element) -> Iterator[str]:
    """Where an entry may lead, best first."""
    links = [child for child in entry if local_name(child) == "link"]
    for link in links:
        if not link.get("href") and text_of(link):
            yield text_of(link)
    alternates = [link for link in links if link.get("href") and (link.get("rel") or "alternate") == "alternate"]
    yield from sorted(link.get("href") or "" for link in alternates if "html" in (link.get("type") or "html"))[:1]
    yield from (link.get("href") or "" for link in alternates)
    for child in entry:
        if local_name(child) in ("guid", "id") and (child.get("isPermaLink") or "").lower() != "false":
            identity = text_of(child)
            if identity.lower().startswith(("http://", "https://")):
                yield identity
    yield entry.get(_RDF_ABOUT) or ""


def _base(element: etree._Element, base: str) -> str:
    """The base of an element: every `xml:base` on the way down, each resolved against the one above."""
    chain = [element, *islice(element.iterancestors(), 20)]
    for above in reversed(chain):
        if href := above.get(_XML_BASE):
            base = absolute(href, base) or base
    return base


def _home(root: etree._Element, base_url: str) -> str:
    """The feed's own address, or the site's that it names, for relative links."""
    if base_url:
        return base_url
    for element in root.iter():
        if local_name(element) in ("item", "entry"):
            break
        if local_name(element) == "link" and (url := absolute(element.get("href") or text_of(element))):
            return url
    return ""


def _json_entries(body: bytes, base_url: str) -> Iterator[FoundLink]:
    try:
        feed = json.loads(decode_xml(body.strip()))
    except (ValueError, RecursionError):
        return
    items = feed.get("items") if isinstance(feed, dict) else None
    base = base_url or (_text(feed, "feed_url", "home_page_url") if isinstance(feed, dict) else "")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and (url := absolute(_text(item, "url", "external_url"), base)):
            published = read_date(_text(item, "date_published", "date_modified"))
            yield FoundLink(url=url, text=" ".join(_text(item, "title").split())[:300], published=published)


def _text(item: dict[str, Any], *keys: str) -> str:
    return next((value for key in keys if isinstance(value := item.get(key), str) and value), "")
