"""After a crash: a WARC that was being written keeps its whole exchanges; what is cut from it is put aside.

An exchange of which a record is missing was never acknowledged, so its URL is fetched again: it goes with the torn
tail. Nothing is thrown away: the bytes lie in `recovered/`, and `recovered/notes.jsonl` says where they came from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

import attrs

from archives.digest import sha256_stream
from archives.storage.base import Storage
from archives.warc.reader import Damage, read_records
from archives.warc.writer import OPEN

NOTES = "recovered/notes.jsonl"


@attrs.frozen(kw_only=True)
class Recovery:
    """What was found in a file that a crash left open."""

    file: str
    """Its name once closed."""
    kept: int
    """Bytes up to the end of the last whole exchange."""
    cut: int
    """Bytes after it."""


def whole_exchanges(file: BinaryIO) -> int:
    """Where the last whole exchange of a WARC file ends; 0 where not even the first record is whole.

    Damage before that place was no crash's doing: it stays where it is, for `verify` to find.
    """
    missing: set[str] = set()
    end = 0
    for record in read_records(file):
        if isinstance(record, Damage):
            continue
        if record.record_id in missing:
            missing.discard(record.record_id)
        else:
            missing = set(record.get_all("WARC-Concurrent-To"))
        if not missing:
            end = record.offset + record.length
    return end


def recover(storage: Storage, name: str) -> Recovery:
    """Cuts `archive/NAME.open` to its whole exchanges, the rest put aside first. Raises `StorageError`."""
    opened = f"archive/{name}{OPEN}"
    with storage.open(opened) as file:
        kept = whole_exchanges(file)
        size = file.seek(0, 2)
        file.seek(kept)
        if size > kept:
            _put_aside(storage, file, name, kept, size - kept)
    if size > kept:
        storage.cut(opened, kept)
    if kept == 0:
        storage.remove(opened)
    return Recovery(file=name, kept=kept, cut=size - kept)


def _put_aside(storage: Storage, file: BinaryIO, name: str, offset: int, length: int) -> None:
    aside = f"recovered/{name}.{offset}.cut"
    storage.replace(aside, _pieces(file))
    with storage.open(aside) as copy:
        digest = sha256_stream(copy)
    note = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "file": name,
        "offset": offset,
        "bytes": length,
        "sha256": digest,
        "put_aside": aside,
    }
    storage.append(NOTES, json.dumps(note).encode("utf-8") + b"\n")


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while data := file.read(1 << 18):
        yield data
