"""Checking a WARC file: every byte in a record, every digest right, every exchange whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import BinaryIO

from archives.capture import RecordLocation
from archives.cdxj import IndexEntry, entry_for
from archives.digest import sha256_stream
from archives.findings import FixityFinding
from archives.warc.gzips import members, pressed_alike, salvage
from archives.warc.reader import Damage, Record, payload_digest, read_records, record_start

Known = Callable[[int], IndexEntry | None]
"""The index entry for the record at an offset of the file, for telling what a damaged record was."""


class WarcCheck:
    """One pass over one file: `findings` first, then `lines` are those that the index should have for it."""

    def __init__(self, file: BinaryIO, name: str, path: str, known: Known) -> None:
        """`name` as in the index, `path` as in the collection; they differ while the file is being written."""
        self.lines: list[bytes] = []
        self._file, self._name, self._path, self._known = file, name, path, known
        self._main: Record | None = None
        self._main_digest = ""
        self._url = ""
        self._expected: list[str] = []
        self._ids: set[str] = set()

    def findings(self) -> Iterator[FixityFinding]:
        held: Damage | None = None
        for record in read_records(self._file):
            if held is not None:  # what comes after damaged bytes tells best what they were
                yield self._damaged(held, None if isinstance(record, Damage) else record)
                held = None
            if isinstance(record, Damage):
                held = record
            else:
                yield from self._checked(record)
        if held is not None:
            yield self._damaged(held, None)
        yield from self._unfinished()

    def _checked(self, record: Record) -> Iterator[FixityFinding]:
        try:
            when = record.date
        except ValueError as error:
            yield self._about(record, "warc-field", f"WARC-Date is unusable: {error}", "the record cannot be placed")
            return
        if not record.record_id or record.record_id in self._ids:
            yield self._about(record, "warc-field", "WARC-Record-ID is missing or used twice", _NOT_OURS)
        self._ids.add(record.record_id)
        yield from self._paired(record)
        stated = record.get("WARC-Block-Digest")
        if stated is None or sha256_stream(record.message.open()) != stated:
            yield self._about(record, "warc-digest", "the block is not what WARC-Block-Digest says", _CHANGED)
        digest = payload_digest(record)
        if record.kind == "response":
            stated = record.get("WARC-Payload-Digest")
            if stated is not None and stated != digest:
                yield self._about(record, "warc-digest", "the payload is not what WARC-Payload-Digest says", _CHANGED)
        if record.kind in ("response", "revisit"):
            self._main_digest = digest
            self._add_line(record, when, digest)
        if record.kind == "metadata" and self._main is not None and self._main.kind != "metadata":
            stated = dict(record.fields()).get("payloadDigest")
            if stated != self._main_digest:
                yield self._about(record, "warc-digest", "payloadDigest is not the digest of the response", _CHANGED)
        record.message.spool.close()

    def _paired(self, record: Record) -> Iterator[FixityFinding]:
        """An exchange is its main record and, right after it, those that the main record names."""
        if self._expected and record.record_id == self._expected[0]:
            self._expected.pop(0)
            if self._main is not None and self._main.record_id not in record.get_all("WARC-Concurrent-To"):
                yield self._about(record, "warc-pairing", f"does not name {self._main.record_id}", _APART)
            return
        yield from self._unfinished()
        self._main, self._url = record, record.url
        self._expected = record.get_all("WARC-Concurrent-To")
        if _is_part(record):
            self._expected = []
            yield self._about(record, "warc-pairing", "the response it belongs to is not before it", _APART)

    def _unfinished(self) -> Iterator[FixityFinding]:
        if self._main is not None:
            for missing in self._expected:
                what = f"the record {missing} of the same exchange is not after it"
                yield self._about(self._main, "warc-pairing", what, _APART)
        self._expected = []

    def _damaged(self, damage: Damage, following: Record | None) -> FixityFinding:
        record_id, url = self._named(damage, following)
        return FixityFinding(
            kind="warc-damaged",
            file=self._path,
            offset=damage.offset,
            record_id=record_id,
            url=url,
            what=f"{damage.length} bytes are no whole record: {damage.why}",
            meaning="a crash tore the end off" if damage.torn else _CHANGED,
        )

    def _named(self, damage: Damage, following: Record | None) -> tuple[str | None, str | None]:
        """Which record the damaged bytes were.

        The one that its exchange still misses; the main record that the one after it belongs to; the warcinfo that the
        one after it names; the one that the index has there. What they say themselves comes last: it may be damaged.
        """
        if self._expected:
            return self._expected.pop(0), self._url
        if following is not None and _is_part(following) and following.get("WARC-Concurrent-To"):
            main, *others = following.get_all("WARC-Concurrent-To")
            self._main, self._url, self._expected = None, following.url, [following.record_id, *others]
            return main, following.url
        if following is not None and damage.offset == 0:
            return following.get("WARC-Warcinfo-ID"), None
        entry = self._known(damage.offset)
        if entry is not None:
            return entry.location.record_id, entry.url
        start = dict(record_start(salvage(self._file, damage.offset)))
        return start.get("WARC-Record-ID"), start.get("WARC-Target-URI")

    def _add_line(self, record: Record, when: datetime, digest: str) -> None:
        location = RecordLocation(
            file=self._name,
            offset=record.offset,
            length=record.length,
            record_id=record.record_id,
            payload_digest=digest,
        )
        head, revisit = record.message.head, record.kind == "revisit"
        self.lines.append(entry_for(location, url=record.url, date=when, head=head, revisit=revisit).line())

    def _about(self, record: Record, kind: str, what: str, meaning: str) -> FixityFinding:
        return FixityFinding(
            kind=kind,
            file=self._path,
            offset=record.offset,
            record_id=record.record_id or None,
            url=record.url or None,
            what=what,
            meaning=meaning,
        )


def _is_part(record: Record) -> bool:
    """Whether a record belongs to the main record before it; a metadata record may be the main one itself."""
    return record.kind == "request" or (record.kind == "metadata" and "payloadDigest" in dict(record.fields()))


def altered_members(file: BinaryIO, path: str) -> Iterator[FixityFinding]:
    """The records whose compressed bytes are not those our writer makes, though they decompress to the same.

    Bytes that no checksum of gzip covers (its header, the bits that fill up its last byte) can only be found so.
    """
    for member in members(file):
        if member.damage is None and not pressed_alike(file, member):
            start = dict(record_start(member.content.read(0, 1 << 16)))
            yield FixityFinding(
                kind="warc-altered",
                file=path,
                offset=member.offset,
                record_id=start.get("WARC-Record-ID"),
                url=start.get("WARC-Target-URI"),
                what="the compressed form of this record is not the one that was written",
                meaning="what it holds is unharmed, but the file was altered",
            )
        member.content.close()


_CHANGED = "its bytes changed after they were written"
_APART = "what was asked and what was answered cannot be put together"
_NOT_OURS = "this file was not written by this software, or was altered"
