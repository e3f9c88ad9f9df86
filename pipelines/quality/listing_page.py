"""Listing page: a front page, section or search result, made of links to articles."""

from __future__ import annotations

import re

from pipelines.content.brief import below_byline
from pipelines.content.tree import weight
from pipelines.content.wording import SENTENCE_END
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

_TEASER = re.compile(r"(?:…|\.{3}|。)\s*[\[【（(]?\s*(?:详细|詳細|全文|更多|阅读全文|详情|more)\W*$", re.IGNORECASE)


def label(reading: Reading) -> QualityLabel | None:
    """By the number of headline links and the share of the page's text that they are, where prose is scarce."""
    if reading.tree is None:
        return None
    headlines = sum(
        1 for node in reading.tree.iter("a") if node.get("href") and 7 <= weight("".join(node.itertext())) <= 80
    )
    shown = weight(reading.shown)
    linked = sum(segment.links * weight(segment.text) for segment in reading.segments)
    share = linked / shown if shown else 0.0
    teasers = sum(bool(_TEASER.search(block)) for block in reading.blocks)
    if teasers >= 4 and teasers > 0.5 * len(reading.blocks):
        evidence = f"{teasers} of {len(reading.blocks)} blocks end in a link to the whole article"
        return QualityLabel(name="listing_page", score=0.9, evidence=evidence)
    prose = sum(weight(block) for block in reading.blocks if weight(block) >= 30 and SENTENCE_END.search(block))
    article = reading.blocks and below_byline(reading.segments, reading.title)
    if headlines < 8 or share < 0.4 or prose or article:
        return None
    evidence = f"{headlines} headline links, {share:.0%} of the text is linked"
    return QualityLabel(
        name="listing_page", score=round(min(1.0, 0.4 + share / 2 + headlines / 200), 2), evidence=evidence
    )
