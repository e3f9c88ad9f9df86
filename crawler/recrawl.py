"""Recrawl: a page that is still what an earlier run saw is written as a revisit, not twice."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from archives.capture import RevisitOf
from crawler.frontier.base import PreviousCapture
from crawler.run import run_of


class RecrawlMiddleware:
    """Tells the archiver which earlier capture a request may turn out to repeat."""

    def __init__(self, crawler: Crawler) -> None:
        self._archiver = run_of(crawler).archiver

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RecrawlMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        previous = request.meta.get("previous")
        if isinstance(previous, PreviousCapture):
            self._archiver.expect(
                request.url,
                RevisitOf(
                    record_id=previous.record_id,
                    url=request.url,
                    date=previous.date,
                    payload_digest=previous.payload_digest,
                ),
            )


def is_unchanged(request: Request) -> bool:
    """Whether the answer to a request had the payload of the earlier capture."""
    previous, archived = request.meta.get("previous"), request.meta.get("archived")
    return (
        isinstance(previous, PreviousCapture)
        and archived is not None
        and bool(archived.payload_digest == previous.payload_digest)
    )
