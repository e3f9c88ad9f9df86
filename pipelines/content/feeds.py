"""Feeds: runs of entries below an article that recur in a beat, such as reader comments and dated teasers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from lxml.html import HtmlElement

from pipelines.content.segments import Segment
from pipelines.content.tree import ancestors
from pipelines.content.wording import SENTENCE_END

_LEAST = 4
"""Entries from which it is a feed."""
_APART = 5
"""Segments that an entry has at most."""
_BEFORE = 40
"""Weight of prose that must stand before a feed: a page that begins with one is something else."""

_TOOL = (
    r"(?:回[复覆]|[点點]?[赞讚]|顶|踩|举报|引用|有用|支持|反对|展开|收起|分享)"
    r"\s*[\[(（【]?\s*\d*\s*[\])）】]?[\s·|｜/]*"
)
_TOOLS = re.compile(rf"^\W*(?:\d+\s*)?(?=.*(?:回[复覆]|[赞讚踩顶]|举报))(?:{_TOOL})+\d*\W*$")
_TOOLS_LAST = re.compile(rf"(?:回[复覆]\s*[\[(（]?\d*[\])）]?[\s·|｜/]*{_TOOL}|{_TOOL}回[复覆][\s\d()（）]*)$")
_STAMPED = re.compile(
    r"^.{0,20}?(?:(?:20\d\d\s*[-/.年])?\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?\s*\d{1,2}[:：]\d\d(?:[:：]\d\d)?|"
    r"\d+\s*(?:分钟|小时|天)前)\W{0,3}(?:来自\S{0,8}|\d+\s*楼)?$"
)


def drop_feeds(segments: Sequence[Segment]) -> list[Segment]:
    """The segments without the feeds that follow the first prose."""
    kinds = [_kind(segment) for segment in segments]
    gone: set[int] = {i for i, kind in enumerate(kinds) if kind == "list"}
    for kind in ("tools", "row", "stamp"):
        marks = [i for i, found in enumerate(kinds) if found == kind]
        for run in _runs(marks):
            gone |= _entries(segments, run, kind)
    first = _end_of_first_prose(segments, gone)
    gone = {i for i in gone if i >= first}
    return [segment for i, segment in enumerate(segments) if i not in gone]


def _kind(segment: Segment) -> str:
    """What a segment marks: the "tools" or the "stamp" of an entry, a whole entry ("row"), many of them ("list")."""
    text = segment.text
    if segment.kind == "list":
        lines = text.split("\n")
        rows = sum(bool(_TOOLS_LAST.search(line[-60:])) for line in lines)
        return "list" if len(lines) >= _LEAST and rows > 0.6 * len(lines) else ""
    if len(text) < 40 and _TOOLS.match(text):
        return "tools"
    if len(text) < 50 and _STAMPED.match(text) and not SENTENCE_END.search(text):
        return "stamp"
    return "row" if _TOOLS_LAST.search(text[-60:]) else ""


def _runs(marks: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for mark in marks:
        if runs and mark - runs[-1][-1] <= _APART:
            runs[-1].append(mark)
        else:
            runs.append([mark])
    return [run for run in runs if len(run) >= _LEAST]


def _entries(segments: Sequence[Segment], run: Sequence[int], kind: str) -> set[int]:
    """All that belongs to the entries of a run of marks."""
    start, end = run[0], run[-1] + 1
    beat = Counter(b - a for a, b in pairwise(run)).most_common(1)[0][0]
    if kind == "tools":  # they close an entry
        start = max(0, start - beat + 1)
    box = _box([segments[i].element for i in run])
    inside = set(box.iter()) if box is not None else set()
    first = max(0, run[0] - 2 * _APART)
    held = [i for i in range(first, min(len(segments), end + _APART)) if segments[i].element in inside]
    if held and first < held[0] and run[0] - held[0] < _APART:  # a box of its own: all of it
        start, end = min(start, held[0]), max(end, held[-1] + 1)
    return set(range(start, end))


def _box(elements: Sequence[HtmlElement]) -> HtmlElement | None:
    """The lowest element that holds all of them."""
    shared = [elements[0], *ancestors(elements[0])]
    seen = set(shared)
    for element in elements[1:]:
        line = element
        while line not in seen and (parent := line.getparent()) is not None:
            line = parent
        if line in shared:  # what lies below the first meeting is not shared
            shared = shared[shared.index(line) :]
            seen = set(shared)
    return shared[0] if shared else None


def _end_of_first_prose(segments: Sequence[Segment], gone: set[int]) -> int:
    seen = 0
    for i, segment in enumerate(segments):
        if i not in gone and segment.links < 0.3 and SENTENCE_END.search(segment.text):
            seen += segment.weight
        if seen >= _BEFORE:
            return i + 1
    return len(segments)
