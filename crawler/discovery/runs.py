"""Runs: the text of a page as a reader sees it, piece by piece, with how much of each is links."""

from __future__ import annotations

import re
from itertools import takewhile

import attrs
from lxml import etree

_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "em", "font", "i", "img", "ins", "kbd", "label", "mark", "q",
    "s", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "o:p", "data", "nobr",
})  # fmt: skip
_SKIPPED = frozenset({
    "script", "style", "noscript", "template", "select", "option", "textarea", "button", "iframe", "svg", "head",
    "object", "embed", "video", "audio", "canvas", "nav", "footer", "map", "math",
})  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MOST_RUNS = 20_000
_RIGHTS = re.compile(
    r"版权所有|版權所有|ICP[备備证證]|公网安备|许可证|举报电话|免责声明|未经.{0,12}(?:授权|许可)"
    r"|all rights reserved|copyright|©|cookies?\b",
    re.IGNORECASE,
)
_CJK_SENTENCE = re.compile(r"[。！？；…]|[，、：].*[，、：]")
_LATIN_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]?(?:\s|$)")
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


@attrs.frozen(kw_only=True)
class Run:
    """Text between two block boundaries. Sizes are in Chinese characters; a Latin letter counts a third."""

    text: str
    size: float
    link_size: float
    """Of that, within links."""
    heading: int
    """1..6 within such a heading, else 0."""
    links: int
    """How many links it holds."""
    opening_link: float
    """Size of the link it begins with; 0 where it begins with plain text."""

    @property
    def is_headline(self) -> bool:
        """Whether this is a link to another page's title, and not a bar of short links."""
        return self.link_size >= 6 * max(1, self.links) and self.link_size > 0.6 * self.size

    @property
    def is_prose(self) -> bool:
        """Whether this reads like a sentence or more, and is neither links nor a rights notice."""
        if self.size < 15 or self.link_size > 0.4 * self.size or _RIGHTS.search(self.text):
            return False
        return bool(_CJK_SENTENCE.search(self.text) or (self.size >= 20 and _LATIN_SENTENCE.search(self.text)))


class _Collector:
    """Joins pieces of text into runs."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._pieces: list[tuple[str, bool]] = []
        self._links = 0
        self.in_link = False
        self.heading = 0

    def open_link(self) -> None:
        self.in_link = True
        self._links += 1

    def add(self, text: str | None) -> None:
        if text and not text.isspace():
            self._pieces.append((text, self.in_link))
        elif text and self._pieces:
            self._pieces.append((" ", False))

    def end_run(self) -> None:
        if self._pieces:
            text = " ".join("".join(piece for piece, _ in self._pieces).split())
            size = _size(text)
            linked = _size("".join(piece for piece, in_link in self._pieces if in_link))
            if text:
                opening = _size("".join(piece for piece, _ in takewhile(lambda piece: piece[1], self._pieces)))
                run = Run(
                    text=text, size=size, link_size=min(size, linked), heading=self.heading, links=self._links,
                    opening_link=opening,
                )  # fmt: skip
                self.runs.append(run)
        self._pieces.clear()
        self._links = int(self.in_link)


def text_runs(tree: etree._Element) -> list[Run]:
    """The runs of a page in page order, white space collapsed, without scripts, forms' choices, `nav` and `footer`."""
    collector = _Collector()
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        skipped = not tag or tag in _SKIPPED
        if event == "start":
            if skipped:
                walk.skip_subtree()
                continue
            _enter(collector, element, tag)
        else:
            if not skipped:
                _leave(collector, tag)
            if element is not tree:
                collector.add(element.tail)
        if len(collector.runs) >= _MOST_RUNS:
            break
    collector.end_run()
    return collector.runs


def _enter(collector: _Collector, element: etree._Element, tag: str) -> None:
    if tag not in _INLINE:
        collector.end_run()
    if tag == "a" and element.get("href"):
        collector.open_link()
    elif tag in _HEADINGS:
        collector.heading = int(tag[1])
    collector.add(element.text)


def _leave(collector: _Collector, tag: str) -> None:
    if tag not in _INLINE:
        collector.end_run()
    if tag == "a":
        collector.in_link = False
    elif tag in _HEADINGS:
        collector.heading = 0


def _size(text: str) -> float:
    dense = re.sub(r"\s+", "", text)
    cjk = len(_CJK.findall(dense))
    return cjk + (len(dense) - cjk) / 3
