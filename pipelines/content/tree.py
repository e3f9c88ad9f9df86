"""Tree: a page's HTML as an lxml tree that is safe to walk, and measures of its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

MAX_CHARS = 6_000_000
"""Characters of HTML that are read; what comes after is left out (the largest news pages are some 3 million)."""
MAX_ELEMENTS = 30_000
"""Elements that are read, empty ones not counted where they are too many: news pages have some thousands."""
MAX_DEPTH = 240
"""Below the 255 at which libxml2 gives up by itself, and far below Python's recursion limit."""
MAX_CELLS = 1000
"""Cells of one row that are read: trafilatura counts them all again for each."""
MAX_NODE = 200_000
"""Characters of one piece of text that are read: the length of a book, in a paragraph."""
NOT_READ = "what follows was not read"

_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,300}\?>")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0c\r"))
ESCAPES = re.compile(
    r"(?:\x1b|&#0{0,5}27;|&#[xX]0{0,5}1[bB];)(?:\[[0-9;?]{0,40}[@-~]|\][^\x07\x1b<&]{0,200}(?:\x07|\x1b\\|&#0{0,5}7;)|[()][0-9A-B])"
)
"""Terminal escape sequences (ECMA-48): colours, cursor moves, window titles."""
_ESCAPED = re.compile(rb"&#(?:0{0,5}27|[xX]0{0,5}1[bB]);")
"""The escape character as a reference; it begins with what is found fast."""
_INLINE = ("font", "span", "b", "i", "u", "em", "strong", "big", "small", "a", "center", "ins", "del", "label", "nobr")
_WRAPPERS = ("div", "section", "table", "tbody", "tr", "td", "ul", "ol", "li", "blockquote", "form", "dl", "dd", "dt")

CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
INVISIBLE = frozenset({
    "script", "style", "noscript", "iframe", "select", "textarea", "button", "template", "object", "embed", "video",
    "audio", "svg", "input", "head", "title", "map", "canvas", "datalist", "math",
})  # fmt: skip


def parse_html(text: str) -> HtmlElement | None:
    """The page as a tree whose size and depth are bounded; None where there is nothing to parse."""
    return parse_bounded(text)[0]


def parse_bounded(text: str) -> tuple[HtmlElement | None, str | None]:
    """The page as `parse_html` gives it, and by which bounds it was cut; None where it is whole."""
    data = _CROWDED.sub(rb"\1", _printable(text[:MAX_CHARS]))
    tree = _parsed(data) if b"<" in data else None
    if tree is None or tree.tag != "html":
        return None, None
    cuts = [f"the page has more than {MAX_CHARS:,} characters"] if len(text) > MAX_CHARS else []
    if len(data) > MAX_NODE and _shorten(tree):
        cuts.append(f"a text without markup has more than {MAX_NODE:,} characters")
    cuts += _bound(tree)
    return tree, f"{', '.join(cuts)}; {NOT_READ}" if cuts else None


_CROWDED = re.compile(
    rb"""(<[a-zA-Z][^\s<>/]*+)(?>\s++[^\s=<>"'/]++(?:\s*+=\s*+(?>"[^"]*+"|'[^']*+'|[^\s"'<>]++))?+){2000,}+"""
)
"""A tag with 2000 attributes or more: libxml2 compares each with all before it. It is read without any."""


def _parsed(data: bytes, *, flat: bool = False) -> HtmlElement | None:
    """What libxml2 makes of a page; of one that it gives up as too deep (2048), what it makes without the nesting."""
    # No comments, so that no text node is split; libxml2 does not expand entities of an HTML page.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    errors = parser.error_log
    if not flat and len(errors) and errors[-1].level == etree.ErrorLevels.FATAL:
        return _parsed(_NESTING.sub(b" ", data), flat=True)
    return cast("HtmlElement | None", tree)


_NESTING = re.compile(
    rb"</?(?!(?:html|head|title|meta|link|script|style|body|h[1-6]|p|br|img|a|time|article)[\s>/])[a-z][^<>]*>",
    re.IGNORECASE,
)
"""Tags that a page can do without."""


def _shorten(tree: HtmlElement) -> bool:
    """Cuts each text to its bound; whether one of them was to be seen."""
    seen = False
    for text in cast("list[etree._ElementUnicodeResult]", _LONG_TEXTS(tree)):
        element = text.getparent()
        assert element is not None
        if text.is_tail:
            element.tail = text[:MAX_NODE]
        else:
            element.text = text[:MAX_NODE]
        seen = seen or bool(text.is_tail) or element.tag not in INVISIBLE
    return seen


_LONG_TEXTS = etree.XPath(f"//text()[string-length() > {MAX_NODE}][not(parent::script)]")


