"""Outline: a page's body read once from lxml into flat lists, on which everything after it works."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import attrs
from lxml import etree
from lxml.html import HtmlElement

from pipelines.content.tree import INVISIBLE, body_of, remove, weight
from pipelines.content.wording import PUNCTUATION, SENTENCE_END

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![\w-])(?:left|top|text-indent)\s*:\s*-\d{3,}", re.IGNORECASE
)
_PROSE = 10
"""Weight of a text from which punctuation makes it prose."""


@attrs.define(eq=False)
class Box:
    """An element that may be seen, and where it lies in the outline."""

    element: HtmlElement
    tag: str
    parent: Box | None
    index: int
    """Its place among the outline's boxes."""
    start: int
    """Its place among the outline's steps: there it begins, and its text stands."""
    hidden: bool
    """Whether the markup itself says that a reader does not see it."""
    linked: bool
    """Whether it is or lies in a link."""
    stop: int = 0
    """Where it ends, and its tail stands."""
    end: int = 0
    """The place of the first box after all that it holds."""
    children: list[Box] = attrs.Factory(list)
    gone: bool = False


class Mass(NamedTuple):
    """What a box holds, itself and below."""

    text: int
    """Weight of all its text."""
    linked: int
    """Weight of the text that is in links."""
    anchors: int
    sentences: int
    prose: int
    """Weight of its text outside links that is punctuated as sentences are."""


Measure = Callable[[Box], Mass]
_NOTHING, _ANCHOR = Mass(0, 0, 0, 0, 0), Mass(0, 0, 1, 0, 0)


class Outline:
    """The boxes of a body and its text, in document order.

    A step is the beginning of a box, with the text up to its first child, or the end of one, with its tail. What was
    never shown (scripts, forms' fields) leaves a step without a box, for its tail. A box that is dropped
    stays in the tree, and its steps lose their text.
    """

    def __init__(self, tree: HtmlElement) -> None:
        self.boxes: list[Box] = []
        self.steps: list[Box | None] = []
        self.texts: list[str] = []
        self.linked: list[bool] = []
        """For each step whether its text is in a link."""
        self._read(body_of(tree))
        self._masses = [self._mass(step) for step in range(len(self.steps))]

    def _read(self, body: HtmlElement) -> None:
        at: Box | None = None
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                tag = element.tag
                if tag in INVISIBLE and at is not None:
                    walk.skip_subtree()
                    continue
                at = Box(
                    element, tag, at, len(self.boxes), len(self.steps), at is not None and hidden(element),
                    tag == "a" or (at is not None and at.linked),
                )  # fmt: skip
                if at.parent is not None:
                    at.parent.children.append(at)
                self.boxes.append(at)
                self._step(at, "\n" if tag == "br" else element.text, at.linked)
            elif at is not None and element is at.element:
                at.stop, at.end = len(self.steps), len(self.boxes)
                above = at.parent
                self._step(at, element.tail if above is not None else None, above is not None and above.linked)
                at = above
            elif at is not None and element.tail:
                self._step(None, element.tail, at.linked)

    def _step(self, box: Box | None, text: str | None, linked: bool) -> None:
        self.steps.append(box)
        self.texts.append(text or "")
        self.linked.append(linked)

    def _mass(self, step: int) -> Mass:
        box, text, linked = self.steps[step], self.texts[step], self.linked[step]
        anchor = int(box is not None and box.tag == "a" and box.start == step)
        if not text or text.isspace():
            return _ANCHOR if anchor else _NOTHING
        amount = weight(text)
        prose = not linked and amount >= _PROSE and PUNCTUATION.search(text)
        ends = len(SENTENCE_END.findall(text))
        return Mass(amount, amount if linked else 0, anchor, ends, amount if prose else 0)

    @property
    def root(self) -> Box:
        return self.boxes[0]

    @cached_property
    def box_of(self) -> dict[HtmlElement, Box]:
        return {box.element: box for box in self.boxes}

    def inside(self, box: Box) -> list[Box]:
        """All boxes within a box, itself not among them."""
        return self.boxes[box.index + 1 : box.end]

    def text(self, box: Box) -> str:
        """All text of a box, white space squeezed."""
        return " ".join("".join(self.texts[box.start : box.stop]).split())

    def drop(self, box: Box) -> None:
        """Takes a box out of the outline, but not the text after it."""
        box.gone = True
        for step in range(box.start, box.stop):
            self.texts[step], self._masses[step] = "", _NOTHING

    def keep(self, elements: Iterable[HtmlElement], of: Iterable[HtmlElement]) -> None:
        """Drops those of the elements `of` that hold none of `elements`."""
        needed: set[Box] = set()
        for element in elements:
            box: Box | None = self.box_of[element]
            while box is not None and box not in needed:
                needed.add(box)
                box = box.parent
        for element in of:
            if (box := self.box_of[element]) not in needed:
                self.drop(box)

    def masses(self) -> Measure:
        """Measures what a box holds of all that is in the outline now."""
        sums = [list(accumulate(amounts, initial=0)) for amounts in zip(*self._masses, strict=True)]
        return lambda box: Mass(*(sum_[box.stop] - sum_[box.start] for sum_ in sums))

    def kept(self) -> HtmlElement:
        """A copy of the tree's body, in a document of its own, without what was dropped or is never shown."""
        body = deepcopy(self.root.element)
        gone = {box.element for box in self.boxes if box.gone}
        twins = zip(list(body.iter()), self.root.element.iter(), strict=True) if gone else ()
        for copy, element in twins:
            if element in gone:
                remove(copy)
        etree.strip_elements(body, *INVISIBLE, with_tail=False)
        if body.tag == "html":
            return body
        document = body.makeelement("html")
        holder = document if body.tag == "body" else etree.SubElement(document, "body")
        holder.append(body)
        return document


def hidden(element: HtmlElement) -> bool:
    """Whether the markup itself says that a reader does not see the element."""
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or (element.get("hidden") is not None and element.tag != "body")
