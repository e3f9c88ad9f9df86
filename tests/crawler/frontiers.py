"""The backends that every frontier test runs over, and the small things those tests are made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import attrs

from archives.capture import RecordLocation
from crawler.frontier.base import Frontier, Lease, Link, Outcome, State
from crawler.frontier.sqlite import SqliteFrontier

NOW = 1_700_000_000.0


@attrs.define
class Clock:
    """A clock that stands still until told."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@attrs.define
class Store:
    """A place that a frontier can be opened on again and again, as after a restart."""

    open: Callable[[], Frontier]
    clock: Clock


def sqlite_store(folder: Path) -> Store:
    clock = Clock()
    return Store(open=lambda: SqliteFrontier(folder / "ledger.sqlite", clock=clock), clock=clock)


BACKENDS: dict[str, Callable[[Path], Store]] = {"sqlite": sqlite_store}


def place(n: int = 1) -> RecordLocation:
    """Where some record might lie."""
    return RecordLocation(
        file="a.warc.gz", offset=100 * n, length=50, record_id=f"<urn:uuid:{n}>", payload_digest=f"sha256:{n:064x}"
    )


def archived(n: int = 1) -> Outcome:
    return Outcome(
        state=State.ARCHIVED,
        status=200,
        location=place(n),
        captured_at=datetime(2023, 1, 1, 12, 0, n, tzinfo=UTC),
        etag=f'"{n}"',
        last_modified=None,
        text_file=f"{n:03d}.txt",
    )


def pages(host: str, count: int, **facts: object) -> list[Link]:
    return [Link(url=f"http://{host}/{n}", **facts) for n in range(count)]  # type: ignore[arg-type]


def lease_all(frontier: Frontier, limit: int = 100, now: float = NOW) -> list[Lease]:
    return frontier.lease(limit, {}, limit, now)
