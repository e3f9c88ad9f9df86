"""Keyword stuffing: a search word set into sentences where it has no business."""

from __future__ import annotations

import re
from collections import Counter

from pipelines.content.views import key
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

_LEAST, _LONGEST = 4, 10


def label(reading: Reading) -> QualityLabel | None:
    """By a phrase of the site's name or the title that hangs at the ends of clauses, and by the title within sentences."""
    title = key(reading.title or "")
    if len(title) < 8 or not reading.blocks:
        return None
    within = sum(title in key(block) and len(key(block)) > len(title) + 20 for block in reading.blocks)
    phrase, hanging, blocks = _hanging_phrase(reading)
    score = 0.4 * (within > 0) + (0.2 * min(3, hanging) if hanging >= 2 and blocks >= 2 else 0.0)
    if score < 0.4 or (not phrase and within < 2):
        return None
    parts = [f"{phrase!r} hangs at {hanging} clauses"] if phrase else []
    parts += [f"the title stands within {within} paragraphs"] if within else []
    return QualityLabel(name="keyword_stuffing", score=round(min(1.0, score), 2), evidence="; ".join(parts))


def _hanging_phrase(reading: Reading) -> tuple[str, int, int]:
    """A phrase that begins the title and the site's name alike, how often a clause ends in it, in how many blocks."""
    site = key(re.split(r"[-_|｜]", reading.doc_title)[-1])
    title = key(reading.title or "")
    length = next((n for n in range(_LONGEST, _LEAST - 1, -1) if _begins(title, site, n)), 0)
    if not length:
        return "", 0, 0
    phrase = title[:length]
    ends = Counter(
        {i: len(re.findall(re.escape(phrase) + r"(?=[。、，！？；]|$)", b)) for i, b in enumerate(reading.blocks)}
    )
    return phrase, sum(ends.values()), sum(count > 0 for count in ends.values())


def _begins(title: str, site: str, length: int) -> bool:
    """Whether title and site's name share their first characters, the last of them not counted (官网, 官方)."""
    return len(site) >= length and title[: length - 1] == site[: length - 1]
