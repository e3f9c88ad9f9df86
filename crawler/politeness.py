"""Politeness: one pace per host, robots.txt by RFC 9309, and our name on every request."""

from __future__ import annotations

import logging
import re

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import SETTINGS_PRIORITIES
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from crawler import version
from crawler.frontier.base import Link
from crawler.frontier.identity import host_key
from crawler.plan import is_loopback, user_agent
from crawler.profiles import profile_for
from crawler.run import run_of
from crawler.urls import absolute
from pipelines.coding import decode_content

logger = logging.getLogger(__name__)

_LARGEST = 500 << 10  # bytes: the least a parser must read (RFC 9309, 2.5), and the most that ours does
_SITEMAP = re.compile(rb"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_DISALLOW_ALL = b"User-agent: *\nDisallow: /\n"


class PaceMiddleware:
    """Sets the delay of a host before its first request, and names us."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._profiles = run_of(crawler).plan.profiles
        self._agent = user_agent(settings, version())
        self._by_hand = (settings.getpriority("DOWNLOAD_DELAY") or 0) > SETTINGS_PRIORITIES["project"]
        self._delay = settings.getfloat("DOWNLOAD_DELAY")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("User-Agent", self._agent)
        downloader = self._crawler.engine.downloader
        slot = downloader.get_slot_key(request)
        if slot not in downloader.per_slot_settings:
            downloader.per_slot_settings[slot] = {"delay": self.delay_for(request.url)}

    def delay_for(self, url: str) -> float:
        """Seconds between requests: what the user set by hand, else the profile's, else none on loopback."""
        profile = profile_for(self._profiles, url)
        if self._by_hand:
            return self._delay
        if profile is not None and profile.crawl.delay is not None:
            return profile.crawl.delay
        return 0.0 if is_loopback(url) else self._delay


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, with RFC 9309's word on a robots.txt that cannot be had.

    A server error means: keep out (2.3.1.4). A host that does not answer at all is left to the page itself, whose
    failure then says why.
    """

    async def robot_parser(self, request: Request):  # type: ignore[no-untyped-def]
        netloc = urlparse_cached(request).netloc
        if netloc not in self._parsers:
            self._parsers[netloc] = Deferred()
            parts = urlparse_cached(request)
            asked = Request(
                f"{parts.scheme}://{netloc}/robots.txt",
                meta={
                    "dont_obey_robotstxt": True, "via": request.url, "hops": request.meta.get("hops", "") + "P",
                    "download_slot": host_key(request.url),
                },
                callback=NO_CALLBACK,
            )  # fmt: skip
            try:
                answer = await self.crawler.engine.download_async(asked)
                self._queue_sitemaps(answer, request)
                await self._parse_robots(_readable(answer), netloc, request)
            except IgnoreRequest as error:
                self._robots_error(error, netloc)
            except Exception as error:
                logger.warning("robots.txt of %s cannot be had: %s", netloc, asked.meta.get("failure") or error)
                self._robots_error(error, netloc)
        return await super().robot_parser(request)

    def _queue_sitemaps(self, answer: Response, request: Request) -> None:
        """Sitemaps that robots.txt names are where links are to be found."""
        run = run_of(self.crawler)
        if not run.plan.follow or answer.status != 200:
            return
        hops = request.meta.get("hops", "") + "P"
        for named in _SITEMAP.findall(_decoded(answer)):
            url = absolute(named.decode("utf-8", "replace"), answer.url)
            if url is not None and run.scope.check(url, via=answer.url, depth=1).in_scope:
                run.frontier.add([Link(url=url, via=answer.url, hops=hops, depth=1, priority=50)], again=True)


def _readable(answer: Response) -> Response:
    """A robots.txt as its parser should see it: nothing for a client error, all closed for a server error."""
    if answer.status >= 500:
        return answer.replace(body=_DISALLOW_ALL)
    if answer.status >= 400:
        return answer.replace(body=b"")
    return answer.replace(body=_decoded(answer))


def _decoded(answer: Response) -> bytes:
    coding = answer.headers.get(b"Content-Encoding") or b""
    return decode_content(answer.body, coding.decode("latin-1"), _LARGEST)
