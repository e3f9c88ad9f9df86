"""Hijacked title: the only title is a list of search words that the text knows nothing of."""

from __future__ import annotations

from pipelines.document import QualityLabel
from pipelines.facts.titles import HIJACKED, hijack_score
from pipelines.quality.reading import Reading, label_of


def label(reading: Reading) -> QualityLabel | None:
    """By the title's character pairs that the text shares, the number of its words, and spam words."""
    for title in dict.fromkeys((reading.doc_title, reading.title or "")):
        score, evidence = hijack_score(title, reading.blocks)
        pairs = {title[i : i + 2] for i in range(len(title) - 1)}
        known = sum(pair in reading.text for pair in pairs) if score >= HIJACKED else 0
        if score >= HIJACKED and known <= 0.5 * len(pairs):  # else the text knows it well, however they are written
            return label_of("hijacked_title", score, evidence)
    return None
