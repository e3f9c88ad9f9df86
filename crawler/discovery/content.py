"""Content: what kind of thing a body is, told by its bytes first and its Content-Type last."""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

from crawler.discovery.markup import LEAD_BYTES, lead_text

UNPACKED_LIMIT = 64 << 20
"""Bytes a gzip body may grow to; the sitemap protocol allows 50 MB."""


class Kind(StrEnum):
    """What a body is, by what one can do with it."""

    HTML = "html"
    FEED = "feed"
    """RSS, Atom or JSON Feed: `feed_links`."""
    SITEMAP = "sitemap"
    """`sitemap_links`."""
    SITEMAP_INDEX = "sitemap_index"
    """`sitemap_links` too: it names child sitemaps."""
    URL_LIST = "url_list"
    """Plain text, one URL a line: `sitemap_links` again."""
    OTHER = "other"
    """Nothing to find links in; `describe` says what it is."""


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"OTTO", "font/otf"),
    (b"\x7fELF", "application/x-executable"),
    (b"CWS", "application/x-shockwave-flash"),
    (b"{\\rtf", "application/rtf"),
)
_ROOTS = {
    "rss": Kind.FEED, "feed": Kind.FEED, "urlset": Kind.SITEMAP, "sitemapindex": Kind.SITEMAP_INDEX,
}  # fmt: skip
_HTML_TAGS = frozenset({
    "html", "head", "body", "title", "meta", "base", "link", "script", "style", "div", "p", "a", "table", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "center", "font", "br", "hr", "span", "img", "iframe",
    "frameset", "section", "article", "main", "header", "footer", "nav", "noscript", "b", "strong", "blockquote",
    "pre",
})  # fmt: skip
_TAG = re.compile(r"<!doctype\s+html|<(?:[\w.-]+:)?([a-z][\w.-]*)(?=[\s/>])", re.IGNORECASE)
_SKIPPED = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!(?!doctype\s+html)[^<>]*>", re.IGNORECASE | re.DOTALL)
_URL_LINE = re.compile(r"https?://\S+", re.IGNORECASE)
_JSON = re.compile(r"[\[{]\s*[\"\[{\]}]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(body: bytes, content_type: str = "", url: str = "") -> Kind:
    """What `body` is. A gzip body is judged by what is inside; `content_type` and `url` only break ties."""
    lead = unpack(body, LEAD_BYTES)
    if _magic(lead):
        return Kind.OTHER
    text = lead_text(lead).lstrip("\ufeff\x00 \t\r\n\f")
    if text.startswith("{") and "jsonfeed.org/version" in text:
        return Kind.FEED
    if (text.startswith("<") or not _is_script(text, content_type)) and (kind := _by_tags(text)):
        return kind
    if _is_url_list(text):
        return Kind.URL_LIST
    return Kind.HTML if _claims_html(content_type, url) and not _is_binary(text) else Kind.OTHER


def describe(body: bytes, content_type: str = "") -> str:
    """The media type of `body` as its bytes show it, else as claimed, else "application/octet-stream"."""
    lead = unpack(body, LEAD_BYTES)
    claimed = content_type.partition(";")[0].strip().lower()
    if not lead:
        return "an empty body"
    if found := _magic(lead):
        return found
    text = lead_text(lead).lstrip("\ufeff \t\r\n\f")
    if _is_binary(text):
        return "application/octet-stream" if claimed.startswith("text/") else claimed or "application/octet-stream"
    by_kind = {Kind.HTML: "text/html", Kind.FEED: "application/xml", Kind.SITEMAP: "application/xml",
               Kind.SITEMAP_INDEX: "application/xml"}  # fmt: skip
    if text[:1] in "{[" and "html" not in claimed:
        return "application/json"
    return by_kind.get(sniff(body, content_type)) or claimed or "text/plain"


def unpack(body: bytes, limit: int = UNPACKED_LIMIT) -> bytes:
    """`body` without its gzip coats (two at most), cut at `limit` bytes; what broke off gives what came before."""
    for _ in range(2):
        if not body.startswith(b"\x1f\x8b"):
            break
        body = _gunzipped(body, limit)
    return body[:limit]


def _gunzipped(body: bytes, limit: int) -> bytes:
    out, left = bytearray(), body
    while left.startswith(b"\x1f\x8b") and len(out) < limit:
        member = zlib.decompressobj(wbits=31)
        try:
            out += member.decompress(left, limit - len(out))
        except zlib.error:
            break
        if not member.eof:
            break
        left = member.unused_data
    return bytes(out)


def _magic(lead: bytes) -> str | None:
    for magic, name in _MAGIC:
        if lead.startswith(magic):
            return name
    if lead[4:8] == b"ftyp":
        return "video/mp4"
    if lead.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(lead[8:12])
    if lead.startswith(b"%PDF-", 0, 1024) or b"%PDF-" in lead[:64]:
        return "application/pdf"
    return None


def _by_tags(text: str) -> Kind | None:
    """The kind that the first telling tag gives; None where there is none."""
    bare = _SKIPPED.sub(" ", text)
    if not text.startswith("<") and _is_binary(bare):
        return None
    for tag in _TAG.finditer(bare):
        name = (tag[1] or "html").lower()
        if name in _ROOTS:
            return _ROOTS[name]
        if name == "rdf":
            return Kind.FEED if "purl.org/rss" in bare or "netscape.com/rdf" in bare or "<item" in bare else None
        if name == "svg":
            return None
        if name in _HTML_TAGS:
            return Kind.HTML
    return None


def _is_script(text: str, content_type: str) -> bool:
    """Whether tags in a text are quoted by JSON, a script or a style sheet."""
    return bool(_JSON.match(text) or re.search(r"json|javascript|ecmascript|/css", content_type, re.IGNORECASE))


def _is_url_list(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines()[:50] if line.strip()]
    return bool(lines) and all(_URL_LINE.fullmatch(line) for line in lines[:-1] or lines)


def _is_binary(text: str) -> bool:
    return len(_CONTROL.findall(text)) * 20 > len(text)


def _claims_html(content_type: str, url: str) -> bool:
    claimed = content_type.lower()
    return "html" in claimed or (not claimed and url.lower().partition("?")[0].endswith((".html", ".htm", ".shtml")))
