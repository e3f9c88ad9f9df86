"""CDXJ: the index of a collection's captures, `urlkey timestamp {json}` a line, sorted bytewise.

pywb and cdxj-indexer read it. Responses and revisits are in it; an exchange that got no answer is only in its WARC.
"""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

import attrs

from archives.capture import MessageHead, RecordLocation
from archives.urlkey import urlkey
from archives.warc.reader import Damage, Record, payload_digest, read_records
from archives.warc.records import parse_warc_date, warc_date


@attrs.frozen(kw_only=True)
class IndexEntry:
    """One capture as the index knows it."""

    urlkey: str
    url: str
    date: datetime
    mime: str
    """Without parameters; `warc/revisit` for a revisit, `unk` where the server named none."""
    status: int | None
    location: RecordLocation

    @property
    def timestamp(self) -> str:
        """The date in 14 digits, as pywb wants it; the whole of it is in the field `date`."""
        return self.date.strftime("%Y%m%d%H%M%S")

    def line(self) -> bytes:
        """The entry as a line of the index, with its line end."""
        known = {
            "url": self.url,
            "mime": self.mime,
            "status": "-" if self.status is None else str(self.status),
            "digest": self.location.payload_digest,
            "length": str(self.location.length),
            "offset": str(self.location.offset),
            "filename": self.location.file,
            "date": warc_date(self.date),
            "record_id": self.location.record_id,
        }
        return f"{self.urlkey} {self.timestamp} {json.dumps(known, ensure_ascii=False)}\n".encode()

    @classmethod
    def parse(cls, line: bytes) -> IndexEntry:
        """The entry of a line. Raises `ValueError` where it is none."""
        key, _, rest = line.decode("utf-8").partition(" ")
        try:
            known = json.loads(rest.partition(" ")[2])
            return cls(
                urlkey=key,
                url=known["url"],
                date=parse_warc_date(known["date"]),
                mime=known["mime"],
                status=None if known["status"] == "-" else int(known["status"]),
                location=RecordLocation(
                    file=known["filename"],
                    offset=int(known["offset"]),
                    length=int(known["length"]),
                    record_id=known["record_id"],
                    payload_digest=known["digest"],
                ),
            )
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"no index entry: {error}") from error


def entry_for(location: RecordLocation, *, url: str, date: datetime, head: MessageHead, revisit: bool) -> IndexEntry:
    """The entry for a response or revisit record, from what it holds."""
    mime = (head.get("Content-Type") or "").partition(";")[0].strip().lower()
    return IndexEntry(
        urlkey=urlkey(url),
        url=url,
        date=date,
        mime="warc/revisit" if revisit else _plain(mime) or "unk",
        status=head.status,
        location=location,
    )


def entry(file: str, record: Record) -> IndexEntry | None:
    """The entry for a record of `file`; None where its kind is not indexed.

    Raises `ValueError` where the record has no usable date.
    """
    if record.kind not in ("response", "revisit"):
        return None
    location = RecordLocation(
        file=file,
        offset=record.offset,
        length=record.length,
        record_id=record.record_id,
        payload_digest=payload_digest(record),
    )
    revisit = record.kind == "revisit"
    return entry_for(location, url=record.url, date=record.date, head=record.message.head, revisit=revisit)


def entries(file: BinaryIO, name: str) -> Iterator[IndexEntry]:
    """The entries for a WARC file called `name`; damaged records are passed over (`verify` finds them)."""
    for record in read_records(file):
        if isinstance(record, Damage):
            continue
        try:
            found = entry(name, record)
        except ValueError:
            continue
        if found:
            yield found


def merge(indexed: Iterable[bytes], new: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of an index, read as they are needed, and new ones between them; each once."""
    before = b""
    for line in heapq.merge(indexed, sorted(new)):
        if line != before:
            yield line
        before = line


def lines_for(file: BinaryIO, key: str) -> Iterator[bytes]:
    """The lines of an index file whose urlkey is `key`, found by halving."""
    wanted = key.encode("utf-8") + b" "
    low, high = 0, file.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        start = _line_start(file, middle)
        file.seek(start)
        if file.readline() < wanted:
            low = max(file.tell(), middle + 1)
        else:
            high = start
    file.seek(low)
    for line in file:
        if not line.startswith(wanted):
            return
        yield line


def _line_start(file: BinaryIO, at: int) -> int:
    """Where the line that byte `at` lies in begins."""
    while at > 0:
        back = max(0, at - 4096)
        file.seek(back)
        newline = file.read(at - back).rfind(b"\n")
        if newline >= 0:
            return back + newline + 1
        at = back
    return 0


def _plain(mime: str) -> str:
    """A media type as a server sent it, if it is one at all."""
    return mime if re.fullmatch(r"[\w.+-]+/[\w.+-]+", mime, re.ASCII) else ""
