"""The wire tee: Twisted's HTTP/1.1 client, overhearing the bytes that go out and come in.

The bytes are those of the HTTP layer, inside TLS and inside a CONNECT tunnel. The classes of Scrapy and Twisted that
are extended here have private names; tests/crawler/test_capture_contract.py lists each one leaned on.
"""
# mypy: disallow-untyped-calls=False
# Twisted is typed in parts only.

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from OpenSSL import crypto
from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientFactory, _LenientHTTP11ClientProtocol
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import connectionDone
from twisted.web.client import HTTPConnectionPool
from zope.interface import implementer  # type: ignore[import-untyped]

from archives.capture import Spool, TlsSession

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IAddress
    from twisted.python.failure import Failure
    from twisted.web._newclient import Request as TxRequest
    from twisted.web.iweb import IResponse

Ending = Literal["whole", "closed", "lost"]
"""By its framing the message was over; the connection was closed before; it broke off before."""


class Exchange:
    """One request put on one connection and what came back, while it happens."""

    __slots__ = (
        *("_clock", "_connection", "ending", "excess", "fetch_ms"),
        *("open", "peer_ip", "received", "sent", "started", "unsent"),
    )

    def __init__(self, connection: TeeProtocol, spool_limit: int) -> None:
        self.started = datetime.now(UTC)
        self.sent, self.received = Spool(spool_limit), Spool(spool_limit)
        self.excess = 0
        """Bytes at the end of `received` that lie past the end of the message."""
        self.unsent = 0
        """Bytes at the end of `sent` that stayed here, as the connection was lost before they could go."""
        self.ending: Ending | None = None
        self.open = True
        """Bytes that come now still belong to this exchange."""
        self.fetch_ms = 0
        self.peer_ip = connection.peer_ip
        self._clock, self._connection = monotonic(), connection

    def end(self, ending: Ending | None) -> None:
        """Takes no more bytes. `ending` is None where it was our side that had enough."""
        if self.open:
            self.open, self.ending = False, ending
            self.fetch_ms = round((monotonic() - self._clock) * 1000)

    @property
    def tls(self) -> TlsSession | None:
        """None in the clear, and where the handshake did not come to its end."""
        return self._connection.tls


class Recording:
    """The exchanges made for one Scrapy request: more than one where the pool tries again by itself."""

    def __init__(self, spool_limit: int) -> None:
        self.exchanges: list[Exchange] = []
        self._spool_limit = spool_limit

    def begin(self, connection: TeeProtocol) -> Exchange:
        self.end()
        self.exchanges.append(Exchange(connection, self._spool_limit))
        return self.exchanges[-1]

    def end(self) -> None:
        """No exchange takes more bytes."""
        for exchange in self.exchanges:
            exchange.end(None)


_recording: ContextVar[Recording | None] = ContextVar("recording", default=None)


@contextmanager
def record(recording: Recording) -> Iterator[None]:
    """Connections asked of a TeePool within the block write to `recording`, for as long as they serve that request."""
    _recording.set(recording)
    try:
        yield
    finally:
        _recording.set(None)  # not a reset by token: a coroutine may be closed in another context than it ran in


class TeeTransport:
    """What a request is written to: notes the bytes, then passes them on."""

    def __init__(self, transport: Any, spool: Spool) -> None:
        self._transport, self._spool = transport, spool

    def write(self, data: bytes) -> None:
        self._spool.append(bytes(data))
        self._transport.write(data)

    def writeSequence(self, parts: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        self.write(b"".join(parts))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


@implementer(IHandshakeListener)
class TeeProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's client protocol, noting in the request's Recording what passes through it."""

    _exchange: Exchange | None = None
    tls: TlsSession | None = None

    @property
    def peer_ip(self) -> str:
        transport: Any = self.transport
        return str(transport.getPeer().host)

    def handshakeCompleted(self) -> None:  # noqa: N802 - Twisted's name
        transport: Any = self.transport
        self.tls = _tls_session(transport.getHandle())

    def request(self, request: TxRequest) -> Deferred[IResponse]:
        recording: Recording | None = getattr(request, "recording", None)
        if recording is not None and self._state == "QUIESCENT":
            sent = (exchange := recording.begin(self)).sent
            self._exchange = exchange
            write_to = type(request).writeTo  # the class's: a second try finds the first one's tee on the instance
            marked: Any = request
            marked.writeTo = lambda transport: write_to(request, TeeTransport(transport, sent))
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._exchange is not None and self._exchange.open:
            self._exchange.received.append(bytes(data))
        super().dataReceived(data)

    def _finishResponse(self, rest: bytes) -> None:  # noqa: N802
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.excess = len(rest)
            exchange.end("whole")
        if rest and self._currentRequest is not None:
            # What else is still to come would be read as the answer to the next request.
            self._currentRequest.persistent = False
        super()._finishResponse(rest)

    def _giveUp(self, reason: Failure) -> None:  # noqa: N802
        if self._exchange is not None:  # what came is no HTTP
            self._exchange.end(None)
        super()._giveUp(reason)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if self._exchange is not None:
            transport: Any = self.transport
            self._exchange.unsent = _unsent(transport)
            theirs: Ending = "closed" if reason.check(ConnectionDone) else "lost"
            self._exchange.end(None if transport.disconnecting else theirs)
        super().connectionLost(reason)
        self._exchange = None


def _unsent(transport: Any) -> int:
    """Bytes that a transport, lost by now, was given and had not yet given to the kernel."""
    tcp = getattr(transport, "transport", transport)  # that below TLS
    return int(len(tcp.dataBuffer) - tcp.offset + tcp._tempDataLen)


def _tls_session(connection: Any) -> TlsSession:
    chain = connection.get_peer_cert_chain() or []
    return TlsSession(
        version=connection.get_protocol_version_name(),
        cipher=connection.get_cipher_name(),
        chain=tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in chain),
    )


class TeeFactory(_LenientHTTP11ClientFactory):
    """Builds a TeeProtocol for each new connection."""

    def buildProtocol(self, addr: IAddress | None) -> TeeProtocol:  # noqa: N802
        return TeeProtocol(self._quiescentCallback)


class _MarkingConnection:
    """A connection of the pool that marks the request it is given with the recording to write to."""

    def __init__(self, connection: Any, recording: Recording) -> None:
        self._connection, self._recording = connection, recording

    def request(self, request: Any) -> Deferred[IResponse]:
        request.recording = self._recording
        return self._connection.request(request)  # type: ignore[no-any-return]


class TeePool(HTTPConnectionPool):
    """A connection pool whose connections overhear what they carry; see `record`."""

    _factory = TeeFactory

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:  # noqa: N802
        recording = _recording.get()
        connecting: Deferred[Any] = super().getConnection(key, endpoint)
        if recording is not None:
            connecting.addCallback(_MarkingConnection, recording)
        return connecting
