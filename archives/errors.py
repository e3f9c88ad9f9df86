"""Errors of the archive, typed by what the caller should do.

ArchiveError
├── CollectionError       the caller named something that is not there or not usable: tell the user, exit 2
├── StorageError          the disk or bucket said no: stop, nothing more can be kept
├── RecordNotFoundError   no record lies where one was promised: an audit makes it a finding
│   └── UnresolvedRevisitError   the record is there, the earlier capture it refers to is not
└── DamagedRecordError    bytes are there but are not a whole record: an audit makes it a finding
"""

from __future__ import annotations


class ArchiveError(Exception):
    """Base of every error raised by `archives`."""


class CollectionError(ArchiveError):
    """A collection name or folder that cannot be used as asked."""


class StorageError(ArchiveError):
    """The medium refused a write or a read; what was asked to be kept is not kept."""


class RecordNotFoundError(ArchiveError):
    """No record lies at the given file and offset."""

    def __init__(self, file: str, offset: int, why: str) -> None:
        super().__init__(f"{file} at byte {offset}: {why}")
        self.file, self.offset, self.why = file, offset, why


class UnresolvedRevisitError(RecordNotFoundError):
    """A revisit whose body cannot be had, because the capture it refers to is not in the collection."""


class DamagedRecordError(ArchiveError):
    """The bytes at the given file and offset are not a whole WARC record."""

    def __init__(self, file: str, offset: int, why: str) -> None:
        super().__init__(f"{file} at byte {offset}: {why}")
        self.file, self.offset, self.why = file, offset, why
