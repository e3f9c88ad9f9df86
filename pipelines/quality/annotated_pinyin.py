"""Annotated pinyin: readings in brackets after characters, 報(bào), 詐騙(zhà piàn), left in the text by a converter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipelines.content.tree import CJK
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading, label_of

_LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡê"
_TONED = frozenset("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ")
_NOTE = re.compile(rf" ?[（(] ?([{_LETTERS}]{{1,6}}(?:[ '’]?[{_LETTERS}]{{1,6}}){{0,7}}) ?[）)]")
_SYLLABLE = re.compile(
    "(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:i?ang|i?ong|uang|uai|[iu]?an|[iu]?ai?|ing|iao|ian|en?g?|[uiy]?e|ei|er|ou|iu|"
    "ui|un|uo|in?|o|ao|u|v[en]?|n|m|ng)"
)
_OF_LESSONS = (
    "拼音",
    "读音",
    "讀音",
    "音节",
    "音節",
    "韵母",
    "韻母",
    "声母",
    "聲母",
    "声调",
    "聲調",
    "多音字",
    "读作",
    "讀作",
    "注音",
    "汉语水平",
    "漢語水平",
)
_LEAST, _SHARE = 5, 0.5
"""Annotations, and annotations per hundred characters: a name's reading or two is no fault."""


def label(reading: Reading) -> QualityLabel | None:
    """By annotations with tones per hundred characters. What teaches to read is annotated on purpose: no label."""
    text = reading.text
    if text.count("(") + text.count("（") < _LEAST:
        return None
    found = [note[0].strip() for note in notes_in(text)]
    toned = sum(not _TONED.isdisjoint(note) for note in found)
    if toned < _LEAST or sum(word in text or word in (reading.title or "") for word in _OF_LESSONS) >= 2:
        return None
    share = 100 * len(found) / max(1, len(CJK.findall(text)))
    if share < _SHARE:
        return None
    evidence = f"{len(found)} characters with a reading, such as {found[0]}: {share:.1f} per hundred"
    return label_of("annotated_pinyin", 0.5 + share / 6, evidence)


def notes_in(text: str) -> Iterator[re.Match[str]]:
    """Brackets behind characters that hold syllables of Pinyin in lower case, no more of them than characters stand
    before. So no (app), no (Ingrid), no (NaPF)."""
    for found in _NOTE.finditer(text):
        start = found.start()
        before = 0
        while before < start and before < 8 and CJK.match(text[start - before - 1]):
            before += 1
        if before and _syllables(found[1]) <= before:
            yield found


def _syllables(note: str) -> int:
    """How many syllables a note holds that parts them by spaces; more than any word has where it is none."""
    parts = re.split("[ '’]", _plain(note))
    return len(parts) if all(map(_SYLLABLE.fullmatch, parts)) else 99


def _plain(note: str) -> str:
    """A note without its tones."""
    letters = unicodedata.normalize("NFD", note.replace("ɡ", "g").replace("ü", "v"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
