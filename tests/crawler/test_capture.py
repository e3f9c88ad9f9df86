"""What a capture says besides its bytes: how the exchange ended, why it failed, where it came from."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.crawler.downloads import Run, download, unpacked
from tests.servers import MisbehavingServer, response

NAMED: dict[str, dict[str, Any]] = {
    "/empty": {},
    "/until-close": {},
    "/until-close/rude": {},
    "/reset/no-length": {},
    "/early-hints": {},
    "/excess": {},
    "/cut/head": {},
    "/cut/length": {},
    "/cut/chunk": {},
    "/cut/length?kept": {"meta": {"download_fail_on_dataloss": False}},
    "/cut/hints": {},
    "/close": {},
    "/reset": {},
    "/reset/body": {},
    "/garbage": {},
    "/garbage/lengths": {},
    "/head/long-line": {},
    "/silent": {"meta": {"download_timeout": 0.4}},
    "/silent/body": {"meta": {"download_timeout": 0.5}},
    "/endless": {"meta": {"download_maxsize": 30_000}},
    "/huge?mb=200": {"meta": {"download_maxsize": 1 << 20}},
    "/pdf": {"meta": {"via": "https://seed.example/", "hops": "LR"}},
}


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[MisbehavingServer, Run]]:
    with MisbehavingServer() as server:
        jobs: list[dict[str, Any]] = [{"url": server.url + path, **more} for path, more in NAMED.items()]
        jobs += [{"url": "http://no-such-host.invalid/"}, {"url": f"http://127.0.0.1:{_closed_port()}/"}]
        jobs += [{"url": server.url.replace("http", "https") + "/no-tls-here"}]
        yield server, download(jobs)


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _only(run: Run, path: str) -> dict[str, Any]:
    [capture] = run.of(path)
    return capture


@pytest.mark.parametrize(
    ("path", "truncated", "failure"),
    [
        ("/empty", None, None),
        ("/until-close", None, None),
        ("/until-close/rude", None, None),
        ("/reset/no-length", "disconnect", None),
        ("/early-hints", None, None),
        ("/excess", None, None),
        ("/cut/head", "disconnect", r"truncated: connection closed after \d+ bytes, before the head ended"),
        ("/cut/length", "disconnect", r"truncated: the answer broke off after \d+ bytes"),
        ("/cut/chunk", "disconnect", r"truncated: the answer broke off after \d+ bytes"),
        ("/cut/length?kept", "disconnect", r"truncated: the answer broke off after \d+ bytes"),
        ("/cut/hints", "disconnect", r"truncated: connection closed after 28 bytes, before the head ended"),
        ("/close", None, "closed: connection closed without an answer"),
        ("/reset", None, "reset: connection broken off without an answer"),
        ("/reset/body", "disconnect", r"truncated: the answer broke off after \d+ bytes"),
        ("/garbage", "unspecified", r"protocol: not an HTTP/1\.x answer \(.+\)"),
        ("/garbage/lengths", "unspecified", r"protocol: not an HTTP/1\.x answer \(ValueError: .+\)"),
        ("/head/long-line", "unspecified", r"protocol: not an HTTP/1\.x answer \(a line of the head is too long\)"),
        ("/silent", None, r"timeout: no answer within 0\.4 s"),
        ("/silent/body", "time", r"timeout: answer not complete within 0\.5 s"),
        ("/endless", "length", r"length: larger than DOWNLOAD_MAXSIZE allows, \d+ bytes kept"),
        ("/huge?mb=200", "length", r"length: larger than DOWNLOAD_MAXSIZE allows, \d+ bytes kept"),
        ("/pdf", None, None),
        ("http://no-such-host.invalid/", None, r"dns: no address found for no-such-host\.invalid"),
        ("/no-tls-here", None, "tls: wrong version number"),
    ],
)
def test_how_it_ended(
    told: tuple[MisbehavingServer, Run], path: str, truncated: str | None, failure: str | None
) -> None:
    capture = _only(told[1], path)
    assert capture["truncated"] == truncated
    assert (capture["failure"] is None) == (failure is None)
    if failure is not None:
        assert re.fullmatch(failure, capture["failure"]), capture["failure"]
        [result] = [each for each in told[1].results if each["archived"] == told[1].captures.index(capture)]
        assert result["failure"] == capture["failure"]


def test_a_refused_connection_has_no_messages(told: tuple[MisbehavingServer, Run]) -> None:
    [refused] = [each for each in told[1].captures if (each["failure"] or "").startswith("refused: ")]
    assert refused["request"] is refused["response"] is refused["peer_ip"] is None


def test_a_failed_handshake_sent_no_request(told: tuple[MisbehavingServer, Run]) -> None:
    failed = _only(told[1], "/no-tls-here")
    assert failed["request"] is failed["response"] is failed["tls"] is None


def test_interim_heads_and_excess_are_told_apart(told: tuple[MisbehavingServer, Run]) -> None:
    hints, excess = _only(told[1], "/early-hints"), _only(told[1], "/excess")
    assert unpacked(hints["response"])[: hints["interim"]].startswith(b"HTTP/1.1 103") and hints["status"] == 200
    assert unpacked(excess["response"])[-excess["excess"] :] == b"and more than was said"


def test_a_body_too_large_costs_little(told: tuple[MisbehavingServer, Run]) -> None:
    assert _only(told[1], "/huge?mb=200")["response"]["size"] < 4 << 20
    assert 30_000 < _only(told[1], "/endless")["response"]["size"] < 1 << 20


def test_origin_and_clock(told: tuple[MisbehavingServer, Run]) -> None:
    capture = _only(told[1], "/pdf")
    assert (capture["via"], capture["hops"], capture["peer_ip"]) == ("https://seed.example/", "LR", "127.0.0.1")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(capture["started"])).total_seconds()) < 120
    assert 350 <= _only(told[1], "/silent")["fetch_ms"] < 5000


def test_the_response_is_scrapys_own() -> None:
    """The stock handler gives the same results, all but the notes this one leaves in the meta."""
    stock = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
    paths = ("/", "/head/duplicate", "/chunked/trailers", "/not-modified", "/gzip", "/cut/length", "/until-close")
    with MisbehavingServer() as server:
        jobs = [server.url + path for path in paths]
        ours, theirs = download(jobs), download(jobs, {"DOWNLOAD_HANDLERS": {"http": stock}})
    for mine, other in zip(ours.results, theirs.results, strict=True):
        assert mine | {"archived": None, "failure": None} == other


def test_the_pools_second_try_is_captured_too() -> None:
    one_by_one = {"CONCURRENT_REQUESTS": 1}
    with MisbehavingServer() as server:
        run = download([server.url + "/?first", server.url + "/drop-reused"], one_by_one)
        assert server.connections == 2
    dropped, answered = run.of("/drop-reused")
    assert dropped["request"] and dropped["response"] is None
    assert dropped["failure"] == "closed: connection closed without an answer, tried again"
    assert answered["status"] == 200 and answered["failure"] is None
    assert run.results[1]["archived"] == 2


def test_a_connection_with_excess_bytes_is_not_used_again() -> None:
    with MisbehavingServer() as server:
        download([server.url + "/excess", server.url + "/"], {"CONCURRENT_REQUESTS": 1})
        assert server.connections == 2


def test_tls_is_described_on_every_exchange_of_a_connection() -> None:
    with MisbehavingServer(tls=True) as server:
        run = download([server.url + "/", server.url + "/pdf", server.url + "/close"], {"CONCURRENT_REQUESTS": 1})
        certificate = server.certificate.hex()
    assert len(run.captures) == 4  # the last one was tried on a fresh connection as well
    for capture in run.captures:
        assert capture["request"] is not None
        assert capture["tls"][0].startswith("TLSv1.") and capture["tls"][2:] == [certificate]


def test_tls_has_to_say_that_a_body_without_length_is_over() -> None:
    with MisbehavingServer(tls=True) as server:
        run = download([server.url + "/until-close", server.url + "/until-close/rude"])
    assert [run.of(path)[0]["truncated"] for path in ("/until-close", "/until-close/rude")] == [None, "disconnect"]


def test_behind_a_proxy_the_peer_is_not_told() -> None:
    with MisbehavingServer(tls=True) as origin, MisbehavingServer() as proxy:
        through = {"meta": {"proxy": proxy.url}}
        run = download([{"url": origin.url + "/", **through}, {"url": "http://far.example/pdf", **through}])
        tunnelled, forwarded = run.of(origin.url + "/")[0], run.of("/pdf")[0]
        assert unpacked(tunnelled["request"]) == origin.served("/")[0].received
        assert unpacked(forwarded["request"]) == proxy.served("/pdf")[0].received
    assert tunnelled["tls"] and tunnelled["peer_ip"] is forwarded["peer_ip"] is None


def test_notes_of_an_earlier_download_are_cleared() -> None:
    with MisbehavingServer() as server:
        server.pages["/to-nowhere"] = response("", "Location: http://no-such-host.invalid/", status="302 Found")
        chain = {"url": server.url + "/redirect/2", "meta": {"failure": "old"}}
        run = download([chain, server.url + "/to-nowhere"], {"REDIRECT_ENABLED": True})
    followed, failed = run.results
    assert run.captures[followed["archived"]]["url"] == server.url + "/" and followed["failure"] is None
    assert run.captures[failed["archived"]]["url"] == "http://no-such-host.invalid/"


def test_a_sink_that_fails_is_neither_hidden_nor_retried() -> None:
    with MisbehavingServer() as server:
        jobs = [server.url + "/pdf", server.url + "/close", server.url + "/"]
        refusing = download(jobs, {"TEST_REFUSE": "/pdf", "RETRY_ENABLED": True, "RETRY_TIMES": 1})
        assert len(server.served("/pdf")) == 1
        assert len(server.served("/close")) == len(refusing.of("/close")) >= 2  # Scrapy's retries work as ever
    assert refusing.results[0]["error"] == "OSError" and refusing.results[0]["archived"] is None
    assert "error" not in refusing.results[2]


def test_without_a_sink_nothing_is_fetched() -> None:
    with MisbehavingServer() as server:
        run = download([server.url + "/"], {"EXTENSIONS": {}})
        assert server.served() == []
    assert run.results[0]["error"] == "NotSupported"
    assert "add the Archiver" in run.log


def test_a_stopped_download_keeps_what_came() -> None:
    hows = ("headers", "bytes", "fail")
    jobs = [{"url": path, "meta": {"stop": how}} for path in ("/drip?n=200", "/endless") for how in hows]
    with MisbehavingServer() as server:
        run = download([{**job, "url": f"{server.url}{job['url']}"} for job in jobs])
    assert [capture["truncated"] for capture in run.captures] == ["unspecified"] * 6
    assert all(0 < capture["response"]["size"] < 100_000 for capture in run.captures)
    assert [result.get("error") for result in run.results] == [None, None, "StopDownload"] * 2
    assert run.results[2]["failure"].startswith("stopped: ")


def test_a_cancelled_download_is_kept() -> None:
    with MisbehavingServer() as server:
        run = download([{"url": server.url + "/silent/body", "meta": {"cancel": 0.4}}])
    [capture] = run.captures
    assert unpacked(capture["response"]).endswith(b"only this")
    assert (capture["truncated"], capture["failure"][:10]) == ("unspecified", "cancelled:")


def test_what_is_under_way_at_closing_is_kept() -> None:
    with MisbehavingServer() as server:
        run = download([server.url + "/empty", server.url + "/drip?n=10"], {"CLOSESPIDER_PAGECOUNT": 1})
        assert run.of("/drip?n=10")[0]["response"]["sha256"] == server.served("/drip?n=10")[0].sent_hash.hexdigest()


def test_a_handshake_that_breaks_off_is_a_tls_failure() -> None:
    with _deaf_server() as (url, _):
        run = download([url.replace("http:", "https:")])
    assert run.captures[0]["failure"] == "tls: connection closed during the handshake"
    assert run.captures[0]["request"] is None


def test_large_messages_go_through_a_file() -> None:
    with MisbehavingServer() as server:
        run = download([server.url + "/huge?mb=6"], {"ARCHIVE_SPOOL_LIMIT": 4096})
        assert run.captures[0]["response"]["sha256"] == server.served()[0].sent_hash.hexdigest()


def test_request_bytes_that_never_left_are_not_told_as_sent() -> None:
    with _deaf_server() as (url, read):
        run = download([{"url": url, "method": "POST", "body": "x" * (30 << 20)}])
    [capture] = run.captures
    assert len(read) <= capture["request"]["size"] < 30 << 20
    assert capture["failure"].startswith("reset: ")


@contextmanager
def _deaf_server() -> Iterator[tuple[str, bytearray]]:
    """Reads the first bytes of a request and breaks the connection off with the rest unread."""
    read = bytearray()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            read.extend(connection.recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", read
        thread.join(5)
