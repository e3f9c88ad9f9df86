"""Outline: a page's body read once from lxml into flat lists, on which everything after it works."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from functools import cached_property
from typing import cast

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
    in_link: bool
    """Whether it is or lies in a link."""
    stop: int = 0
    """Where it ends, and its tail stands."""
    end: int = 0
    """The place of the first box after all that it holds."""
    gone: bool = False
    weight: int = attrs.field(init=False)
    """Weight of all text that it holds, itself and below, as `Outline.weigh` found it last; so the following."""
    linked: int = attrs.field(init=False)
    """Weight of the text that is in links."""
    sentences: int = attrs.field(init=False)
    prose: int = attrs.field(init=False)
    """Weight of the text outside links that is punctuated as sentences are."""

    def add(self, weight_: int, linked: int, sentences: int, prose: int) -> None:
        self.weight += weight_
        self.linked += linked
        self.sentences += sentences
        self.prose += prose


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
        self.holders: list[Box] = []
        """For each step the box that holds its text: itself, or for a tail the one above."""
        self._read(body_of(tree))
        self._weighed = [
            (step, *weighed)
            for step, text in enumerate(self.texts)
            if text and not text.isspace() and (weighed := _weigh(text, self.holders[step].in_link))[0]
        ]
        self._changed = True

    def _read(self, body: HtmlElement) -> None:
        boxes, steps, texts, holders = self.boxes, self.steps, self.texts, self.holders
        unseen: set[HtmlElement] = set()
        elements = body.iter()  # with what follows, half the time of etree.iterwalk
        at = root = Box(next(elements), body.tag, None, 0, 0, False, False)
        boxes.append(root)
        steps.append(root)
        texts.append(body.text or "")
        holders.append(root)
        for element in elements:
            tag, above = element.tag, element.getparent()
            if above in unseen:
                unseen.add(element)
                continue
            while at.element is not above:
                at = self._leave(at)
            if tag in INVISIBLE:
                unseen.add(element)
                if tail := element.tail:
                    steps.append(None)
                    texts.append(tail)
                    holders.append(at)
                continue
            at = Box(element, tag, at, len(boxes), len(steps), hidden(element), at.in_link or tag == "a")
            boxes.append(at)
            steps.append(at)
            texts.append("\n" if tag == "br" else element.text or "")
            holders.append(at)
        while at is not root:
            at = self._leave(at)
        root.stop, root.end = len(steps), len(boxes)
        steps.append(root)
        texts.append("")
        holders.append(root)

    def _leave(self, box: Box) -> Box:
        """Notes where a box ends; gives the one above."""
        assert box.parent is not None
        box.stop, box.end = len(self.steps), len(self.boxes)
        self.steps.append(box)
        self.texts.append(box.element.tail or "")
        self.holders.append(box.parent)
        return box.parent

    @property
    def root(self) -> Box:
        return self.boxes[0]

    @cached_property
    def box_of(self) -> dict[HtmlElement, Box]:
        return {box.element: box for box in self.boxes}

    def inside(self, box: Box) -> list[Box]:
        """All boxes within a box, itself not among them."""
        return self.boxes[box.index + 1 : box.end]

    def children(self, box: Box) -> list[Box]:
        """The boxes right within a box. Not kept in it: without a circle of references a page is freed at once."""
        found: list[Box] = []
        at = box.index + 1
        while at < box.end:
            found.append(self.boxes[at])
            at = self.boxes[at].end
        return found

    def text(self, box: Box) -> str:
        """All text of a box, white space squeezed."""
        return " ".join("".join(self.texts[box.start : box.stop]).split())

    def drop(self, box: Box) -> None:
        """Takes a box out of the outline, but not the text after it."""
        box.gone = True
        self.texts[box.start : box.stop] = [""] * (box.stop - box.start)
        self._changed = True

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

    def weigh(self) -> None:
        """Notes for every box what it holds of all that is in the outline now."""
        if not self._changed:
            return
        self._changed = False
        for box in self.boxes:
            box.weight = box.linked = box.sentences = box.prose = 0
        for step, weight_, linked, sentences, prose in self._weighed:
            if self.texts[step]:
                self.holders[step].add(weight_, linked, sentences, prose)
        for box in reversed(self.boxes):
            if box.weight and box.parent is not None:
                box.parent.add(box.weight, box.linked, box.sentences, box.prose)

    def kept(self, top: Box | None = None) -> HtmlElement:
        """A copy of the body, or of a box, in a document of its own, without what was dropped or is not shown."""
        gone: list[HtmlElement] = []
        at = 0
        while at < len(self.boxes):
            box = self.boxes[at]
            if box.gone or box.hidden:
                gone.append(box.element)
            at = box.end if box.gone or box.hidden else at + 1
        for element in gone:
            element.set(_GONE, "")
        body = deepcopy((top or self.root).element)
        body.tail = None
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


def hidden(element: HtmlElement) -> bool:
    """Whether the markup itself says that a reader does not see the element."""
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or (element.get("hidden") is not None and element.tag != "body")


def _weigh(text: str, in_link: bool) -> tuple[int, int, int, int]:
    """Weight of a text, the same in links, its sentences, and its weight in prose."""
    amount = weight(text)
    if in_link:
        return amount, amount, len(SENTENCE_END.findall(text)), 0
    if not amount or not PUNCTUATION.search(text):
        return amount, 0, 0, 0
    return amount, 0, len(SENTENCE_END.findall(text)), amount if amount >= _PROSE else 0
