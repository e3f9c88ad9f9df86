"""`serve` as a user starts it: what it prints, whom it lets in, how it ends; and the ledger that it shows."""

from __future__ import annotations

import gzip
import http.client
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archives.collection import Collection
from archives.errors import StorageError
from crawler.commands.serve import read_page
from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.sqlite import SqliteFrontier
from crawler.ledgerpages import LedgerPages
from pipelines.process import process
from pipelines.row import document_row
from pipelines.textfile import render_text
from tests.archives.samples import RUN, capture
from tests.commands import Ran, Workplace

ARTICLE = """<html><head><title>河口新桥今日通车</title></head><body><h1>河口新桥今日通车</h1>
<p>来源:河口日报 作者:林晚 2026-03-06 11:45</p>
<p>历时三年建设的河口新桥今天上午正式通车,两岸居民过河的时间从四十分钟缩短到五分钟。</p>
<p>新桥全长一千二百米,双向六车道,设有人行道和观景平台,预计每天通过车辆两万辆次,老桥将改作步行桥。</p></body></html>"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A collection with one gzip-coded GB18030 article, extracted as a crawl does it."""
    folder = tmp_path_factory.mktemp("served")
    collection = Collection.create(folder, "news")
    body = gzip.compress(ARTICLE.encode("gb18030"), mtime=0)
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\nContent-Encoding: gzip\r\n"
    response = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    collection.start_writing({})
    taken = collection.read(collection.append(capture("http://127.0.0.2:8080/bridge", response)))
    document = process([taken])
    rendered = render_text(document)
    collection.texts(RUN).put(rendered.text, document_row(document, rendered, [taken]))
    collection.stop_writing()
    collection.storage.replace(f"runs/{RUN}/run.json", b"{}")
    collection.seal_run(RUN)
    frontier = SqliteFrontier(collection.path / "ledger.sqlite")
    frontier.begin_run(RUN, {})
    frontier.add([Link(url=f"http://127.0.0.2:8080/{name}") for name in ("bridge", "50%", "5000", "a_b")])
    bridge = Outcome(state=State.ARCHIVED, status=200, location=taken.location, captured_at=taken.started)
    frontier.finish({"http://127.0.0.2:8080/bridge": bridge})
    frontier.close()
    return Workplace(folder)


@contextmanager
def served(place: Workplace, *arguments: str) -> Iterator[tuple[str, int, subprocess.Popen[str]]]:
    """`serve` at work, with the host and port it printed."""
    process = place.start("serve", "news", "--port", "0", *arguments)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.search(r"http://\[?([\w.:]+?)\]?:(\d+)/", line)
        assert match, (line, process.communicate(timeout=20))
        yield match[1], int(match[2]), process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ask(host: str, port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=20)
    connection.request(method, path, headers=headers)
    reply = connection.getresponse()
    text = reply.read().decode("utf-8")
    connection.close()
    return reply.status, text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_verifies_and_stops_cleanly(place: Workplace, number: int) -> None:
    with served(place) as (host, port, process):
        assert host == "127.0.0.1"
        status, listed = ask(host, port, "/texts?q=%E8%A7%82%E6%99%AF%E5%B9%B3%E5%8F%B0")  # 观景平台
        link = re.search(r'href="(/texts/[^"]+\.txt)"', listed)
        assert status == 200 and link and "<mark>观景平台</mark>" in listed
        assert "<strong>MATCH</strong>" in ask(host, port, link[1] + "/verify", "POST")[1]
        page = re.search(r'src="(/page/[^"]+)"', ask(host, port, link[1])[1])
        assert page and "双向六车道" in ask(host, port, page[1])[1]
        assert "http://127.0.0.2:8080/bridge" in ask(host, port, "/ledger?state=archived")[1]
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0 and "stopped" in out and err == ""


def test_other_addresses_want_a_token(place: Workplace, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-of-sixteen-or-more\n")
    with served(place, "--host", "0.0.0.0", "--token-file", str(token)) as (_, port, _process):
        assert ask("127.0.0.1", port, "/")[0] == 401
        assert ask("127.0.0.1", port, "/", Authorization="Bearer a-token-of-sixteen-or-more")[0] == 200


def refused(ran: Ran, *words: str) -> None:
    assert ran.code == 2 and ran.err.count("\n") == 1, str(ran)
    assert all(word in ran.err for word in words), str(ran)


def test_what_cannot_be_served_is_refused_in_one_line(place: Workplace, tmp_path: Path) -> None:
    refused(place.run("serve", "news", "--host", "0.0.0.0"), "--host", "--token-file")
    refused(place.run("serve", "news", "--host", "news.example"), "--host", "--token-file")
    short = tmp_path / "short"
    short.write_text("abc")
    refused(place.run("serve", "news", "--host", "0.0.0.0", "--token-file", str(short)), str(short), "16 characters")
    refused(place.run("serve", "news", "--token-file", str(tmp_path / "none")), "--token-file", "cannot be read")
    refused(place.run("serve", "news", "--port", "eighty"), "--port", "eighty")
    refused(place.run("serve", "nothing"), "nothing", "no collection")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused(place.run("serve", "news", "--port", port), port, "choose another --port")


def test_the_ledger_is_read_a_page_at_a_time(place: Workplace, tmp_path: Path) -> None:
    pages = LedgerPages(Collection.open(place.folder, "news"))
    every = pages("", "", 0, 3)
    assert every is not None and every.total == 4 and len(every.rows) == 3 and every.counts["archived"] == 1
    rest = pages("", "", 3, 3)
    assert rest is not None and len(rest.rows) == 1
    for part, total in (("50%", 1), ("50", 2), ("a_b", 1), ("BRIDGE", 1), ("'", 0)):
        found = pages("", part, 0, 10)
        assert found is not None and (found.total, len(found.rows)) == (total, total), part
    queued = pages("queued", "50", 0, 10)
    assert queued is not None and {row.state for row in queued.rows} == {"queued"}
    unknown = pages("no such state", "", 0, 10)
    assert unknown is not None and unknown.total == 0 and not unknown.rows
    bare = Collection.create(tmp_path, "bare")
    assert LedgerPages(bare)("", "", 0, 1) is None
    (bare.path / "ledger.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 50)
    with pytest.raises(StorageError, match="ledger"):
        LedgerPages(bare)("", "", 0, 1)


def test_a_capture_is_decoded_as_the_extraction_decodes_it(place: Workplace) -> None:
    collection = Collection.open(place.folder, "news")
    page = read_page(collection.read(next(collection.locations())))
    assert page.html == ARTICLE and page.charset == "gb18030" and page.problem is None
    assert read_page(capture("http://127.0.0.2/", None, failure="refused")).problem == "refused"
