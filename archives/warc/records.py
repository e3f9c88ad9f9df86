"""Records: how an exchange, or what is known about it, is written down as WARC/1.1 (ISO 28500:2017).

The fields and the reason for each are listed in docs/warc-fields.md.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO
from uuid import uuid4

import attrs
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from archives.capture import Capture, RevisitOf, WireMessage
from archives.digest import entity_digest, sha256, sha256_stream

SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
STRAY_LIMIT = 64 << 10
"""Bytes of interim heads, and of excess, that are kept; past it only their number is."""

_CONTENT_TYPES = {
    "warcinfo": "application/warc-fields",
    "metadata": "application/warc-fields",
    "request": "application/http; msgtype=request",
    "response": "application/http; msgtype=response",
    "revisit": "application/http; msgtype=response",
}
Fields = list[tuple[str, str]]


@attrs.frozen(kw_only=True)
class Exchange:
    """The records of one exchange in the order they are written, the main one first.

    The main record (response, revisit or, where nothing came back, metadata) names all others as concurrent to it: so
    a reader knows how many follow, and a recovery whether all of them are there.
    """

    records: tuple[ArcWarcRecord, ...]
    record_id: str
    payload_digest: str


def new_record_id() -> str:
    """A fresh WARC-Record-ID, with its angle brackets (5.2)."""
    return f"<urn:uuid:{uuid4()}>"


def warc_date(when: datetime) -> str:
    """A WARC-Date: UTC with microseconds (5.4)."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_warc_date(text: str) -> datetime:
    """The moment a WARC-Date names, in UTC; `ValueError` where it names none."""
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    try:
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is no date") from error


def warcinfo(filename: str, when: datetime, info: Mapping[str, str]) -> tuple[ArcWarcRecord, str]:
    """The record a file starts with (6.2), and its ID."""
    record_id = new_record_id()
    block = _warc_fields(info.items())
    fields = [("WARC-Filename", filename), ("WARC-Block-Digest", sha256(block))]
    return _record("warcinfo", record_id, when, fields, BytesIO(block), len(block)), record_id


def exchange(capture: Capture, warcinfo_id: str) -> Exchange:
    """The records that hold a capture: response or revisit, request, metadata, each where there is one."""
    payload_digest = _payload_digest(capture)
    parts: list[tuple[str, Fields, BinaryIO, int]] = []
    if capture.response is not None:
        parts.append(_answer(capture, capture.response, payload_digest))
    metadata = ("metadata", *_block(_metadata(capture, payload_digest)))
    if capture.response is None:
        parts.append(metadata)
    if capture.request is not None:
        message = capture.request
        fields = [("WARC-Block-Digest", sha256_stream(message.open()))]
        parts.append(("request", fields, message.open(), message.size))
    if capture.response is not None:
        parts.append(metadata)

    ids = [new_record_id() for _ in parts]
    shared: Fields = [("WARC-Target-URI", warc_uri(capture.url)), ("WARC-Warcinfo-ID", warcinfo_id)]
    if capture.peer_ip:
        shared.append(("WARC-IP-Address", capture.peer_ip))
    records = []
    for own, (kind, fields, block, size) in zip(ids, parts, strict=True):
        others: Fields = [("WARC-Concurrent-To", other) for other in ids if other != own]
        records.append(_record(kind, own, capture.started, shared + others + fields, block, size))
    return Exchange(records=tuple(records), record_id=ids[0], payload_digest=payload_digest)


def _payload_digest(capture: Capture) -> str:
    if capture.revisit_of is not None and capture.status == 304:
        return capture.revisit_of.payload_digest
    return entity_digest(capture.response)


def _answer(capture: Capture, message: WireMessage, payload_digest: str) -> tuple[str, Fields, BinaryIO, int]:
    """The response record (6.3), or the revisit record (6.7) that keeps its head alone."""
    if capture.revisit_of is not None:
        size = message.body_offset
        head = message.spool.read(message.interim, message.interim + size)
        fields = _revisit_fields(capture.revisit_of, payload_digest, not_modified=capture.status == 304)
        return "revisit", [*fields, ("WARC-Block-Digest", sha256(head))], BytesIO(head), size
    fields = [("WARC-Block-Digest", sha256_stream(message.open()))]
    if _has_plain_payload(message):
        fields.append(("WARC-Payload-Digest", payload_digest))
    if capture.truncated:
        fields.append(("WARC-Truncated", capture.truncated))
    return "response", fields, message.open(), message.size


