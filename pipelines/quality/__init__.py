"""Quality: labels for what is wrong or odd about a page, one module for each family."""

from __future__ import annotations

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
    truncated_article,
)
from pipelines.quality.reading import Reading

_MEASURES = (
    hijacked_title, keyword_stuffing, annotated_pinyin, mojibake, snapshot_copy, soft_404, challenge_page, login_wall,
    truncated_article, listing_page,
)  # fmt: skip

__all__ = ["Reading", "labels_of"]


def labels_of(reading: Reading) -> tuple[QualityLabel, ...]:
    """Every label that a page earns, in the order of the measures."""
    found = (measure.label(reading) for measure in _MEASURES)
    return tuple(label for label in found if label is not None)
