"""NewsSpider: fetches what the frontier leases, follows where a page leads, hands articles to the pipeline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from string import punctuation
from typing import Any
from urllib.parse import quote, urlsplit

import attrs
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from archives.errors import ArchiveError
from crawler.discovery import FoundLink, Kind
from crawler.exits import one_line
from crawler.extensions.run import STATE_OF_STATUS, fetched, outcome_of
from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.errors import LedgerError
from crawler.hosts import is_private_host
from crawler.plan import CrawlPlan, plan_crawl
from crawler.profiles import profile_for, rules_for
from crawler.reading import PageReading, ReadingTask, read_archived
from crawler.recrawl import is_unchanged
from crawler.run import Run, run_of
from crawler.scope import Verdict
from crawler.urls import absolute
from pipelines.errors import ExtractionError
from pipelines.items import ArticleItem, FetchedPage
from pipelines.rules import ExtractRules

logger = logging.getLogger(__name__)

_AT_ONCE = 100
"""Links that are put into the frontier in one go."""
_FRESH, _LINKED = 20, 10
"""Priorities: what a feed or sitemap names goes before what a page links to."""


class NewsSpider(Spider):
    """Reads every response by what it is: a feed, a sitemap, a listing, an article, or none of these."""

    name = "news"
    _run: Run

    @classmethod
    def plan(cls, settings: BaseSettings, arguments: Mapping[str, str]) -> CrawlPlan:
        """What a run with these `-a` arguments is to do. Raises ConfigError."""
        return plan_crawl(settings, arguments)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider._run = run_of(crawler)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Yields nothing: the seeds are in the frontier, and the scheduler takes them from there."""
        return
        yield

    # --- what came back -----------------------------------------------------------------------------------------

    async def parse(self, response: Response) -> AsyncIterator[Any]:
        """A leased URL was answered. Where the ledger cannot be written it stays leased, for the next run."""
        try:
            async for output in self._answered(response):
                yield output
        except LedgerError as error:
            self._run.stop(one_line(error))

    async def _answered(self, response: Response) -> AsyncIterator[Any]:
        if 300 <= response.status < 400 and b"Location" in response.headers:
            self._redirected(response)
            return
        if response.status == 304 and response.meta.get("previous"):
            self._end(response, State.UNCHANGED, "status 304")
            return
        if not 200 <= response.status < 300 and not self._reads_like_a_page(response):
            self._end(response, STATE_OF_STATUS.get(response.status, State.FAILED), f"status {response.status}")
            return
        reading = await self._read(response)
        if self._run.plan.follow:
            await self._queue(response, reading.links, reading)
            if reading.first_page is not None:
                await self._queue(response, [FoundLink(url=reading.first_page)], reading)
                self._end(response, State.ARCHIVED, f"page of the article at {reading.first_page}")
                return
        assert response.request is not None
        if is_unchanged(response.request):
            self._end(response, State.UNCHANGED, "same payload as the capture before")
        elif self._wants_text(response, reading):
            yield self._article(response, reading, ())
        elif reading.is_html and (reading.sparse or response.status >= 400):
            yield attrs.evolve(self._item((fetched(response),)), only_labels=reading.what)
        else:
            self._end(response, State.ARCHIVED, f"no text: {reading.what}")

    async def parse_continuation(self, response: Response, before: tuple[FetchedPage, ...]) -> AsyncIterator[Any]:
        """Page 2.. of a paginated article was answered."""
        try:
            async for output in self._continued(response, before):
                yield output
        except LedgerError as error:
            self._run.stop(one_line(error))

    async def _continued(self, response: Response, before: tuple[FetchedPage, ...]) -> AsyncIterator[Any]:
        if response.status != 200:
            self._end(response, STATE_OF_STATUS.get(response.status, State.FAILED), f"status {response.status}")
            yield self._item(before)
            return
        yield self._article(response, await self._read(response), before)

    def failed(self, failure: Failure) -> None:
        """A leased URL was not answered, or must not be asked for."""
        request: Request = failure.request  # type: ignore[attr-defined]
        if isinstance(failure.value, ArchiveError):
            self._run.stop(one_line(failure.value))  # it could not be kept, so it stays leased
            return
        if isinstance(failure.value, IgnoreRequest) and "robots.txt" in str(failure.value):
            state, reason = State.EXCLUDED_ROBOTS, str(failure.value) or "forbidden"
        elif request.meta.get("archived") and not request.meta.get("failure"):
            # it was fetched and kept whole; what failed is our reading of it, such as a gzip body that is none
            state, reason = State.ARCHIVED, f"no text: {failure.getErrorMessage()}"
        else:
            state, reason = State.FAILED, request.meta.get("failure") or failure.getErrorMessage()
            logger.warning("not fetched: %s: %s", request.url, reason)
        self._finish(request, Outcome(state=state, reason=reason, location=request.meta.get("archived")))

    def continuation_failed(self, failure: Failure) -> Iterator[Any]:
        """Page 2.. was not answered: the article keeps the pages it has."""
        self.failed(failure)
        if isinstance(failure.value, ArchiveError):
            return  # the whole article is for the next run
        yield self._item(failure.request.cb_kwargs["before"])  # type: ignore[attr-defined]

    async def _read(self, response: Response) -> PageReading:
        """What the answer is and where it leads, read from its record by a worker process."""
        task = ReadingTask(collection=self._run.collection.path, location=response.meta["archived"], url=response.url)
        try:
            return await asyncio.wrap_future(self._run.pool.call(read_archived, task))
        except ExtractionError as error:
            self._run.findings.append(f"{response.url}: not read: {error}")
            return PageReading(kind=Kind.OTHER, what=f"not read: {error}")

    # --- articles -----------------------------------------------------------------------------------------------

    def _wants_text(self, response: Response, reading: PageReading) -> bool:
        """An article does; so does any page that was asked for by name and nothing else, unless it is plainly none."""
        named = bool(response.meta.get("seed")) and not self._run.plan.follow
        return (
            reading.is_html
            and response.status < 400
            and (reading.article or (named and not reading.plainly_no_article))
        )

    def _article(
        self, response: Response, reading: PageReading, before: tuple[FetchedPage, ...]
    ) -> Request | ArticleItem:
        """A request for the article's next page where there is one, else the whole article."""
        have = (*before, fetched(response))
        following = reading.next_page
        if following is None or not self._may_continue(following, have):
            return self._item(have)
        hops, depth = response.meta.get("hops", "") + "L", response.meta.get("depth", 0)
        link = Link(url=following, via=response.url, hops=hops, depth=depth, kind="continuation")
        return Request(
            following,
            callback=self.parse_continuation,
            errback=self.continuation_failed,
            cb_kwargs={"before": have},
            dont_filter=True,
            meta={
                "lane": "memory", "via": response.url, "hops": hops, "depth": depth, "dont_redirect": True,
                "claimed": self._run.frontier.claim(link),
            },
        )  # fmt: skip

    def _may_continue(self, following: str, have: tuple[FetchedPage, ...]) -> bool:
        return (
            self._run.plan.follow
            and len(have) < self.settings.getint("CRAWL_MAX_PAGES_PER_ARTICLE")
            and following not in {page.url for page in have}
            and self._run.scope.check(following, via=have[-1].url, depth=0).in_scope
        )

    def _item(self, pages: tuple[FetchedPage, ...]) -> ArticleItem:
        return ArticleItem(pages=pages, rules=self._rules(pages[0].url))

    def _rules(self, url: str) -> ExtractRules:
        profile = profile_for(self._run.plan.profiles, url)
        return rules_for(profile, datetime.now(UTC).date()) if profile else ExtractRules()

    # --- links --------------------------------------------------------------------------------------------------

    async def _queue(self, response: Response, found: Iterable[FoundLink], reading: PageReading) -> None:
        """Puts links into the frontier: queued where they are in scope, noted with the reason where not."""
        depth = response.meta.get("depth", 0) + 1
        priority = (_LINKED if reading.is_html else _FRESH) - depth
        hops = response.meta.get("hops", "") + "L"
        for some in _batched(found):
            links: dict[bool, list[Link]] = {True: [], False: []}
            refused = []
            for link in some:
                where = Link(url=link.url, via=response.url, hops=hops, depth=depth, priority=priority)
                verdict = self._run.scope.check(link.url, via=response.url, depth=depth)
                if link.nofollow and self._obeys_nofollow(response.url):
                    verdict = Verdict(in_scope=False, reason="rel=nofollow")
                if verdict.in_scope:
                    links[link.feed].append(where)
                else:
                    refused.append((where, State(verdict.state or "excluded_scope"), verdict.reason))
            self._run.frontier.exclude_all(refused)
            self._run.frontier.add(links[False])
            self._run.frontier.add(links[True], again=True)
            await asyncio.sleep(0)  # a sitemap of 50,000 must not hold up the downloads

    def _obeys_nofollow(self, url: str) -> bool:
        profile = profile_for(self._run.plan.profiles, url)
        return profile is not None and profile.crawl.obey_nofollow

    def _redirected(self, response: Response) -> None:
        target = _target(response)
        if target is None:
            self._end(response, State.FAILED, f"status {response.status} to an address that is none")
            return
        hops = response.meta.get("hops", "") + "R"
        depth, seed = response.meta.get("depth", 0), bool(response.meta.get("seed"))
        link = Link(url=target, via=response.url, hops=hops, depth=depth, priority=90, seed=seed)
        in_a_row = len(hops) - len(hops.rstrip("R"))
        if seed and not is_private_host(urlsplit(target).hostname or ""):
            self._run.scope = self._run.scope.with_seed(target)  # a seed that moved house is still what was asked for
        verdict = self._run.scope.check(target, via=response.url, depth=depth)
        if in_a_row > self.settings.getint("REDIRECT_MAX_TIMES"):
            self._run.frontier.exclude(link, State.EXCLUDED_TRAP, f"{in_a_row} redirects in a row")
        elif not verdict.in_scope:
            self._run.frontier.exclude(link, State(verdict.state or "excluded_scope"), verdict.reason)
        else:
            self._run.frontier.add([link], again=seed)
        self._end(response, State.REDIRECTED, f"status {response.status} to {target}")

    # --- outcomes -----------------------------------------------------------------------------------------------

    def _end(self, response: Response, state: State, reason: str) -> None:
        assert response.request is not None
        self._finish(response.request, outcome_of(fetched(response), state, reason))

    def _finish(self, request: Request, outcome: Outcome) -> None:
        if request.meta.get("claimed", True):
            self._run.finish({request.url: outcome})

    @staticmethod
    def _reads_like_a_page(response: Response) -> bool:
        """Whether an error answer may be a wall with something to read: a challenge comes as 403, 429, 503 or 521."""
        return response.status in {403, 429, 503, 521} and len(response.body) > 0


def _target(response: Response) -> str | None:
    """Where a redirect leads, without fragment; None where that is no web address.

    Bytes beyond ASCII are read as UTF-8, as browsers do; others stay the bytes that the site meant, percent-encoded.
    """
    named = (response.headers[b"Location"] or b"").strip()
    try:
        address = named.decode("utf-8")
    except UnicodeDecodeError:
        address = quote(named, safe=punctuation)
    return absolute(address, response.url)


def _batched(links: Iterable[FoundLink]) -> Iterator[list[FoundLink]]:
    left = iter(links)
    while some := list(islice(left, _AT_ONCE)):
        yield some