def _has_plain_payload(message: WireMessage) -> bool:
    """Whether every checker finds the entity where we do.

    Over a chunked body they compute the payload digest with the framing, and not all of them see a head end in bare
    LFs: such a record has the digest in its metadata record only.
    """
    if message.chunked or message.head.status is None:
        return False
    end = message.interim + message.body_offset
    return message.spool.read(end - 4, end) == b"\r\n\r\n"


def _revisit_fields(of: RevisitOf, payload_digest: str, *, not_modified: bool) -> Fields:
    return [
        ("WARC-Profile", NOT_MODIFIED if not_modified else SAME_PAYLOAD),
        ("WARC-Refers-To", of.record_id),
        ("WARC-Refers-To-Target-URI", warc_uri(of.url)),
        ("WARC-Refers-To-Date", warc_date(of.date)),
        ("WARC-Payload-Digest", payload_digest),
        ("WARC-Truncated", "length"),
    ]


def _metadata(capture: Capture, payload_digest: str) -> Iterable[tuple[str, str]]:
    """What is known of an exchange beside its bytes (6.6); `parse_metadata` and the reader turn it back."""
    if capture.via:
        yield "via", capture.via
    if capture.hops:
        yield "hopsFromSeed", capture.hops
    if capture.fetch_ms is not None:
        yield "fetchTimeMs", str(capture.fetch_ms)
    if capture.method != "GET":
        yield "method", capture.method
    if capture.failure:
        yield "failure", capture.failure
    if capture.truncated:
        yield "truncated", capture.truncated
    if capture.tls:
        yield "tlsVersion", capture.tls.version
        yield "tlsCipher", capture.tls.cipher
        for certificate in capture.tls.chain:
            yield "tlsCertificate", base64.b64encode(certificate).decode("ascii")
    if capture.response is not None:
        yield "payloadDigest", payload_digest
        yield from _stray("interimHeads", capture.response.interim_heads)
        yield from _stray("excessBytes", capture.response.excess_bytes)


def _stray(name: str, data: bytes) -> Iterable[tuple[str, str]]:
    """Bytes that came with a response and are no part of it: what they are, and how many there were."""
    if data:
        yield name, base64.b64encode(data[:STRAY_LIMIT]).decode("ascii")
        yield name + "Length", str(len(data))


def _block(fields: Iterable[tuple[str, str]]) -> tuple[Fields, BinaryIO, int]:
    block = _warc_fields(fields)
    return [("WARC-Block-Digest", sha256(block))], BytesIO(block), len(block)


def _warc_fields(fields: Iterable[tuple[str, str]]) -> bytes:
    """`application/warc-fields` (chapter 4); a value that would break a line is put on one."""
    lines = [f"{name}: {_one_line(value)}\r\n" for name, value in fields]
    return "".join(lines).encode("utf-8", "backslashreplace")


def parse_warc_fields(block: bytes) -> list[tuple[str, str]]:
    """The names and values of an `application/warc-fields` block; what is no field is left out."""
    fields = []
    for line in block.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields.append((name.strip(), value.strip()))
    return fields


def _record(kind: str, record_id: str, when: datetime, fields: Fields, block: BinaryIO, size: int) -> ArcWarcRecord:
    first: Fields = [("WARC-Type", kind), ("WARC-Record-ID", record_id), ("WARC-Date", warc_date(when))]
    headers = StatusAndHeaders("", first + fields, protocol="WARC/1.1")
    # warcio drops the block of what it knows to be a revisit, unless it may write the HTTP head in its own way
    written_as = "response" if kind == "revisit" else kind
    return ArcWarcRecord("warc", written_as, headers, block, None, _CONTENT_TYPES[kind], size)


def _one_line(value: str) -> str:
    return re.sub(r"[\r\n]+", " ", value).strip()


def warc_uri(url: str) -> str:
    """A URL fit for a WARC header: white space and controls would end the line or the value."""
    return re.sub(r"[\x00-\x20\x7f]", lambda match: f"%{ord(match[0]):02X}", url.strip())
