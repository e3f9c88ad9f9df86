"""Mojibake: characters that only a wrong decoding makes, here or before the page was published."""

from __future__ import annotations

import re

from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading, label_of

_TRACES = re.compile(
    "锟斤拷|锟斤|烫烫烫|屯屯屯|ï»¿|â€[™œ\u009d¦]|Ã[\u0080-\u00bf]|[åäæçèé][\u0080-\u00bf]{2}|[\u0080-\u009f]|"
    "[鈥銆锛][\u3400-\u9fff\ue000-\uf8ff?]|(?:縺|繧|繝)[\u3040-\u9fff\uff61-\uff9f]|(?:[\u00b0-\u00f7][\u00a1-\u00fe]){4,}"
)
"""In turn: U+FFFD read as GBK, uninitialised memory read as GBK, UTF-8 read as Latin-1, controls of it, the full-width
punctuation of UTF-8 read as GBK, kana of UTF-8 read as Shift_JIS, GB2312 read as Latin-1."""
_SIGN = re.compile("[\ufffd锟烫屯\u0080-\u009f\u00b0-\u00ff鈥銆锛縺繧繝â€]")
"""One of which every trace holds: cheaper to look for."""
_LEAST, _SHARE = 3, 0.004
_ENOUGH = 20_000


def label(reading: Reading) -> QualityLabel | None:
    """By what had to be undone; else by the share of U+FFFD and of sequences known to come from decoding twice."""
    if reading.charset.undone:
        evidence = f"the page had been decoded wrong before: {reading.charset.undone}; undone here"
        return label_of("mojibake", 0.9, evidence)
    text = reading.text or reading.shown[:_ENOUGH]
    if not text:
        told = reading.charset.replaced > 0.3
        return label_of("mojibake", 1.0, "the bytes are no text in any charset") if told else None
    if not _SIGN.search(text):
        return None
    traces = [found[0] for found in _TRACES.finditer(text)]
    broken = text.count("\ufffd") + sum(map(len, traces))
    share = broken / len(text)
    if broken < _LEAST or share < _SHARE:
        return None
    example = traces[0] if traces else "U+FFFD"
    evidence = f"{broken} characters of {len(text)} are broken, such as {example[:8]!r}"
    return label_of("mojibake", 0.4 + share * 10, evidence)
