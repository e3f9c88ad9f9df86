"""Lineage: from a record, or from a text's row, down to the line of the chain that vouches for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from archives.capture import RecordLocation
from archives.chain import flaw, row_mark
from archives.collection import Collection
from archives.digest import NOTHING, sha256, sha256_stream
from archives.errors import ArchiveError, RecordNotFoundError
from archives.viewer.catalogue import Place
from archives.warc.reader import Record, payload_digest, read_record
from archives.warc.writer import OPEN


@attrs.frozen(kw_only=True)
class ChainState:
    """The chain as a whole."""

    links: int
    flaws: tuple[tuple[int, str], ...]
    """Line number and what is wrong with it."""
    unsealed: tuple[str, ...]
    """Closed WARC files that no line names."""
    open_files: tuple[str, ...]
    """WARC files that are being written, or that a crash left so."""
    key: str | None
    """Why no signature can be checked, if so."""

    @property
    def sound(self) -> bool:
        return self.links > 0 and not self.flaws and not self.unsealed and self.key is None


@attrs.frozen(kw_only=True)
class Seal:
    """The line of the chain that names a WARC file or a run."""

    number: int
    when: str
    digest: str | None
    """What it says of the file; None for a run."""
    rows: tuple[str, ...]
    """For a run, the start of the digest of each row."""
    flaw: str | None


@attrs.frozen(kw_only=True)
class Check:
    """One thing that was looked at again, and how it stands."""

    what: str
    """A key of `archives.viewer.words`."""
    where: str
    expected: str
    found: str

    @property
    def holds(self) -> bool:
        return self.expected == self.found


class ChainView:
    """The chain of a collection as it lies there now, every line's place, form and signature looked at.

    The files that it names are not read.
    """

    def __init__(self, collection: Collection) -> None:
        self._names = collection.storage.names("archive")
        self._links = list(collection.chain.links())
        self._flaws: list[str | None] = [None] * len(self._links)
        self._key: str | None = "no public key"
        try:
            key = collection.chain.public_key()
        except (ValueError, ArchiveError) as error:
            self._key = f"no usable public key: {error}"
            return
        if key is not None:
            self._key = None
            before = NOTHING
            for at, link in enumerate(self._links):
                self._flaws[at] = flaw(link, before, key) or (None if link.whole else "has no line end")
                before = sha256(link.line)

    def state(self) -> ChainState:
        """How the whole of it stands."""
        sealed = {str(link.known.get("file")) for link in self._links if link.known.get("kind") == "warc"}
        flaws = zip(self._links, self._flaws, strict=True)
        return ChainState(
            links=len(self._links),
            flaws=tuple((link.number, found) for link, found in flaws if found),
            unsealed=tuple(name for name in self._names if name.endswith(".warc.gz") and name not in sealed),
            open_files=tuple(name for name in self._names if name.endswith(OPEN)),
            key=self._key if self._links else None,
        )

    def seal(self, kind: str, name: str) -> Seal | None:
        """The latest line that names a WARC (`kind` "warc") or a run ("run"); None where none does."""
        field = "file" if kind == "warc" else "run"
        for link, found in zip(reversed(self._links), reversed(self._flaws), strict=True):
            if link.known.get("kind") == kind and link.known.get(field) == name:
                digest, rows = link.known.get("sha256"), link.known.get("rows")
                return Seal(
                    number=link.number,
                    when=str(link.known.get("when")),
                    digest=digest if isinstance(digest, str) else None,
                    rows=tuple(map(str, rows)) if isinstance(rows, list) else (),
                    flaw=found or self._key,
                )
        return None


def main_record(collection: Collection, name: str, offset: int) -> tuple[Record, RecordLocation]:
    """The record at a place and its location. Raises `RecordNotFoundError`, `DamagedRecordError`."""
    try:
        file = collection.open_warc(name)
    except FileNotFoundError as error:
        raise RecordNotFoundError(name, offset, "no such file in archive/") from error
    with file:
        record = read_record(file, name, offset)
    location = RecordLocation(
        file=name,
        offset=offset,
        length=record.length,
        record_id=record.record_id,
        payload_digest=payload_digest(record),
    )
    return record, location


def record_checks(collection: Collection, location: RecordLocation) -> Iterator[Check]:
    """The digests of every record of an exchange, made again from what lies there now.

    Raises `RecordNotFoundError`, `DamagedRecordError`.
    """
    record, now = main_record(collection, location.file, location.offset)
    here = f"{location.file} @{location.offset}"
    yield Check(what="record_id", where=here, expected=location.record_id, found=record.record_id)
    yield Check(what="record_length", where=here, expected=str(location.length), found=str(record.length))
    yield Check(what="payload_digest", where=here, expected=location.payload_digest, found=now.payload_digest)
    yield _block_check(record, here)
    at = record.offset + record.length
    for expected in record.get_all("WARC-Concurrent-To"):
        part, _ = main_record(collection, location.file, at)
        here = f"{location.file} @{at}"
        yield Check(what="record_id", where=here, expected=expected, found=part.record_id)
        yield _block_check(part, here)
        at += part.length


def _block_check(record: Record, where: str) -> Check:
    stated = record.get("WARC-Block-Digest") or "-"
    return Check(what="block_digest", where=where, expected=stated, found=sha256_stream(record.message.open()))


def file_check(collection: Collection, name: str, seal: Seal) -> Check:
    """A whole WARC file against its line in the chain. Reads all of it."""
    try:
        with collection.open_warc(name) as file:
            found = sha256_stream(file)
    except (FileNotFoundError, ArchiveError) as error:
        found = str(error)
    return Check(what="file_digest", where=f"archive/{name}", expected=seal.digest or "-", found=found)


def text_checks(collection: Collection, run: str, place: Place, seal: Seal | None) -> Iterator[Check]:
    """A text file against its row, and the row against the chain."""
    name = str(place.row["file"])
    try:
        found = sha256(collection.texts(run).read(name))
    except (FileNotFoundError, ArchiveError) as error:
        found = str(error)
    yield Check(
        what="text_digest", where=f"texts/{run}/{name}", expected=str(place.row.get("text_digest")), found=found
    )
    if seal is not None and place.line <= len(seal.rows):
        with collection.storage.open(f"texts/{run}/documents.jsonl") as table:
            table.seek(place.offset)
            mark = row_mark(table.read(place.length))
        where = f"texts/{run}/documents.jsonl :{place.line}"
        yield Check(what="row_mark", where=where, expected=seal.rows[place.line - 1], found=mark)


def locations(row: Mapping[str, Any]) -> list[RecordLocation]:
    """The captures that a row names, those of them that are well formed."""
    found = []
    named = row.get("captures")
    for at in named if isinstance(named, list) else ():
        try:
            location = RecordLocation(**{name: at[name] for name in _PLACE})
        except (KeyError, TypeError):
            continue
        if _usable(location):
            found.append(location)
    return found


_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_PLACE = tuple(field.name for field in attrs.fields(RecordLocation))


def _usable(at: RecordLocation) -> bool:
    strings = all(isinstance(value, str) for value in (at.file, at.record_id, at.payload_digest))
    numbers = all(isinstance(value, int) and 0 <= value < 1 << 50 for value in (at.offset, at.length))
    return strings and numbers and _NAME.fullmatch(at.file) is not None
