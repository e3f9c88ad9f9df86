"""Frontier: which URLs there are, which is fetched next, and what became of each; free of how it is stored.

A URL lives through `discovered → queued → leased` and ends in exactly one terminal state. A lease is a promise to
report an outcome; a process that dies breaks it, and the URL is queued again. So every URL is fetched at least once,
and none is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

import attrs

from archives.capture import RecordLocation

LEASE = 1800.0
"""Seconds for which a lease holds, unless told otherwise."""


class State(StrEnum):
    """Where a URL stands. The order is that of a URL's life, then from good to bad."""

    DISCOVERED = "discovered"
    QUEUED = "queued"
    LEASED = "leased"
    ARCHIVED = "archived"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REDIRECTED = "redirected"
    EXCLUDED_ROBOTS = "excluded_robots"
    EXCLUDED_SCOPE = "excluded_scope"
    EXCLUDED_TRAP = "excluded_trap"
    FAILED = "failed"
    GONE = "gone"
    BLOCKED = "blocked"


TERMINAL = frozenset(State) - {State.DISCOVERED, State.QUEUED, State.LEASED}
EXCLUDED = frozenset({State.EXCLUDED_ROBOTS, State.EXCLUDED_SCOPE, State.EXCLUDED_TRAP})
CAPTURED = frozenset({State.ARCHIVED, State.DUPLICATE, State.REDIRECTED})
"""States whose record holds the page as it was: what a later run compares with."""
RETRIABLE = EXCLUDED | {State.FAILED}
"""States that an ordinary link of a later run reopens: no page was got, and the reason may be gone."""

Kind = Literal["page", "continuation"]


@attrs.frozen(kw_only=True)
class Link:
    """A URL that was found, with how it was found."""

    url: str
    via: str | None = None
    """The URL that led here; None for a seed."""
    hops: str = ""
    """How: one letter a step from the seed, as Heritrix writes it."""
    depth: int = 0
    priority: int = 0
    """Higher goes first within its host."""
    seed: bool = False
    kind: Kind = "page"
    """A continuation is page 2.. of a paginated article: never queued by itself, only claimed by its first page."""


@attrs.frozen(kw_only=True)
class PreviousCapture:
    """The last time an earlier run got this page: what a conditional request and a revisit record need."""

    record_id: str
    date: datetime
    payload_digest: str
    status: int | None
    etag: str | None
    last_modified: str | None


@attrs.frozen(kw_only=True)
class Lease:
    """A URL handed out to be fetched, once, by whoever holds this."""

    url: str
    via: str | None
    hops: str
    depth: int
    priority: int
    seed: bool
    attempts: int
    """How often it was retried already in this run."""
    previous: PreviousCapture | None


