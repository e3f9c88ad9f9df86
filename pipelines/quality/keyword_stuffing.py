"""Keyword stuffing: search words set into sentences where they have no business, or past all measure."""

from __future__ import annotations

import re

from pipelines.content.segments import key
from pipelines.content.tree import CJK
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

_LEAST, _LONGEST = 4, 10
_OFTEN, _DENSE = 4, 0.045


def label(reading: Reading) -> QualityLabel | None:
    """By a phrase that the title shares with the site's name and that hangs at the ends of clauses, by the title set
    within sentences, and by how much of the text the words of the document's title are."""
    if not reading.blocks:
        return None
    phrase, hanging, blocks = _hanging_phrase(reading)
    title = key(reading.title or "")
    within = sum(
        len(title) >= 8 and title in key(block) and len(key(block)) > len(title) + 20 for block in reading.blocks
    )
    words, share = _dense_words(reading)
    score = 0.2 * min(3, hanging) if hanging >= 2 and blocks >= 2 else 0.0
    score += (0.4 if within and score else 0.0) + (0.5 + share if words else 0.0)
    if score < 0.4:
        return None
    parts = [f"{phrase!r} hangs at {hanging} clauses"] if hanging >= 2 else []
    parts += [f"the title stands within {within} paragraphs"] if within else []
    parts += [f"{'、'.join(words)} are {share:.0%} of the text"] if words else []
    return QualityLabel(name="keyword_stuffing", score=round(min(1.0, score), 2), evidence="; ".join(parts))


def _hanging_phrase(reading: Reading) -> tuple[str, int, int]:
    """A phrase that begins the title and the site's name alike, how often a clause ends in it, in how many blocks."""
    site, title = key(re.split(r"[-_|｜]", reading.doc_title)[-1]), key(reading.title or "")
    length = next((n for n in range(_LONGEST, _LEAST - 1, -1) if _begins(title, site, n)), 0)
    if not length or len(title) < 2 * length:
        return "", 0, 0
    phrase = title[:length]
    ends = [len(re.findall(re.escape(phrase) + r"(?=[。、，！？；]|$)", block)) for block in reading.blocks]
    return phrase, sum(ends), sum(count > 0 for count in ends)


def _begins(title: str, site: str, length: int) -> bool:
    """Whether title and site's name share their first characters, the last of them not counted (官网, 官方)."""
    return len(site) >= length and title[: length - 1] == site[: length - 1]


def _dense_words(reading: Reading) -> tuple[list[str], float]:
    """The short words of the document's title that fill the text, the site's name among them, and their share of it.

    Without the site's name it is no fault: an article may well repeat its subject.
    """
    parts = [part for part in re.split(r"[_|｜,，]+", reading.doc_title) if 2 <= len(CJK.findall(part)) <= 12]
    text = "".join(reading.blocks)
    often = [part for part in dict.fromkeys(parts) if text.count(part) >= _OFTEN]
    share = sum(text.count(part) * len(part) for part in often) / max(1, len(text))
    named = [part for part in often if part == parts[-1] and len(part) >= _LEAST]
    return (often, share) if share > _DENSE and named else ([], 0.0)
