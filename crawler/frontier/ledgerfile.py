"""ledger.sqlite as a file: opened, known to be ours, read row by row, its faults said in one line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs

from archives.capture import RecordLocation
from crawler.frontier.base import PreviousCapture, Row, State
from crawler.frontier.errors import LedgerError, LedgerStorageError
from crawler.frontier.migrations import APPLICATION_ID, MIGRATIONS, migrate

_MEDIUM = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space, then run the same command again",
    sqlite3.SQLITE_READONLY: "cannot be written; make the file and its folder writable",
    sqlite3.SQLITE_PERM: "may not be read or written; make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; see that its folder is there, readable and writable",
    sqlite3.SQLITE_IOERR: "the disk failed; check it and its free space, then run the same command again",
}
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_MOVE = "move it away (with its -wal and -shm) to begin with an empty ledger; the archive is not touched by that"
_PAGE = 1000
_UNREADABLE = (ValueError, TypeError, KeyError, OverflowError, RecursionError, OSError)
"""What reading a value raises that no crawl wrote."""
_TEXT = ("url", "host", "kind", "hops", "run")
_TEXT_OR_NONE = ("via", "reason", "text_file", "etag", "last_modified")
_NUMBER = ("depth", "priority", "seed", "attempts")


class BrokenRowError(sqlite3.DatabaseError):
    """A row that SQLite reads, but that no crawl wrote: somebody edited the file."""


@contextmanager
def ledger_errors(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into LedgerError and LedgerStorageError, named by the file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _MEDIUM:
            raise LedgerStorageError(f"{path}: {_MEDIUM[code]} ({error})") from error
        if code in _HELD:
            raise LedgerError(f"{path}: another process is writing it; wait for it or stop it ({error})") from error
        if code in _BROKEN or isinstance(error, sqlite3.OperationalError | BrokenRowError):
            raise LedgerError(f"{path}: is damaged or not a ledger ({error}); {_MOVE}") from error
        raise


def open_ledger(path: Path, patience: float = 5.0) -> sqlite3.Connection:
    """Opens the ledger for its one writer, in autocommit mode, and brings it up to date; makes it where none is.

    In WAL mode with synchronous=NORMAL a kill loses nothing, and a power cut loses at most the last steps, never their
    order: the URLs in question are fetched once more. FULL would hold the reactor for an fsync at every lease.
    """
    with ledger_errors(path):
        connection = _connect(path, "rwc", patience)
        try:
            _check(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA journal_size_limit = 16777216")
            migrate(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def open_ledger_for_reading(path: Path) -> sqlite3.Connection:
    """Opens a ledger that may be in use by a crawl; never changes it.

    Raises LedgerError where there is no such file.
    """
    if not path.is_file():
        raise LedgerError(f"{path}: there is no ledger here; nothing was crawled into this collection yet")
    with ledger_errors(path):
        connection = _connect(path, "ro")
        try:
            try:
                _check(connection, path)
            except sqlite3.OperationalError:
                # WAL wants to write beside the file. On a medium that cannot be written nobody else writes either.
                if path.with_name(path.name + "-wal").exists():
                    raise
                connection.close()
                connection = _connect(path, "ro&immutable=1")
                _check(connection, path)
            version: int = connection.execute("PRAGMA user_version").fetchone()[0]
            if version < len(MIGRATIONS):
                raise LedgerError(f"{path}: is of an older version; the next `crawl` into the collection updates it")
        except BaseException:
            connection.close()
            raise
    return connection


def _connect(path: Path, mode: str, patience: float = 5.0) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=patience)
    connection.row_factory = sqlite3.Row
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Raises LedgerError unless the file is empty, or a ledger of a version that is known."""
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID and (tables or application):
        raise LedgerError(f"{path}: is a database of something else; {_MOVE}")
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"{path}: was written by a newer version (its format is {version}, this one knows {len(MIGRATIONS)}); "
            "use that version"
        )


@attrs.frozen(kw_only=True)
class LedgerRun:
    """One run as the ledger knows it; `ended` and `verdict` are None while it is unfinished."""

    run: str
    started: datetime
    arguments: dict[str, Any]
    ended: datetime | None
    verdict: str | None


def read_runs(connection: sqlite3.Connection) -> list[LedgerRun]:
    """Every run, in order."""
    return [_run_of(row) for row in connection.execute("SELECT * FROM runs ORDER BY started, rowid")]


