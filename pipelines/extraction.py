"""Extraction: finds a page's main text. The only module that knows trafilatura."""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import deepcopy

import trafilatura
from lxml.html import HtmlElement
from trafilatura.htmlprocessing import convert_tags, tree_cleaning
from trafilatura.main_extractor import extract_content
from trafilatura.readability_lxml import Document as ReadabilityDocument
from trafilatura.settings import Document, Extractor

from pipelines.content.asides import drop_asides
from pipelines.content.brief import brief_article
from pipelines.content.feeds import drop_feeds
from pipelines.content.outline import Box, Outline
from pipelines.content.prepare import prepare
from pipelines.content.segments import Segment, segments_of
from pipelines.content.tree import is_chinese, parse_html, text_of
from pipelines.content.trim import trim
from pipelines.content.views import (
    View,
    agreement,
    alike,
    densest,
    elect,
    fill,
    is_prose,
    lead,
    prose_weight,
    segments_in,
)
from pipelines.rules import ExtractRules
from pipelines.selection import select

ENGINE = "trafilatura"
VERSION: str = trafilatura.__version__

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every odd page; we label them


def extract_main_content(page: Outline, rules: ExtractRules | None = None, title: str | None = None) -> list[Segment]:
    """The segments of the main text, in page order; none where the page has no article.

    What is no part of the article is dropped from the outline, which is to be laid open (`lay_open`).
    Raises RulesError for an XPath that cannot be used.
    """
    rules = rules or ExtractRules()
    tree = _follow(rules, page)
    if rules.main and (found := select(tree, rules.main, "main")):
        boxes = [page.root if element is tree else page.box_of.get(element) for element in found]
        return trim([segment for box in boxes if box for segment in segments_of(page, box)], title)
    chinese = is_chinese(page.text(page.root))
    prepare(page)
    segments = segments_of(page)
    if chinese:
        kept = drop_feeds(segments)
        page.keep((segment.element for segment in kept), of={segment.element for segment in segments})
        segments = kept
    if not segments:
        return []
    tree = page.kept()
    chosen = elect(_views(page, tree, segments, title), segments) if chinese else _abroad(page, tree, segments, title)
    found = drop_asides(trim([segments[i] for i in sorted(chosen)], title))
    return found or (brief_article(segments, title) if chinese else [])


def extract_from_container(
    page: Outline, container: Box, rules: ExtractRules, title: str | None, is_shared: Callable[[str], bool]
) -> list[Segment]:
    """The segments of the main text in a box that is known to hold it, without what the site's pages share.

    Prose stays, and what stands between it; for the rest the engine is asked, which sees that box alone.
    Drops from the outline as `extract_main_content` does. Raises RulesError for an XPath that cannot be used.
    """
    _follow(rules, page)
    prepare(page, container)
    segments = [segment for segment in segments_of(page, container) if not is_shared(segment.text)]
    everything = frozenset(range(len(segments)))
    chosen = fill(frozenset(i for i in everything if is_prose(segments[i])), [everything], segments)
    if chosen != everything:  # else there is nothing to ask
        view = segments_in(_by_trafilatura(page.kept(container), precise=True), segments, title)
        chosen = fill(chosen | view, [everything], segments)
    return drop_asides(trim([segments[i] for i in sorted(chosen)], title))


def _follow(rules: ExtractRules, page: Outline) -> HtmlElement:
    """Drops what the rules remove; gives the whole tree, on which their paths are written."""
    tree: HtmlElement = page.root.element.getroottree().getroot()
    for path in rules.remove:
        for element in select(tree, path, "remove"):
            if box := page.box_of.get(element):
                page.drop(box)
    return tree


def _abroad(page: Outline, tree: HtmlElement, segments: list[Segment], title: str | None) -> View:
    """Outside Chinese the engine's word is taken, unless it leaves out most of what the page says."""
    engine = segments_in(_by_trafilatura(tree, precise=False), segments, title)
    dense = densest(page.root.element, segments)
    if prose_weight(engine, segments) < 0.2 * prose_weight(dense, segments):
        return elect([engine, segments_in(_by_readability(tree), segments, title), dense], segments)
    return lead(alike(engine, segments), segments, title)


def _views(page: Outline, tree: HtmlElement, segments: list[Segment], title: str | None) -> list[View]:
    """Two cheap views, and where they differ the engine's: of three Chinese pages in four nothing is left to ask."""
    weights = [segment.weight for segment in segments]
    second, last = segments_in(_by_readability(tree), segments, title), densest(page.root.element, segments)
    if agreement(second, last, weights) >= _AGREED:
        return [second, last]
    first = segments_in(_by_trafilatura(tree, precise=True), segments, title)
    return [first, last] if agreement(first, last, weights) >= _AGREED else [first, second, last]


_AGREED = 0.995
"""Agreement of two views from which no third is asked: at 0.98 it would still change a text in thirty."""


def _by_trafilatura(tree: HtmlElement, *, precise: bool) -> str:
    """Its text; `precise` uses the tree up. It goes straight to its cleaning and its main stage: of a Chinese page that
    is prepared comments and the like are gone, and other views are asked in place of those that it would compare
    itself with."""
    try:
        if precise:
            body, _ = extract_content(convert_tags(tree_cleaning(tree, _PRECISE), _PRECISE), _PRECISE)
        else:
            found = trafilatura.bare_extraction(tree, include_comments=False, with_metadata=False, output_format="xml")
            if not isinstance(found, Document):
                return ""
            body = found.body
    except Exception:  # a page must never stop the run, whatever the engine makes of it
        return ""
    return "".join(map(str, body.itertext()))


_PRECISE = Extractor(precision=True, fast=True, comments=False)


def _by_readability(tree: HtmlElement) -> str:
    try:
        found = ReadabilityDocument(deepcopy(tree)).summary()
    except Exception:
        return ""
    if isinstance(found, str):
        again = parse_html(found)
        return "" if again is None else text_of(again)
    return "".join(found.itertext())
