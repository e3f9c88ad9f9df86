"""Reading WARC files back: records with their places, and whole captures."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import BinaryIO, cast

import attrs

from archives.capture import Capture, RecordLocation, RevisitOf, Spool, TlsSession, Truncation, WireMessage
from archives.digest import entity_digest
from archives.errors import DamagedRecordError, RecordNotFoundError
from archives.warc.gzips import Member, members, read_member
from archives.warc.records import parse_warc_date, parse_warc_fields

_HEAD_LIMIT = 1 << 20
_RECORD_END = b"\r\n\r\n"
Opener = Callable[[str], BinaryIO]
"""Opens a WARC by its name in `archive/`; `FileNotFoundError` where there is none."""


@attrs.frozen(kw_only=True, eq=False)
class Record:
    """One WARC record, in memory or spooled."""

    offset: int
    length: int
    """Bytes of its gzip member."""
    headers: tuple[tuple[str, str], ...]
    message: WireMessage
    """The block, seen as a message of its kind; its `interim` and `excess` are the WARC framing around it."""

    def get(self, name: str) -> str | None:
        """The first value of a WARC field."""
        return next(iter(self.get_all(name)), None)

    def get_all(self, name: str) -> list[str]:
        return [value for field, value in self.headers if field.lower() == name.lower()]

    @property
    def kind(self) -> str:
        return self.get("WARC-Type") or ""

    @property
    def record_id(self) -> str:
        return self.get("WARC-Record-ID") or ""

    @property
    def url(self) -> str:
        return self.get("WARC-Target-URI") or ""

    @property
    def date(self) -> datetime:
        """Raises `ValueError` where the record has no usable WARC-Date."""
        return parse_warc_date(self.get("WARC-Date") or "")

    def fields(self) -> list[tuple[str, str]]:
        """The block of a warcinfo or metadata record."""
        return parse_warc_fields(self.message.read())


def parse_record(member: Member) -> Record:
    """The record in a gzip member.

    Raises `ValueError`, saying what is wrong, where it does not hold exactly one.
    """
    if member.damage:
        raise ValueError(member.damage)
    start = member.content.read(0, _HEAD_LIMIT)
    end = start.find(_RECORD_END)
    if not start.startswith(b"WARC/1.") or end < 0:
        raise ValueError("no WARC record starts here")
    headers = record_start(start[:end])
    head = end + len(_RECORD_END)
    stated = next((value for name, value in headers if name.lower() == "content-length"), "")
    if not stated.isascii() or not stated.isdigit():
        raise ValueError(f"Content-Length is {stated!r}")
    if head + int(stated) + len(_RECORD_END) != member.content.size:
        raise ValueError(f"Content-Length is {stated}, but the block has {member.content.size - head - 4} bytes")
    if member.content.read(head + int(stated), member.content.size) != _RECORD_END:
        raise ValueError("the record does not end with two line ends")
    message = WireMessage(spool=member.content, interim=head, excess=len(_RECORD_END))
    return Record(offset=member.offset, length=member.length, headers=headers, message=message)


def record_start(data: bytes) -> tuple[tuple[str, str], ...]:
    """The fields of a WARC header, as many as `data` has whole."""
    lines = re.split(r"\r\n(?![ \t])", data.partition(_RECORD_END)[0].decode("utf-8", "replace"))
    fields = (line.partition(":") for line in lines[1:])
    return tuple((name.strip(), value.strip()) for name, colon, value in fields if colon)


@attrs.frozen(kw_only=True)
class Damage:
    """Bytes of a WARC file that are no whole record."""

    offset: int
    length: int
    why: str
    torn: bool
    """Whether the file simply ends too early: a crash's doing, most likely."""


def read_records(file: BinaryIO, offset: int = 0) -> Iterator[Record | Damage]:
    """Every record of a file from `offset` on, and every stretch of bytes that is none."""
    for member in members(file, offset):
        try:
            yield parse_record(member)
        except ValueError as error:
            yield Damage(offset=member.offset, length=member.length, why=str(error), torn=member.torn)


def main_records(file: BinaryIO, name: str) -> Iterator[RecordLocation]:
    """Where each exchange of a file called `name` starts; damaged stretches are passed over."""
    parts: set[str] = set()
    for record in read_records(file):
        if isinstance(record, Damage) or record.kind == "warcinfo" or record.record_id in parts:
            continue
        parts = set(record.get_all("WARC-Concurrent-To"))
        yield RecordLocation(
            file=name,
            offset=record.offset,
            length=record.length,
            record_id=record.record_id,
            payload_digest=payload_digest(record),
        )


