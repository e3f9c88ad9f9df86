"""The embedded frontier: one process, one SQLite file, which is also the ledger."""

from __future__ import annotations

import heapq
import json
import logging
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

import attrs

from crawler.frontier.base import (
    CAPTURED,
    EXCLUDED,
    LEASE,
    RETRIABLE,
    TERMINAL,
    HostCounts,
    Lease,
    Link,
    Outcome,
    Row,
    RunStart,
    State,
)
from crawler.frontier.identity import fingerprint, host_key, storable
from crawler.frontier.ledgerfile import ledger_errors, open_ledger, previous_of, read_counts, read_rows, row_of

logger = logging.getLogger(__name__)

_INSERT = """
    INSERT INTO urls (fingerprint, url, host, kind, via, hops, depth, priority, seed, run, state, reason,
                      discovered_at, changed_at, queued_at, lease_until)
    VALUES (:fingerprint, :url, :host, :kind, :via, :hops, :depth, :priority, :seed, :run, :state, :reason,
            :now, :now, :now, :lease_until)
"""
_REOPEN = """
    UPDATE urls SET
        kind = :kind, via = :via, hops = :hops, depth = :depth, priority = :priority, seed = :seed, run = :run,
        state = :state, reason = :reason, changed_at = :now, queued_at = :now, not_before = 0, attempts = 0,
        lease_until = :lease_until, previous = :previous, status = NULL, captured_at = NULL, text_file = NULL,
        etag = NULL, last_modified = NULL, file = NULL, "offset" = NULL, length = NULL, record_id = NULL,
        payload_digest = NULL
    WHERE fingerprint = :fingerprint
"""
_FINISH = """
    UPDATE urls SET
        state = :state, reason = :reason, status = :status, captured_at = :captured_at, text_file = :text_file,
        etag = :etag, last_modified = :last_modified, file = :file, "offset" = :offset, length = :length,
        record_id = :record_id, payload_digest = :payload_digest, changed_at = :now, lease_until = NULL, not_before = 0
    WHERE id = :id
"""
# A continuation is not fetched without the page it continues: it waits to be claimed again.
_REST = "state = CASE kind WHEN 'page' THEN 'queued' ELSE 'discovered' END, lease_until = NULL, changed_at = :now"


