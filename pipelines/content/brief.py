"""Brief: the text of an article of a sentence or two, or of captions only, which is too little for any extractor."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.content.segments import Segment, key
from pipelines.content.trim import is_byline, is_leftover
from pipelines.content.views import is_caption
from pipelines.content.wording import BYLINE_PART, HEADING_OF_OTHERS

_NEAR = 4
"""Segments below the title among which the date stands."""
_MOST = 80
"""Segments that are looked at: a brief article is no longer."""
_DATE = re.compile(r"(?<!\d)(?:20|19)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}")
_ENDED = re.compile(r"[。！？!?…][”’」』）)】\"]*$")


def brief_article(segments: Sequence[Segment], title: str | None) -> list[Segment]:
    """Whole sentences and captions right below a title and a date; empty where a page has no such beginning."""
    start = below_byline(segments, title)
    found: list[Segment] = []
    for segment in segments[start : start + _MOST] if start else ():
        text = segment.text
        if HEADING_OF_OTHERS.match(text) or (found and (segment.links > 0.5 or is_leftover(text))):
            break
        if segment.links > 0.3 or is_leftover(text) or is_byline(text) or key(text) == key(title or ""):
            continue
        if (segment.weight >= 6 and _ENDED.search(text)) or (segment.weight >= 3 and is_caption(segment.element)):
            found.append(segment)
        elif found and not _ENDED.search(text) and segment.kind in ("list", "table"):
            break
    return found


def below_byline(segments: Sequence[Segment], title: str | None) -> int:
    """Where the text of an article begins that shows its title as a heading and a date below; 0 where none does."""
    name = key(title or "")
    if len(name) < 5:
        return 0
    for at, segment in enumerate(segments):
        if key(segment.text) != name or segment.links > 0.5:
            continue
        for i in range(at + 1, min(len(segments), at + 1 + _NEAR)):
            line = segments[i]
            if line.links > 0.5 or line.kind in ("list", "table") or len(line.text) > 120:
                break
            if _DATE.search(line.text) and (is_byline(line.text) or BYLINE_PART.search(line.text)):
                return i + 1
    return 0
