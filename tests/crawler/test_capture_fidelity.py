"""What is captured against what the server wrote down: not a byte of difference, in either direction."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from crawler.download.failures import TRIED_AGAIN
from tests.crawler.downloads import Run, download, unpacked
from tests.misbehaviour import ANSWERS
from tests.servers import KINDS, Answer, MisbehavingServer

EXTRA: tuple[dict[str, Any], ...] = (
    {"path": "/", "method": "HEAD"},
    {"path": "/chunked", "method": "HEAD"},
    {"path": "/excess/head", "method": "HEAD"},
    {"path": "/echo", "method": "POST", "body": "标题=灯塔" * 100},
    {"path": "/echo?empty", "method": "POST"},
    {"path": "/binary?headers", "headers": {"X-Odd": "tHiS", "Accept-Encoding": "gzip, deflate, br"}},
)


@pytest.fixture(scope="module", params=[False, True], ids=["http", "https"])
def crawled(request: pytest.FixtureRequest) -> Iterator[tuple[MisbehavingServer, Run]]:
    with MisbehavingServer(tls=request.param) as server:
        jobs: list[dict[str, Any]] = [{"path": path} for path in KINDS]
        jobs = [{**job, "url": server.url + job["path"]} for job in (*jobs, *EXTRA)]
        for job in jobs:
            del job["path"]
        yield server, download(jobs)


def test_enough_kinds_are_tried() -> None:
    assert len(set(KINDS)) + len(EXTRA) >= 40


@pytest.mark.parametrize(
    ("path", "method"),
    [*((path, "GET") for path in KINDS), *((job["path"], job.get("method", "GET")) for job in EXTRA)],
)
def test_bytes_are_those_of_the_wire(crawled: tuple[MisbehavingServer, Run], path: str, method: str) -> None:
    server, run = crawled
    served = [each for each in server.served(path) if each.method == method]
    captures = [each for each in run.of(path) if each["url"] == server.url + path and each["method"] == method]
    assert len(captures) == len(served) >= 1
    for capture, exchange in zip(captures, served, strict=True):
        assert unpacked(capture["request"]) == exchange.received
        if not exchange.sent_size:
            assert capture["response"] is None
            continue
        assert capture["response"]["size"] == exchange.sent_size
        assert capture["response"]["sha256"] == exchange.sent_hash.hexdigest()


def test_mangled_answers_are_kept_as_they_came() -> None:
    """Answers with bytes changed, dropped, doubled and put in, whatever the parser then makes of them."""
    chance = Random(20260501)
    with MisbehavingServer() as server:
        for number, kind in enumerate(sorted(KINDS) * 2):
            if kind in ANSWERS and (whole := b"".join(ANSWERS[kind].parts)):
                server.pages[f"/mangled/{number}"] = Answer([_mangled(whole, chance)], "close")
        run = download([server.url + path for path in server.pages], {"DOWNLOAD_TIMEOUT": 3})
        assert len(run.results) == len(server.pages) > 100
        for path in server.pages:
            answered = [capture for capture in run.of(path) if capture["failure"] != TRIED_AGAIN]
            for capture, exchange in zip(answered, server.served(path), strict=True):
                assert unpacked(capture["response"]) == exchange.sent, path


def _mangled(data: bytes, chance: Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        end = at + chance.randint(0, 3)
        piece = chance.choice(
            [b"", b"\r\n", b"\n", b":", b"\x00", b"0", data[at:end] * 2, bytes([chance.randrange(256)])]
        )
        data = data[:at] + piece + data[end:]
    return data or b"?"


def test_every_exchange_is_captured_and_no_other(crawled: tuple[MisbehavingServer, Run]) -> None:
    server, run = crawled
    assert len(run.captures) == len(server.served())
    assert len(run.results) == len(KINDS) + len(EXTRA)
    assert all(result["archived"] is not None for result in run.results)


def test_a_failure_is_told_wherever_the_download_failed(crawled: tuple[MisbehavingServer, Run]) -> None:
    _, run = crawled
    undecodable = "BadGzipFile"  # raised above the handler, by HttpCompressionMiddleware
    for result in run.results:
        assert (result.get("error", undecodable) != undecodable) == (result["failure"] is not None)
