"""Exchanges and small collections that the archive's tests are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from archives.capture import Capture, RecordLocation, RevisitOf, TlsSession, WireMessage
from archives.collection import Collection
from archives.digest import sha256

START = datetime(2026, 11, 22, 6, 30, 0, 123456, tzinfo=UTC)
RUN = "20261122T063000Z-ab12"
RULES = b'{"main": null}'
PAGE = "<html><head><title>河口新桥通车</title></head><body><p>新桥今日通车。</p></body></html>".encode()


def request_for(url: str) -> WireMessage:
    host, _, path = url.partition("//")[2].partition("/")
    return WireMessage.of(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: test\r\n\r\n".encode())


def ok(body: bytes = PAGE, *fields: bytes) -> bytes:
    head = [b"HTTP/1.1 200 OK", b"Content-Type: text/html; charset=utf-8", b"Content-Length: %d" % len(body), *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def capture(url: str, response: bytes | WireMessage | None, **more: Any) -> Capture:
    """A capture of `url` that gets `response`; `more` are fields of `Capture`."""
    message = WireMessage.of(response) if isinstance(response, bytes) else response
    known: dict[str, Any] = {"started": START, "fetch_ms": 12, "request": request_for(url), "peer_ip": "127.0.0.1"}
    return Capture(url=url, response=message, **{**known, **more})


def revisit(url: str, response: bytes, of: Capture, at: RecordLocation, **more: Any) -> Capture:
    known = RevisitOf(record_id=at.record_id, url=of.url, date=of.started, payload_digest=at.payload_digest)
    return capture(url, response, revisit_of=known, **more)


def weird() -> Iterator[tuple[str, Capture]]:
    """Every odd sort of exchange, by what is odd about it."""
    url = "http://127.0.0.2:8080/"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
    responses: dict[str, bytes] = {
        "plain": ok(),
        "no headers": b"HTTP/1.1 200 OK\r\n\r\nbody",
        "status line only": b"HTTP/1.1 200 OK\r\n\r\n",
        "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
        "LF only": b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n<p>hi</p>",
        "mixed line ends": b"HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\r\n\r\nhi",
        "folded field": b"HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\nContent-Length: 2\r\n\r\nhi",
        "non-ASCII field": "HTTP/1.1 200 好\r\nX-Place: 河口\r\nContent-Length: 2\r\n\r\nhi".encode("gb18030"),
        "line without colon": b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nhi",
        "same field twice": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 2\r\n\r\nhi",
        "odd case and spaces": b"HTTP/1.1 200 OK\r\ncOnTent-LENGTH :  2 \r\n\r\nhi",
        "chunked": chunked + b"\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n",
        "chunked with trailers": chunked + b"Trailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 9\r\n\r\n",
        "chunked and cut": chunked + b"\r\n5\r\nhel",
        "chunked and broken": chunked + b"\r\nzz\r\nhello\r\n",
        "empty chunked": chunked + b"\r\n0\r\n\r\n",
        "204": b"HTTP/1.1 204 No Content\r\nDate: Sun, 22 Nov 2026 06:30:00 GMT\r\n\r\n",
        "304": b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
        "redirect": b"HTTP/1.1 301 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
        "404": b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone",
        "head that never ends": b"HTTP/1.1 200 OK\r\nContent-Type: text/ht",
        "no bytes at all": b"",
        "no HTTP at all": b"SSH-2.0-OpenSSH_9.2\r\n",
        "bare body": b"<html>an answer of 1991</html>",
        "NUL and CR in the body": ok(b"\0\r\r\n\r\nWARC/1.1\r\n\x1f\x8b\x08"),
        "body like a record end": ok(b"\r\n\r\n"),
        "compressible": ok(b"a" * 300_000),
        "early hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok(),
    }
    for number, (name, data) in enumerate(responses.items()):
        started = START + timedelta(seconds=number)
        cut = {"truncated": "disconnect", "failure": "connection lost"} if "cut" in name or "never" in name else {}
        yield name, capture(f"{url}{number}", data, started=started, **cut)
    yield "HEAD", capture(f"{url}head", ok()[: -len(PAGE)], method="HEAD")
    yield "excess bytes", capture(f"{url}excess", WireMessage.of(ok() + b"HTTP/1.1 200 OK\r\n", excess=17))
    yield "much excess", capture(f"{url}much", WireMessage.of(ok() + b"x" * 100_000, excess=100_000))
    yield "refused", capture(f"{url}refused", None, failure="connection refused")
    tls = TlsSession(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", chain=(b"\x30\x82leaf", b"\x30\x82root"))
    yield "handshake failed", capture("https://127.0.0.2:8443/", None, request=None, failure="a\r\nWARC/1.1 b", tls=tls)
    yield "TLS", capture("https://127.0.0.2:8443/a b\r\nX: y", ok(), tls=tls, via=url, hops="LR", peer_ip=None)


def row_for(taken: Capture, **more: Any) -> dict[str, Any]:
    """A row of documents.jsonl as far as the archive reads it."""
    assert taken.location is not None
    at = attrs.asdict(taken.location)
    provenance = {"extractor": "test", "versions": {"test": "1"}, "rules_digest": sha256(RULES), "model_digest": None}
    return {"url": taken.url, "title": "河口新桥通车", "captures": [at], "provenance": provenance, **more}


def keep_rules(collection: Collection) -> None:
    """Puts the rules that `row_for` names where they belong."""
    collection.storage.replace(f"rules/{sha256(RULES).removeprefix('sha256:')}.json", RULES)


def text_of(taken: Capture) -> str:
    """What stands for extraction in these tests: the URL and the entity."""
    assert taken.response is not None
    return f"{taken.url}\n\n{taken.response.entity().decode('utf-8', 'replace')}"


def small_collection(root: Path, pages: int = 6, *, info: Mapping[str, str] | None = None) -> Collection:
    """A finished collection with pages, a revisit, a failure, texts, a report, all of it sealed."""
    collection = Collection.create(root, "small")
    collection.start_writing(info or {"software": "tests"})
    store = collection.texts(RUN)
    for number in range(pages):
        page = PAGE + b"<!-- %d -->" % number + bytes(range(256)) * number
        taken = capture(f"http://127.0.0.2:8080/{number}", ok(page), started=START + timedelta(seconds=number))
        at = collection.append(taken)
        taken = collection.read(at)
        store.put(text_of(taken), row_for(taken))
    again = revisit(taken.url, ok(page), taken, at, started=START + timedelta(days=1))
    collection.append(again)
    collection.append(capture("http://127.0.0.2:8080/gone", None, failure="connection refused"))
    collection.stop_writing()
    keep_rules(collection)
    collection.storage.replace(f"runs/{RUN}/run.json", b'{"run": 1}')
    collection.storage.replace(f"runs/{RUN}/report.html", b"<p>done</p>")
    collection.seal_run(RUN)
    return collection