def _utc(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError(f"captured_at {value} has no zone")
    return value


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of a URL in this run."""

    state: State = attrs.field(converter=State, validator=attrs.validators.in_(TERMINAL))
    reason: str | None = None
    status: int | None = None
    location: RecordLocation | None = None
    """The record of the exchange; None where there was no exchange."""
    captured_at: datetime | None = attrs.field(default=None, converter=_utc)
    text_file: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@attrs.frozen(kw_only=True)
class Row:
    """One line of the ledger: a URL, the state it is in, and the run in which it got there."""

    url: str
    state: State
    run: str
    reason: str | None
    status: int | None
    location: RecordLocation | None
    captured_at: datetime | None
    text_file: str | None
    etag: str | None
    last_modified: str | None
    previous: PreviousCapture | None
    host: str
    kind: Kind
    via: str | None
    hops: str
    depth: int
    priority: int
    seed: bool
    attempts: int
    discovered_at: datetime
    changed_at: datetime


@attrs.frozen(kw_only=True)
class RunStart:
    """The run that `begin_run` began, or went on with."""

    run: str
    resumed: bool
    arguments: Mapping[str, object]
    """What the run was begun with; of a resumed run, what it was begun with then."""


@attrs.frozen(kw_only=True)
class HostCounts:
    """URLs of one host in this run. `done` is every terminal state but failed."""

    queued: int = 0
    leased: int = 0
    done: int = 0
    failed: int = 0


@runtime_checkable
class Frontier(Protocol):
    """The one place that knows every URL. Every call is atomic: it happens wholly, or not at all.

    Calls other than `begin_run`, `rows` and `close` need a begun run. Times are Unix seconds. Every call may raise
    `LedgerError`; its kind `LedgerStorageError` says that the medium failed, and that nothing more should be fetched.
    """

    def begin_run(self, run: str, arguments: Mapping[str, object]) -> RunStart:
        """Begins a run, or goes on with the unfinished one: its leases are queued again, its claims given back."""
        ...

    def end_run(self, verdict: str) -> None:
        """Marks the run as finished; whatever is not terminal now is a finding."""
        ...

    def add(self, links: Iterable[Link], *, again: bool = False) -> int:
        """Queues what this run does not know yet; returns how many.

        A URL that an earlier run ended is queued again if `again`, or if that end was a `RETRIABLE` one; what is known
        of its capture becomes `previous`. A continuation is only noted.
        """
        ...

    def exclude(self, link: Link, state: State, reason: str) -> bool:
        """Notes a URL that is not to be fetched. False, and nothing done, where the run knows it already or an earlier
        run captured it."""
        ...

    def exclude_all(self, found: Iterable[tuple[Link, State, str]]) -> int:
        """`exclude` for many in one transaction; returns how many were noted."""
        ...

    def lease(self, limit: int, busy: Mapping[str, int], per_host: int, now: float) -> list[Lease]:
        """Hands out up to `limit` due URLs: of a host never more than `per_host` less what it has in `busy`.

        The least busy hosts come first, then those that have waited longest; within a host the highest priority, then
        the oldest. Leases that lapsed before `now` are queued again first, one attempt older.
        """
        ...

    def claim(self, link: Link) -> bool:
        """Leases a continuation at once. False where it is leased or ended in this run already."""
        ...

    def renew(self, urls: Iterable[str], now: float) -> None:
        """Lets the leases of these URLs hold their full time again, from `now`."""
        ...

    def release(self, urls: Iterable[str]) -> None:
        """Takes leases back that were never acted on: queued again in their old place, attempts unchanged."""
        ...

    def retry(self, url: str, not_before: float, reason: str) -> None:
        """Queues a leased URL again, one attempt older, behind its equals, not before the given time."""
        ...

    def finish(self, outcomes: Mapping[str, Outcome]) -> list[str]:
        """Ends URLs of this run, all in one transaction.

        Returns the URLs refused, unknown or ended before in this run; each is logged as an error. The rest are ended.
        """
        ...

    def rename_texts(self, files: Mapping[str, str]) -> None:
        """Notes other text files for URLs that have one; any other URL is passed over."""
        ...

    def counts(self) -> dict[State, int]:
        """URLs of this run by state; every state is there."""
        ...

    def hosts(self) -> dict[str, HostCounts]:
        """URLs of this run by host."""
        ...

    def leased(self) -> list[Row]:
        """What is leased now, oldest lease first."""
        ...

    def pending(self) -> int:
        """How many URLs are queued or leased."""
        ...

    def next_due(self) -> float | None:
        """When the next queued URL is due; 0.0 where one is due already, None where nothing is queued."""
        ...

    def row(self, url: str) -> Row | None:
        """What the ledger knows of a URL, from whichever run; None where it knows nothing."""
        ...

    def rows(self, state: State | None = None, run: str | None = None) -> Iterator[Row]:
        """The ledger, in order of discovery; every run's unless one is named."""
        ...

    def close(self) -> None:
        """Lets go of the store. Further calls raise; a second close does nothing."""
        ...
