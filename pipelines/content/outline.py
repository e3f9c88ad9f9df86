"""Outline: a page's body read once from lxml into flat lists, on which everything after it works."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, cast

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
    sentences: int
    prose: int
    """Weight of its text outside links that is punctuated as sentences are."""


Measure = Callable[[Box], Mass]
_NOTHING = Mass(0, 0, 0, 0)


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
        self._masses = [
            _mass(text, linked) if text and not text.isspace() else _NOTHING
            for text, linked in zip(self.texts, self.linked, strict=True)
        ]
        self._measure: Measure | None = None

    def _read(self, body: HtmlElement) -> None:
        boxes, steps, texts, linked = self.boxes, self.steps, self.texts, self.linked
        unseen = {element for element in cast("list[HtmlElement]", _STYLED(body)) if hidden(element)} - {body}
        at: Box | None = None
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                tag = element.tag
                if tag in INVISIBLE and at is not None:
                    walk.skip_subtree()
                    continue
                in_link = tag == "a" or (at is not None and at.linked)
                box = Box(element, tag, at, len(boxes), len(steps), element in unseen, in_link)
                if at is not None:
                    at.children.append(box)
                boxes.append(box)
                steps.append(box)
                texts.append("\n" if tag == "br" else element.text or "")
                linked.append(in_link)
                at = box
            elif at is not None and element is at.element:
                at.stop, at.end = len(steps), len(boxes)
                steps.append(at)
                at = at.parent
                texts.append(element.tail or "" if at is not None else "")
                linked.append(at is not None and at.linked)
            elif at is not None and element.tail:
                steps.append(None)
                texts.append(element.tail)
                linked.append(at.linked)

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
        self._measure = None

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
        if self._measure is None:
            self._measure = _running(self._masses)
        return self._measure

    def kept(self) -> HtmlElement:
        """A copy of the tree's body, in a document of its own, without what was dropped or is not shown."""
        gone = [box.element for box in self.boxes if box.gone or box.hidden]
        for element in gone:
            element.set(_GONE, "")
        body = deepcopy(self.root.element)
        for element in gone:
            del element.attrib[_GONE]
        for copy in cast("list[HtmlElement]", _ALL_GONE(body)):
            remove(copy)
        etree.strip_elements(body, *INVISIBLE, with_tail=False)
        etree.strip_attributes(body, "style", "hidden")
        if body.tag == "html":
            return body
        document = body.makeelement("html")
        holder = document if body.tag == "body" else etree.SubElement(document, "body")
        holder.append(body)
        return document


_GONE = "data-gone-from-outline"
_ALL_GONE = etree.XPath(f"descendant::*[@{_GONE}]")
_STYLED = etree.XPath("descendant-or-self::*[@style or @hidden]")


def hidden(element: HtmlElement) -> bool:
    """Whether the markup itself says that a reader does not see the element."""
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or (element.get("hidden") is not None and element.tag != "body")


def _mass(text: str, linked: bool) -> Mass:
    if not (amount := weight(text)):
        return _NOTHING
    if linked:
        return Mass(amount, amount, len(SENTENCE_END.findall(text)), 0)
    if not PUNCTUATION.search(text):
        return Mass(amount, 0, 0, 0)
    return Mass(amount, 0, len(SENTENCE_END.findall(text)), amount if amount >= _PROSE else 0)


def _running(masses: Iterable[Mass]) -> Measure:
    """Measures a box by differences of running sums over the steps."""
    text, linked, sentences, prose = (list(accumulate(amounts, initial=0)) for amounts in zip(*masses, strict=True))

    def mass(box: Box) -> Mass:
        i, j = box.start, box.stop
        return Mass(text[j] - text[i], linked[j] - linked[i], sentences[j] - sentences[i], prose[j] - prose[i])

    return mass
