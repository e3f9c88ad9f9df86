"""What tests/servers.py answers: a table of bytes by path, and a few answers that need the request."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable, Iterable
from typing import Literal

import attrs


@attrs.frozen(kw_only=True)
class Asked:
    """A request, and which one on its connection it is (from 1)."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    turn: int


@attrs.frozen
class Answer:
    """Bytes to send, part by part with `pause` seconds between, and what to do with the connection then.

    It is kept for more requests, closed, dropped (closed without the TLS goodbye), reset (RST), or held in silence.
    """

    parts: Iterable[bytes]
    then: Literal["keep", "close", "drop", "reset", "hold"] = "keep"
    pause: float = 0


def response(body: str | bytes = "", *fields: str, status: str = "200 OK") -> bytes:
    """A whole, well-formed response with its Content-Length."""
    data = body.encode() if isinstance(body, str) else body
    head = "\r\n".join((f"HTTP/1.1 {status}", *fields, f"Content-Length: {len(data)}"))
    return head.encode() + b"\r\n\r\n" + data


def _chunks(*pieces: bytes, extension: bytes = b"") -> bytes:
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)


_TEXT = "Content-Type: text/html; charset=utf-8"
_PAGE = "<!DOCTYPE html><title>灯塔</title><p>海边的灯塔今晚照常亮起。</p>"
_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_DEFLATE = zlib.compressobj(wbits=-15)
_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"  # noqa: E501

