"""Mojibake: characters that only a wrong decoding makes, here or before the page was published."""

from __future__ import annotations

import re

from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

_TRACES = re.compile(
    "锟斤拷|锟斤|烫烫烫|屯屯屯|ï»¿|â€[™œ\u009d¦]|Ã[\u0080-\u00bf]|[åäæçèé][\u0080-\u00bf]{2}|[\u0080-\u009f]"
)


def label(reading: Reading) -> QualityLabel | None:
    """By the share of replacement characters and of sequences known to come from decoding twice."""
    text = reading.text or reading.shown[:20000]
    traces = _TRACES.findall(text)
    broken = text.count("\ufffd") + sum(map(len, traces))
    share = broken / max(1, len(text))
    if reading.charset.replaced > 0.3 and not text:
        return QualityLabel(name="mojibake", score=1.0, evidence="the bytes are no text in any charset")
    if broken < 3 or share < 0.004:
        return None
    example = traces[0] if traces else "U+FFFD"
    evidence = f"{broken} characters of {len(text)} are broken, such as {example!r}"
    return QualityLabel(name="mojibake", score=round(min(1.0, 0.4 + share * 10), 2), evidence=evidence)
