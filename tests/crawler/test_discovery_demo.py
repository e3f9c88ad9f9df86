"""The demo outlets' own pages, each told for what it is."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.discovery import Kind, page_kind, pagination, parse_html, sniff
from tests.demo.outlets import Outlet, build_outlets

OUTLETS = build_outlets(8123)


def pages(*kinds: str) -> list[tuple[str, Outlet, bytes]]:
    """URL, outlet and body of every page of these kinds."""
    found = []
    for outlet in OUTLETS.values():
        for gold in outlet.gold:
            if gold.kind in kinds:
                parts = urlsplit(gold.url)
                path = parts.path + (f"?{parts.query}" if parts.query else "")
                found.append((gold.url, outlet, outlet.respond(path).body))
    assert found
    return found


def judged(kind: str, *of: str) -> tuple[float, list[str]]:
    """The share of pages judged `kind`, and those that were not."""
    every = pages(*of)
    wrong = [
        f"{url}: {found.why}"
        for url, outlet, body in every
        if (found := page_kind(parse_html(body.decode(outlet.codec, "replace")), url)).kind != kind
    ]
    return 1 - len(wrong) / len(every), wrong


def test_articles() -> None:
    share, wrong = judged("article", "article", "part")
    assert share >= 0.97, wrong


def test_front_pages_and_sections() -> None:
    share, wrong = judged("listing", "front", "section", "listing")
    assert share >= 0.95, wrong


def test_bodies() -> None:
    assert {sniff(body, "text/html") for _, _, body in pages("article", "part", "front", "section")} == {Kind.HTML}
    assert {sniff(body, "text/html") for _, _, body in pages("feed")} == {Kind.FEED}
    assert {sniff(body) for _, _, body in pages("sitemap")} == {Kind.SITEMAP, Kind.SITEMAP_INDEX}
    assert {sniff(body, "text/html") for _, _, body in pages("pdf", "image")} == {Kind.OTHER}


def test_further_pages_are_found_and_nothing_else() -> None:
    parts = {gold.url: gold.part_of for outlet in OUTLETS.values() for gold in outlet.gold if gold.part_of}
    known = set(parts) | set(parts.values())
    for url, outlet, body in pages("article", "part", "front", "section", "listing"):
        found = pagination(parse_html(body.decode(outlet.codec, "replace")), url)
        if url in known:
            assert found is not None and found.pages[found.index] == url and set(found.pages) <= known, url
        else:
            assert found is None, url