def _run_of(row: sqlite3.Row) -> LedgerRun:
    with _whole(row, "run"):
        arguments = json.loads(row["arguments"])
        _must_be(dict, arguments=arguments)
        _must_be(str, run=row["run"])
        _must_be(str | None, verdict=row["verdict"])
        return LedgerRun(
            run=row["run"],
            started=from_seconds(row["started"]),
            arguments=arguments,
            ended=None if row["ended"] is None else from_seconds(row["ended"]),
            verdict=row["verdict"],
        )


def read_rows(connection: sqlite3.Connection, state: State | None, run: str | None) -> Iterator[Row]:
    """The ledger in order of discovery, read a thousand at a time: a long read would keep the WAL from being reset."""
    query = "SELECT * FROM urls WHERE id > ?"
    wanted: tuple[str, ...] = ()
    if state is not None:
        query, wanted = query + " AND state = ?", (*wanted, state)
    if run is not None:
        query, wanted = query + " AND run = ?", (*wanted, run)
    last = 0
    while page := connection.execute(f"{query} ORDER BY id LIMIT {_PAGE}", (last, *wanted)).fetchall():
        yield from map(row_of, page)
        last = page[-1]["id"]


def read_counts(connection: sqlite3.Connection, run: str | None) -> dict[State, int]:
    """URLs by state, every state there; of all runs unless one is named."""
    counts = dict.fromkeys(State, 0)
    for state, n in connection.execute(
        "SELECT state, sum(n) FROM tally WHERE ?1 IS NULL OR run = ?1 GROUP BY state", (run,)
    ):
        try:
            _must_be(int, n=n)
            counts[State(state)] = n
        except _UNREADABLE as error:
            raise BrokenRowError(f"tally: {error}") from error
    return counts


@contextmanager
def _whole(row: sqlite3.Row, key: str) -> Iterator[None]:
    """Turns whatever a value raises into BrokenRowError, which names the row."""
    try:
        yield
    except _UNREADABLE as error:
        raise BrokenRowError(f"row {row[key]!r}: {' '.join(str(error).split())}") from error


def _must_be(kind: Any, /, **values: object) -> None:
    for name, value in values.items():
        if not isinstance(value, kind):
            raise TypeError(f"{name} is {value!r}")


def row_of(row: sqlite3.Row) -> Row:
    """A `urls` row as it is printed. Raises BrokenRowError for one that no crawl wrote."""
    with _whole(row, "id"):
        _must_be(str, **{name: row[name] for name in _TEXT})
        _must_be(str | None, **{name: row[name] for name in _TEXT_OR_NONE})
        _must_be(int, **{name: row[name] for name in _NUMBER})
        _must_be(int | None, status=row["status"])
        return Row(
            url=row["url"], state=State(row["state"]), run=row["run"], reason=row["reason"], status=row["status"],
            location=location_of(row), captured_at=from_text(row["captured_at"]), text_file=row["text_file"],
            etag=row["etag"], last_modified=row["last_modified"], previous=previous_of(row), host=row["host"],
            kind=row["kind"], via=row["via"], hops=row["hops"], depth=row["depth"], priority=row["priority"],
            seed=bool(row["seed"]), attempts=row["attempts"], discovered_at=from_seconds(row["discovered_at"]),
            changed_at=from_seconds(row["changed_at"]),
        )  # fmt: skip


def location_of(row: sqlite3.Row) -> RecordLocation | None:
    """Where the record of a `urls` row lies."""
    if row["record_id"] is None:
        return None
    with _whole(row, "id"):
        _must_be(str, record_id=row["record_id"], file=row["file"])
        _must_be(str | None, payload_digest=row["payload_digest"])
        _must_be(int, offset=row["offset"], length=row["length"])
    return RecordLocation(
        file=row["file"], offset=row["offset"], length=row["length"], record_id=row["record_id"],
        payload_digest=row["payload_digest"],
    )  # fmt: skip


def previous_of(row: sqlite3.Row) -> PreviousCapture | None:
    """What an earlier run knew of the page of a `urls` row."""
    if row["previous"] is None:
        return None
    with _whole(row, "id"):
        facts = json.loads(row["previous"])
        return PreviousCapture(**{**facts, "date": datetime.fromisoformat(facts["date"])})


def from_seconds(seconds: float) -> datetime:
    """Unix seconds as UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def from_text(text: str | None) -> datetime | None:
    """A stored ISO 8601 time, None for none."""
    return None if text is None else datetime.fromisoformat(text)