class SqliteFrontier:
    """A `Frontier` on a file. One process may have it open; others may read the file meanwhile.

    A call holds the thread for some 0.15 ms a URL, a lease of 16 for 2 ms: give it a hundred at a time, not 10,000.
    """

    def __init__(
        self, path: Path, *, lease: float = LEASE, patience: float = 5.0, clock: Callable[[], float] = time.time
    ) -> None:
        """Opens or makes the ledger; a lease holds `lease` seconds; another writer is waited for `patience` seconds.

        Raises LedgerError, LedgerStorageError.
        """
        self.path = path
        self._clock, self._term = clock, lease
        self._db = open_ledger(path, patience)
        self._run: str | None = None
        self._turns: defaultdict[str, int] = defaultdict(int)
        self._turn = 0

    @property
    def run(self) -> str:
        """The run begun; RuntimeError where none is."""
        if self._run is None:
            raise RuntimeError("no run is begun: call begin_run first")
        return self._run

    def begin_run(self, run: str, arguments: Mapping[str, object]) -> RunStart:
        with self._transaction() as db:
            found = db.execute("SELECT * FROM runs WHERE ended IS NULL ORDER BY started DESC, rowid DESC").fetchone()
            if found is None:
                given = json.dumps(dict(arguments), default=str)
                db.execute("INSERT INTO runs (run, started, arguments) VALUES (?, ?, ?)", (run, self._clock(), given))
                start = RunStart(run=run, resumed=False, arguments=json.loads(given))
            else:
                start = RunStart(run=found["run"], resumed=True, arguments=json.loads(found["arguments"]))
                values = {"run": start.run, "now": self._clock()}
                db.execute(f"UPDATE urls SET {_REST} WHERE state = 'leased' AND run = :run", values)
        self._run = start.run
        return start

    def end_run(self, verdict: str) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE runs SET ended = ?, verdict = ? WHERE run = ?", (self._clock(), storable(verdict), self.run)
            )
        self._run = None
        with ledger_errors(self.path):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def add(self, links: Iterable[Link], *, again: bool = False) -> int:
        with self._transaction():
            return sum(self._add(link, again) for link in links)

    def _add(self, link: Link, again: bool) -> bool:
        known = self._find(link.url)
        if known is not None:
            reopened = known["run"] != self.run and (
                again or known["state"] not in TERMINAL or known["state"] in RETRIABLE
            )
            if not reopened:
                return False
        state = State.QUEUED if link.kind == "page" else State.DISCOVERED
        self._put(link, known, state)
        return state is State.QUEUED

    def exclude(self, link: Link, state: State, reason: str) -> bool:
        return self.exclude_all([(link, state, reason)]) > 0

    def exclude_all(self, found: Iterable[tuple[Link, State, str]]) -> int:
        with self._transaction():
            return sum(self._exclude(link, state, reason) for link, state, reason in found)

    def _exclude(self, link: Link, state: State, reason: str) -> bool:
        if state not in EXCLUDED:
            raise ValueError(f"{state} is no exclusion")
        known = self._find(link.url)
        if known is not None and (known["run"] == self.run or known["state"] in CAPTURED | {State.UNCHANGED}):
            return False
        self._put(link, known, state, reason=reason)
        return True

    def claim(self, link: Link) -> bool:
        link = attrs.evolve(link, kind="continuation")
        with self._transaction() as db:
            known = self._find(link.url)
            if known is None or known["run"] != self.run:
                self._put(link, known, State.LEASED, lease_until=self._clock() + self._term)
                return True
            if known["state"] not in (State.DISCOVERED, State.QUEUED):
                return False
            db.execute(
                "UPDATE urls SET kind = 'continuation', state = 'leased', not_before = 0, lease_until = ?,"
                " changed_at = ? WHERE id = ?",
                (self._clock() + self._term, self._clock(), known["id"]),
            )
            return True

    def lease(self, limit: int, busy: Mapping[str, int], per_host: int, now: float) -> list[Lease]:
        with self._transaction() as db:
            values = {"run": self.run, "now": now}
            db.execute(
                f"UPDATE urls SET {_REST}, attempts = attempts + 1, reason = 'the lease lapsed'"
                " WHERE state = 'leased' AND run = :run AND lease_until <= :now",
                values,
            )
            db.execute(
                "UPDATE urls SET not_before = 0"
                " WHERE state = 'queued' AND run = :run AND not_before > 0 AND not_before <= :now",
                values,
            )
            chosen = list(self._choose(limit, busy, per_host))
            db.executemany(
                "UPDATE urls SET state = 'leased', lease_until = ?, changed_at = ? WHERE id = ?",
                [(now + self._term, now, row["id"]) for row in chosen],
            )
        return [_lease(row) for row in chosen]

    def _choose(self, limit: int, busy: Mapping[str, int], per_host: int) -> Iterator[sqlite3.Row]:
        """Queued rows, a host at a time: the least busy host, then the one whose last turn is longest past."""
        hosts = self._db.execute("SELECT host FROM tally WHERE run = ? AND state = 'queued'", (self.run,))
        line = [
            (load, self._turns[host], host) for (host,) in hosts.fetchall() if (load := busy.get(host, 0)) < per_host
        ]
        heapq.heapify(line)
        ready: dict[str, Iterator[sqlite3.Row]] = {}
        while line and limit > 0:
            load, _, host = heapq.heappop(line)
            if host not in ready:
                ready[host] = iter(self._ready(host, min(limit, per_host - load)))
            if (row := next(ready[host], None)) is None:
                continue
            self._turn += 1
            self._turns[host] = self._turn
            if load + 1 < per_host:
                heapq.heappush(line, (load + 1, self._turn, host))
            limit -= 1
            yield row

    def _ready(self, host: str, limit: int) -> list[sqlite3.Row]:
        return self._db.execute(
            "SELECT * FROM urls WHERE run = ? AND host = ? AND state = 'queued' AND not_before = 0"
            " ORDER BY priority DESC, queued_at, id LIMIT ?",
            (self.run, host, limit),
        ).fetchall()

    def renew(self, urls: Iterable[str], now: float) -> None:
        with self._transaction() as db:
            db.executemany(
                "UPDATE urls SET lease_until = ? WHERE fingerprint = ? AND run = ? AND state = 'leased'",
                [(now + self._term, fingerprint(url), self.run) for url in urls],
            )

    def release(self, urls: Iterable[str]) -> None:
        with self._transaction() as db:
            values = {"run": self.run, "now": self._clock()}
            db.executemany(
                f"UPDATE urls SET {_REST} WHERE fingerprint = :fingerprint AND run = :run AND state = 'leased'",
                [{**values, "fingerprint": fingerprint(url)} for url in urls],
            )

    def retry(self, url: str, not_before: float, reason: str) -> None:
        with self._transaction() as db:
            changed = db.execute(
                f"UPDATE urls SET {_REST}, attempts = attempts + 1, queued_at = :now, not_before = :not_before,"
                " reason = :reason WHERE fingerprint = :fingerprint AND run = :run AND state = 'leased'",
                {
                    "now": (now := self._clock()),
                    "not_before": not_before if not_before > now else 0,
                    "reason": storable(reason),
                    "fingerprint": fingerprint(url),
                    "run": self.run,
                },
            ).rowcount
        if not changed:
            logger.error("Cannot retry %s: it is not leased", url)

    def finish(self, outcomes: Mapping[str, Outcome]) -> list[str]:
        refused = []
        with self._transaction() as db:
            for url, outcome in outcomes.items():
                known = self._find(url)
                if known is None or known["run"] != self.run or known["state"] in TERMINAL:
                    refused.append(url)
                    standing = "unknown to this run" if known is None or known["run"] != self.run else known["state"]
                    logger.error("Refused to end %s as %s: it is %s", url, outcome.state, standing)
                    continue
                db.execute(_FINISH, {**_facts(outcome), "id": known["id"], "now": self._clock()})
        return refused

    def rename_texts(self, files: Mapping[str, str]) -> None:
        with self._transaction() as db:
            db.executemany(
                "UPDATE urls SET text_file = ? WHERE fingerprint = ? AND run = ? AND text_file IS NOT NULL",
                [(file, fingerprint(url), self.run) for url, file in files.items()],
            )

    def counts(self) -> dict[State, int]:
        with ledger_errors(self.path):
            return read_counts(self._db, self.run)

    def hosts(self) -> dict[str, HostCounts]:
        groups: defaultdict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        with ledger_errors(self.path):
            for host, state, n in self._db.execute("SELECT host, state, n FROM tally WHERE run = ?", (self.run,)):
                ended = state in TERMINAL and state != State.FAILED
                groups[host]["done" if ended else state] += n
        return {
            host: HostCounts(**{name: n for name, n in group.items() if name != State.DISCOVERED})
            for host, group in groups.items()
        }

    def leased(self) -> list[Row]:
        with ledger_errors(self.path):
            rows = self._db.execute(
                "SELECT * FROM urls WHERE run = ? AND state = 'leased' ORDER BY lease_until, id", (self.run,)
            )
            return [row_of(row) for row in rows]

    def pending(self) -> int:
        with ledger_errors(self.path):
            (n,) = self._db.execute(
                "SELECT coalesce(sum(n), 0) FROM tally WHERE run = ? AND state IN ('queued', 'leased')", (self.run,)
            ).fetchone()
        return int(n)

    def next_due(self) -> float | None:
        with ledger_errors(self.path):
            row = self._db.execute(
                "SELECT 0.0 FROM (SELECT 1 FROM urls WHERE run = ?1 AND state = 'queued' AND not_before = 0 LIMIT 1)"
                " UNION ALL SELECT * FROM (SELECT not_before FROM urls WHERE run = ?1 AND state = 'queued'"
                " AND not_before > 0 ORDER BY not_before LIMIT 1) LIMIT 1",
                (self.run,),
            ).fetchone()
        return None if row is None else float(row[0])

    def row(self, url: str) -> Row | None:
        with ledger_errors(self.path):
            found = self._find(url)
            return None if found is None else row_of(found)

    def rows(self, state: State | None = None, run: str | None = None) -> Iterator[Row]:
        with ledger_errors(self.path):
            yield from read_rows(self._db, state, run)

    def close(self) -> None:
        self._db.close()
        self._run = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with ledger_errors(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _find(self, url: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM urls WHERE fingerprint = ?", (fingerprint(url),)
        ).fetchone()
        return row

    def _put(
        self,
        link: Link,
        known: sqlite3.Row | None,
        state: State,
        *,
        reason: str | None = None,
        lease_until: float | None = None,
    ) -> None:
        """Inserts a URL, or opens the row of an earlier run again."""
        url = storable(link.url)
        values: dict[str, Any] = {
            "fingerprint": fingerprint(url), "url": url, "host": host_key(url), "kind": link.kind,
            "via": None if link.via is None else storable(link.via), "hops": storable(link.hops), "depth": link.depth,
            "priority": link.priority, "seed": link.seed, "run": self.run, "state": state,
            "reason": None if reason is None else storable(reason), "lease_until": lease_until, "now": self._clock(),
        }  # fmt: skip
        if known is None:
            self._db.execute(_INSERT, values)
        else:
            self._db.execute(_REOPEN, {**values, "previous": _previous(known)})


def _lease(row: sqlite3.Row) -> Lease:
    return Lease(
        url=row["url"], via=row["via"], hops=row["hops"], depth=row["depth"], priority=row["priority"],
        seed=bool(row["seed"]), attempts=row["attempts"], previous=previous_of(row),
    )  # fmt: skip


def _facts(outcome: Outcome) -> dict[str, Any]:
    place, at = outcome.location, outcome.captured_at
    return {
        "state": outcome.state,
        "reason": None if outcome.reason is None else storable(outcome.reason),
        "status": outcome.status,
        "captured_at": None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds"),
        "text_file": outcome.text_file,
        "etag": None if outcome.etag is None else storable(outcome.etag),
        "last_modified": None if outcome.last_modified is None else storable(outcome.last_modified),
        "file": place and place.file,
        "offset": place and place.offset,
        "length": place and place.length,
        "record_id": place and place.record_id,
        "payload_digest": place and place.payload_digest,
    }


def _previous(row: sqlite3.Row) -> str | None:
    """What is kept of a row's capture when a later run opens it again, as JSON.

    An unchanged page keeps pointing at the record that has its bytes, with the newer validators. A failure says
    nothing about the page: what was known before it stays.
    """
    validators = {"etag": row["etag"], "last_modified": row["last_modified"]}
    if row["state"] in CAPTURED and row["record_id"] is not None and row["captured_at"] is not None:
        return json.dumps({
            "record_id": row["record_id"], "date": row["captured_at"], "payload_digest": row["payload_digest"],
            "status": row["status"], **validators,
        })  # fmt: skip
    kept: str | None = row["previous"]
    if row["state"] == State.UNCHANGED and kept is not None:
        fresh = {name: value for name, value in validators.items() if value is not None}
        return json.dumps({**json.loads(kept), **fresh})
    return kept
