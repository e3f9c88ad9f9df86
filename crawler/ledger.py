"""Ledger: what became of every URL ever discovered, read beside a crawl or after it, and held against the archive."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import attrs

from archives.capture import Capture, RecordLocation
from archives.collection import Collection
from archives.errors import ArchiveError
from crawler.frontier.base import TERMINAL, Row, State
from crawler.frontier.identity import canonical
from crawler.frontier.ledgerfile import (
    LedgerRun,
    ledger_errors,
    open_ledger_for_reading,
    read_counts,
    read_rows,
    read_runs,
)

LEDGER = "ledger.sqlite"
"""The file's name within a collection."""
_RECORDED = frozenset({State.ARCHIVED, State.UNCHANGED, State.DUPLICATE, State.REDIRECTED})
_READ_AGAIN = "run verify for the whole extent of it"


class Ledger:
    """A collection's ledger, read only; a crawl may be writing it meanwhile. Every call may raise LedgerError."""

    def __init__(self, path: Path) -> None:
        """Raises LedgerError where there is no ledger, or it cannot be used."""
        self.path = path
        self._db = open_ledger_for_reading(path)

    @classmethod
    def of(cls, collection: Collection) -> Ledger:
        """The ledger of a collection."""
        return cls(collection.path / LEDGER)

    def runs(self) -> list[LedgerRun]:
        """Every run, in order."""
        with ledger_errors(self.path):
            return read_runs(self._db)

    def counts(self, run: str | None = None) -> dict[State, int]:
        """URLs by state, every state there; of all runs unless one is named."""
        with ledger_errors(self.path):
            return read_counts(self._db, run)

    def rows(self, state: State | None = None, run: str | None = None) -> Iterator[Row]:
        """The rows in order of discovery; `run` is the one in which a URL reached its state."""
        with ledger_errors(self.path):
            yield from read_rows(self._db, state, run)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


@attrs.frozen(kw_only=True)
class LedgerFinding:
    """One URL whose row does not hold."""

    kind: str
    """For programs: "unfinished", "no-record", "record-unreadable", "record-of-another"."""
    url: str
    state: State
    run: str
    file: str | None = None
    """Name within `archive/`."""
    offset: int | None = None
    record_id: str | None = None
    what: str
    """What is the case, and what to do, one line."""

    def __str__(self) -> str:
        place = "" if self.file is None else f"archive/{self.file} at byte {self.offset}: "
        about = "" if self.record_id is None else f" [{self.record_id}]"
        return f"{place}{self.url} is {self.state} in run {self.run}, but {self.what}{about}"

    def to_json(self) -> dict[str, Any]:
        return attrs.asdict(self)


def reconcile(rows: Iterable[Row], finished_runs: Container[str], collection: Collection) -> list[LedgerFinding]:
    """Holds ledger rows against the archive: two things are found.

    A URL that a finished run left without an end; and a URL whose record is not there, cannot be read, or is of
    another URL. Every record is read, in the order in which they lie.
    """
    findings: list[LedgerFinding] = []
    recorded: list[tuple[RecordLocation, Row]] = []
    for row in rows:
        if row.state not in TERMINAL and row.run in finished_runs:
            what = "that run is finished; the next crawl that finds the URL takes it up"
            findings.append(_finding(row, "unfinished", what))
        elif row.state in _RECORDED and row.location is not None:
            recorded.append((row.location, row))
        elif row.state == State.ARCHIVED:
            findings.append(_finding(row, "no-record", "its row names no WARC record"))
    recorded.sort(key=lambda found: (found[0].file, found[0].offset))
    findings += (finding for _, row in recorded if (finding := _check(row, collection.read)) is not None)
    return findings


def _check(row: Row, read: Callable[[RecordLocation], Capture]) -> LedgerFinding | None:
    assert row.location is not None
    try:
        capture = read(row.location)
    except (ArchiveError, OSError) as error:
        return _finding(row, "record-unreadable", f"its record cannot be read ({error}); {_READ_AGAIN}")
    for message in (capture.request, capture.response):
        if message is not None:
            message.spool.close()
    if canonical(capture.url) != canonical(row.url):
        return _finding(row, "record-of-another", f"its record is of {capture.url}; {_READ_AGAIN}")
    return None


def _finding(row: Row, kind: str, what: str) -> LedgerFinding:
    place = row.location
    return LedgerFinding(
        kind=kind,
        url=row.url,
        state=row.state,
        run=row.run,
        file=place.file if place else None,
        offset=place.offset if place else None,
        record_id=place.record_id if place else None,
        what=" ".join(what.split()),
    )


def row_json(row: Row) -> dict[str, Any]:
    """A row for programs: its fields by name, times in ISO 8601 with zone, `location` and `previous` as objects."""
    return attrs.asdict(row, value_serializer=lambda _owner, _field, value: _plain(value))


def row_line(row: Row) -> str:
    """A row for a person: state, status, URL, and the reason where there is one."""
    status = "-" if row.status is None else str(row.status)
    reason = "" if row.reason is None else f"  ({' '.join(row.reason.split())})"
    return f"{row.state:<16} {status:>3}  {row.url}{reason}"


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
