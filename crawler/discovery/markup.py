"""Markup: HTML and XML read as leniently as a browser reads them."""

from __future__ import annotations

import codecs
import html.entities
import re
from itertools import islice

from lxml import etree
from lxml import html as lxml_html

LEAD_BYTES = 64 << 10
"""Bytes that are enough to tell what a body is."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"<\?xml[^>]*\?>", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSAFE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});)?"
    r"|<(?![A-Za-z_/!?])|</?(?:a|b|i|u|em|strong|font|span|img|br|hr|p|div)(?:\s[^<>]*)?/?>",
    re.DOTALL | re.IGNORECASE,
)
"""What XML parsers stumble over in feeds, and CDATA, in which nothing is touched."""
_NESTING = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|</?(?!(?:html|head|title|base|meta|link|body|a|p|br|area)\b)[a-z][^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
"""What is left out of a page too deep to parse: all but the elements that carry text and links."""


def parse_html(text: str) -> etree._Element:
    """The `html` element of a page, whatever was in it; an empty page where there was nothing to read."""
    text = text.replace("\x00", "")
    root, too_deep = _parse_html(text)
    if too_deep:
        root, _ = _parse_html(_NESTING.sub(" ", text))
    if root is None or not isinstance(root.tag, str):
        root, _ = _parse_html("<html><body></body></html>")
    assert root is not None
    return root


def _parse_html(text: str) -> tuple[etree._Element | None, bool]:
    """The root, and whether libxml2 gave up because elements were nested deeper than it allows (2048)."""
    parser = lxml_html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        root = None
    return root, any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log)


def parse_xml(body: bytes) -> etree._Element | None:
    """The root of an XML document; broken parts are left out, no entity is expanded, nothing is fetched.

    None where no element could be read at all.
    """
    text = _NOT_XML.sub("", decode_xml(body))
    text = _XML_DECLARATION.sub("", text, count=1)
    start = text.find("<")
    if start < 0:
        return None
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, huge_tree=True, resolve_entities=False, no_network=True,
        load_dtd=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(_UNSAFE.sub(_made_safe, text[start:]).encode("utf-8"), parser)
    except (etree.LxmlError, ValueError):
        return None


def decode_xml(body: bytes) -> str:
    """The characters of an XML or JSON body: byte order mark, declaration, UTF-8, and GB18030 where that fails."""
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(codec, "replace")
    declared = _DECLARED.search(body[:1024])
    codecs_to_try = [_codec(declared[1].decode("ascii"))] if declared else []
    for codec in [*codecs_to_try, "utf-8", "gb18030"]:
        try:
            return body.decode(codec)
        except (UnicodeError, LookupError):
            continue
    return body.decode(codecs_to_try[0] if codecs_to_try else "utf-8", "replace")


def lead_text(lead: bytes) -> str:
    """The start of a body as text in which tags can be looked for, whatever its charset."""
    for bom, codec in _BOMS:
        if lead.startswith(bom):
            return lead[len(bom) :].decode(codec, "replace")
    return lead.decode("latin-1")


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace, in lower case; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def text_of(element: etree._Element | None) -> str:
    """The text in an element, white space collapsed; of a huge one the beginning."""
    return "" if element is None else " ".join("".join(map(str, islice(element.itertext(), 500))).split())


def _codec(label: str) -> str:
    """A Python codec for a charset label; GBK and GB2312 are read as their superset GB18030."""
    try:
        name = codecs.lookup(label).name
        if name in ("gb2312", "gbk"):
            return "gb18030"
        b"\xff".decode(name, "replace")  # refuses codecs that are not for text
        return name
    except (LookupError, ValueError):
        return "utf-8"


def _made_safe(match: re.Match[str]) -> str:
    """What XML can read: named references become numbers, a bare `&` or `<` too, stray HTML tags go.

    libxml2 drops named references, even its own five, in whatever follows the first error.
    """
    found, name = match[0], match[1]
    if found.startswith("<![") or (name and name.startswith("#")):
        return found
    if found.startswith("<"):
        return "&#60;" if found == "<" else ""
    if name and (chars := html.entities.html5.get(name + ";")):
        return "".join(f"&#{ord(char)};" for char in chars)
    return "&#38;" + found[1:]
