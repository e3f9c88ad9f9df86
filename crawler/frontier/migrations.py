"""The shape of ledger.sqlite, as small named steps; each is taken once, in its own transaction."""

from __future__ import annotations

import sqlite3

import attrs

APPLICATION_ID = 0x4E4C4447
"""Bytes 68-71 of the file ("NLDG"), by which `file` and we know a ledger from any other database."""


@attrs.frozen
class Migration:
    name: str
    statements: tuple[str, ...]


_URLS = Migration(
    "urls and runs",
    (
        """
        CREATE TABLE runs (
            run TEXT PRIMARY KEY, started REAL NOT NULL, arguments TEXT NOT NULL, ended REAL, verdict TEXT
        )
        """,
        # id tells the order of discovery. previous is JSON: it is only ever read whole.
        """
        CREATE TABLE urls (
            id INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, url TEXT NOT NULL, host TEXT NOT NULL,
            kind TEXT NOT NULL, via TEXT, hops TEXT NOT NULL, depth INTEGER NOT NULL, priority INTEGER NOT NULL,
            seed INTEGER NOT NULL, discovered_at REAL NOT NULL,
            run TEXT NOT NULL, state TEXT NOT NULL, changed_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
            queued_at REAL NOT NULL, not_before REAL NOT NULL DEFAULT 0, lease_until REAL,
            reason TEXT, status INTEGER, captured_at TEXT, text_file TEXT, etag TEXT, last_modified TEXT,
            file TEXT, "offset" INTEGER, length INTEGER, record_id TEXT, payload_digest TEXT,
            previous TEXT
        )
        """,
        # What can be leased of a host lies in lease order; what waits for its time lies apart, or a host with many
        # retries ahead would be searched through at every lease.
        """
        CREATE INDEX ready ON urls (run, host, priority DESC, queued_at, id) WHERE state = 'queued' AND not_before = 0
        """,
        "CREATE INDEX waiting ON urls (run, not_before) WHERE state = 'queued' AND not_before > 0",
        "CREATE INDEX leases ON urls (run, lease_until) WHERE state = 'leased'",
    ),
)
_COUNT_NEW = """
    INSERT INTO tally (run, state, host, n) VALUES (new.run, new.state, new.host, 1)
    ON CONFLICT (run, state, host) DO UPDATE SET n = n + 1;
"""
# Counting 100,000 rows at each progress line takes too long; triggers keep the count true whoever changes a row.
_TALLY = Migration(
    "tally by run, state and host",
    (
        """
        CREATE TABLE tally (
            run TEXT NOT NULL, state TEXT NOT NULL, host TEXT NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (run, state, host)
        ) WITHOUT ROWID
        """,
        f"CREATE TRIGGER url_added AFTER INSERT ON urls BEGIN {_COUNT_NEW} END",
        f"""
        CREATE TRIGGER url_moved AFTER UPDATE OF run, state, host ON urls
        WHEN old.state <> new.state OR old.run <> new.run OR old.host <> new.host
        BEGIN
            UPDATE tally SET n = n - 1 WHERE run = old.run AND state = old.state AND host = old.host;
            DELETE FROM tally WHERE run = old.run AND state = old.state AND host = old.host AND n = 0;
            {_COUNT_NEW}
        END
        """,
    ),
)
MIGRATIONS = (_URLS, _TALLY)
"""In order; `PRAGMA user_version` is how many of them a file has had. Append, never change."""


def migrate(connection: sqlite3.Connection) -> None:
    """Takes the steps that the file has not had. It must be in autocommit mode."""
    done: int = connection.execute("PRAGMA user_version").fetchone()[0]
    for version, migration in enumerate(MIGRATIONS[done:], start=done + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
