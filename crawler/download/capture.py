"""CaptureDownloadHandler: downloads as Scrapy does, and hands every exchange to the archive byte for byte."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urldefrag

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError, StopDownload
from scrapy.utils.httpobj import urlparse_cached

from archives.capture import Capture, RecordLocation, Spool, Truncation, WireMessage
from crawler.download.failures import TRIED_AGAIN, describe_failure
from crawler.download.tee import Exchange, Recording, TeePool, record

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.web.client import HTTPConnectionPool


class CaptureSink(Protocol):
    """What keeps captures: an enabled Scrapy extension with this method."""

    async def append(self, capture: Capture) -> RecordLocation:
        """Keeps the capture, and returns when it is kept. The sink closes its spools: only it knows when."""
        ...


def sink_of(crawler: Crawler) -> CaptureSink:
    """The extension of the crawler that keeps captures.

    Raises RuntimeError where none is enabled: nothing may be fetched that cannot be kept.
    """
    for extension in crawler.extensions.middlewares if crawler.extensions else ():
        if inspect.iscoroutinefunction(getattr(extension, "append", None)):
            return cast("CaptureSink", extension)
    raise RuntimeError("no extension with `async def append(capture)` is in EXTENSIONS: add the Archiver")


class CaptureDownloadHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler with a tee on the wire.

    Every exchange of a download is in the sink before its response is returned or its exception raised. Then
    `request.meta["archived"]` is the RecordLocation of the last one, and `request.meta["failure"]` says in one line
    what went wrong, absent where nothing did. `request.meta["via"]` and `["hops"]` go into the capture.

    An error of the sink is raised on as it is, and the request is marked `dont_retry`.
    """

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool = _tee_pool(self._pool)
        self._sink = sink_of(crawler)
        self._spool_limit = crawler.settings.getint("ARCHIVE_SPOOL_LIMIT", 2 << 20)

    async def download_request(self, request: Request) -> Response:
        forget_earlier(request)
        recording, started = Recording(self._spool_limit), datetime.now(UTC)
        try:
            with record(recording):
                response = await super().download_request(request)
        except GeneratorExit:  # the event loop is gone, and nothing can be awaited any more
            raise
        except BaseException as error:
            await keep(self._sink, _captures(request, started, recording, error=error), request)
            raise
        await keep(self._sink, _captures(request, started, recording, response=response), request)
        return response


def forget_earlier(request: Request) -> None:
    """Takes out what an earlier download left in the meta: a redirected or repeated request has a copy of it."""
    for stale in ("archived", "captured_at", "failure"):
        request.meta.pop(stale, None)


async def keep(sink: CaptureSink, captures: Sequence[Capture], request: Request) -> None:
    """Puts the captures of a download into the sink and tells the request's meta of the last one."""
    for capture in captures:
        try:
            request.meta["archived"] = await sink.append(capture)
            request.meta["captured_at"] = capture.started
        except BaseException:
            request.meta["dont_retry"] = True  # it may be an OSError, which RetryMiddleware takes for the network's
            raise
    if captures[-1].failure is not None:
        request.meta["failure"] = captures[-1].failure


def _tee_pool(pool: HTTPConnectionPool) -> TeePool:
    """A pool that overhears, set up as Scrapy set up `pool`."""
    tee = TeePool(pool._reactor, persistent=pool.persistent)  # type: ignore[no-untyped-call]
    tee.maxPersistentPerHost = pool.maxPersistentPerHost
    return tee


def _captures(
    request: Request,
    started: datetime,
    recording: Recording,
    *,
    response: Response | None = None,
    error: BaseException | None = None,
) -> list[Capture]:
    """One capture for each exchange, at least one; the last one tells how the download ended."""
    recording.end()
    exchanges: list[Exchange | None] = [*recording.exchanges] or [None]
    last = exchanges.pop()
    earlier = [_capture(request, started, exchange, None, TRIED_AGAIN) for exchange in exchanges]
    failure = _failure(request, last, response, error)
    return [*earlier, _capture(request, started, last, _truncation(last, response, error), failure)]


def _failure(
    request: Request, exchange: Exchange | None, response: Response | None, error: BaseException | None
) -> str | None:
    if error is not None:
        timeout = request.meta.get("download_timeout") or 10  # 10 s is the agent's own default
        return describe_failure(error, request.url, timeout, exchange)
    if response is not None and "dataloss" in response.flags:  # DOWNLOAD_FAIL_ON_DATALOSS is off
        return describe_failure(ResponseDataLossError(), "", 0, exchange)
    return None


def _capture(
    request: Request, started: datetime, exchange: Exchange | None, truncated: Truncation | None, failure: str | None
) -> Capture:
    sent = _sent(exchange, secure=urlparse_cached(request).scheme == "https") if exchange else None
    came = exchange and exchange.received.size
    return Capture(
        url=urldefrag(request.url)[0],
        method=request.method,
        started=exchange.started if exchange else started,
        fetch_ms=exchange.fetch_ms if exchange else None,
        request=WireMessage(spool=sent) if sent and sent.size else None,
        response=WireMessage.captured(exchange.received, excess=exchange.excess) if exchange and came else None,
        peer_ip=exchange.peer_ip if exchange and not request.meta.get("proxy") else None,
        tls=exchange.tls if exchange else None,
        truncated=truncated if came else None,
        failure=failure,
        via=request.meta.get("via"),
        hops=request.meta.get("hops", ""),
    )


def _sent(exchange: Exchange, *, secure: bool) -> Spool:
    """What of the request went out."""
    if secure and exchange.tls is None:  # it waited for the end of the TLS handshake, which never came
        return Spool.of(b"")
    if not exchange.unsent:
        return exchange.sent
    left = 0 if secure else exchange.sent.size - exchange.unsent  # how far TLS came cannot be told
    return Spool.of(exchange.sent.read(0, left))


def _truncation(exchange: Exchange | None, response: Response | None, error: BaseException | None) -> Truncation | None:
    """Why the response was not taken to its end (ISO 28500:2017, 5.13); None where it was."""
    if exchange is None or exchange.ending == "whole":
        return None
    if isinstance(error, DownloadTimeoutError):
        return "time"
    if isinstance(error, DownloadCancelledError):
        return "length"
    flags = response.flags if response is not None else []
    if "download_stopped" in flags or isinstance(error, StopDownload | asyncio.CancelledError):
        return "unspecified"
    if "partial" in flags and exchange.ending == "closed":
        return None  # a body without a length ends with its connection; TLS has to say so (RFC 9112, 9.8)
    return "disconnect" if exchange.ending else "unspecified"