_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""lxml.html asks a function of Python for the class of each element; ours are all of one."""


def _printable(text: str) -> bytes:
    """UTF-8 of the text without what no reader sees: terminal escapes, controls, surrogates, non-characters."""
    if declaration := _XML_DECLARATION.match(text):
        text = text[declaration.end() :]
    data = text.encode("utf-8", "ignore")
    if b"\x1b" in data or _ESCAPED.search(data):
        data = ESCAPES.sub("", text).encode("utf-8", "ignore")
    if "\ufffe" in text or "\uffff" in text:
        data = data.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    return data.translate(None, _CONTROLS)


def _bound(tree: HtmlElement) -> list[str]:
    """Bounds depth, number and width of the elements; says what was cut."""
    cuts = []
    for tags in (_INLINE, _WRAPPERS, ()):
        if not (below := _too_deep(tree)):
            break
        etree.strip_tags(tree, *tags)
    else:
        for element in below:
            remove(element)
        cuts.append(f"elements lie more than {MAX_DEPTH} deep")
    if cast(float, _COUNT(tree)) > MAX_ELEMENTS:
        _drop_empty(tree)
    if cast(float, _COUNT(tree)) > MAX_ELEMENTS:
        _cut_after(next(islice(tree.iter(), MAX_ELEMENTS, None)))
        cuts.append(f"the page has more than {MAX_ELEMENTS:,} elements")
    for row in cast("list[HtmlElement]", _WIDE_ROWS(tree)):
        del row[MAX_CELLS:]
        cuts = [*cuts, wide] if (wide := f"a row has more than {MAX_CELLS:,} cells") not in cuts else cuts
    return cuts


def _drop_empty(tree: HtmlElement) -> None:
    """Drops what holds nothing and has nothing behind it, the inner first; linear, for it moves no text."""
    for element in reversed(list(tree.iter(*_INLINE, *_EMPTY))):
        if len(element) or (element.text or "").strip() or (element.tail or "").strip():
            continue
        if (parent := element.getparent()) is not None:
            parent.remove(element)


_EMPTY = ("div", "p", "section", "ul", "li")


def _too_deep(tree: HtmlElement) -> list[HtmlElement]:
    return cast("list[HtmlElement]", _BELOW(tree))


_BELOW = etree.XPath("/*" * (MAX_DEPTH + 1))
_WIDE_ROWS = etree.XPath(f"//tr[count(*) > {MAX_CELLS}]")
_COUNT = etree.XPath("count(//*)")


def _cut_after(element: HtmlElement) -> None:
    """Drops everything that follows `element` in document order."""
    at: HtmlElement | None = element
    while at is not None:
        parent = at.getparent()
        while (sibling := at.getnext()) is not None and parent is not None:
            parent.remove(sibling)
        at = parent


def body_of(tree: HtmlElement) -> HtmlElement:
    """The body, or the root where there is none."""
    body = tree.find("body")
    return tree if body is None else body


def remove(element: HtmlElement) -> None:
    """Takes an element out, keeping the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def text_of(element: HtmlElement) -> str:
    """All text of an element, white space squeezed, invisible parts included only where they are the element."""
    if not len(element):
        return " ".join((element.text or "").split())
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start" and node.text and not (node.tag in INVISIBLE and node is not element):
            parts.append(node.text)
        elif event == "end" and node is not element and node.tail:
            parts.append(node.tail)
        if event == "start" and node.tag == "br":
            parts.append(" ")
    return " ".join("".join(parts).split())


def weight(text: str) -> int:
    """How much text there is: East Asian characters, and words of other scripts counted twice."""
    rest, runs = _CJK_RUN.subn(" ", text)  # by runs, not by characters: a tenth of the time
    return len(text) - len(rest) + runs + 2 * len(_WORD.findall(rest))


_CJK_RUN = re.compile(f"{CJK.pattern}+")
_WORD = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0e7f]{2,}")


def ancestors(element: HtmlElement) -> Iterator[HtmlElement]:
    """Parent, grandparent and so on."""
    parent = element.getparent()
    while parent is not None:
        yield parent
        parent = parent.getparent()


def is_chinese(text: str) -> bool:
    """Whether most of a text is Chinese. Pages in other languages are the engine's own ground."""
    rest, runs = _HAN.subn(" ", text)
    han, other = len(text) - len(rest) + runs, len(rest) - len(_KANA_OR_HANGUL.sub("", rest))
    return han > 2 * other and han * 2 > len(_WORD.findall(rest))


_HAN = re.compile("[\u3400-\u9fff]+")
_KANA_OR_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7a3]+")
