"""Segments: a tree's visible text, cut into paragraphs, lists and tables in document order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from textwrap import dedent

import attrs
from lxml.html import HtmlElement

from pipelines.content.outline import Box, Outline
from pipelines.content.tree import CJK, weight

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INDENT = re.compile("^[ \t]*[\u3000\xa0\u2002\u2003][ \u3000\xa0\u2002\u2003]")
_FINISHED = re.compile('[。！？!?…：:.；;][”’」』）)】"]*$')
_INVISIBLES = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARK}{{8}}){_MARK}+")
_CONTROLS = re.compile("[\x7f-\x9f]")
_ODD = re.compile(f"[{_CONTROLS.pattern[1:-1]}{_INVISIBLES.pattern[1:-1]}]|{_MARK}{{9}}")


@attrs.frozen(kw_only=True, eq=False)
class Segment:
    """One paragraph, list or table as a reader sees it."""

    text: str
    """Lines of a list, a table or a verse are parted by a line feed; white space is squeezed."""
    kind: str
    """The tag of the element it stands in ("p", "h2", "div"), or "list", "table"."""
    element: HtmlElement
    links: float
    """Share of its characters that are link text, 0..1."""

    parts: Sequence[str]
    """The runs of text that inline elements part, as they stand in the markup."""

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """Its parts, white space squeezed: what stands for itself in a byline."""
        return tuple(piece for part in self.parts if (piece := squeeze(part)))

    @cached_property
    def weight(self) -> int:
        return weight(self.text)

    @cached_property
    def key(self) -> str:
        return key(self.text)


def key(text: str) -> str:
    """Text with nothing but its letters and digits, by which differently spaced copies compare equal."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFC", text)).lower()


_NO_LETTERS = re.compile(r"[\W_]+")


def squeeze(text: str) -> str:
    """Text with invisible characters gone, marks piled on one letter cut to eight, and every run of white space or
    controls made one space."""
    if _ODD.search(text):
        text = _CONTROLS.sub(" ", _PILE.sub(r"\1", _INVISIBLES.sub("", text)))
    return " ".join(text.split())


def segments_of(page: Outline, top: Box | None = None) -> list[Segment]:
    """All visible segments of an outline, or of one of its boxes."""
    top = top or page.root
    out: list[Segment] = []
    run = _Run(top.element)
    step = top.start
    while step <= top.stop:
        box, text = page.steps[step], page.texts[step]
        if box is not None and not box.gone and (box is top or not box.hidden):
            tag = box.tag
            if step == box.start:
                if tag in BLOCKS:
                    run.flush(out, box.element)
                    if tag in _WHOLE and (whole := _whole(page, box)) is not None:
                        out.append(whole)
                        step = box.stop
                        continue
                elif tag == "pre":
                    text = text.replace("\n", "\r")
            elif tag in BLOCKS:
                run.flush(out, box.element if box.parent is None or box is top else box.parent.element)
            elif tag not in ("br", "a"):
                run.part()
        elif box is not None and step == box.start:
            step = box.stop
            continue
        if text and (box is not top or step == top.start):
            run.add(text, page.holders[step].in_link)
        step += 1
    run.flush(out, None)
    return out


class _Run:
    """Text gathered since the last block began or ended."""

    def __init__(self, element: HtmlElement) -> None:
        self._element = element
        self._parts: list[str] = []
        self._linked = 0

    def add(self, text: str, linked: bool) -> None:
        if text == "\n":
            self._parts.append("\n")
            return
        self._parts.append(text.replace("\n", " ").replace("\r", "\n"))
        if linked:
            self._linked += len("".join(text.split()))

    def part(self) -> None:
        self._parts.append("")

    def flush(self, out: list[Segment], following: HtmlElement | None) -> None:
        if self._parts and not (raw := "".join(self._parts)).isspace():
            share = self._linked and self._linked / max(1, len("".join(raw.split())))
            paragraphs = _paragraphs(raw) if "\n" in raw else [squeeze(raw)]
            for text in paragraphs:
                if text:
                    parts = self._parts if len(paragraphs) == 1 else text.split("\n")
                    out.append(_segment(text, parts, self._element.tag, self._element, share))
        if self._parts:
            self._parts, self._linked = [], 0
        if following is not None:
            self._element = following


