"""Response: what a demo outlet answers, down to the bytes of its heads."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from typing import Literal

import attrs

Framing = Literal["length", "chunked", "close"]
_DATE = "Mon, 09 Mar 2026 04:00:00 GMT"
_REASONS = {
    301: "Moved Permanently", 302: "Found", 304: "Not Modified", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 410: "Gone", 503: "Service Unavailable",
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Manner:
    """How an outlet's server writes its heads: every one a little differently, as servers do."""

    server: str
    ok: str = "OK"
    """Reason phrase of a 200."""
    case: Callable[[str], str] = str
    """What it does to the names of header fields."""
    first: tuple[str, ...] = ("Date", "Server")
    """Fields that come first, in this order."""
    colon: str = ": "
    extra: tuple[tuple[str, str], ...] = ()


@attrs.frozen(kw_only=True)
class Response:
    """One answer, before it is framed."""

    status: int = 200
    reason: str | None = None
    content_type: str | None = "text/html"
    body: bytes = b""
    gzipped: bool = False
    framing: Framing = "length"
    etag: bool = False
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def tag(self) -> str:
        return '"' + hashlib.sha256(self.body).hexdigest()[:20] + '"'

    @property
    def unchanged(self) -> Response:
        """The 304 that says so (RFC 9110, 15.4.5)."""
        return Response(status=304, content_type=None, fields=(("ETag", self.tag),))

    def wire(self, manner: Manner, *, gzip_accepted: bool = True, head_only: bool = False) -> bytes:
        """The whole message as it goes out."""
        coded = self.gzipped and gzip_accepted
        body = gzip.compress(self.body, 6, mtime=0) if coded else self.body
        fields = [("Date", _DATE), ("Server", manner.server), *manner.extra]
        if self.content_type is not None:
            fields.append(("Content-Type", self.content_type))
        if coded:
            fields += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        if self.etag:
            fields.append(("ETag", self.tag))
        fields += self.fields
        if self.status != 304:
            fields += self._framing_fields(len(body))
        fields.sort(key=lambda field: manner.first.index(field[0]) if field[0] in manner.first else len(manner.first))
        reason = self.reason or (manner.ok if self.status == 200 else _REASONS[self.status])
        lines = [f"HTTP/1.1 {self.status} {reason}"]
        lines += [manner.case(name) + manner.colon + value for name, value in fields]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if head_only or self.status == 304:
            return head
        return head + (_chunked(body) if self.framing == "chunked" else body)

    def _framing_fields(self, size: int) -> list[tuple[str, str]]:
        if self.framing == "chunked":
            return [("Transfer-Encoding", "chunked")]
        if self.framing == "close":
            return [("Connection", "close")]
        return [("Content-Length", str(size))]


def redirect(status: int, location: str) -> Response:
    """A redirect with the short body that servers send along."""
    body = f"<html><head><title>{status}</title></head><body>{location}</body></html>".encode()
    return Response(status=status, body=body, fields=(("Location", location),))


def _chunked(body: bytes) -> bytes:
    """`body` in chunks of growing sizes, one with an extension, sizes in either case (RFC 9112, 7.1)."""
    parts, at, size = [], 0, 37
    while at < len(body):
        piece = body[at : at + size]
        extension = ";demo=1" if at == 0 else ""
        parts.append(f"{len(piece):{'X' if at else 'x'}}{extension}\r\n".encode() + piece + b"\r\n")
        at, size = at + size, min(size * 5, 4096)
    return b"".join(parts) + b"0\r\n\r\n"
