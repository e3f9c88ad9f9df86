"""Hijacked title: the only title is a list of search words that the text knows nothing of."""

from __future__ import annotations

from pipelines.document import QualityLabel
from pipelines.facts.titles import HIJACKED, hijack_score
from pipelines.quality.reading import Reading


def label(reading: Reading) -> QualityLabel | None:
    """By the title's character pairs that the text shares, the number of its words, and spam words."""
    for title in dict.fromkeys((reading.doc_title, reading.title or "")):
        score, evidence = hijack_score(title, reading.blocks)
        if score >= HIJACKED:
            return QualityLabel(name="hijacked_title", score=round(score, 2), evidence=evidence)
    return None
