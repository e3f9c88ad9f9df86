"""Asides: what interrupts an article between its paragraphs: links to others, and the words that lead to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipelines.content.segments import HEADINGS, Segment
from pipelines.content.tree import ancestors, text_of, weight

_LINKED = 0.6
"""Share of link text from which a paragraph is a link with a word before it: Read more: ..."""
_LISTED = 0.8

_ENDED = re.compile("[。.…;；][”’」』）)\"']*$")
"""A sentence: a headline may ask or exclaim, but has no full stop."""


def drop_asides(segments: Sequence[Segment]) -> list[Segment]:
    """The segments without asides."""
    kept: list[Segment] = []
    for segment in _without_cards(segments):
        if is_pointer(segment):
            while kept and _leads_in(kept[-1]):
                kept.pop()
            continue
        kept.append(segment)
    return kept


def _without_cards(segments: Sequence[Segment]) -> list[Segment]:
    """The segments but those in a box of their own that is headed by a link: a teaser amid the paragraphs."""
    masses: Counter[HtmlElement] = Counter()
    for segment in segments:
        for element in (segment.element, *ancestors(segment.element)):
            masses[element] += segment.weight
    total = sum(segment.weight for segment in segments)
    return [segment for segment in segments if not _is_in_card(segment, masses, total)]


def _is_in_card(segment: Segment, masses: Counter[HtmlElement], total: int) -> bool:
    box = segment.element
    if segment.weight > _CARD or segment.kind in ("list", "table"):
        return False
    while (above := box.getparent()) is not None and masses[above] <= min(_CARD, 0.3 * total):
        box = above
    if box is segment.element or box.tag not in ("div", "aside", "section", "article", "a", "figure"):
        return False
    text = text_of(box)
    links = [text_of(link) for link in box.iter("a")] or ([text] if box.tag == "a" else [])
    headline = max(links, key=weight, default="")
    return weight(headline) >= 10 and -1 < text.find(headline) < 40 and weight(headline) > 0.25 * weight(text)


_CARD = 150
"""Weight of a teaser at most."""


def is_pointer(segment: Segment) -> bool:
    """Whether a segment is nothing but a link to another article, or a list of such."""
    if segment.kind in ("list", "table"):
        return segment.links > _LISTED and segment.weight >= 12
    if segment.kind in HEADINGS:
        return False
    if segment.links <= _LINKED or segment.weight < 8 or segment.weight > 80 or _ENDED.search(segment.text):
        return False
    links = [size for link in segment.element.iter("a") if (size := weight(text_of(link)))]
    return sum(links) >= 7 * len(links)  # more headlines than names


def _leads_in(segment: Segment) -> bool:
    return segment.weight < 40 and segment.text.endswith((":", "："))