def _segment(text: str, parts: Sequence[str], kind: str, element: HtmlElement, links: float) -> Segment:
    return Segment(text=text, parts=parts, kind=kind, element=element, links=min(1.0, links))


def _paragraphs(raw: str) -> list[str]:
    """Cuts text at its line breaks where a paragraph ends: a blank line, an indent, or a finished sentence."""
    out: list[str] = []
    blank, before = True, ""
    for line in raw.split("\n"):
        text = squeeze(line)
        if not text:
            blank = True
            continue
        if blank or _INDENT.match(line) or _FINISHED.search(before):
            out.append(text)
        else:
            out[-1] += "\n" + text
        blank, before = False, text
    return out


def _whole(page: Outline, box: Box) -> Segment | None:
    """A list, a table or code that is read as one block; None where it only lays the page out."""
    if box.tag in ("ul", "ol", "dl"):
        items = [inner for inner in page.inside(box) if inner.tag in _ITEMS and not inner.gone]
        if len(items) >= _FEWEST[box.tag] and all(_is_item(page, item) for item in items):
            return _of_lines(page, box, [squeeze(_own_text(page, item)) for item in items], "list")
    elif box.tag == "table":
        parts = [inner for inner in page.inside(box) if inner.tag in _TABLE_PARTS and not inner.gone]
        if all(_is_cell(page, part) for part in parts if part.tag in ("td", "th")):
            captions = [squeeze(page.text(part)) for part in parts if part.tag == "caption"]
            rows = [_row(page, part) for part in parts if part.tag == "tr"]
            return _of_lines(page, box, captions + rows, "table")
    elif box.tag == "pre" and not CJK.search(raw := "".join(page.texts[box.start : box.stop])):
        return _of_lines(page, box, _code(raw), "pre")
    return None


_WHOLE = frozenset({"ul", "ol", "dl", "table", "pre"})
_ITEMS = frozenset({"li", "dt", "dd"})
_FEWEST = {"ul": 1, "ol": 1, "dl": 4}
"""Items from which it is a list: many a page stands in a dl of three."""
_TABLE_PARTS = frozenset({"caption", "tr", "td", "th"})


def _code(raw: str) -> list[str]:
    """The lines of code with their indents."""
    lines = dedent(raw.expandtabs(4)).split("\n")
    return [line[: len(line) - len(line.lstrip())] + text for line in lines if (text := squeeze(line))]


def _is_cell(page: Outline, box: Box) -> bool:
    """Whether an item or cell holds one thing only: at most one paragraph, and no further structure."""
    tags = [inner.tag for inner in page.inside(box) if inner.tag in BLOCKS and not inner.gone]
    return len(tags) < 2 and _STRUCTURE.isdisjoint(tags)


def _is_item(page: Outline, box: Box) -> bool:
    """Whether an item holds one thing only, but for lists that hang below it."""
    own = [inner for inner in page.inside(box) if inner.tag in BLOCKS and not inner.gone and inner.tag not in _LISTS]
    return sum(_item_of(inner) is box for inner in own) < 2 and _STRUCTURE.isdisjoint(inner.tag for inner in own)


def _item_of(box: Box) -> Box | None:
    above = box.parent
    while above is not None and above.tag not in _ITEMS:
        above = above.parent
    return above


def _own_text(page: Outline, item: Box) -> str:
    """The text of an item without the lists that hang below it."""
    below = next((inner.start for inner in page.inside(item) if inner.tag in ("ul", "ol", "dl")), item.stop)
    return "".join(page.texts[item.start : below])


_LISTS = frozenset({"ul", "ol", "li", "dl", "dt", "dd"})
_STRUCTURE = frozenset({"table", "ul", "ol", "h1", "h2", "h3"})


def _row(page: Outline, row: Box) -> str:
    cells = (page.text(cell) for cell in page.children(row) if cell.tag in ("td", "th"))
    return " | ".join(text for cell in cells if (text := squeeze(cell)))


def _of_lines(page: Outline, box: Box, lines: list[str], kind: str) -> Segment | None:
    lines = [line for line in lines if line]
    if not lines:
        return None
    held = range(box.start, box.stop)
    linked = sum(len("".join(page.texts[step].split())) for step in held if page.holders[step].in_link)
    share = linked / max(1, len("".join("".join(lines).split())))
    return _segment("\n".join(lines), lines, kind, box.element, share)
