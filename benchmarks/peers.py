"""Peers: what a crawl costs without us, fetched only, and as most would write it.

python -m benchmarks.peers bare FILE            fetches the URLs in FILE and drops them
python -m benchmarks.peers plain FILE FOLDER    follows links from them, WARC and texts made in the reactor
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import trafilatura
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import HtmlResponse, Response
from scrapy.linkextractors import LinkExtractor
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

_ALIKE = {
    "CONCURRENT_REQUESTS": 32,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_DELAY": 0,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "USER_AGENT": "benchmark (+loopback)",
    "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip, deflate, br"},
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
}
"""What our own crawl has too."""


class _ListSpider(Spider):
    """Begins with a list of URLs."""

    def __init__(self, urls: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.urls = urls

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url, dont_filter=True)


class BareSpider(_ListSpider):
    """Fetches and drops."""

    name = "bare"

    def parse(self, response: Response, **kwargs: Any) -> None:
        return None


class PlainSpider(_ListSpider):
    """Follows every link, writes a WARC with warcio's own ways, extracts with trafilatura: all where it stands."""

    name = "plain"

    def __init__(self, urls: list[str], folder: Path, **kwargs: Any) -> None:
        super().__init__(urls, **kwargs)
        self.folder = folder
        self.links = LinkExtractor()
        self.file = (folder / "plain.warc.gz").open("wb")
        self.writer = WARCWriter(self.file, gzip=True)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Request]:
        self._archive(response)
        if not isinstance(response, HtmlResponse):
            return
        document = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
        text = getattr(document, "text", None)
        if text:
            name = hashlib.sha256(response.url.encode()).hexdigest()[:16]
            (self.folder / f"{name}.txt").write_text(text, encoding="utf-8")
        for link in self.links.extract_links(response):
            yield Request(link.url)

    def _archive(self, response: Response) -> None:
        sent = [(name.decode("latin-1"), b", ".join(values).decode("latin-1"))
                for name, values in (response.request.headers if response.request else {}).items()]  # fmt: skip
        came = [
            (name.decode("latin-1"), b", ".join(values).decode("latin-1")) for name, values in response.headers.items()
        ]
        answer = self.writer.create_warc_record(
            response.url, "response", payload=BytesIO(response.body),
            http_headers=StatusAndHeaders(f"{response.status} OK", came, protocol="HTTP/1.1"),
        )  # fmt: skip
        request = self.writer.create_warc_record(
            response.url, "request", payload=BytesIO(b""),
            http_headers=StatusAndHeaders("GET / HTTP/1.1", sent, is_http_request=True),
        )  # fmt: skip
        self.writer.write_request_response_pair(request, answer)
        self.file.flush()

    def closed(self, reason: str) -> None:
        self.file.close()


def main(kind: str, file: str, folder: str = "") -> None:
    """Runs one of the two to its end."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    urls = Path(file).read_text("utf-8").split()
    process = CrawlerProcess({**_ALIKE, "ROBOTSTXT_OBEY": kind == "plain"})
    if kind == "plain":
        process.crawl(PlainSpider, urls=urls, folder=Path(folder))
    else:
        process.crawl(BareSpider, urls=urls)
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
