"""One loopback server that misbehaves on demand, and writes down every byte it got and gave.

    with MisbehavingServer() as server:
        server.pages["/a"] = response("<p>A page of the test's own.</p>", "Content-Type: text/html")
        fetch(server.url + "/cut/length")
        [served] = server.served("/cut/length")
        served.received, served.sent

The path says what happens: tests/misbehaviour.py has the table. `KINDS` lists the paths whose answers end by themselves
within a second. A request in absolute form, or CONNECT, is taken as a proxy takes it.
`python -m tests.servers --port 8000` runs it by hand; it ends by itself after `--lifetime` seconds.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import ipaddress
import itertools
import socket
import ssl
import struct
import tempfile
import threading
import time
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.misbehaviour import ANSWERS, KINDS, ROUTES, Answer, Asked, answer, response

__all__ = ["KINDS", "Answer", "MisbehavingServer", "Served", "response"]

_KEPT = 4 << 20
_PATIENCE = 30.0
_NO_TLS: tuple[bytes, ssl.SSLContext | None] = (b"", None)


@attrs.define
class Served:
    """One exchange as the server saw it; of what was sent the first 4 MiB, and the size and digest of all."""

    connection: int
    method: str
    path: str
    received: bytes
    sent: bytes = b""
    sent_size: int = 0
    sent_hash: hashlib._Hash = attrs.Factory(hashlib.sha256)

    def note(self, data: bytes) -> None:
        if self.sent_size < _KEPT:
            self.sent += data
        self.sent_size += len(data)
        self.sent_hash.update(data)


class MisbehavingServer:
    """See the module. `tls=True` speaks TLS with a fresh certificate, kept as DER in `certificate`."""

    def __init__(self, port: int = 0, *, tls: bool = False, host: str = "127.0.0.1") -> None:
        self.pages: dict[str, bytes | Answer] = {}
        self.connections = 0
        self.certificate, self._tls = _tls_server() if tls else _NO_TLS
        self._served: list[Served] = []
        self._sockets: set[socket.socket] = set()
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._listener = socket.create_server((host, port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"

    def __enter__(self) -> MisbehavingServer:
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with suppress(OSError):  # wakes the accepting thread
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._sockets:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        self._accepting.join(5)

    def served(self, path: str | None = None) -> list[Served]:
        """The exchanges so far, those of one path (with its query) where one is given."""
        with self._lock:
            return [each for each in self._served if path in (None, each.path)]

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(_PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with self._lock:
            self._sockets.add(connection)
        try:
            if self._tls:
                plain = connection
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._sockets = self._sockets - {plain} | {connection}
            with suppress(StopIteration):
                for turn in itertools.count(1):
                    self._exchange(connection, number, turn)
        except OSError:
            pass  # the client went away, or never spoke TLS
        finally:
            with self._lock:
                self._sockets.discard(connection)
            connection.close()

    def _exchange(self, connection: socket.socket, number: int, turn: int) -> None:
        """One request and its answer; StopIteration where the connection ends with it."""
        received = _read_request(connection)
        if not received:
            raise StopIteration
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        if method == "CONNECT":
            _tunnel(connection, target)
            raise StopIteration
        url = urlsplit(target)
        served = Served(number, method, target.removeprefix(f"{url.scheme}://{url.netloc}"), received)
        with self._lock:
            self._served.append(served)
        asked = Asked(
            method=method,
            path=url.path,
            query={name: values[-1] for name, values in parse_qs(url.query).items()},
            headers={name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)},
            body=body,
            turn=turn,
        )
        self._send(connection, served, answer(asked, self.pages))

    def _send(self, connection: socket.socket, served: Served, reply: Answer) -> None:
        for number, part in enumerate(reply.parts):
            if number and reply.pause and self._stopping.wait(reply.pause):
                break
            served.note(part)
            connection.sendall(part)
        if reply.then == "keep":
            return
        if reply.then == "hold":
            with suppress(OSError):
                connection.recv(1)
        if reply.then == "close" and isinstance(connection, ssl.SSLSocket):
            connection.settimeout(1)
            connection.unwrap()
        if reply.then == "reset":  # SO_LINGER of 0 s: the kernel sends RST instead of FIN
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise StopIteration


def _read_request(connection: socket.socket) -> bytes:
    """A request head and the body its Content-Length tells of; b"" where the client is done."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(1 << 16)):
            return b""
        data += more
        if data.startswith(b"\x16\x03"):  # a TLS greeting
            connection.sendall(response("plain HTTP is spoken here", status="400 Bad Request"))
            return b""
    head, _, body = data.partition(b"\r\n\r\n")
    fields = (line.partition(b":") for line in head.split(b"\r\n"))
    length = next((int(value) for name, _, value in fields if name.lower() == b"content-length"), 0)
    while len(body) < length and (more := connection.recv(1 << 16)):
        data, body = data + more, body + more
    return data


def _tunnel(client: socket.socket, target: str) -> None:
    host, _, port = target.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=_PATIENCE) as server:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_pump, args=(server, client), daemon=True)
        back.start()
        _pump(client, server)
        back.join(_PATIENCE)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _tls_server() -> tuple[bytes, ssl.SSLContext]:
    """A fresh certificate for 127.0.0.1, as DER, and a context that serves it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as pem:
        pem.write(certificate.public_bytes(serialization.Encoding.PEM))
        pem.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        pem.flush()
        context.load_cert_chain(pem.name)
    return certificate.public_bytes(serialization.Encoding.DER), context


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--lifetime", type=float, default=600, help="seconds until it ends by itself")
    options = parser.parse_args()
    with MisbehavingServer(options.port, tls=options.tls) as server, suppress(KeyboardInterrupt):
        print(server.url, *(f"  {path}" for path in (*ANSWERS, *ROUTES)), sep="\n", flush=True)
        time.sleep(options.lifetime)


if __name__ == "__main__":
    main()
