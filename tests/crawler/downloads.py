"""Runs Scrapy in a process of its own over a list of requests, and tells what was captured and what came of each.

The reactor can be started only once in a process, so tests call `download` and read its answer.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
import scrapy
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from twisted.python.failure import Failure

from archives.capture import Capture, RecordLocation, WireMessage
from archives.collection import Collection
from crawler.download.playback import Playback

ROOT = Path(__file__).parents[2]
CAPTURE = "crawler.download.capture.CaptureDownloadHandler"
_KEPT = 4 << 20


@attrs.frozen
class Run:
    """`captures` in the order in which they came to the sink, `results` by the job's number, Scrapy's stats, stderr."""

    captures: list[dict[str, Any]]
    results: list[dict[str, Any]]
    stats: dict[str, Any]
    log: str

    def of(self, path: str) -> list[dict[str, Any]]:
        return [capture for capture in self.captures if capture["url"].endswith(path)]


def download(
    jobs: Iterable[str | Mapping[str, Any]], settings: Mapping[str, Any] | None = None, *, timeout: float = 50
) -> Run:
    """Requests every job: a URL, or keyword arguments of a Request."""
    listed = [{"url": job} if isinstance(job, str) else dict(job) for job in jobs]
    with tempfile.TemporaryDirectory() as folder:
        spec, out = Path(folder, "spec.json"), Path(folder, "out.jsonl")
        spec.write_text(json.dumps({"jobs": listed, "settings": dict(settings or {})}))
        command = [sys.executable, "-m", "tests.crawler.downloads", str(spec), str(out)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
        rows = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    if not rows or "stats" not in rows[-1]:
        raise AssertionError(f"the crawl did not end well:\n{ended.stderr[-3000:]}")
    results = sorted((row["result"] for row in rows if "result" in row), key=lambda result: result["job"])
    return Run([row["capture"] for row in rows if "capture" in row], results, rows[-1]["stats"], ended.stderr)


class FileSink:
    """A sink that writes each capture to a file as one line of JSON, and to the collection TEST_COLLECTION if given."""

    def __init__(self, crawler: Crawler) -> None:
        self._out = Path(crawler.settings["TEST_OUT"])
        self._refuse = crawler.settings.get("TEST_REFUSE", "")
        self._count = 0
        self._collection: Collection | None = None
        if name := crawler.settings.get("TEST_COLLECTION"):
            self._collection = Collection.create(Path(crawler.settings["COLLECTIONS_DIR"]), name)
            self._collection.start_writing({})
            crawler.signals.connect(self._collection.stop_writing, scrapy.signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> FileSink:
        return cls(crawler)

    async def append(self, capture: Capture) -> RecordLocation:
        if self._refuse and self._refuse in capture.url:
            raise OSError(28, "No space left on device")
        _write(self._out, {"capture": _described(capture)})
        if self._collection is not None:
            self._collection.append(capture)
        for message in (capture.request, capture.response):
            if message is not None:
                message.spool.close()
        self._count += 1
        return RecordLocation(file="t", offset=self._count - 1, length=0, record_id="<t>", payload_digest="")


class Stopper:
    """Raises StopDownload where `request.meta["stop"]` asks for it: at the headers, at the first bytes, or to fail."""

    def __init__(self, crawler: Crawler) -> None:
        crawler.signals.connect(self.headers, scrapy.signals.headers_received)
        crawler.signals.connect(self.bytes, scrapy.signals.bytes_received)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Stopper:
        return cls(crawler)

    def headers(self, request: scrapy.Request) -> None:
        if request.meta.get("stop") == "headers":
            raise StopDownload(fail=False)

    def bytes(self, request: scrapy.Request) -> None:
        if request.meta.get("stop") in ("bytes", "fail"):
            raise StopDownload(fail=request.meta["stop"] == "fail")


class ListSpider(scrapy.Spider):
    """Requests what it is told to, and writes down what came of it."""

    name = "list"

    def __init__(self, jobs: list[dict[str, Any]], out: Path) -> None:
        super().__init__()
        self._jobs, self._out = jobs, out

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for number, job in enumerate(self._jobs):
            request = scrapy.Request(**{"dont_filter": True, **job}, callback=self.came, errback=self.failed)
            request.meta.setdefault("job", number)
            if wait := request.meta.get("cancel"):
                await self._cancel(request, wait)
            else:
                yield request

    async def _cancel(self, request: scrapy.Request, wait: float) -> None:
        """Starts the download as the engine would, and cancels it after `wait` seconds."""
        assert self.crawler.engine is not None
        download = self.crawler.engine.downloader.handlers.download_request_async(request)
        task = asyncio.ensure_future(download)
        await asyncio.wait([task], timeout=wait)
        task.cancel()
        await asyncio.wait([task], timeout=5)

    def came(self, response: Response) -> None:
        self._note(
            response.meta,
            url=response.url,
            status=response.status,
            body=_bytes(response.body),
            flags=response.flags,
            headers={name.decode(): response.headers.getlist(name) for name in response.headers},
            ip=str(response.ip_address),
            protocol=response.protocol,
        )

    def failed(self, failure: Failure) -> None:
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]  # set by the scraper
        self._note(request.meta, error=type(failure.value).__name__, message=str(failure.value))

    def _note(self, meta: dict[str, Any], **result: Any) -> None:
        archived = meta.get("archived")
        result |= {"job": meta["job"], "archived": archived and archived.offset, "failure": meta.get("failure")}
        _write(self._out, {"result": result})


def _described(capture: Capture) -> dict[str, Any]:
    response = capture.response
    return {
        "url": capture.url,
        "method": capture.method,
        "request": _message(capture.request),
        "response": _message(response),
        "interim": response.interim if response else 0,
        "excess": response.excess if response else 0,
        "status": capture.status,
        "started": capture.started.isoformat(),
        "fetch_ms": capture.fetch_ms,
        "peer_ip": capture.peer_ip,
        "tls": capture.tls and [capture.tls.version, capture.tls.cipher, *(der.hex() for der in capture.tls.chain)],
        "truncated": capture.truncated,
        "failure": capture.failure,
        "via": capture.via,
        "hops": capture.hops,
    }


def _message(message: WireMessage | None) -> dict[str, Any] | None:
    return _bytes(message.spool.read(0, message.spool.size)) if message else None


def _bytes(data: bytes) -> dict[str, Any]:
    return {
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "head": base64.b64encode(data[:_KEPT]).decode(),
    }


def unpacked(message: Mapping[str, Any]) -> bytes:
    """The bytes (the first 4 MiB) of a message or body in a Run."""
    return base64.b64decode(message["head"])


def _write(out: Path, row: dict[str, Any]) -> None:
    with out.open("a") as file:
        file.write(
            json.dumps(row, default=lambda value: value.decode("latin-1") if isinstance(value, bytes) else str(value))
        )
        file.write("\n")


def main(spec: Path, out: Path) -> None:
    told = json.loads(spec.read_text())
    settings = {
        "DOWNLOAD_HANDLERS": {"http": CAPTURE, "https": CAPTURE},
        "EXTENSIONS": {FileSink: 0, Stopper: 1, Playback: 2},
        "TEST_OUT": str(out),
        "LOG_LEVEL": "WARNING",
        "RETRY_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOAD_TIMEOUT": 10,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    } | told["settings"]
    process = CrawlerProcess(settings)
    crawler = process.create_crawler(ListSpider)
    process.crawl(crawler, jobs=told["jobs"], out=out)
    process.start()
    _write(out, {"stats": crawler.stats.get_stats() if crawler.stats else {}})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
