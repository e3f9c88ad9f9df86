"""DemoSite: the demo outlets answering on loopback, one address each, all on one port."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.demo.outlets import ADDRESSES, Outlet, build_outlets
from tests.demo.response import Manner, Response

_HEAD_LIMIT = 1 << 16
_PORT_TRIES = 20


class Exchange(NamedTuple):
    """One request and what was answered, byte for byte."""

    host: str
    """The address that was asked, "127.0.0.11"."""
    path: str
    request: bytes
    response: bytes


class DemoSite:
    """All outlets, served from a thread of its own for as long as the `with` block lasts.

    `port` 0 takes a free one. `record` True keeps every exchange in `exchanges`; a path also appends them there,
    one JSON line each. `delay_ms` holds back every answer. Raises OSError where the port is taken.
    """

    def __init__(self, port: int = 0, record: bool | Path | None = None, *, delay_ms: int = 0) -> None:
        self.exchanges: list[Exchange] = []
        self.requests = 0
        self.delay = delay_ms / 1000
        self._record = bool(record)
        self._file = record if isinstance(record, Path) else None
        self._sockets, self.port = _listen(port)
        self.outlets: Mapping[str, Outlet] = build_outlets(self.port)
        self._by_address = {outlet.address: outlet for outlet in self.outlets.values()}
        self._wires: dict[tuple[str, str, bool], bytes] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="demo-site", daemon=True)
        self._ready = threading.Event()
        self._connections: set[_Connection] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stops answering and lets go of the port."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        for listener in self._sockets:
            listener.close()

    def url(self, outlet: str, path: str = "/") -> str:
        """The absolute URL of a path of an outlet."""
        return self.outlets[outlet].base + path

    def answer(self, address: str, request: bytes) -> tuple[str, bytes, bool]:
        """The path asked for, the bytes to send, and whether the connection goes on."""
        lines = request.split(b"\r\n")
        parts = lines[0].decode("latin-1").split(" ")
        fields = {name.strip().lower(): value.strip() for name, _, value in (s.partition(b":") for s in lines[1:])}
        outlet = self._by_address[address]
        if len(parts) != 3 or parts[0] not in ("GET", "HEAD"):
            refusal = Response(status=405, body=b"", fields=(("Allow", "GET, HEAD"), ("Connection", "close")))
            return parts[-1], refusal.wire(outlet.manner), False
        method, path, version = parts
        response = outlet.respond(path)
        if response.etag and fields.get(b"if-none-match", b"").decode("latin-1") == response.tag:
            response = response.unchanged
        wire = self._wire(outlet.manner, response, address + path, b"gzip" in fields.get(b"accept-encoding", b""))
        if method == "HEAD":
            wire = response.wire(outlet.manner, head_only=True)
        goes_on = version == "HTTP/1.1" and fields.get(b"connection", b"").lower() != b"close"
        return path, wire, goes_on and response.framing != "close"

    def _wire(self, manner: Manner, response: Response, url: str, gzip_accepted: bool) -> bytes:
        key = (url, str(response.status), gzip_accepted)
        if key not in self._wires:
            if len(self._wires) > 4096:
                self._wires.clear()
            self._wires[key] = response.wire(manner, gzip_accepted=gzip_accepted)
        return self._wires[key]

    def note(self, exchange: Exchange) -> None:
        """Keeps an exchange, where that was asked for."""
        self.requests += 1
        if self._record:
            self.exchanges.append(exchange)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(_as_json(exchange) + "\n")

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = [
            self._loop.run_until_complete(self._loop.create_server(lambda: _Connection(self), sock=listener))
            for listener in self._sockets
        ]
        self._loop.call_soon(self._ready.set)
        try:
            self._loop.run_forever()
        finally:
            for server in listening:
                server.close()
            for connection in list(self._connections):
                connection.abort()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()


class _Connection(asyncio.Protocol):
    """One client's connection: requests are answered in turn, pipelined ones too."""

    def __init__(self, site: DemoSite) -> None:
        self._site = site
        self._buffer = b""
        self._waiting = False
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._address: str = transport.get_extra_info("sockname")[0]
        self._site._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._site._connections.discard(self)

    def abort(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > _HEAD_LIMIT:
            self.abort()
        elif not self._waiting:
            self._next()

    def _next(self) -> None:
        self._waiting = False
        end = self._buffer.find(b"\r\n\r\n") + 4
        if self._ended or end < 4:
            return
        request, self._buffer = self._buffer[:end], self._buffer[end:]
        path, response, goes_on = self._site.answer(self._address, request)
        exchange = Exchange(self._address, path, request, response)
        self._waiting = True
        if self._site.delay:
            asyncio.get_running_loop().call_later(self._site.delay, self._send, exchange, goes_on)
        else:
            self._send(exchange, goes_on)

    def _send(self, exchange: Exchange, goes_on: bool) -> None:
        if self._ended:
            return
        self._site.note(exchange)
        self._transport.write(exchange.response)
        if goes_on:
            self._next()
        else:
            self._ended = True
            self._transport.close()


def _listen(port: int) -> tuple[list[socket.socket], int]:
    """A listening socket for each outlet's address, all on one port."""
    for attempt in range(_PORT_TRIES):
        sockets: list[socket.socket] = []
        wanted = port
        try:
            for address in ADDRESSES.values():
                listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                sockets.append(listener)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((address, wanted))
                listener.listen(128)
                wanted = listener.getsockname()[1]
            return sockets, wanted
        except OSError:
            for listener in sockets:
                listener.close()
            if port or attempt == _PORT_TRIES - 1:
                raise
    raise AssertionError("the loop above returns or raises")


def _as_json(exchange: Exchange) -> str:
    row = {
        "host": exchange.host,
        "path": exchange.path,
        "request": base64.b64encode(exchange.request).decode(),
        "response": base64.b64encode(exchange.response).decode(),
    }
    return json.dumps(row)
