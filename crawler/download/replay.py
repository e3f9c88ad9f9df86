"""ReplayDownloadHandler: Scrapy's own HTTP/1.1 client, fed from an archive instead of a network."""
# mypy: disallow-untyped-calls=False
# Twisted is typed in parts only.

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from OpenSSL import crypto
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _LenientHTTP11ClientProtocol
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.web.client import HTTPConnectionPool

from archives.capture import Capture
from crawler.download.capture import forget_earlier, keep, sink_of
from crawler.download.failures import recorded_failure
from crawler.download.playback import NotInArchiveError, Playback

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.web._newclient import Request as TxRequest
    from twisted.web.iweb import IResponse

logger = logging.getLogger(__name__)

_PIECE = 1 << 16


class ReplayDownloadHandler(HTTP11DownloadHandler):
    """Answers each request as the archive does: same bytes through the same parser, and the same failures.

    The exchanges go to the sink as they were captured, so that a replay makes a collection of its own; the meta is told
    of them as CaptureDownloadHandler does. A request that the archive does not know raises NotInArchiveError.
    Stats: `replay/request_same`, `replay/request_differs` (the bytes we would send now, against those sent then),
    `replay/not_in_archive`.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        playback = crawler.get_extension(Playback)
        if playback is None:
            raise RuntimeError("replay has no archive to answer from: set REPLAY_SOURCE, keep Playback in EXTENSIONS")
        self._playback, self._sink = playback, sink_of(crawler)
        self._pool = _ReplayPool(self._pool._reactor, persistent=True)  # or we would say Connection: close

    async def download_request(self, request: Request) -> Response:
        forget_earlier(request)
        try:
            captures = self._playback.take(request.method, urldefrag(request.url)[0], request.body)
        except NotInArchiveError as error:
            request.meta["failure"] = f"absent: {error}"
            self._count("not_in_archive")
            raise
        try:
            response = await self._play(captures[-1], request)
        except GeneratorExit:  # the event loop is gone, and nothing can be awaited any more
            raise
        except BaseException:
            await keep(self._sink, captures, request)
            raise
        await keep(self._sink, captures, request)
        return response

    async def _play(self, capture: Capture, request: Request) -> Response:
        failure = recorded_failure(capture.failure)
        if failure is not None:
            raise failure
        line = _RecordedLine(capture, self._pool._reactor)
        _line.set(line)
        try:
            return await super().download_request(request)
        finally:
            _line.set(None)
            if capture.request is not None:
                same = b"".join(line.written) == capture.request.read()
                self._count("request_same" if same else "request_differs")
                if not same:
                    logger.info("%s: what we would send today differs from what was sent then", capture.url)

    def _count(self, what: str) -> None:
        if self._crawler.stats is not None:
            self._crawler.stats.inc_value(f"replay/{what}")


_line: ContextVar[_RecordedLine | None] = ContextVar("line", default=None)


class _ReplayPool(HTTPConnectionPool):
    """A pool that gives the recorded line of the request under way, whatever host is asked for."""

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:  # noqa: N802 - Twisted's name
        line = _line.get()
        assert line is not None
        return succeed(line)


class _RecordedLine:
    """A connection and the transport below it: what is written is kept, what was received then comes again."""

    def __init__(self, capture: Capture, reactor: Any) -> None:
        self.written: list[bytes] = []
        self._spool = capture.response.spool if capture.response else None
        self._reactor, self._at, self._paused, self._lost = reactor, 0, False, False
        self._protocol = _LenientHTTP11ClientProtocol(lambda _: None)
        self._peer = _address(capture.peer_ip)
        if capture.tls and capture.tls.chain:
            certificate = crypto.load_certificate(crypto.FILETYPE_ASN1, capture.tls.chain[0])
            self.getPeerCertificate = lambda: certificate  # a transport without TLS must not have it

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        self._protocol.makeConnection(self)  # as much of a transport as is used
        answer = self._protocol.request(request)
        self._reactor.callLater(0, self._feed)
        return answer

    def _feed(self) -> None:
        """Hands on what was received, until told to wait; at its end the connection is over."""
        while not self._paused and not self._lost:
            piece = self._spool.read(self._at, self._at + _PIECE) if self._spool else b""
            self._at += len(piece)
            if not piece or self._protocol.state == "QUIESCENT":
                self.loseConnection()
            else:
                self._protocol.dataReceived(piece)

    def write(self, data: bytes) -> None:
        self.written.append(bytes(data))

    def writeSequence(self, parts: Iterable[bytes]) -> None:  # noqa: N802
        self.written.extend(parts)

    def pauseProducing(self) -> None:  # noqa: N802
        self._paused = True

    def resumeProducing(self) -> None:  # noqa: N802
        self._paused = False
        self._reactor.callLater(0, self._feed)

    def loseConnection(self) -> None:  # noqa: N802
        if not self._lost:
            self._lost = True
            self._reactor.callLater(0, self._protocol.connectionLost, Failure(ConnectionDone()))

    abortConnection = stopProducing = loseConnection  # noqa: N815

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        """A request body is written at once: nobody needs to be told when to go on."""

    def unregisterProducer(self) -> None:  # noqa: N802
        """See registerProducer."""

    def getPeer(self) -> IPv4Address | IPv6Address:  # noqa: N802
        return self._peer

    getHost = getPeer  # noqa: N815


def _address(ip: str | None) -> IPv4Address | IPv6Address:
    kind = IPv6Address if ip and ":" in ip else IPv4Address
    return kind("TCP", ip or "0.0.0.0", 0)
