"""Trim: cuts from the head and tail of a main text what is left there of bylines, tools, notices and lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.content.segments import HEADINGS, Segment, key
from pipelines.content.tree import CJK
from pipelines.content.wording import (
    BARE_CREDIT,
    BYLINE_PART,
    CREDIT_LINE,
    HEADING_OF_OTHERS,
    JUNK_LINE,
    OWNED,
    PUNCTUATION,
    RIGHTS_LINE,
    SENTENCE_END,
    STAMP_LINE,
    STAMPED_LINE,
)

_LEAST = 40
"""Weight below which lines without a sentence among them are no article."""
_LATE = 0.35
"""Share of the prose after which a heading such as 相关阅读 ends the article."""


def trim(segments: Sequence[Segment], title: str | None = None) -> list[Segment]:
    """The segments without leftovers. Order is kept; nothing inside the prose goes but whole lines of furniture."""
    if not segments:
        return []
    notices = [is_notice(segment.text) for segment in segments]
    leftover = [notice or is_furniture(segment.text) for segment, notice in zip(segments, notices, strict=True)]
    prose = [not left and _is_prose(segment) for segment, left in zip(segments, leftover, strict=True)]
    if not any(prose):
        kept = [segment for segment in segments if _stays_at_head(segment, title)]
        return kept if sum(segment.weight for segment in kept) >= _LEAST else []
    first = prose.index(True)
    end = _start_of_teasers(segments, _end_of_article(segments, prose, first))
    kept = [s for s in segments[:first] if _stays_at_head(s, title) and not _is_bare(s, segments[first])]
    # A notice closes the text: amid it, rights are what it is about.
    last = [first, *(i for i in range(first, end) if prose[i])][-_NEXT:][0]
    kept += [segments[i] for i in range(first, end) if not leftover[i] or (notices[i] and first < i < last)]
    while len(kept) > 1 and _is_tail(kept[-1]):
        kept.pop()
    while len(kept) > 1 and title and key(_FORMERLY.sub("", kept[0].text)) == key(title):
        kept.pop(0)
    return kept


def _is_prose(segment: Segment) -> bool:
    text = segment.text
    if segment.links > 0.6:
        return False
    return (segment.weight >= 12 and bool(PUNCTUATION.search(text)) and not is_byline(text)) or len(text) > 80


def is_leftover(text: str) -> bool:
    """A line of furniture, a credit or a notice, by its wording."""
    return is_furniture(text) or is_notice(text)


def is_furniture(text: str) -> bool:
    """A tool, an advertisement or a credit that has a line of its own."""
    return (len(text) < 170 and bool(JUNK_LINE.match(text))) or (
        len(text) < 90 and bool(CREDIT_LINE.match(text) or BARE_CREDIT.match(text))
    )


def is_notice(text: str) -> bool:
    """A notice of rights or a disclaimer."""
    return len(text) < 160 and bool(OWNED.match(text) or RIGHTS_LINE.search(text))


def is_byline(text: str) -> bool:
    """A line that begins with a date, or has two labels of a byline."""
    stamped = len(text) < 120 and STAMP_LINE.match(text) and not SENTENCE_END.search(text)
    return bool(stamped) or _has_labels(text)


def _has_labels(text: str) -> bool:
    return len(text) < 120 and len(BYLINE_PART.findall(text)) >= 2


def _stays_at_head(segment: Segment, title: str | None) -> bool:
    text = segment.text
    if is_leftover(text) or is_byline(text) or segment.links > 0.6:
        return False
    if len(text) < 80 and (STAMP_LINE.match(text) or (STAMPED_LINE.search(text) and not PUNCTUATION.search(text))):
        return False
    if _CREDIT.match(text) and not _SAID.search(text):  # an interview may begin 记者：……？
        return False
    return not (title and key(_FORMERLY.sub("", text)) == key(title))


_FORMERLY = re.compile(r"^\W*原[标標][题題]\s*[:：]")
"""What an outlet writes before the title that another gave the text: no news where it is the same."""


def _is_bare(segment: Segment, prose: Segment) -> bool:
    """Abroad, a short line above the text, elsewhere than its paragraphs, that is no sentence: a byline, a section."""
    elsewhere = segment.element.getparent() is not prose.element.getparent() and segment.element is not prose.element
    says = segment.kind in HEADINGS or segment.weight >= 24 or _SAID.search(segment.text)
    return elsewhere and not says and not CJK.search(segment.text)


_CREDIT = re.compile(
    r"^[\s\W]*(?:(?:本文|文章)?(?:来源|來源)|出处|稿源|作者|文|撰文|采写|记者|記者|通讯员|发布|時間|时间)\s*[:：].{0,30}$"
)
_SAID = re.compile(r"[。！？.!?…:：][”’」』）)\"]*$")


def _end_of_article(segments: Sequence[Segment], prose: Sequence[bool], first: int) -> int:
    """Where others are headed for good: an article that goes on as it began has only been interrupted."""
    total = sum(len(segment.text) for segment, is_prose in zip(segments, prose, strict=True) if is_prose)
    seen = 0
    for index in range(first, len(segments)):
        text = segments[index].text
        if seen > _LATE * total and len(text) <= 30 and HEADING_OF_OTHERS.match(text) and not SENTENCE_END.search(text):
            before = {_place(segments[i]) for i in range(first, index) if prose[i]}
            after = [i for i in range(index + 1, len(segments)) if prose[i]]
            if not any(_place(segments[i]) in before for i in after[:_NEXT]):
                return index
        seen += len(text) if prose[index] else 0
    return len(segments)


_NEXT = 3
"""Paragraphs after a heading of others, or a notice, by which an article goes on, if it does."""


def _place(segment: Segment) -> tuple[object, ...]:
    """Where a paragraph stands and how it is marked up."""
    element = segment.element
    return element.getparent(), element.tag, element.get("class")


def _start_of_teasers(segments: Sequence[Segment], end: int) -> int:
    """Where the linked headlines begin, each with a line or two below, with which the text ends; else `end`."""
    start, found = end, 0
    for index in range(end - 1, -1, -1):
        if start - index > _APART:
            break
        segment = segments[index]
        if segment.links > 0.9 and segment.weight >= 6 and segment.kind not in ("list", "table"):
            start, found = index, found + 1
    weights = [segment.weight for segment in segments[:end]]
    return start if found >= _TEASERS and sum(weights[start:]) < 0.5 * sum(weights[:start]) else end


_APART, _TEASERS = 3, 3


def _is_tail(segment: Segment) -> bool:
    """Link titles and stamped teasers after the last sentence."""
    text = segment.text
    ends = re.search(r"[。！？!?”」.…）)]\s*$", text)
    if segment.links > 0.6 and not ends:
        return True
    if segment.kind == "list" and segment.links > 0.4:
        return True
    if not ends and len(text) < 60 and (_has_labels(text) or _CREDIT.match(text)):
        return True
    if segment.kind in HEADINGS and not CJK.search(text):
        return True
    return bool(re.search(r"20\d\d[-/年.]\d", text)) and len(text) < 60 and not ends and text[-1:] not in "日版"
