"""urlkey: the key a URL is sorted and looked up by, its host turned round: `com,example)/path?query` (SURT).

The rules are those of the Internet Archive's URL canonicalizer, which pywb and cdxj-indexer use: two URLs that name
the same page as far as an archive is concerned have one key. A key is for finding things; it is not a URL.
"""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterable
from urllib.parse import quote_from_bytes, unquote_to_bytes

_SCHEME = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]*:")
_DOUBLED = re.compile(rb"^(https?:/*)(?:https?:/+)+")
_PARTS = re.compile(
    rb"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*):)?(?P<authority>//[^/?#]*)?(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?"
)
_UNESCAPED = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_DEFAULT_PORTS = {b"http": 80, b"https": 443}
_WWW = re.compile(rb"www\d*\.")
_NUMERIC_HOST = re.compile(rb"(?:[1-9]\d*(?:\.\d+){0,3}|0[0-7]*(?:\.[0-7]+){0,3})")
_PATH_SESSION = re.compile(
    rb"^(?P<before>.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)|\([0-9a-z]{24}\))/(?P<after>[^?]+\.aspx.*)$", re.I
)
_QUERY_SESSIONS = [
    re.compile(rb"^(?P<before>.*)" + session + rb"(?:&(?P<after>.*))?$", re.I)
    for session in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
]


def urlkey(url: str) -> str:
    """The key of a URL; "-" of none. A URL that cannot be taken apart is its own key, spaces removed."""
    raw = re.sub(rb"[\n\r\t]", b"", url.encode("utf-8", "surrogatepass").strip())
    if not raw:
        return "-"
    try:
        return _key(raw).decode("ascii")
    except ValueError:
        return quote_from_bytes(re.sub(rb"\s", b"", raw).lower(), safe=_UNESCAPED)


def _key(raw: bytes) -> bytes:
    if not _SCHEME.match(raw):
        raw = b"http://" + raw
    parts = _PARTS.match(_DOUBLED.sub(rb"\1", raw))
    assert parts is not None  # every part may be empty
    scheme, path, query = parts["scheme"].lower(), parts["path"], parts["query"] or b""
    host, port = _authority((parts["authority"] or b"//")[2:])
    if not host and scheme.startswith(b"http"):
        host, _, path = path.lstrip(b"/").partition(b"/")
        path = b"/" + path
    if not host:
        return parts["scheme"] + b":" + _path_alone(path) + _query(query)
    if port == _DEFAULT_PORTS.get(scheme):
        port = None
    where = b",".join(reversed(_host(host).split(b".")))
    return where + (b":%d" % port if port is not None else b"") + b")" + _path(path) + _query(query)


def _authority(authority: bytes) -> tuple[bytes, int | None]:
    """Host and port; user and password are left out. Raises `ValueError` for a port that is none."""
    host = authority.rpartition(b"@")[2].rstrip(b":")
    if host.startswith(b"["):
        host, _, port = host[1:].partition(b"]")
        port = port.lstrip(b":")
    else:
        host, _, port = host.partition(b":")
    if not port:
        return host, None
    if not port.isdigit() or int(port) > 65535:
        raise ValueError("no port")
    return host, int(port)


def _host(host: bytes) -> bytes:
    host = _unescaped(host).lower()
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    if _NUMERIC_HOST.fullmatch(host):
        host = _dotted(host)
    host = _escaped(host.lower())
    return _WWW.sub(b"", host, count=1) if _WWW.match(host) else host


def _dotted(host: bytes) -> bytes:
    """An IPv4 address in whatever numbers it is written, as four."""
    try:
        if host.isdigit():
            return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4, "big")).encode("ascii")
        return socket.inet_ntoa(socket.inet_aton(host.decode("ascii"))).encode("ascii")
    except OSError:
        return host


def _path(path: bytes) -> bytes:
    whole = _escaped(b"/" + b"/".join(_steps(_unescaped(path).split(b"/")[1:]))).lower()
    if match := _PATH_SESSION.match(whole):
        whole = match["before"] + match["after"]
    return whole[:-1] if whole.endswith(b"/") and len(whole) > 1 else whole


def _path_alone(path: bytes) -> bytes:
    """The path of a URL without a host (`dns:`, `urn:`): no steps in it."""
    whole = _escaped(_unescaped(path)).lower()
    return whole[:-1] if whole.endswith(b"/") and len(whole) > 1 else whole


def _steps(steps: Iterable[bytes]) -> list[bytes]:
    """The steps of a path with `.` and empty ones left out and `..` followed."""
    kept: list[bytes] = []
    for step in steps:
        if step == b"..":
            kept = kept[:-1] if kept else [step]
        elif step != b".":
            kept.append(step)
    return [step for step in kept[:-1] if step] + kept[-1:]


def _query(query: bytes) -> bytes:
    if not query:
        return b""
    query = _escaped(_unescaped(query))
    for pattern in _QUERY_SESSIONS:
        if match := pattern.match(query):
            query = match["before"] + (match["after"] or b"")
    pairs = sorted(tuple(pair.split(b"=", 1)) for pair in query.lower().split(b"&"))
    query = b"&".join(b"=".join(pair) for pair in pairs)
    return b"?" + query if query else b""


def _unescaped(data: bytes) -> bytes:
    """Percent escapes taken away until none is left."""
    while (plain := unquote_to_bytes(data)) != data:
        data = plain
    return data


def _escaped(data: bytes) -> bytes:
    """Everything but visible ASCII escaped, and `#` and `%`."""
    return quote_from_bytes(data, safe=_UNESCAPED).encode("ascii")
