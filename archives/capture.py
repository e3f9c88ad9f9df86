"""Capture: one HTTP exchange as it was on the wire, free of whatever took it or stored it."""

from __future__ import annotations

import re
import tempfile
from datetime import datetime
from io import SEEK_SET, RawIOBase
from typing import IO, BinaryIO, Literal, cast

import attrs

Truncation = Literal["length", "time", "disconnect", "unspecified"]
"""WARC-Truncated reasons (ISO 28500:2017, 5.13)."""

_HEAD_LIMIT = 1 << 18
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_INTERIM = re.compile(rb"HTTP/\d\.\d +1\d\d[ \r\n]")


class Spool:
    """Append-only bytes: in memory, and past `limit` bytes in an unnamed temporary file."""

    __slots__ = ("_file", "_limit", "_parts", "size")

    def __init__(self, limit: int = 2 << 20) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None
        self.size = 0

    @classmethod
    def of(cls, data: bytes) -> Spool:
        """A spool that holds exactly `data`, in memory."""
        spool = cls(limit=len(data))
        spool.append(data)
        return spool

    def append(self, data: bytes) -> None:
        self.size += len(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._parts.append(data)
        if self.size > self._limit:
            self._file = tempfile.TemporaryFile(prefix="capture-")  # noqa: SIM115 - closed by close
            self._file.writelines(self._parts)
            self._parts.clear()

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`, fewer where the spool is shorter."""
        if self._file is not None:
            self._file.seek(start)
            return self._file.read(max(0, end - start))
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0][start:end] if self._parts else b""

    def open(self, start: int, end: int) -> BinaryIO:
        """The bytes from `start` up to `end` as a seekable file at 0."""
        return cast(BinaryIO, _SpoolView(self, start, min(end, self.size)))

    def close(self) -> None:
        """Lets go of the memory or the file; the spool is empty afterwards."""
        self._parts = []
        if self._file is not None:
            self._file.close()
            self._file = None
        self.size = 0


class _SpoolView(RawIOBase):
    """A seekable file over part of a spool."""

    def __init__(self, spool: Spool, start: int, end: int) -> None:
        self._spool, self._start, self._end, self._at = spool, start, end, start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        base = (self._start, self._at, self._end)[whence]
        self._at = max(self._start, min(base + offset, self._end))
        return self._at - self._start

    def tell(self) -> int:
        return self._at - self._start

    def read(self, size: int | None = -1, /) -> bytes:
        end = self._end if size is None or size < 0 else min(self._at + size, self._end)
        data = self._spool.read(self._at, end)
        self._at += len(data)
        return data

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)


@attrs.frozen(kw_only=True)
class MessageHead:
    """Start line and header fields of an HTTP/1.x message, bytes as sent."""

    start_line: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    """Name and value as sent, without the white space around the value; folded lines stay folded."""

    @classmethod
    def parse(cls, data: bytes) -> MessageHead:
        """Reads a head leniently (RFC 9112, 2.2): bare LF ends a line too, a line without a colon is left out."""
        lines = re.split(rb"\r?\n(?![ \t])", data.rstrip(b"\r\n"))
        fields = []
        for line in lines[1:]:
            name, colon, value = line.partition(b":")
            if colon:
                fields.append((name.strip(), value.strip()))
        return cls(start_line=lines[0], fields=tuple(fields))

    def get(self, name: str) -> str | None:
        """The first value of a field, as latin-1 text; None where the field is absent."""
        wanted = name.lower().encode("ascii")
        for field, value in self.fields:
            if field.lower() == wanted:
                return value.decode("latin-1")
        return None

    @property
    def status(self) -> int | None:
        """The status code of a response; None for a request or a broken status line."""
        match = re.match(rb"HTTP/\d(?:\.\d)?\s+(\d{3})\b", self.start_line)
        return int(match[1]) if match else None


@attrs.frozen(kw_only=True, eq=False)
class WireMessage:
    """One direction of an exchange. The message proper lies between interim heads and excess bytes."""

    spool: Spool
    interim: int = 0
    """Leading bytes that are 1xx heads (RFC 9110, 15.2)."""
    excess: int = 0
    """Trailing bytes that the peer sent past the end of its message."""

    @classmethod
    def of(cls, data: bytes, *, excess: int = 0) -> WireMessage:
        """A message held in memory; interim heads are found in it."""
        return cls.captured(Spool.of(data), excess=excess)

    @classmethod
    def captured(cls, spool: Spool, *, excess: int = 0) -> WireMessage:
        """A message just taken from the wire; interim heads are found in it."""
        head, at = spool.read(0, _HEAD_LIMIT), 0
        while _INTERIM.match(head, at) and (end := _HEAD_END.search(head, at)):
            at = end.end()
        return cls(spool=spool, interim=at, excess=excess)

    @property
    def size(self) -> int:
        """Bytes of the message proper."""
        return max(0, self.spool.size - self.interim - self.excess)

    def open(self) -> BinaryIO:
        """The message proper as a seekable file at 0."""
        return self.spool.open(self.interim, self.interim + self.size)

    def read(self) -> bytes:
        """The message proper, whole."""
        return self.spool.read(self.interim, self.interim + self.size)

    @property
    def interim_heads(self) -> bytes:
        return self.spool.read(0, self.interim)

    @property
    def excess_bytes(self) -> bytes:
        return self.spool.read(self.spool.size - self.excess, self.spool.size)

    @property
    def body_offset(self) -> int:
        """Where the body starts within the message; its size where the head never ended."""
        start = self.spool.read(self.interim, self.interim + min(self.size, _HEAD_LIMIT))
        end = _HEAD_END.search(start)
        return end.end() if end else self.size

    @property
    def head(self) -> MessageHead:
        return MessageHead.parse(self.spool.read(self.interim, self.interim + self.body_offset))

    @property
    def chunked(self) -> bool:
        coding = self.head.get("Transfer-Encoding") or ""
        return "chunked" in coding.lower()

    def open_entity(self) -> BinaryIO:
        """The body with the transfer coding removed and the content coding kept, as a file.

        A chunked body that breaks off or stops making sense gives what came before.
        """
        body = self.open()
        body.seek(self.body_offset)
        if not self.chunked:
            return body
        entity = tempfile.SpooledTemporaryFile(max_size=2 << 20)  # noqa: SIM115 - handed to the caller
        for piece in _dechunk(body):
            entity.write(piece)
        entity.seek(0)
        return cast(BinaryIO, entity)

    def entity(self) -> bytes:
        """What `open_entity` gives, whole."""
        with self.open_entity() as stream:
            return stream.read()


def _dechunk(body: BinaryIO) -> list[bytes]:
    """The pieces of a chunked body (RFC 9112, 7.1), leniently: up to the last byte that made sense."""
    pieces: list[bytes] = []
    while True:
        line = _read_line(body)
        if not line.endswith(b"\n"):
            return pieces
        try:
            left = int(line.split(b";", 1)[0].strip(), 16)
        except ValueError:
            return pieces
        if left <= 0:
            return pieces
        while left:
            piece = body.read(min(left, 1 << 16))
            if not piece:
                return pieces
            pieces.append(piece)
            left -= len(piece)
        _read_line(body)


def _read_line(body: BinaryIO, limit: int = 4096) -> bytes:
    start = body.tell()
    data = body.read(limit)
    end = data.find(b"\n") + 1
    if end:
        body.seek(start + end)
        return data[:end]
    return data


@attrs.frozen(kw_only=True)
class TlsSession:
    """What the TLS handshake of a connection settled."""

    version: str
    """As OpenSSL names it, "TLSv1.3"."""
    cipher: str
    chain: tuple[bytes, ...] = ()
    """The peer's certificates, DER, leaf first."""


@attrs.frozen(kw_only=True)
class RecordLocation:
    """Where a record lies in a collection: enough to read it back, and to notice that it changed."""

    file: str
    """Name within `archive/`, as it will be once closed ("x.warc.gz")."""
    offset: int
    """Bytes from the start of the file to the record's gzip member."""
    length: int
    """Bytes of the gzip member."""
    record_id: str
    """WARC-Record-ID, with its angle brackets."""
    payload_digest: str
    """`sha256:` and hex, of the entity; of nothing at all where there was no response."""


@attrs.frozen(kw_only=True)
class RevisitOf:
    """The earlier capture whose payload a revisit shares (ISO 28500:2017, 6.7.2)."""

    record_id: str
    url: str
    date: datetime
    payload_digest: str


@attrs.frozen(kw_only=True, eq=False)
class Capture:
    """One exchange: what was asked, what came back, when, from where, and what went wrong."""

    url: str
    method: str = "GET"
    started: datetime
    """UTC, microseconds: the WARC-Date of every record of the exchange."""
    fetch_ms: int | None = None
    request: WireMessage | None
    """None where no byte of it went out (a TLS handshake that failed)."""
    response: WireMessage | None
    """None where nothing came back."""
    peer_ip: str | None = None
    """None behind a proxy, where the peer is the proxy."""
    tls: TlsSession | None = None
    truncated: Truncation | None = None
    failure: str | None = None
    """Why the exchange did not end well, in one line."""
    via: str | None = None
    """The URL that led here."""
    hops: str = ""
    """How: one letter a step from the seed, as Heritrix writes it (L link, R redirect, P precondition)."""
    revisit_of: RevisitOf | None = None
    location: RecordLocation | None = None
    """Set on a capture that was read back from an archive."""

    @property
    def status(self) -> int | None:
        return self.response.head.status if self.response else None

    @property
    def content_type(self) -> str:
        """The Content-Type as sent, "" where there is none."""
        return (self.response.head.get("Content-Type") or "") if self.response else ""
