"""Hijacked title: the only title is a list of search words that the text knows nothing of."""

from __future__ import annotations

from pipelines.content.clauses import unrepeated
from pipelines.document import QualityLabel
from pipelines.facts.titles import HIJACKED, hijack_score
from pipelines.quality.reading import Reading, label_of


def label(reading: Reading) -> QualityLabel | None:
    """By the title's character pairs that the text shares, the number of its words, and spam words."""
    for title in dict.fromkeys((reading.doc_title, reading.title or "")):
        score, evidence = hijack_score(title, reading.blocks)
        pairs = {title[i : i + 2] for i in range(len(title) - 1)}
        if score < HIJACKED:
            continue
        text = "\n".join(unrepeated(reading.blocks))
        # else the text knows it well, however they are written
        if sum(pair in text for pair in pairs) <= 0.5 * len(pairs):
            return label_of("hijacked_title", score, evidence)
    return None
