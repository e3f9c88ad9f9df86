"""Listing page: a front page, section or search result, made of links to articles."""

from __future__ import annotations

import re

from pipelines.content.segments import HEADINGS, Segment, key
from pipelines.content.tree import weight
from pipelines.content.wording import SENTENCE_END
from pipelines.document import QualityLabel
from pipelines.quality.reading import ENOUGH, Reading, label_of

_TEASER = re.compile(r"(?:…|\.{3}|。)\s*[\[【（(]?\s*(?:详细|詳細|全文|更多|阅读全文|详情|more)\W*$", re.IGNORECASE)
_BREAKS_OFF = re.compile(r"(?:…|\.{3})$", re.MULTILINE)
_PROSE = 30
_SCRAP = 120
"""Weight of text below which a page without an article's shape may have left a notice of the site's, no article."""

_TABLED = 0.25
"""Of the weight of all links, what a calendar or a table of results weighs: an article without a sentence."""


def label(reading: Reading) -> QualityLabel | None:
    """By text that is teasers only, each ending in or hanging below a link to its article; or by headline links that
    are most of the page, where there is no prose, or none but a scrap that knows nothing of the title."""
    if evidence := _of_teasers(reading):
        return label_of("listing_page", 0.9, evidence)
    if reading.tree is None or reading.amount >= ENOUGH or reading.is_told or not _is_scrap(reading):
        return None
    headlines = sum(
        1 for node in reading.tree.iter("a") if node.get("href") and 7 <= weight("".join(node.itertext())) <= 80
    )
    shown = weight(reading.shown)
    linked = sum(segment.links * segment.weight for segment in reading.segments)
    if reading.amount > max(_SCRAP, _TABLED * linked):
        return None
    share = linked / max(1, shown)
    few = 1 if reading.amount < _SCRAP and not SENTENCE_END.search(reading.text) else 3
    if not (headlines >= 8 and share >= 0.4) and not (headlines >= few and share >= 0.45):
        return None
    evidence = f"{headlines} headline links, {share:.0%} of the text is linked"
    return label_of("listing_page", 0.4 + share / 2 + headlines / 200, evidence)


def _of_teasers(reading: Reading) -> str:
    """What shows that the text is nothing but teasers; empty where it is not."""
    count = len(reading.blocks)
    ending = sum(bool(_TEASER.search(block[-40:])) for block in reading.blocks)
    if ending >= 4 and ending > 0.5 * count:
        return f"{ending} of {count} blocks end in a link to the whole article"
    hanging, prose, all_over = _hanging(reading)
    if not hanging or hanging < 0.75 * prose:
        return ""
    if reading.is_told:
        is_list = hanging >= 3
    else:
        is_list = hanging >= 2 or all_over >= 3 or bool(_BREAKS_OFF.search(reading.text))
    return f"{hanging} of {prose} paragraphs hang below a headline link of their own" if is_list else ""


def _hanging(reading: Reading) -> tuple[int, int, int]:
    """Paragraphs of the text that follow a headline link with no other paragraph between; all its paragraphs; and
    those that hang so anywhere on the page."""
    blocks, title = set(reading.blocks), key(reading.title or "")
    hanging = prose = all_over = 0
    since = near = 3
    for segment in reading.segments:
        if _is_headline(segment):
            since = near if key(segment.text) == title else 0
        elif len(segment.text) >= 20 and segment.links < 0.5:
            all_over += since < near
            if segment.text in blocks:
                prose += 1
                hanging += since < near
            since = near
        else:
            since += 1
    return hanging, prose, all_over


def _is_headline(segment: Segment) -> bool:
    least = 4 if segment.kind in HEADINGS else 8
    return segment.links > 0.8 and "\n" not in segment.text and least <= len(segment.text) <= 80


def _is_scrap(reading: Reading) -> bool:
    """Whether no block is prose, or the text is short and shares no pair of characters with the title."""
    if not any(weight(block) >= _PROSE and SENTENCE_END.search(block) for block in reading.blocks):
        return True
    title, text = key(re.split(r"\s*[-_|｜—–]+\s*", reading.title or "")[0]), key(reading.text)
    return reading.amount < _SCRAP and not any(title[i : i + 2] in text for i in range(len(title) - 1))
