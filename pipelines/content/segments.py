"""Segments: a tree's visible text, cut into paragraphs, lists and tables in document order."""

from __future__ import annotations

import re

import attrs
from lxml import etree
from lxml.html import HtmlElement

from pipelines.content.tree import INVISIBLE, text_of, weight

BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![\w-])(?:left|top|text-indent)\s*:\s*-\d{3,}", re.IGNORECASE
)
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
    pieces: tuple[str, ...]
    """The runs of text that inline elements part: what stands for itself in a byline."""
    kind: str
    """The tag of the element it stands in ("p", "h2", "div"), or "list", "table"."""
    element: HtmlElement
    links: float
    """Share of its characters that are link text, 0..1."""

    @property
    def weight(self) -> int:
        return weight(self.text)


def squeeze(text: str) -> str:
    """Text with invisible characters gone, marks piled on one letter cut to eight, and every run of white space or
    controls made one space."""
    if _ODD.search(text):
        text = _CONTROLS.sub(" ", _PILE.sub(r"\1", _INVISIBLES.sub("", text)))
    return " ".join(text.split())


def hidden(element: HtmlElement) -> bool:
    """Whether the markup itself says that a reader does not see the element."""
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or (element.get("hidden") is not None and element.tag != "body")


def segments_of(root: HtmlElement) -> list[Segment]:
    """All visible segments below `root`. Iterative, so that deep pages cost no stack."""
    out: list[Segment] = []
    run = _Run(root)
    walk = etree.iterwalk(root, events=("start", "end"))
    links = 0
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if element is not root and (tag in INVISIBLE or hidden(element)):
                walk.skip_subtree()
                continue
            if tag in BLOCKS:
                run.flush(out, element)
                if (whole := _whole(element)) is not None:
                    out.append(whole)
                    walk.skip_subtree()
                    continue
            elif tag == "br":
                run.add("\n", False)
            links += tag == "a"
            if element.text:
                run.add(element.text if tag != "pre" else element.text.replace("\n", "\r"), links > 0)
        else:
            skipped = element is not root and (tag in INVISIBLE or hidden(element))
            if not skipped:
                links -= tag == "a"
                if tag in BLOCKS:
                    run.flush(out, element.getparent() if element is not root else element)
                elif tag not in ("br", "a"):
                    run.part()
            if element is not root and element.tail:
                run.add(element.tail, links > 0)
    run.flush(out, root)
    return out


class _Run:
    """Text gathered since the last block began or ended."""

    def __init__(self, element: HtmlElement) -> None:
        self._element = element
        self._parts: list[str] = []
        self._breaks = False
        self._linked = 0

    def add(self, text: str, linked: bool) -> None:
        if text == "\n":
            self._parts.append("\n")
            self._breaks = True
            return
        self._parts.append(text.replace("\n", " ").replace("\r", "\n"))
        if linked:
            self._linked += len("".join(text.split()))

    def part(self) -> None:
        self._parts.append("")

    def flush(self, out: list[Segment], following: HtmlElement | None) -> None:
        if self._parts:
            raw = "".join(self._parts)
            linked = self._linked / max(1, len("".join(raw.split())))
            kind = self._element.tag
            paragraphs = _paragraphs(raw) if "\n" in raw else [squeeze(raw)]
            pieces = tuple(piece for part in self._parts if (piece := squeeze(part)))
            for text in paragraphs:
                if text:
                    own = pieces if len(paragraphs) == 1 else tuple(text.split("\n"))
                    out.append(Segment(text=text, pieces=own, kind=kind, element=self._element, links=min(1.0, linked)))
            self._parts = []
            self._linked = 0
        if following is not None:
            self._element = following


def _paragraphs(raw: str) -> list[str]:
    """Cuts text at its line breaks where a paragraph ends: a blank line, an indent, or a finished sentence."""
    out: list[str] = []
    blank = True
    for line in raw.split("\n"):
        text = squeeze(line)
        if not text:
            blank = True
            continue
        if blank or _INDENT.match(line) or _FINISHED.search(out[-1]):
            out.append(text)
        else:
            out[-1] += "\n" + text
        blank = False
    return out


def _whole(element: HtmlElement) -> Segment | None:
    """A list or table that is read as one block; None where it only lays the page out."""
    if element.tag in ("ul", "ol"):
        items = [child for child in element if child.tag == "li"]
        if not items or any(not _is_cell(item) for item in items):
            return None
        return _of_lines([squeeze(text_of(item)) for item in items], "list", element)
    if element.tag == "table" and all(_is_cell(cell) for cell in element.iter("td", "th")):
        return _of_lines([_row(row) for row in element.iter("tr")], "table", element)
    return None


def _is_cell(element: HtmlElement) -> bool:
    """Whether an item or cell holds one thing only: at most one paragraph, and no further structure."""
    inner = [node.tag for node in element.iter(*BLOCKS) if node is not element]
    return len(inner) < 2 and not {"table", "ul", "ol", "h1", "h2", "h3"} & set(inner)


def _row(row: HtmlElement) -> str:
    return " | ".join(text for cell in row if cell.tag in ("td", "th") and (text := squeeze(text_of(cell))))


def _of_lines(lines: list[str], kind: str, element: HtmlElement) -> Segment | None:
    lines = [line for line in lines if line]
    if not lines:
        return None
    linked = sum(len("".join(text_of(link).split())) for link in element.iter("a"))
    share = linked / max(1, len("".join("".join(lines).split())))
    return Segment(text="\n".join(lines), pieces=tuple(lines), kind=kind, element=element, links=min(1.0, share))
