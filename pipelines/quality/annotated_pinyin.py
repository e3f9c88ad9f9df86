"""Annotated pinyin: readings in brackets after characters, 報(bào), left in the text by a converter."""

from __future__ import annotations

import re

from pipelines.content.tree import CJK
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading

ANNOTATION = re.compile(r"(?<=[\u3400-\u9fff])[（(]\s*[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡê]{1,6}\s*[）)]")


def label(reading: Reading) -> QualityLabel | None:
    """By annotations per hundred characters; a name's reading or two is no fault."""
    found = ANNOTATION.findall(reading.text)
    share = 100 * len(found) / max(1, len(CJK.findall(reading.text)))
    if len(found) < 5 or share < 0.5:
        return None
    evidence = f"{len(found)} characters with a reading, such as {found[0]}: {share:.1f} per hundred"
    return QualityLabel(name="annotated_pinyin", score=round(min(1.0, 0.5 + share / 6), 2), evidence=evidence)
