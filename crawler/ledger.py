"""Ledger: what became of every URL ever discovered, read beside a crawl or after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import attrs

from archives.collection import Collection
from crawler.frontier.base import Row, State
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
