"""FrontierScheduler: Scrapy takes its requests from the frontier, a few leases at a time."""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import AsyncioLoopingCall, CallLaterResult, call_later, create_looping_call
from scrapy.utils.defer import _schedule_coro

from crawler.frontier.base import LEASE, Frontier, Lease, Link, Outcome, State
from crawler.frontier.errors import LedgerError
from crawler.frontier.identity import canonical, host_key

if TYPE_CHECKING:
    from twisted.internet.task import LoopingCall

logger = logging.getLogger(__name__)

LANE = "lane"
"""Request.meta key; "memory" keeps a request out of the frontier: its URL is claimed already, and dies with us."""
LEASED_URL = "leased_url"
"""Request.meta key: the URL as the frontier leased it."""
PREVIOUS = "previous"
"""Request.meta key: PreviousCapture or None."""
_BATCH = 16
_GRACE = 10.0
"""Seconds for which an idle engine waits for the outcome of a leased URL before the URL counts as lost."""
_LOOK_AGAIN = 0.2


class FrontierScheduler(BaseScheduler):
    """Leases on pop; what becomes of a leased URL is reported to the frontier by whoever handles the response.

    Requests are made with `spider.parse` and `spider.failed`. Their meta holds via, hops, depth, seed, previous,
    retry_times (the attempts so far) and the host as download_slot.
    """

    def __init__(
        self,
        crawler: Crawler,
        frontier: Frontier,
        *,
        stop: Callable[[str], None] | None = None,
        grace: float = _GRACE,
    ) -> None:
        """`stop` is told, once, why the crawl has to end; without it the spider is closed as "ledger_error"."""
        settings = crawler.settings
        self._crawler, self._frontier, self._grace = crawler, frontier, grace
        self._stop = stop or self._close_spider
        self._spider: Any
        self._total = settings.getint("CONCURRENT_REQUESTS")
        self._per_host = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") or _BATCH
        self._retries = settings.getint("RETRY_TIMES")
        self._renew_every = (settings.getfloat("FRONTIER_LEASE_SECONDS") or LEASE) / 3
        self._lane: deque[Request] = deque()
        self._batch: deque[Request] = deque()
        self._renewing: AsyncioLoopingCall | LoopingCall | None = None
        self._alarm: CallLaterResult | None = None
        self._idle_since: float | None = None
        self._broken = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FrontierScheduler:
        from crawler.run import run_of  # the run knows the frontier, which must not need the run

        run = run_of(crawler)
        return cls(crawler, run.frontier, stop=run.stop)

    def open(self, spider: Spider) -> None:
        self._spider = spider
        self._renewing = create_looping_call(self._renew)
        self._renewing.start(self._renew_every, now=False)

    def close(self, reason: str) -> None:
        """Gives back what was leased and not ended; the engine has waited for what was under way."""
        if self._renewing is not None and self._renewing.running:
            self._renewing.stop()
        self._cancel_alarm()
        self._lane.clear()
        self._batch.clear()
        if not self._broken:
            with self._ledger():
                self._frontier.release([row.url for row in self._frontier.leased()])

    def has_pending_requests(self) -> bool:
        """True while any URL is queued, even if for later, or leased: it may yet come back."""
        if self._broken:
            return False
        with self._ledger():
            return bool(self._lane or self._batch or self._frontier.pending())
        return False

    def enqueue_request(self, request: Request) -> bool:
        """Takes a continuation, a retry of a leased URL, or a newly found URL."""
        if request.meta.get(LANE) == "memory":
            request.meta.setdefault("download_slot", host_key(request.url))  # one pace for all that a host is asked
            self._lane.append(request)
            return True
        with self._ledger():
            if _is_retry(request):
                self._frontier.retry(request.meta[LEASED_URL], 0.0, "asked for again after a failure that may pass")
                return True
            return self._frontier.add([_link(request)]) > 0
        return False

    def next_request(self) -> Request | None:
        if self._lane:
            return self._leaving(self._lane.popleft())
        if self._broken:
            return None
        with self._ledger():
            while not self._batch and (leases := self._lease()):
                self._batch.extend(self._requests(leases))
            if self._batch:
                return self._leaving(self._batch.popleft())
            self._wait()
        return None

    def _leaving(self, request: Request) -> Request:
        self._idle_since = None
        return request

    def _lease(self) -> list[Lease]:
        active = self._engine.downloader.active
        limit = min(_BATCH, self._total - len(active)) if self._total else _BATCH
        busy = Counter(_slot(request) for request in active)
        return self._frontier.lease(max(1, limit), busy, self._per_host, time.time())

    def _requests(self, leases: list[Lease]) -> Iterator[Request]:
        for lease in leases:
            try:
                yield self._request(lease)
            except ValueError as error:
                self._frontier.finish({lease.url: Outcome(state=State.FAILED, reason=f"not a URL to fetch: {error}")})

    def _request(self, lease: Lease) -> Request:
        meta = {
            "via": lease.via, "hops": lease.hops, "depth": lease.depth, "seed": lease.seed, PREVIOUS: lease.previous,
            "retry_times": lease.attempts, "download_slot": host_key(lease.url), LEASED_URL: lease.url,
            "dont_redirect": True,  # a redirect is an outcome of its own; the spider queues where it leads
        }  # fmt: skip
        spider = self._spider
        return Request(
            lease.url,
            callback=spider.parse,
            errback=spider.failed,
            dont_filter=True,
            priority=lease.priority,
            meta=meta,
        )

    def _wait(self) -> None:
        """Nothing can be fetched now: sees to it that the engine asks again when something may."""
        now, due = time.time(), self._frontier.next_due()
        waits = [due - now] if due is not None and due > now else []
        if self._engine_is_idle() and (leased := self._frontier.leased()):
            self._idle_since = now if self._idle_since is None else self._idle_since
            if now - self._idle_since >= self._grace:
                self._idle_since = None
                for row in leased:
                    self._lost(row.url, again=row.kind == "page" and row.attempts < self._retries)
            waits.append(_LOOK_AGAIN)
        else:
            self._idle_since = None
        if waits:
            self._cancel_alarm()
            self._alarm = call_later(min(waits), self._look)

    def _lost(self, url: str, *, again: bool) -> None:
        """Nobody is at work on a leased URL any more: a callback forgot it. It must end all the same."""
        logger.error(
            "No outcome was reported of %s, %s", url, "it is fetched again" if again else "it counts as failed"
        )
        if again:
            self._frontier.retry(url, 0.0, "no outcome was reported")
        else:
            self._frontier.finish({url: Outcome(state=State.FAILED, reason="no outcome was reported")})

    def _renew(self) -> None:
        """While this process lives its leases do not lapse, however slow the host."""
        if not self._broken:
            with self._ledger():
                self._frontier.renew([row.url for row in self._frontier.leased()], time.time())

    def _look(self) -> None:
        self._alarm = None
        slot = self._engine._slot
        if slot is not None:
            slot.nextcall.schedule()

    def _cancel_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    @property
    def _engine(self):  # type: ignore[no-untyped-def]
        return self._crawler.engine

    def _engine_is_idle(self) -> bool:
        engine = self._engine
        return not engine._slot.inprogress and not engine.downloader.active and engine.scraper.slot.is_idle()

    @contextmanager
    def _ledger(self) -> Iterator[None]:
        """A ledger that fails stops the crawl: what cannot be noted must not be fetched.

        Raised further, the error would be swallowed by the engine, which would ask again for ever.
        """
        try:
            yield
        except LedgerError as error:
            if not self._broken:
                self._broken = True
                self._stop(str(error))

    def _close_spider(self, why: str) -> None:
        logger.critical("%s", why)
        if self._engine is not None and self._engine.spider is not None:
            _schedule_coro(self._engine.close_spider_async(reason="ledger_error"))


def _slot(request: Request) -> str:
    return str(request.meta.get("download_slot") or host_key(request.url))


def _is_retry(request: Request) -> bool:
    """Whether this is a leased request that a middleware wants to be made once more, not one that copied its meta."""
    leased: str | None = request.meta.get(LEASED_URL)
    return bool(request.meta.get("retry_times")) and leased is not None and canonical(leased) == canonical(request.url)


def _link(request: Request) -> Link:
    meta = request.meta
    return Link(
        url=request.url, via=meta.get("via"), hops=meta.get("hops", ""), depth=meta.get("depth", 0),
        priority=request.priority, seed=bool(meta.get("seed", False)),
    )  # fmt: skip