def payload_digest(record: Record) -> str:
    """The digest of what a response carries, the transfer coding removed; a revisit states its own."""
    if record.kind == "revisit":
        return record.get("WARC-Payload-Digest") or ""
    return entity_digest(record.message if record.kind == "response" else None)


def read_record(file: BinaryIO, name: str, offset: int) -> Record:
    """The record at `offset` of the file called `name`. Raises `RecordNotFoundError`, `DamagedRecordError`."""
    if not 0 <= offset < file.seek(0, 2):
        raise RecordNotFoundError(name, offset, "the file has no such place")
    try:
        return parse_record(read_member(file, offset))
    except ValueError as error:
        raise DamagedRecordError(name, offset, str(error)) from error


def read_capture(opener: Opener, location: RecordLocation) -> Capture:
    """The exchange whose main record lies at `location`, as it was captured; a revisit has its head alone.

    Raises `RecordNotFoundError` where there is no such file or another record lies there, `DamagedRecordError` where a
    record of the exchange cannot be read.
    """
    try:
        file = opener(location.file)
    except FileNotFoundError as error:
        raise RecordNotFoundError(location.file, location.offset, "no such file in archive/") from error
    with file:
        main = read_record(file, location.file, location.offset)
        if main.record_id != location.record_id:
            raise RecordNotFoundError(location.file, location.offset, f"another record lies there: {main.record_id}")
        parts = {main.kind: main}
        at = main.offset + main.length
        for _ in main.get_all("WARC-Concurrent-To"):
            part = read_record(file, location.file, at)
            if main.record_id not in part.get_all("WARC-Concurrent-To"):
                raise DamagedRecordError(location.file, at, f"not a part of the exchange of {main.record_id}")
            parts[part.kind] = part
            at += part.length
    try:
        return _capture(main, parts, location)
    except ValueError as error:
        raise DamagedRecordError(location.file, location.offset, str(error)) from error


def _capture(main: Record, parts: dict[str, Record], location: RecordLocation) -> Capture:
    known: dict[str, list[str]] = {}
    if metadata := parts.get("metadata"):
        for name, value in metadata.fields():
            known.setdefault(name, []).append(value)

    def one(name: str) -> str | None:
        return known.get(name, [None])[0]

    answer = parts.get("response") or parts.get("revisit")
    request = parts.get("request")
    fetch_ms = one("fetchTimeMs")
    return Capture(
        url=main.url,
        method=one("method") or "GET",
        started=main.date,
        fetch_ms=int(fetch_ms) if fetch_ms else None,
        request=WireMessage(spool=_copy(request)) if request else None,
        response=_response(answer, one("interimHeads"), one("excessBytes")) if answer else None,
        peer_ip=main.get("WARC-IP-Address"),
        tls=_tls(one("tlsVersion"), one("tlsCipher"), known.get("tlsCertificate", [])),
        truncated=cast(Truncation | None, one("truncated")),
        failure=one("failure"),
        via=one("via"),
        hops=one("hopsFromSeed") or "",
        revisit_of=_revisit_of(main) if main.kind == "revisit" else None,
        location=location,
    )


def _response(record: Record, interim: str | None, excess: str | None) -> WireMessage:
    before, after = base64.b64decode(interim or ""), base64.b64decode(excess or "")
    spool = _copy(record, before)
    spool.append(after)
    return WireMessage(spool=spool, interim=len(before), excess=len(after))


def _copy(record: Record, before: bytes = b"") -> Spool:
    """A spool of its own with the block of a record, free of the WARC framing."""
    spool = Spool()
    spool.append(before)
    block = record.message.open()
    while data := block.read(1 << 18):
        spool.append(data)
    return spool


def _tls(version: str | None, cipher: str | None, chain: list[str]) -> TlsSession | None:
    if version is None:
        return None
    certificates = tuple(base64.b64decode(certificate) for certificate in chain)
    return TlsSession(version=version, cipher=cipher or "", chain=certificates)


def _revisit_of(record: Record) -> RevisitOf:
    return RevisitOf(
        record_id=record.get("WARC-Refers-To") or "",
        url=record.get("WARC-Refers-To-Target-URI") or "",
        date=parse_warc_date(record.get("WARC-Refers-To-Date") or ""),
        payload_digest=record.get("WARC-Payload-Digest") or "",
    )
