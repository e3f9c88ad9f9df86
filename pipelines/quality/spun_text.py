"""Spun text: another's text made to look new by machine: words exchanged, characters disguised.

Not looked for: sentences put into another order, and paragraphs of other texts spliced in. A digest of honest news does
both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pipelines.content.tree import CJK
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading, label_of
from pipelines.quality.swaps import SUSPECT, suspects, weigh

_DENSE = 0.01
"""Different suspects per character from which the library is asked: one page in ten of honest news."""
_WORDS, _NATS = 4, 10.0
"""Exchanged words, and what all pairs together must weigh: spun is then e¹⁰ times likelier than written. Of labelled
honest pages none weighs 4, of texts spun by hand none less than 20."""
_READ = 2_500
"""Characters that are read: a text of that length has shown what it is."""
_HAN = "[\u3400-\u9fff]"
_UNSEEN = re.compile(f"(?:[\u200b-\u200d\u2060\ufeff]|&(?:#820[345]|zwn?j);)(?={_HAN})", re.IGNORECASE)
_UNSEEN_REFERENCE = re.compile("&(?:#820[345]|zwn?j);", re.IGNORECASE)
"""What begins with a sign is found fast, as single characters are."""
_HALF_CYRILLIC = re.compile("[\u0430-\u044f\u0410-\u042f](?:(?<=[A-Za-z].)[A-Za-z]|[A-Za-z]{2})")
_SYLLABLE = re.compile(
    "(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)(?:ai|ao|ang|an|a|ei|eng|en|er|e|iang|iao|ian|ing|iong|in|ie|iu|ia|i|"
    "ong|ou|o|uang|uai|uan|ui|un|uo|ua|u|ve|v)"
)
_LATIN = re.compile("[a-z]+")
_KANA = re.compile("[\u3040-\u30ff]")


def label(reading: Reading) -> QualityLabel | None:
    """By words that only synonymisers choose (see `swaps`), or by letters that are not seen or taken for others."""
    text = reading.text[:_READ]
    if len(text) < 60 or not CJK.search(text):
        return None
    grounds = [*_exchanged(text), *_disguised(reading, text)]
    if not grounds:
        return None
    return label_of("spun_text", max(score for score, _ in grounds), "; ".join(evidence for _, evidence in grounds))


def _exchanged(text: str) -> Iterator[tuple[float, str]]:
    held = len(suspects(text))
    if held < SUSPECT or held < _DENSE * len(text) or len(_KANA.findall(text)) > 0.02 * len(text):
        return  # Japanese has some of the words in common use
    verdict = weigh(text)
    if verdict.weight >= _NATS and len(verdict.swapped) >= _WORDS:
        shown = ", ".join(verdict.swapped[:6])
        yield 0.5 + verdict.weight / 60, f"{len(verdict.swapped)} words as synonymisers choose them: {shown}"


def _disguised(reading: Reading, text: str) -> Iterator[tuple[float, str]]:
    if any(map(reading.html.__contains__, "\u200b\u200c\u200d\u2060\ufeff")) or _UNSEEN_REFERENCE.search(reading.html):
        unseen = sum(1 for _ in _UNSEEN.finditer(reading.html))
        if unseen >= 15 and unseen > 0.01 * len(reading.text):
            yield 0.7, f"{unseen} invisible characters within words"
    letters = len(_HALF_CYRILLIC.findall(text))
    if letters >= 3:
        yield 0.8, f"{letters} words of Latin and Cyrillic letters at once"
    syllables = list(_bare_syllables(text))
    if len(syllables) >= 6 and len(syllables) > len(text) / 150:
        yield 0.7, f"{len(syllables)} syllables in Latin letters for characters, such as {syllables[0]!r}"
    mixed, told = _both_scripts(text)
    if told >= 2 and mixed >= 0.6 * told:
        yield 0.7, f"{mixed} of {told} paragraphs mix traditional and simplified characters"


def _bare_syllables(text: str) -> Iterator[str]:
    """Syllables of Pinyin in the place of a character: Han on both sides, no space, no capital."""
    for found in _LATIN.finditer(text):
        start, end = found.span()
        within = start > 0 and end < len(text) and CJK.match(text[start - 1]) and CJK.match(text[end])
        if within and _SYLLABLE.fullmatch(found[0]):
            yield found[0]


def _both_scripts(text: str) -> tuple[int, int]:
    """Paragraphs that mix both scripts, of those long enough to tell. Japanese does so by its nature, and is none."""
    simplified, traditional = _scripts()
    if any(len(set(script.findall(text))) < 6 for script in (traditional, simplified)) or _KANA.search(text):
        return 0, 0
    counts = [(len(simplified.findall(block)), len(traditional.findall(block))) for block in text.split("\n")]
    told = [pair for pair in counts if sum(pair) >= 8]
    return sum(min(pair) >= max(2, 0.08 * sum(pair)) for pair in told), len(told)


@cache
def _scripts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Characters of the one script alone: what GB 2312 has and Big5 lacks, and the other way round."""
    han = [chr(code) for code in range(0x4E00, 0x9FA6)]
    simplified, traditional = ({c for c in han if c.encode(codec, "ignore")} for codec in ("gb2312", "big5"))
    return _any_of(simplified - traditional), _any_of(traditional - simplified)


def _any_of(letters: set[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(letters))}]")
