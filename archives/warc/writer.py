"""WarcWriter: exchanges onto the end of a WARC file, whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import BinaryIO

from warcio.recordloader import ArcWarcRecord
from warcio.warcwriter import WARCWriter

from archives.capture import Capture, RecordLocation
from archives.errors import StorageError
from archives.storage.base import Storage
from archives.warc import records
from archives.warc.gzips import MemberWriter

OPEN = ".open"
"""What the name of a file ends in while it may still grow."""
DEFAULT_SIZE = 1 << 30
_BUFFER = 1 << 20


class _RecordWriter(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """warcio's writer with nothing added to what it is given."""

    def ensure_digest(self, record: ArcWarcRecord, block: bool = True, payload: bool = True) -> None:
        """Leaves a record as it is: its digests are SHA-256 and already there."""


class WarcWriter:
    """Writes `archive/PREFIX-TIME-xxxx-NNNNN.warc.gz.open`, and the next one past `max_size` bytes.

    One thread at a time. After a failed write the file ends with its last whole exchange again; where even that cannot
    be had, every later call raises `StorageError`.
    """

    def __init__(
        self,
        storage: Storage,
        prefix: str,
        info: Mapping[str, str],
        *,
        max_size: int = DEFAULT_SIZE,
        closing: Callable[[str], None] = lambda name: None,
    ) -> None:
        """`closing` is called with the name of a file that is on the medium and about to lose its `.open`."""
        self._storage, self._info, self._max_size, self._closing = storage, dict(info), max_size, closing
        self._stem = f"{prefix}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        self._serial = 0
        self._tail: Tail | None = None
        self._name = ""
        self._warcinfo_id = ""
        self._broken = False

    def write(self, capture: Capture) -> RecordLocation:
        """Appends the records of an exchange and flushes them to the system. Raises `StorageError`."""
        self._refuse_if_broken()
        if self._tail is not None and self._tail.end >= self._max_size:
            self.close()
        tail = self._tail or self._begin()
        exchange = records.exchange(capture, self._warcinfo_id)
        offset = tail.end
        lengths = self._put(tail, exchange.records)
        return RecordLocation(
            file=self._name,
            offset=offset,
            length=lengths[0],
            record_id=exchange.record_id,
            payload_digest=exchange.payload_digest,
        )

    def sync(self) -> None:
        """Has everything written so far on the medium. Raises `StorageError`."""
        self._refuse_if_broken()
        if self._tail is not None:
            try:
                self._tail.sync()
            except OSError as error:
                self._broken = True  # after a failed fsync nobody knows which pages were dropped
                raise self._refused(error) from error

    def close(self) -> None:
        """Ends the file that is being written, if any: sync, `closing`, then its real name. Raises `StorageError`."""
        if self._tail is None:
            return
        self.sync()
        self._tail.close()
        self._tail = None
        self._closing(self._name)
        self._storage.rename(f"archive/{self._name}{OPEN}", f"archive/{self._name}")

    def _refuse_if_broken(self) -> None:
        if self._broken:
            raise StorageError(f"{self._storage.path(self._name)}: an earlier write failed, nothing more can be added")

    def _begin(self) -> Tail:
        self._serial += 1
        self._name = f"{self._stem}-{self._serial:05d}.warc.gz"
        self._tail = tail = Tail(self._storage.create(f"archive/{self._name}{OPEN}"))
        record, self._warcinfo_id = records.warcinfo(self._name, datetime.now(UTC), self._info)
        self._put(tail, (record,))
        return tail

    def _put(self, tail: Tail, batch: tuple[ArcWarcRecord, ...]) -> list[int]:
        """Writes records one gzip member each, all of them or none; gives the members' lengths."""
        writer = _RecordWriter(MemberWriter(tail), gzip=False, warc_version="1.1")
        start, ends = tail.end, [tail.end]
        try:
            for record in batch:
                writer.write_record(record)
                ends.append(tail.end)
            tail.flush()
        except BaseException as error:
            self._take_back(tail, start)
            if isinstance(error, OSError):
                raise self._refused(error) from error
            raise
        return [after - before for before, after in pairwise(ends)]

    def _take_back(self, tail: Tail, end: int) -> None:
        try:
            tail.cut(end)
        except OSError:
            self._broken = True

    def _refused(self, error: OSError) -> StorageError:
        return StorageError(f"{self._storage.path(f'archive/{self._name}{OPEN}')}: {error.strerror or error}")


class Tail:
    """The end of a file that grows, with a buffer that can be thrown away (Python's own cannot)."""

    def __init__(self, file: BinaryIO) -> None:
        """`file` is unbuffered and empty."""
        self._file = file
        self._held = bytearray()
        self._written = 0

    @property
    def end(self) -> int:
        """Bytes of the file, those in the buffer counted."""
        return self._written + len(self._held)

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _BUFFER:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Hands what is held to the system."""
        with memoryview(bytes(self._held)) as data:
            at = 0
            while at < len(data):
                at += self._file.write(data[at:])
        self._written += len(self._held)
        self._held.clear()

    def sync(self) -> None:
        self.flush()
        os.fsync(self._file.fileno())

    def cut(self, end: int) -> None:
        """Takes back everything past `end`, written or not."""
        self._held.clear()
        self._file.truncate(end)
        self._file.seek(end)
        self._written = end

    def close(self) -> None:
        self._file.close()
