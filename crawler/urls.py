"""URLs made absolute and plain ASCII, as a browser would (https://url.spec.whatwg.org/)."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST = 65_536
"""Characters: a longer href is junk or an attack, never an address."""

_JUNK = "".join(map(chr, range(0x21))) + "\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff\"'“”‘’"
_TRAILING_JUNK = _JUNK + "，。；、！》】」"
_FULL_WIDTH_SCHEME = re.compile(r"^[hｈHＨ][tｔTＴ]{2}[pｐPＰ][sｓSＳ]?[:：][/／\\＼]{2,}[^/\\?#／]*")
_NO_HOST = re.compile(r"(?:https?:)?/{2,}|https?:/*", re.IGNORECASE)
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/(?!\.)[\w~.-]*)+(?:\?[\w=&.%-]*)?", re.ASCII)
"""What is plain as it stands: most links of most sitemaps."""
_PATH_SAFE = "!$%&'()*+,-./:;=@[\\]_|~"
_QUERY_SAFE = "!$%&()*+,-./:;=?@[\\]^_`{|}~"
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_CREDENTIALS = re.compile(r"^((?:https?|ftp):[/\\]*)?.*@", re.IGNORECASE | re.DOTALL)
_BAD_HOST = re.compile(r"[\x00-\x20\x7f#/<>?@\\^|%\[\]`\"{}]")


def absolute(href: str, base: str = "", encoding: str = "utf-8") -> str | None:
    """`href` as found on a page, resolved against `base`: absolute http(s), ASCII only, no fragment.

    None for every other scheme, for an empty `href` and for what no browser could open. The query is percent-encoded
    in `encoding` (the page's charset), the path always in UTF-8, the host as IDNA.
    """
    if len(href) > LONGEST:
        return None
    if _PLAIN.fullmatch(href):
        return href
    cleaned = _cleaned(href)
    if not cleaned or _NO_HOST.fullmatch(cleaned):
        return None
    try:
        return _plain(urlsplit(_joined(base, cleaned)), encoding)
    except ValueError:
        return None


def has_credentials(url: str) -> bool:
    """Whether a URL carries a user name or password (RFC 3986, 3.2.1): `user:pass@host`."""
    return "@" in urlsplit(url).netloc


def without_credentials(text: str) -> str:
    """A URL as it may be shown: "…" for the user name and password in it."""
    return _CREDENTIALS.sub(r"\1…@", text)


@lru_cache(maxsize=4096)
def ascii_host(host: str) -> str | None:
    """A host name in lower-case ASCII (IDNA 2008 with the UTS 46 mapping); None where it is no host name."""
    host = unicodedata.normalize("NFKC", unquote(host)).replace("。", ".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    if not host or _BAD_HOST.search(host) or ".." in host or host.startswith(".") or len(host) > 254:
        return None
    return host


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:  # it may be the base that no one can read
        return href


def _cleaned(href: str) -> str:
    href = re.sub(r"[\t\r\n]", "", href.lstrip(_JUNK).rstrip(_TRAILING_JUNK))
    if head := _FULL_WIDTH_SCHEME.match(href):
        start = unicodedata.normalize("NFKC", head[0]).replace("\\", "/")
        href = re.sub(r"^(https?):/+", r"\1://", start, flags=re.IGNORECASE) + href[head.end() :].replace("／", "/")
    href = href.partition("#")[0]
    path, mark, query = href.partition("?")
    return path.replace("\\", "/") + mark + query


def _plain(parts: SplitResult, encoding: str) -> str | None:
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else ascii_host(parts.hostname)
    if host is None:
        return None
    port = parts.port
    netloc = host if port in (None, DEFAULT_PORTS[scheme]) else f"{host}:{port}"
    user, at, _ = parts.netloc.rpartition("@")
    path = re.sub(r"^(?:/\.\.?(?=/|$))+", "", parts.path) or "/"
    return urlunsplit(
        (scheme, quote(user, safe=":%") + at + netloc, _quoted_path(path), _quoted_query(parts.query, encoding), "")
    )


def _quoted_path(path: str) -> str:
    return quote(path.encode("utf-8", "replace"), safe=_PATH_SAFE)


def _quoted_query(query: str, encoding: str) -> str:
    codec = _query_codec(encoding)
    encoded = _NOT_ASCII.sub(lambda run: "".join(_quoted_in(codec, char) for char in run[0]), query)
    return quote(encoded, safe=_QUERY_SAFE)


def _quoted_in(codec: str, char: str) -> str:
    try:
        return quote(char.encode(codec), safe="")
    except UnicodeError:
        return quote(f"&#{ord(char)};", safe="")  # what browsers send: URL standard, percent-encode after encoding


@lru_cache(maxsize=64)
def _query_codec(encoding: str) -> str:
    """The codec browsers would use: gb2312 means gbk, and UTF-16 pages send UTF-8 (Encoding standard, 4.3)."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # refuses codecs that are not for text
    except (LookupError, ValueError):
        return "utf-8"
    return "gbk" if name == "gb2312" else "utf-8" if name.startswith(("utf", "iso2022", "hz")) else name
