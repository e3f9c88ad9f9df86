"""An archived page made harmless: what can run, load, send or lead away is taken out, and headers forbid it again."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs
from lxml import etree, html
from markupsafe import escape

from archives.capture import Capture

POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
"""Content-Security-Policy of everything a stranger wrote: no script, no request, no form, an origin of its own."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-DNS-Prefetch-Control": "off",  # a browser may look names up that a policy does not cover
    "Cross-Origin-Resource-Policy": "same-origin",
}
LIMIT = 4 << 20
"""Characters of a page that are shown."""


@attrs.frozen(kw_only=True)
class PageText:
    """A capture's body as characters, and how they were got."""

    html: str
    charset: str
    """The codec that was used."""
    problem: str | None = None
    """Why there is nothing to show, if so."""


ReadPage = Callable[[Capture], PageText]
"""Undoes the content codings of a capture, up to a limit, and decodes it by the same decision as the extraction."""

_GONE = frozenset({
    "script", "noscript", "template", "iframe", "frame", "frameset", "object", "embed", "applet", "param", "base",
    "link", "meta", "portal", "fencedframe", "audio", "video", "source", "track", "canvas", "svg", "math", "dialog",
    "input", "button", "select", "textarea", "option", "datalist",
})  # fmt: skip
"""Elements that go with all that is in them."""
_KEPT = frozenset({
    "class", "id", "style", "title", "alt", "lang", "dir", "width", "height", "colspan", "rowspan", "headers", "scope",
    "align", "valign", "border", "cellpadding", "cellspacing", "bgcolor", "color", "face", "size", "start", "type",
    "value", "datetime", "hidden", "span", "nowrap",
})  # fmt: skip
"""Attributes that say how something looks or reads, and no more."""
_CONTROL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML, and so lxml, does not take (XML 1.0, 2.2)."""
_SHELL = '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light">'


def safe_page(page: str) -> bytes:
    """The page as UTF-8 HTML without anything active.

    Styles stay (the policy keeps them from loading), images stay where they are in the page as `data:`, a link keeps
    its words and shows its address as a title. Never raises for what the page is.
    """
    cut = _CONTROL.sub("", page[:LIMIT])
    try:
        tree = html.document_fromstring(cut.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError, AssertionError):
        return plain_page(cut)
    for element in list(tree.iter()):
        _defuse(element)
    style = "".join(_serialized(found) for found in tree.iterfind(".//head/style"))
    body = tree.find("body")
    return f"{_SHELL}{style}</head>{'' if body is None else _serialized(body)}</html>".encode("utf-8", "replace")


def plain_page(text: str) -> bytes:
    """Characters that are no page, shown as they are."""
    return f"{_SHELL}</head><body><pre>{escape(text[:LIMIT])}</pre></body></html>".encode("utf-8", "replace")


def _serialized(element: html.HtmlElement) -> str:
    return str(etree.tostring(element, method="html", encoding="unicode", with_tail=False))


def _defuse(element: etree._Element) -> None:
    if not isinstance(element.tag, str) or element.tag.lower() in _GONE or ":" in element.tag:
        _drop(element)
        return
    if element.tag == "style":
        return
    address = element.get("href") if element.tag == "a" else None
    picture = element.get("src", "") if element.tag == "img" else ""
    kept: dict[str | bytes, str | bytes] = {
        str(name): _CONTROL.sub("", str(value)) for name, value in element.attrib.items() if name in _KEPT
    }
    element.attrib.clear()  # by name it cannot be done: a stranger's names are no names to lxml
    element.attrib.update(kept)
    if picture.startswith("data:image/"):
        element.set("src", _CONTROL.sub("", picture))
    if address and "title" not in element.attrib:
        element.set("title", _CONTROL.sub("", address[:500]))
    if element.tag == "form":
        element.tag = "div"


def _drop(element: etree._Element) -> None:
    """Takes an element out; the words after it stay."""
    parent = element.getparent()
    if parent is None:
        return
    before, tail = element.getprevious(), element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
