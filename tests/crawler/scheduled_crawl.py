"""A small crawl through FrontierScheduler, run as its own process: `python -m tests.crawler.scheduled_crawl '{…}'`.

Prints one JSON line: why the spider was closed, and the counts of the ledger.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.scheduler import FrontierScheduler
from crawler.frontier.sqlite import SqliteFrontier

ORDER: dict[str, Any] = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}


class TestedScheduler(FrontierScheduler):
    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TestedScheduler:
        return cls(crawler, TreeSpider.frontier, grace=0.5)


class TreeSpider(Spider):
    """Follows every line of a page; some lines ask for something out of the ordinary."""

    name = "tree"
    later: set[str] = set()  # noqa: RUF012
    frontier: SqliteFrontier

    async def start(self):  # type: ignore[no-untyped-def]
        return
        yield

    def parse(self, response: Response) -> Iterator[Any]:
        url = response.meta["leased_url"]
        if "later" in url and url not in self.later:
            self.later.add(url)
            self.frontier.retry(url, time.time() + 0.7, "not yet")
            return
        if "forgotten" in url:
            return
        for line in response.text.split():
            if "page=" in line:
                self.frontier.claim(Link(url=line, via=url))
                yield Request(line, self.parse_more, meta={"lane": "memory", "first": url, "previous": None})
            else:
                # noted before this page ends, as a spider must: what Scrapy still has in hand dies with the process
                self.frontier.add([Link(url=line, via=url, depth=response.meta["depth"] + 1)])
                yield Request(line, meta={**response.meta, "via": url, "depth": response.meta["depth"] + 1})
        if "paged" not in url:
            self.end(url, response)

    def parse_more(self, response: Response) -> None:
        self.end(response.url, response)
        self.end(response.meta["first"], response)

    def failed(self, failure: Failure) -> None:
        request = failure.request  # type: ignore[attr-defined]
        self.frontier.finish({request.meta["leased_url"]: Outcome(state=State.FAILED, reason=str(failure.value))})

    def end(self, url: str, response: Response) -> None:
        state = State.ARCHIVED if response.status == 200 else State.FAILED
        self.frontier.finish({url: Outcome(state=state, status=response.status)})


def main() -> None:
    frontier = SqliteFrontier(Path(ORDER["ledger"]))
    frontier.begin_run("r1", {})
    frontier.add([Link(url=url, seed=True) for url in ORDER["seeds"]], again=True)
    if ORDER.get("full_disk"):
        pages = frontier._db.execute("PRAGMA page_count").fetchone()[0]
        frontier._db.execute(f"PRAGMA max_page_count = {pages + 3}")
    process = CrawlerProcess(
        {
            "SCHEDULER": TestedScheduler,
            "TELNETCONSOLE_ENABLED": False,
            "HTTPERROR_ALLOW_ALL": True,
            "LOG_LEVEL": "INFO",
            **ORDER.get("settings", {}),
        }
    )
    crawler = process.create_crawler(TreeSpider)
    TreeSpider.frontier = frontier
    process.crawl(crawler)
    process.start()
    assert crawler.stats is not None
    found = {state.value: n for state, n in frontier.counts().items() if n}
    print(json.dumps({"reason": crawler.stats.get_value("finish_reason"), "counts": found}))


if __name__ == "__main__":
    main()
