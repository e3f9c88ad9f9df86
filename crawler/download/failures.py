"""Download failures in words: one short line, its kind first, told from Scrapy's and Twisted's exceptions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    StopDownload,
)
from twisted.internet.defer import CancelledError
from twisted.internet.error import ConnectionClosed, ConnectionDone
from twisted.python.failure import Failure

from crawler.download.tee import Exchange

TRIED_AGAIN = "closed: connection closed without an answer, tried again"
"""The failure of an exchange that the connection pool repeated by itself on a fresh connection."""

_LONGEST = 300
_RAISED: dict[str, type[Exception]] = {
    "dns": CannotResolveHostError,
    "refused": DownloadConnectionRefusedError,
    "timeout": DownloadTimeoutError,
    "length": DownloadCancelledError,
    "cancelled": DownloadCancelledError,
    "proxy": TunnelError,
    **dict.fromkeys(("tls", "reset", "closed", "error"), DownloadFailedError),
}


def describe_failure(error: BaseException, url: str, timeout: float, exchange: Exchange | None) -> str:
    """Why a download failed: "dns: no address found for a.example", "timeout: no answer within 20 s".

    `timeout` in seconds; `exchange` is the last one made, None where no connection came about. The kinds are dns,
    refused, timeout, tls, proxy, reset, closed, truncated, protocol, length, stopped, cancelled and error.
    """
    came, host = exchange.received.size if exchange else 0, urlsplit(url).netloc
    match error:
        case CannotResolveHostError():
            line = f"dns: no address found for {host}"
        case DownloadConnectionRefusedError():
            line = f"refused: {host} accepts no connection"
        case DownloadTimeoutError():
            what = "no connection" if exchange is None else "no answer" if not came else "answer not complete"
            line = f"timeout: {what} within {timeout:g} s"
        case ResponseDataLossError():
            line = f"truncated: the answer broke off after {came} bytes"
        case DownloadCancelledError():
            line = f"length: larger than DOWNLOAD_MAXSIZE allows, {came} bytes kept"
        case StopDownload():
            line = f"stopped: a signal handler wanted no more than {came} bytes"
        case asyncio.CancelledError() | CancelledError():
            line = f"cancelled: the crawl stopped, {came} bytes kept"
        case TunnelError():
            line = f"proxy: {error}"
        case _:
            line = _describe_cause(error, exchange, secure=url.startswith("https:"))
    return " ".join(line.split())[:_LONGEST]


def recorded_failure(line: str | None) -> Exception | None:
    """The exception that `describe_failure` put into words; None where the bytes that came show the failure again."""
    raised = _RAISED.get((line or "").partition(":")[0])
    return raised(line) if raised else None


def _describe_cause(error: BaseException, exchange: Exchange | None, *, secure: bool) -> str:
    *_, deepest = _causes(error)
    came = exchange.received.size if exchange else 0
    if exchange is not None and secure and exchange.tls is None:
        return f"tls: {_tls_reason(deepest)}"
    if exchange is None or not (came or isinstance(deepest, ConnectionClosed | SSL.Error)):
        return f"error: {type(deepest).__name__}: {deepest}"
    if isinstance(deepest, ConnectionClosed | SSL.Error) and not (came and exchange.ending is None):
        kind, what = ("closed", "closed") if isinstance(deepest, ConnectionDone) else ("reset", "broken off")
        if came:
            return f"truncated: connection {what} after {came} bytes, before the head ended"
        return f"{kind}: connection {what} without an answer"
    if isinstance(deepest, ConnectionClosed):  # Twisted gave up on it
        return "protocol: not an HTTP/1.x answer (a line of the head is too long)"
    return f"protocol: not an HTTP/1.x answer ({type(deepest).__name__}: {deepest})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it wraps, outermost first: Twisted keeps a list of failures, Python a cause."""
    while error is not None:
        yield error
        reasons = getattr(error, "reasons", None) or [error.__cause__]
        error = reasons[0].value if isinstance(reasons[0], Failure) else reasons[0]


def _tls_reason(error: BaseException) -> str:
    """What OpenSSL says, "wrong version number": its errors hold a list of (library, function, reason)."""
    entries = error.args[0] if isinstance(error, SSL.Error) and error.args else None
    if isinstance(entries, list) and entries:
        return "; ".join(entry[2] for entry in entries)
    return "connection closed during the handshake" if isinstance(error, ConnectionClosed) else f"{error!r}"
