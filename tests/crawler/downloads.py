"""Runs Scrapy in a process of its own over a list of requests, and tells what was captured and what came of each.

A reactor runs once in a process, and never in that of pytest. So one process beside it runs all crawls that `download`
is asked for, one after the other: a line of JSON on its stdin each. It ends when its stdin does.
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import functools
import hashlib
import json
import logging
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import scrapy
from scrapy.crawler import Crawler, CrawlerRunner
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.utils.reactor import install_reactor
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
        out, log = Path(folder, "out.jsonl"), Path(folder, "log")
        told = {"jobs": listed, "settings": dict(settings or {}), "out": str(out), "log": str(log)}
        answered = _ask(told, timeout)
        logged = log.read_text() if log.exists() else ""
        rows = [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []
    if not answered or not rows or "stats" not in rows[-1]:
        raise AssertionError(f"the crawl did not end well:\n{logged[-3000:]}")
    results = sorted((row["result"] for row in rows if "result" in row), key=lambda result: result["job"])
    return Run([row["capture"] for row in rows if "capture" in row], results, rows[-1]["stats"], logged)


def _ask(told: dict[str, Any], timeout: float) -> bool:
    """Has the crawls' process run one; False where it did not answer in time."""
    process = _crawls()
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(told).encode() + b"\n")
    process.stdin.flush()
    ready, _, _ = select.select([process.stdout], [], [], timeout)
    if ready and process.stdout.readline():
        return True
    process.kill()
    _crawls.cache_clear()
    return False


@functools.cache
def _crawls() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.crawler.downloads"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired, BrokenPipeError):
        process.communicate(timeout=5)
    process.kill()


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


SETTINGS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": {"http": CAPTURE, "https": CAPTURE},
    "EXTENSIONS": {FileSink: 0, Stopper: 1, Playback: 2},
    "RETRY_ENABLED": False,
    "REDIRECT_ENABLED": False,
    "HTTPERROR_ALLOW_ALL": True,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "DOWNLOAD_TIMEOUT": 10,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
}


def _crawl(told: dict[str, Any], done: Callable[[], None]) -> None:
    out, log = Path(told["out"]), logging.FileHandler(told["log"])
    log.setLevel(logging.WARNING)
    logging.getLogger().addHandler(log)
    runner = CrawlerRunner(SETTINGS | {"TEST_OUT": str(out)} | told["settings"])
    crawler = runner.create_crawler(ListSpider)

    def ended(result: object) -> None:
        if isinstance(result, Failure):
            logging.getLogger(__name__).error("the crawl failed: %s", result.getTraceback())
        else:
            _write(out, {"stats": crawler.stats.get_stats() if crawler.stats else {}})
        logging.getLogger().removeHandler(log)
        log.close()
        done()

    runner.crawl(crawler, jobs=told["jobs"], out=out).addBoth(ended)


def main() -> None:
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    loop: Any = reactor  # typed as a module

    def listen() -> None:
        for line in sys.stdin:
            done = threading.Event()
            loop.callFromThread(_crawl, json.loads(line), done.set)
            done.wait()
            print("done", flush=True)
        loop.callFromThread(loop.stop)

    threading.Thread(target=listen, daemon=True).start()
    loop.run(installSignalHandlers=False)


if __name__ == "__main__":
    main()
