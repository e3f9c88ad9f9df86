"""What is captured against what the server wrote down: not a byte of difference, in either direction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.crawler.downloads import Run, download, unpacked
from tests.servers import KINDS, MisbehavingServer

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
