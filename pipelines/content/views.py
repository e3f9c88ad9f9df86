"""Views: independent opinions on which segments are the article, and the vote between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipelines.content.segments import HEADINGS, Segment, key
from pipelines.content.tree import text_of, weight
from pipelines.content.wording import PUNCTUATION, SENTENCE_END

View = frozenset[int]
"""Indexes of the segments taken for main text."""

_CHUNK = 8
_NEAR = 60
_SHORT, _LONG = 10, 30
_INLINE_HOLDERS = frozenset({"p", "span", "font", "b", "strong", "em", "h1", "h2", "h3", "a", "li"})


def segments_in(extracted: str, segments: Sequence[Segment], title: str | None = None) -> View:
    """The segments whose text an extractor kept. Short ones must stand where their neighbours do; the title is none."""
    whole = key(extracted)
    used = bytearray(len(whole))  # a passage that the page repeats elsewhere answers for one segment only
    taken: set[int] = set()
    named, at = key(title or ""), 0
    for index, segment in enumerate(segments):
        wanted = segment.key
        if not wanted or wanted == named:
            continue
        if len(wanted) < _SHORT:
            found = whole.find(wanted, at, at + len(wanted) + _NEAR)
        else:
            found = _unused(wanted, whole, used, at)
        if found >= 0:
            taken.add(index)
            at = found + len(wanted)
            used[found:at] = b"\1" * len(wanted)
        elif len(wanted) >= _LONG and _share_found(wanted, whole, used) >= 0.8:
            taken.add(index)
    return frozenset(taken)


def _unused(wanted: str, whole: str, used: bytearray, at: int) -> int:
    """Where a text stands that no segment has taken yet, best after `at`; -1 for nowhere."""
    for start in (at, 0):
        found = whole.find(wanted, start)
        if found >= 0 and not used[found]:
            return found
    return -1


def _share_found(wanted: str, whole: str, used: bytearray) -> float:
    chunks = [wanted[i : i + _CHUNK] for i in range(0, len(wanted) - _CHUNK + 1, _CHUNK)]
    places = [whole.find(chunk) for chunk in chunks]
    return sum(place >= 0 and not used[place] for place in places) / len(chunks)


def densest(root: HtmlElement, segments: Sequence[Segment]) -> View:
    """The segments of the smallest element that still holds most of the page's unlinked prose."""
    mass: dict[HtmlElement, float] = {}
    for segment in segments:
        amount = segment.weight * (1 - segment.links)
        if amount < 8:
            continue
        if not PUNCTUATION.search(segment.text):
            amount *= 0.2
        node: HtmlElement | None = segment.element
        while node is not None:
            mass[node] = mass.get(node, 0.0) + amount
            if node is root:
                break
            node = node.getparent()
    at = root
    while True:
        children = [child for child in at if child in mass]
        best = max(children, key=lambda child: mass[child], default=None)
        if best is None or mass[best] < 0.62 * mass.get(at, 0.0) or best.tag in _INLINE_HOLDERS:
            break
        at = best
    inside = set(at.iter())
    return frozenset(i for i, segment in enumerate(segments) if segment.element in inside)


def agreement(one: View, other: View, weights: Sequence[int]) -> float:
    """Dice coefficient of two views by weight of text, 0..1."""
    both = sum(weights[i] for i in one & other)
    total = sum(weights[i] for i in one) + sum(weights[i] for i in other)
    return 2 * both / total if total else 0.0


def prose_share(view: View, segments: Sequence[Segment]) -> float:
    """Share of a view's text that stands in whole sentences, 0..1."""
    prose = sum(segments[i].weight for i in view if is_prose(segments[i]))
    return prose / max(1, sum(segments[i].weight for i in view))


def prose_weight(view: View, segments: Sequence[Segment]) -> int:
    return sum(segments[i].weight for i in view if is_prose(segments[i]))


def is_prose(segment: Segment) -> bool:
    return segment.links < 0.5 and segment.weight >= 15 and bool(SENTENCE_END.search(segment.text))


def elect(views: Sequence[View], segments: Sequence[Segment]) -> View:
    """The view that agrees best with the others, prose counting too; the first wins a tie."""
    weights = [segment.weight for segment in segments]
    filled = [view for view in views if view]
    best, best_score = frozenset[int](), -1.0
    for view in filled:
        others = [agreement(view, other, weights) for other in filled if other is not view]
        score = sum(others) / max(1, len(others)) + 0.35 * prose_share(view, segments)
        if score > best_score:
            best, best_score = view, score
    return fill(best, filled, segments)


def fill(best: View, views: Sequence[View], segments: Sequence[Segment]) -> View:
    """The view with its gaps closed: what another view has between two of its segments, and is no bunch of links."""
    if not best:
        return best
    inside = range(min(best), max(best))
    return best | {i for view in views for i in view if i in inside and segments[i].links < 0.3}


def alike(view: View, segments: Sequence[Segment]) -> View:
    """The view with what stands in the same elements as its paragraphs and is marked up as they are, or heads them."""
    marks = Counter(_mark(segments[i]) for i in view if is_prose(segments[i]))
    usual = {mark for mark, times in marks.items() if times > 1}
    whole = view | {i for i, segment in enumerate(segments) if _mark(segment) in usual and is_prose(segment)}
    homes = {mark[0] for mark in usual}
    between = range(min(whole, default=0), max(whole, default=0))
    headings = {i for i in between if _is_heading(segments[i]) and segments[i].element.getparent() in homes}
    return whole | headings | {i for i in between if is_prose(segments[i]) and _is_quoted(segments[i])}


def _is_heading(segment: Segment) -> bool:
    return segment.kind in HEADINGS and segment.links < 0.3


def _is_quoted(segment: Segment) -> bool:
    above = segment.element.getparent()
    return segment.kind == "blockquote" or (above is not None and above.tag == "blockquote")


def _mark(segment: Segment) -> tuple[HtmlElement | None, str, str | None]:
    element = segment.element
    return element.getparent(), element.tag, element.get("class")


def lead(view: View, segments: Sequence[Segment], title: str | None) -> View:
    """The view with the sentences that stand right below the heading that is the title."""
    start, named = min(view, default=0), key(title or "")
    heads = [i for i in range(start) if segments[i].key == named and segments[i].links < 0.5]
    if not named or not heads:
        return view
    below = range(heads[-1] + 1, min(start, heads[-1] + 1 + _LEAD))
    return view | {i for i in below if is_prose(segments[i]) and not is_caption(segments[i].element)}


_LEAD = 2


def is_caption(element: HtmlElement) -> bool:
    """Whether a line is named a caption, or stands in a figure, in one paragraph with a picture, or right below one."""
    if (
        element.tag in _CAPTIONS
        or "caption" in (element.get("class") or "").lower()
        or (element.tag in ("p", "div", "dd", "center") and len(_images(element)) == 1)
    ):
        return True
    above = element.getprevious()
    return above is not None and bool(_images(above)) and weight(text_of(above)) < 80


_CAPTIONS = frozenset({"figcaption", "figure"})


def _images(element: HtmlElement) -> list[HtmlElement]:
    return [element] if element.tag == "img" else list(element.iter("img"))
