"""Extraction: finds a page's main text. The only module that knows trafilatura."""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import deepcopy

import trafilatura
from lxml.html import HtmlElement
from trafilatura.readability_lxml import Document as ReadabilityDocument

from pipelines.content.brief import brief_article
from pipelines.content.feeds import drop_feeds
from pipelines.content.prepare import lay_open, prepare
from pipelines.content.segments import Segment, segments_of
from pipelines.content.tree import body_of, is_chinese, parse_html, remove, text_of
from pipelines.content.trim import trim
from pipelines.content.views import View, densest, elect, segments_in
from pipelines.rules import ExtractRules
from pipelines.selection import select

ENGINE = "trafilatura"
VERSION: str = trafilatura.__version__

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every odd page; we label them


def extract_main_content(
    page: HtmlElement | str,
    rules: ExtractRules | None = None,
    title: str | None = None,
) -> list[Segment]:
    """The segments of the main text, in page order; none where the page has no article.

    A tree that is handed in is to be laid open (`lay_open`), and is left as it was.
    Raises RulesError for an XPath that cannot be used.
    """
    rules = rules or ExtractRules()
    tree = parse_html(page) if isinstance(page, str) else deepcopy(page)
    if tree is None:
        return []
    if isinstance(page, str):
        lay_open(tree)
    for path in rules.remove:
        for element in select(tree, path, "remove"):
            remove(element)
    if rules.main and (found := select(tree, rules.main, "main")):
        return trim([segment for element in found for segment in segments_of(element)], title)
    chinese = is_chinese(tree)
    if chinese:
        prepare(tree)
    segments = segments_of(body_of(tree))
    if chinese:
        segments = drop_feeds(segments)
    if not segments:
        return []
    chosen = elect(_views(tree, segments, title, chinese), segments)
    found = trim([segments[i] for i in sorted(chosen)], title)
    return found or (brief_article(segments, title) if chinese else [])


def extract_from_container(
    container: HtmlElement, rules: ExtractRules, title: str | None, is_shared: Callable[[Segment], bool]
) -> list[Segment]:
    """The segments of the main text in an element that is known to hold it, without what the site's pages share.

    The engine sees that element alone. Raises RulesError for an XPath that cannot be used.
    """
    whole = container.getroottree()
    tree = deepcopy(whole.getroot())
    (twin,) = tree.getroottree().xpath(whole.getpath(container))
    for path in rules.remove:
        for element in select(tree, path, "remove"):
            remove(element)
    twin.tail = None
    body_of(tree)[:] = [twin]
    if is_chinese(tree):
        prepare(tree)
    segments = [segment for segment in segments_of(twin) if not is_shared(segment)]
    if not segments:
        return []
    view = segments_in(_by_trafilatura(tree, precise=True), segments, title)
    chosen = elect([view, frozenset(range(len(segments)))], segments)
    return trim([segments[i] for i in sorted(chosen)], title)


def _views(tree: HtmlElement, segments: list[Segment], title: str | None, chinese: bool) -> list[View]:
    if not chinese:
        return [segments_in(_by_trafilatura(tree, precise=False), segments, title)]
    return [
        segments_in(_by_trafilatura(tree, precise=True), segments, title),
        segments_in(_by_readability(tree), segments, title),
        densest(body_of(tree), segments),
    ]


def _by_trafilatura(tree: HtmlElement, *, precise: bool) -> str:
    """Its text. `deduplicate` stays off: it remembers segments of earlier pages, process-wide."""
    try:
        found = trafilatura.bare_extraction(
            deepcopy(tree), include_comments=False, favor_precision=precise, deduplicate=False, with_metadata=False
        )
    except Exception:  # a page must never stop the run, whatever the engine makes of it
        return ""
    body = getattr(found, "body", None)
    return "" if body is None else "".join(body.itertext())


def _by_readability(tree: HtmlElement) -> str:
    try:
        found = ReadabilityDocument(deepcopy(tree)).summary()
    except Exception:
        return ""
    if isinstance(found, str):
        again = parse_html(found)
        return "" if again is None else text_of(again)
    return "".join(found.itertext())
