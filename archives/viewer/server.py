"""Server: listens for a browser on one address, with Python's own HTTP server, until it is told to stop."""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import sys
from typing import TYPE_CHECKING
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_IDLE = 20.0
"""Seconds for which a silent client keeps its thread."""


class _Handler(WSGIRequestHandler):
    timeout = _IDLE

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
        """Nothing: who looks at what is nobody's business."""

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True  # the client went away or never spoke


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 32

    def server_bind(self) -> None:
        """Binds without asking the name service what this address is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:
        """One line where a connection failed in a way that nobody expected; the others go on."""
        print(f"viewer: {sys.exc_info()[1]!r}", file=sys.stderr)


class _Server6(_Server):
    address_family = socket.AF_INET6


ServerHandler.server_software = "newsarchive"


def listen(app: WSGIApplication, host: str, port: int) -> WSGIServer:
    """A server that answers with `app` once its `serve_forever` is called; port 0 takes a free one.

    Raises `OSError`.
    """
    server = (_Server6 if ":" in host else _Server)((host, port), _Handler)
    server.set_app(app)
    return server


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address. A name other than `localhost` counts as no."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
