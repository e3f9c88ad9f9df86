"""Trim: cuts from the head and tail of a main text what is left there of bylines, tools, notices and lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.content.segments import Segment, key
from pipelines.content.wording import (
    BYLINE_PART,
    CREDIT_LINE,
    HEADING_OF_OTHERS,
    JUNK_LINE,
    PUNCTUATION,
    RIGHTS_LINE,
    SENTENCE_END,
    STAMP_LINE,
)

_LEAST = 40
"""Weight below which lines without a sentence among them are no article."""
_LATE = 0.35
"""Share of the prose after which a heading such as 相关阅读 ends the article."""


def trim(segments: Sequence[Segment], title: str | None = None) -> list[Segment]:
    """The segments without leftovers. Order is kept; nothing inside the prose goes but whole lines of furniture."""
    if not segments:
        return []
    prose = [_is_prose(segment) for segment in segments]
    if not any(prose):
        kept = [segment for segment in segments if _stays_at_head(segment, title)]
        return kept if sum(segment.weight for segment in kept) >= _LEAST else []
    first = prose.index(True)
    end = _end_of_article(segments, prose, first)
    kept = [segment for segment in segments[:first] if _stays_at_head(segment, title)]
    kept += [segment for segment in segments[first:end] if not is_leftover(segment.text)]
    while len(kept) > 1 and _is_tail(kept[-1]):
        kept.pop()
    while len(kept) > 1 and title and key(kept[0].text) == key(title):
        kept.pop(0)
    return kept


def _is_prose(segment: Segment) -> bool:
    text = segment.text
    if segment.links > 0.6 or is_leftover(text):
        return False
    return (segment.weight >= 12 and bool(PUNCTUATION.search(text)) and not is_byline(text)) or len(text) > 80


def is_leftover(text: str) -> bool:
    """A line of furniture, a credit or a notice, by its wording."""
    if len(text) < 170 and JUNK_LINE.match(text):
        return True
    if len(text) < 90 and CREDIT_LINE.match(text):
        return True
    return len(text) < 160 and bool(RIGHTS_LINE.search(text))


def is_byline(text: str) -> bool:
    """A line that begins with a date, or has two labels of a byline."""
    return len(text) < 120 and bool(
        (STAMP_LINE.match(text) and not SENTENCE_END.search(text)) or len(BYLINE_PART.findall(text)) >= 2
    )


def _stays_at_head(segment: Segment, title: str | None) -> bool:
    text = segment.text
    if is_leftover(text) or is_byline(text) or segment.links > 0.6:
        return False
    if STAMP_LINE.match(text) and len(text) < 80:
        return False
    if _CREDIT.match(text) and not _SAID.search(text):  # an interview may begin 记者：……？
        return False
    return not (title and key(text) == key(title))


_CREDIT = re.compile(r"^[\s\W]*(?:来源|來源|作者|文|记者|記者|发布|時間|时间)\s*[:：].{0,30}$")
_SAID = re.compile(r"[。！？!?…][”’」』）)\"]*$")


def _end_of_article(segments: Sequence[Segment], prose: Sequence[bool], first: int) -> int:
    total = sum(len(segment.text) for segment, is_prose in zip(segments, prose, strict=True) if is_prose)
    seen = 0
    for index in range(first, len(segments)):
        text = segments[index].text
        if seen > _LATE * total and len(text) <= 30 and HEADING_OF_OTHERS.match(text) and not SENTENCE_END.search(text):
            return index
        seen += len(text) if prose[index] else 0
    return len(segments)


def _is_tail(segment: Segment) -> bool:
    """Link titles and stamped teasers after the last sentence."""
    text = segment.text
    ends = re.search(r"[。！？!?”」.…）)]\s*$", text)
    if segment.links > 0.6 and not ends:
        return True
    if segment.kind == "list" and segment.links > 0.4:
        return True
    return bool(re.search(r"20\d\d[-/年.]\d", text)) and len(text) < 60 and not ends and text[-1:] not in "日版"
