"""Quality: labels for what is wrong or odd about a page, one module for each family."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.content.tree import NOT_READ
from pipelines.document import QualityLabel
from pipelines.quality import (
    annotated_pinyin,
    challenge_page,
    hijacked_title,
    keyword_stuffing,
    listing_page,
    login_wall,
    mojibake,
    snapshot_copy,
    soft_404,
    spun_text,
    truncated_article,
)
from pipelines.quality.reading import Reading
from pipelines.quality.truncated_article import BROKEN_OFF

_MEASURES = (
    hijacked_title, keyword_stuffing, spun_text, annotated_pinyin, mojibake, snapshot_copy, soft_404, challenge_page,
    login_wall, truncated_article, listing_page,
)  # fmt: skip

_OUTRANKS = {
    "soft_404": ("listing_page", "truncated_article"),
    "challenge_page": ("listing_page", "truncated_article", "login_wall"),
    "listing_page": ("truncated_article",),
}
"""What follows from a label says nothing of its own: what a missing page links to, where a teaser stops."""
_OF_LATER_PAGES = frozenset({"mojibake", "login_wall", "truncated_article"})
"""What a further page of an article may add; the rest is said by the first, which shows the article's head."""

__all__ = ["Reading", "labels_of", "labels_over"]


def labels_of(reading: Reading) -> tuple[QualityLabel, ...]:
    """Every label that a page earns, in the order of the measures."""
    found = {label.name: label for measure in _MEASURES if (label := measure.label(reading))}
    for name, others in _OUTRANKS.items():
        if name in found:
            found = {other: label for other, label in found.items() if other not in others}
    return tuple(found.values())


def labels_over(pages: Sequence[Sequence[QualityLabel]]) -> tuple[QualityLabel, ...]:
    """The labels of an article from those of its pages in page order, each name once.

    That the text stops is no fault of a page that another one follows, unless its capture broke off or it
    was too large to be read wholly.
    """
    found: dict[str, QualityLabel] = {}
    for number, page in enumerate(pages):
        for label in page:
            if number and label.name not in _OF_LATER_PAGES:
                continue
            is_cut = BROKEN_OFF in label.evidence or NOT_READ in label.evidence
            if label.name == "truncated_article" and number + 1 < len(pages) and not is_cut:
                continue
            found.setdefault(label.name, label)
    return tuple(found.values())