ANSWERS: dict[str, Answer] = {
    "/": Answer([response(_PAGE, _TEXT)]),
    "/robots.txt": Answer([response("User-agent: *\nDisallow:\n", "Content-Type: text/plain")]),
    "/empty": Answer([response()]),
    "/binary": Answer([response(bytes(range(256)) * 4, "Content-Type: application/octet-stream")]),
    "/gb18030": Answer([response(_PAGE.encode("gb18030"), "Content-Type: text/html; charset=gb2312")]),
    "/pdf": Answer([response(_PDF, "Content-Type: application/pdf")]),
    "/gzip": Answer([response(gzip.compress(_PAGE.encode(), mtime=0), _TEXT, "Content-Encoding: gzip")]),
    "/gzip/cut": Answer([response(gzip.compress(_PAGE.encode(), mtime=0)[:-9], _TEXT, "Content-Encoding: gzip")]),
    "/gzip/not": Answer([response(_PAGE, _TEXT, "Content-Encoding: gzip")]),
    "/deflate": Answer([response(zlib.compress(_PAGE.encode()), _TEXT, "Content-Encoding: deflate")]),
    "/deflate/raw": Answer(
        [response(_DEFLATE.compress(_PAGE.encode()) + _DEFLATE.flush(), _TEXT, "Content-Encoding: deflate")]
    ),
    "/coding/unknown": Answer([response(_PAGE, _TEXT, "Content-Encoding: x-none")]),
    # framing
    "/chunked": Answer([_CHUNKED + _chunks(b"one ", b"two ", b"three") + b"0\r\n\r\n"]),
    "/chunked/parts": Answer([_CHUNKED, b"4\r\non", b"e \r\n3\r", b"\ntwo\r\n0\r\n", b"\r\n"], pause=0.01),
    "/chunked/extensions": Answer([_CHUNKED + _chunks(b"one", b"two", extension=b';sig="a;b"') + b"0;last\r\n\r\n"]),
    "/chunked/trailers": Answer([_CHUNKED + _chunks(b"one") + b"0\r\nX-Checksum: 1\r\nExpires: 0\r\n\r\n"]),
    "/chunked/empty": Answer([_CHUNKED + b"0\r\n\r\n"]),
    "/chunked/zeros": Answer([_CHUNKED + b"0003\r\none\r\n000\r\n\r\n"]),
    "/chunked/gzip": Answer(
        [
            _OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
            _chunks(gzip.compress(_PAGE.encode(), mtime=0)) + b"0\r\n\r\n",
        ]
    ),
    "/chunked/and-length": Answer(
        [_OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + _chunks(b"one", b"two") + b"0\r\n\r\n"]
    ),
    "/until-close": Answer([_OK + b"Content-Type: text/plain\r\n\r\nno length, ends with the connection"], "close"),
    "/until-close/http10": Answer([b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nan old server"], "close"),
    "/until-close/rude": Answer([_OK + b"\r\nTLS is not told of the end"], "drop"),
    "/connection-close": Answer([response("the last one", "Connection: close")], "close"),
    # heads
    "/head/case": Answer([response("odd", "x-b: 2", "X-A:1", "cOnTeNt-TyPe:   text/plain  ", "X-a: again")]),
    "/head/no-phrase": Answer([b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"]),
    "/head/odd-phrase": Answer([response("ok", status="200 Tout va bien: \u00e0 peu pr\u00e8s")]),
    "/head/lf-only": Answer([b"HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 2\n\nok"]),
    "/head/folded": Answer([_OK + b"X-Long: one\r\n two\r\n\tthree\r\nContent-Length: 2\r\n\r\nok"]),
    "/head/duplicate": Answer([response("ok", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-D: 1", "X-D: 1")]),
    "/head/non-ascii": Answer([_OK + "X-标题: 灯塔\r\n".encode() + b"X-Raw: \xff\xfe\r\nContent-Length: 2\r\n\r\nok"]),
    "/head/no-colon": Answer([_OK + b"this line has none\r\nContent-Length: 2\r\n\r\nok"]),
    "/head/same-lengths": Answer([_OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok"]),
    "/head/flood": Answer([response("ok", *(f"X-Flood-{n}: {'v' * 40}" for n in range(400)))]),
    "/head/long-line": Answer([response("ok", f"X-Long: {'v' * 20_000}")]),
    "/head/in-bytes": Answer([bytes([byte]) for byte in response("ok", "X-Slow: yes")], pause=0.001),
    "/early-hints": Answer(
        [b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n", response(_PAGE, _TEXT)], pause=0.01
    ),
    "/continue": Answer(
        [b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n" + response("ok")]
    ),
    # what ends badly
    "/cut/head": Answer([_OK + b"Content-Type: text/ht"], "close"),
    "/cut/status": Answer([b"HTTP/1.1 20"], "close"),
    "/cut/length": Answer([_OK + b"Content-Length: 100\r\n\r\nonly this"], "close"),
    "/cut/chunk": Answer([_CHUNKED + b"ff\r\nonly this"], "close"),
    "/cut/last-chunk": Answer([_CHUNKED + _chunks(b"one")], "close"),
    "/cut/hints": Answer([b"HTTP/1.1 103 Early Hints\r\n\r\n"], "close"),
    "/close": Answer([], "close"),
    "/reset": Answer([], "reset"),
    "/reset/body": Answer([_OK + b"Content-Length: 100\r\n\r\nonly this", b""], "reset", pause=0.5),
    "/reset/no-length": Answer([_OK + b"\r\nno length, and then", b""], "reset", pause=0.5),
    "/garbage": Answer([b"\x00\x01 this is no HTTP \xff\xfe\r\n\r\n"], "close"),
    "/garbage/html": Answer([_PAGE.encode()], "close"),
    "/garbage/chunk": Answer([_CHUNKED + b"xyz\r\nnot a size\r\n"], "close"),
    "/garbage/lengths": Answer([_OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!"], "close"),
    "/garbage/transfer-coding": Answer([_OK + b"Transfer-Encoding: rot13\r\n\r\nbx"], "close"),
    "/excess": Answer([response("ok") + b"and more than was said"]),
    "/excess/response": Answer([response("ok") + response("nobody asked for this one")]),
    "/excess/chunked": Answer([_CHUNKED + _chunks(b"one") + b"0\r\n\r\nand more"]),
    "/excess/204": Answer([b"HTTP/1.1 204 No Content\r\n\r\nno content at all"]),
    "/excess/304": Answer([b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\nnot modified at all']),
    "/excess/head": Answer([response("a HEAD request gets this body too")]),
    # what takes its time
    "/silent": Answer([], "hold"),
    "/silent/body": Answer([_OK + b"Content-Length: 100\r\n\r\nonly this"], "hold"),
    # statuses with a meaning
    "/not-modified": Answer([b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n']),
    "/no-content": Answer([b"HTTP/1.1 204 No Content\r\n\r\n"]),
    "/retry-after": Answer([response("later", "Retry-After: 1", status="503 Service Unavailable")]),
    "/too-many": Answer([response("slower", "Retry-After: 1", status="429 Too Many Requests")]),
}


def _status(asked: Asked) -> Answer:
    code = asked.path.rpartition("/")[2]
    return Answer([response(f"status {code}", "Content-Type: text/plain", status=f"{code} As Asked")])


def _echo(asked: Asked) -> Answer:
    return Answer([response(asked.body, "Content-Type: application/octet-stream")])


def _redirect(asked: Asked) -> Answer:
    """/redirect/3 leads to /redirect/2 and so on to /; /redirect/loop to itself; /redirect?to=URL anywhere."""
    left = asked.path.rpartition("/")[2]
    onward = f"/redirect/{int(left) - 1}" if left.isdigit() and int(left) > 1 else "/"
    to = asked.query.get("to") or (asked.path if left == "loop" else onward)
    return Answer([response("", f"Location: {to}", status=f"{asked.query.get('status', '302')} Found")])


def _drop_reused(asked: Asked) -> Answer:
    """Answers the first request of a connection; on a reused one it closes without a word."""
    return Answer([response("on a fresh connection")]) if asked.turn == 1 else Answer([], "close")


def _drip(asked: Asked) -> Answer:
    """/drip?n=5&pause=0.02: n bytes of body, one after the other."""
    n = int(asked.query.get("n", "5"))
    parts = [_OK + b"Content-Length: %d\r\n\r\n" % n, *[b"."] * n]
    return Answer(parts, pause=float(asked.query.get("pause", "0.02")))


def _endless(asked: Asked) -> Answer:
    line = b"the same line again, and no end to it\n" * 100
    return Answer(itertools.chain([_OK + b"Content-Type: text/plain\r\n\r\n"], itertools.repeat(line)), "close", 0.002)


def _huge(asked: Asked) -> Answer:
    """/huge?mb=200&length=no: so many MiB of text, with a Content-Length unless told otherwise."""
    mib = int(asked.query.get("mb", "200"))
    block = (b"a line of text in a large body\n" * (1 << 15))[: 1 << 20].ljust(1 << 20, b"\n")
    length = b"" if asked.query.get("length") == "no" else b"Content-Length: %d\r\n" % (mib << 20)
    head = _OK + b"Content-Type: text/plain\r\n" + length + b"\r\n"
    return Answer(itertools.chain([head], itertools.repeat(block, mib)), "keep" if length else "close")


ROUTES: dict[str, Callable[[Asked], Answer]] = {
    "/status/": _status,
    "/echo": _echo,
    "/redirect": _redirect,
    "/drop-reused": _drop_reused,
    "/drip": _drip,
    "/endless": _endless,
    "/huge": _huge,
}
"""By the start of the path."""

KINDS: tuple[str, ...] = (
    *(path for path in ANSWERS if not path.startswith(("/silent", "/robots"))),
    *("/status/404", "/status/500", "/status/299", "/echo", "/drip?n=3", "/huge?mb=3", "/huge?mb=3&length=no"),
    *("/redirect/1", "/drop-reused", "/nowhere"),
)


def answer(asked: Asked, pages: dict[str, bytes | Answer]) -> Answer:
    """What the server answers; a HEAD request gets the head only, but for /excess/head."""
    if asked.path in pages:
        page = pages[asked.path]
        chosen = page if isinstance(page, Answer) else Answer([page])
    elif asked.path in ANSWERS:
        chosen = ANSWERS[asked.path]
    else:
        route = next((make for start, make in ROUTES.items() if asked.path.startswith(start)), None)
        chosen = route(asked) if route else Answer([response("not here", status="404 Not Found")])
    if asked.method == "HEAD" and chosen.then == "keep" and not asked.path.startswith("/excess"):
        head, blank, _ = b"".join(itertools.islice(chosen.parts, 8)).partition(b"\r\n\r\n")
        return Answer([head + blank])
    return chosen
