"""RunExtension: ties a run to Scrapy's signals, and notes what became of every article."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from twisted.python.failure import Failure

from crawler.exits import one_line
from crawler.frontier.base import Outcome, State
from crawler.run import run_of
from crawler.twins import reason_for
from pipelines.items import ArticleItem, FetchedPage

logger = logging.getLogger(__name__)

STATE_OF_STATUS = {401: State.BLOCKED, 403: State.BLOCKED, 404: State.GONE, 410: State.GONE, 451: State.BLOCKED}
"""What an error answer means for its URL; any other is a failure."""
_STATE_OF_LABEL = {"challenge_page": State.BLOCKED, "soft_404": State.GONE}


class RunExtension:
    """Gives the parts of the crawl their run, and turns items and errors into outcomes."""

    def __init__(self, crawler: Crawler) -> None:
        opened = run_of(crawler)
        self._crawler, self._run = crawler, opened
        self.frontier, self.collection, self.archiver, self.run = (
            opened.frontier, opened.collection, opened.archiver, opened.run,
        )  # fmt: skip
        self.archiver.on_broken = self._writer_broke
        opened.when_stopped(self._stop)
        crawler.signals.connect(self.item_done, signals.item_scraped)
        crawler.signals.connect(self.item_failed, signals.item_error)
        crawler.signals.connect(self.callback_failed, signals.spider_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunExtension:
        return cls(crawler)

    def item_done(self, item: Any, spider: Spider) -> None:
        if isinstance(item, ArticleItem):
            if item.unkept is not None:
                self._run.stop(" ".join(item.unkept.split()))  # its pages stay leased, for the next run to take up
                return
            self._run.finish(outcomes_of(item))
            if item.failure is not None:
                self._run.findings.append(f"{item.url}: no text: {item.failure}")
            if item.text_file is not None:
                self._run.tally.text(item.url)

    def item_failed(self, item: Any, failure: Failure, spider: Spider) -> None:
        if isinstance(item, ArticleItem):
            item.failure = _named(failure)
            self._run.findings.append(f"{item.url}: {item.failure}")
            self._run.finish(outcomes_of(item))

    def callback_failed(self, failure: Failure, response: Response, spider: Spider) -> None:
        reason = f"not read: {_named(failure)}"
        self._run.findings.append(f"{response.url}: {reason}")
        before: tuple[FetchedPage, ...] = response.cb_kwargs.get("before", ())
        self._run.finish({page.url: outcome_of(page, State.ARCHIVED, reason) for page in (*before, fetched(response))})

    def _writer_broke(self, error: Exception) -> None:
        """Called in the writer's thread."""
        from twisted.internet import reactor

        reactor.callFromThread(self._run.stop, f"the archive cannot be written: {one_line(error)}")

    def _stop(self) -> None:
        engine = self._crawler.engine
        if engine.spider is not None:
            deferred_from_coro(engine.close_spider_async(reason="stopped_early"))


def _named(failure: Failure) -> str:
    error = failure.value
    return f"{type(error).__name__}: {one_line(error) if error is not None else ''}"


def outcomes_of(item: ArticleItem) -> dict[str, Outcome]:
    """What became of each page of an article; the first page carries the text."""
    state, reason, text_file = _verdict(item)
    outcomes = {item.url: outcome_of(item.pages[0], state, reason, text_file)}
    for number, page in enumerate(item.pages[1:], start=2):
        if not page.claimed:
            continue
        outcomes[page.url] = outcome_of(page, State.ARCHIVED, f"page {number} of {item.url}")
    return outcomes


def outcome_of(page: FetchedPage, state: State, reason: str | None, text_file: str | None = None) -> Outcome:
    """The outcome of a page that was answered, with what a later run needs to ask whether it changed."""
    return Outcome(
        state=state, reason=reason, status=page.status, location=page.location, captured_at=page.captured_at,
        text_file=text_file, etag=page.etag, last_modified=page.last_modified,
    )  # fmt: skip


def fetched(response: Response) -> FetchedPage:
    """A response that came through the archiving handler, as what it is to the ledger."""
    etag, modified = response.headers.get(b"ETag"), response.headers.get(b"Last-Modified")
    return FetchedPage(
        url=response.url,
        location=response.meta["archived"],
        status=response.status,
        captured_at=response.meta["captured_at"],
        claimed=response.meta.get("claimed", True),
        etag=etag.decode("latin-1") if etag else None,
        last_modified=modified.decode("latin-1") if modified else None,
    )


def _verdict(item: ArticleItem) -> tuple[State, str | None, str | None]:
    if item.extracted is None or item.failure is not None:
        return State.ARCHIVED, f"no text: {item.failure}", None
    if item.same_text_as is not None:
        return State.DUPLICATE, reason_for(item.same_text_as), None
    for label in item.extracted.document.labels:
        if label.name in _STATE_OF_LABEL:
            return _STATE_OF_LABEL[label.name], f"{label.name}: {label.evidence}", None
    status = item.pages[0].status
    if status >= 400:
        return STATE_OF_STATUS.get(status, State.FAILED), f"status {status}", None
    if item.only_labels is not None or item.text_file is None:
        return (
            State.ARCHIVED,
            f"no text: {item.only_labels or item.extracted.document.problem or 'no main text found'}",
            None,
        )
    return State.ARCHIVED, None, item.text_file
