"""Frontier cost: what a URL takes from queue to outcome, with few and with many waiting; next to Scrapy's own queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scrapy import Request, Spider
from scrapy.core.scheduler import Scheduler
from scrapy.utils.test import get_crawler

from archives.capture import RecordLocation
from benchmarks.table import Cell, Report, Table
from benchmarks.timing import Cost, alternate, middle, timed
from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.sqlite import SqliteFrontier

_HOSTS = 50
_BATCH = 32
_QUEUE = "scrapy.pqueues.ScrapyPriorityQueue"  # the usual one wants a running engine
_AT = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)


def measure(folder: Path, rounds: int = 3, few: int = 1_000, many: int = 100_000) -> Report:
    """Queues so many, then takes URLs through in batches as a crawl does."""
    rows: list[tuple[Cell, ...]] = []
    steps: dict[int, float] = {}
    for queued in (few, many):
        frontier = SqliteFrontier(folder / f"{queued}.sqlite")
        frontier.begin_run(f"run-{queued}", {})
        added = timed(partial(frontier.add, _links(queued)))()
        turns = min(few, 600) // rounds // _BATCH * _BATCH
        costs = alternate({"ours": _take(frontier, turns)}, rounds)["ours"]
        steps[queued] = middle(costs) / turns
        rows.append(_row("ours: add", queued, added.cpu / queued, added.wall / queued))
        rows.append(_row("ours: lease and finish", queued, steps[queued], middle(costs, "wall") / turns))
        frontier.close()
    stock = _stock(folder / "stock", few)
    rows += [_row(f"Scrapy JOBDIR: {name}", few, cost.cpu / few, cost.wall / few) for name, cost in stock.items()]
    figures = {
        "frontier_many_over_few": steps[many] / steps[few],
        "frontier_over_jobdir": (steps[few] * few) / max(stock["take"].cpu, 1e-9),
    }
    note = "the stock queue keeps no outcome, and loses what was in work when it is killed"
    columns = ("step", "queued", "CPU us/URL", "wall us/URL")
    return Report(tables=(Table(title="Frontier", note=note, columns=columns, rows=tuple(rows)),), figures=figures)


def _row(name: str, queued: int, cpu: float, wall: float) -> tuple[Cell, ...]:
    return name, queued, cpu * 1e6, wall * 1e6


def _url(number: int) -> str:
    return f"http://h{number % _HOSTS}.example/2026/03/{number}.html"


def _links(count: int) -> list[Link]:
    return [Link(url=_url(number), via="http://h0.example/", hops="L", depth=1) for number in range(count)]


def _take(frontier: SqliteFrontier, count: int) -> Callable[[], Cost]:
    """Leases and finishes `count` URLs, a batch at a time."""

    def work() -> None:
        for _ in range(0, count, _BATCH):
            leases = frontier.lease(_BATCH, {}, _BATCH, time.time())
            assert len(leases) == _BATCH
            frontier.finish({lease.url: _outcome(number) for number, lease in enumerate(leases)})

    return timed(work)


def _outcome(number: int) -> Outcome:
    place = RecordLocation(
        file="a.warc.gz",
        offset=number,
        length=50,
        record_id=f"<urn:uuid:{number}>",
        payload_digest=f"sha256:{number:064x}",
    )
    return Outcome(state=State.ARCHIVED, status=200, location=place, captured_at=_AT, text_file="000.txt")


def _stock(folder: Path, count: int) -> dict[str, Cost]:
    """Scrapy's scheduler with its queue on disk."""
    crawler = get_crawler(Spider, {"JOBDIR": str(folder), "SCHEDULER_PRIORITY_QUEUE": _QUEUE})
    spider = crawler._create_spider("stock")
    crawler.spider = spider
    scheduler = Scheduler.from_crawler(crawler)
    scheduler.open(spider)

    def put() -> None:
        for number in range(count):
            scheduler.enqueue_request(Request(_url(number)))

    def take() -> None:
        while scheduler.next_request():
            pass

    costs = {"put": timed(put)(), "take": timed(take)()}
    scheduler.close("finished")
    return costs
