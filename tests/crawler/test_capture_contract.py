"""The private names of Scrapy and Twisted that crawler/download leans on: what an upgrade moved fails here by name."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from scrapy.core.downloader.handlers import http11
from twisted.internet import abstract, endpoints
from twisted.internet.interfaces import IHandshakeListener
from twisted.protocols import tls
from twisted.web import _newclient, client

from crawler.download.tee import TeeFactory, TeePool, TeeProtocol

ATTRIBUTES: list[tuple[Any, str]] = [
    (http11.HTTP11DownloadHandler, "download_request"),
    (http11, "_LenientHTTP11ClientFactory"),
    (http11, "_LenientHTTP11ClientProtocol"),
    (http11, "TunnelError"),
    (client.HTTPConnectionPool, "_factory"),
    (client.HTTPConnectionPool, "getConnection"),
    (client.HTTPConnectionPool, "_newConnection"),
    (client.HTTPConnectionPool, "maxPersistentPerHost"),
    (_newclient.HTTP11ClientProtocol, "_state"),
    (_newclient.HTTP11ClientProtocol, "_finishResponse"),
    (_newclient.HTTP11ClientProtocol, "_currentRequest"),
    (_newclient.HTTP11ClientProtocol, "_giveUp"),
    (_newclient.HTTP11ClientProtocol, "state"),
    (_newclient.Request, "writeTo"),
    (abstract.FileDescriptor, "dataBuffer"),
    (abstract.FileDescriptor, "offset"),
    (abstract.FileDescriptor, "disconnecting"),
    (tls.TLSMemoryBIOProtocol, "disconnecting"),
    (endpoints._WrappingProtocol, "handshakeCompleted"),
]

SOURCES: list[tuple[Any, tuple[str, ...]]] = [
    (http11.HTTP11DownloadHandler.__init__, ("self._pool", "maxPersistentPerHost")),
    (http11.HTTP11DownloadHandler.download_request, ("pool=self._pool", "wrap_twisted_exceptions()")),
    (http11._ScrapyAgent._cb_timeout, ("DownloadTimeoutError",)),
    (http11._ScrapyAgent._cb_bodyready, ("DownloadCancelledError", "_transport._producer")),
    (http11._ScrapyAgent, ("connectTimeout: float = 10",)),
    (http11._ResponseReader.connectionLost, ('flags=["partial"]', 'flags=["dataloss"]')),
    (http11._LenientHTTP11ClientFactory, ("self._quiescentCallback",)),
    (_newclient.HTTP11ClientProtocol.request, ("request.writeTo(self.transport)", '"QUIESCENT"')),
    (_newclient.HTTP11ClientProtocol.dataReceived, ("self._giveUp(",)),
    (_newclient.HTTP11ClientProtocol._finishResponse_WAITING, ("self._currentRequest.persistent", "self._giveUp(")),
    (_newclient.HTTPClientParser, ("self.finisher(rest)",)),
    (client.HTTPConnectionPool.__init__, ("self._reactor = reactor",)),
    (client._RetryingHTTP11ClientProtocol.request, ("connection.request(request)",)),
    (client._AgentBase._requestWithEndpoint, ("self._pool.getConnection(", "proto.request(")),
    (abstract.FileDescriptor.__init__, ("_tempDataLen",)),
    (tls.TLSMemoryBIOProtocol, ("self.wrappedProtocol.handshakeCompleted()",)),
]


@pytest.mark.parametrize(("owner", "name"), ATTRIBUTES, ids=lambda each: getattr(each, "__name__", each))
def test_name_is_there(owner: Any, name: str) -> None:
    assert hasattr(owner, name), f"{owner.__name__}.{name} moved: see crawler/download"


@pytest.mark.parametrize(("code", "phrases"), SOURCES, ids=lambda each: getattr(each, "__qualname__", None))
def test_code_still_does(code: Any, phrases: tuple[str, ...]) -> None:
    source = inspect.getsource(code)
    for phrase in phrases:
        assert phrase in source, f"{code.__qualname__} no longer has {phrase!r}: see crawler/download"


def test_the_tee_is_put_in_where_scrapy_looks() -> None:
    assert TeePool._factory is TeeFactory
    assert isinstance(TeeFactory(lambda _: None, "").buildProtocol(None), TeeProtocol)  # type: ignore[no-untyped-call]
    assert IHandshakeListener.implementedBy(TeeProtocol)
