"""Listing page: a front page, section or search result, made of links to articles."""

from __future__ import annotations

from pipelines.content.tree import weight
from pipelines.content.views import is_prose
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading


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
    prose = sum(segment.weight for segment in reading.segments if is_prose(segment) and segment.weight >= 60)
    main = weight(reading.text)
    if headlines < 8 or share < 0.4 or max(prose, main if main > 300 else 0) > 0.25 * shown:
        return None
    evidence = f"{headlines} headline links, {share:.0%} of the text is linked"
    return QualityLabel(
        name="listing_page", score=round(min(1.0, 0.4 + share / 2 + headlines / 200), 2), evidence=evidence
    )
