"""FrontierScheduler in real crawls: finished, interrupted, killed, and cut off from its ledger."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs
import pytest

from crawler.frontier.base import State
from crawler.frontier.ledgerfile import open_ledger_for_reading, read_rows

ROOT = Path(__file__).parents[2]
TREE = 60


class Site(ThreadingHTTPServer):
    """A binary tree of pages /0../59, and pages that do what their name says."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("", 0), _Handler)
        self.root = f"http://127.0.0.1:{self.server_address[1]}"
        self.hits: Counter[str] = Counter()
        self.order: list[str] = []
        self.now, self.most, self.delay = 0, 0, 0.0
        self.guard = threading.Lock()
        self.wide = False


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        site = self.server
        with site.guard:
            site.hits[self.path] += 1
            site.order.append(self.headers["Host"])
            site.now += 1
            site.most = max(site.most, site.now)
        time.sleep(site.delay)
        status, lines = self.answer()
        body = "\n".join(lines).encode()
        with site.guard:
            site.now -= 1
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self) -> tuple[int, list[str]]:
        name, root = self.path.strip("/"), self.server.root
        if name == "down" or (name == "flaky" and self.server.hits["/flaky"] < 3):
            return 503, []
        if name == "paged":
            return 200, [f"{root}/paged?page=2"]
        if self.server.wide:
            return 200, [f"{root}/wide/{name}/{n}/{'x' * 300}" for n in range(40)]
        if name.isdecimal():
            return 200, [f"{root}/{n}" for n in (2 * int(name) + 1, 2 * int(name) + 2) if n < TREE]
        return 200, []

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


@attrs.frozen(kw_only=True)
class Ending:
    reason: str
    counts: dict[str, int]
    log: str


def start(ledger: Path, seeds: list[str], **order: Any) -> subprocess.Popen[str]:
    given = json.dumps({"ledger": str(ledger), "seeds": seeds, **order})
    command = [sys.executable, "-m", "tests.crawler.scheduled_crawl", given]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def crawl(ledger: Path, seeds: list[str], **order: Any) -> Ending:
    process = start(ledger, seeds, **order)
    try:
        output, log = process.communicate(timeout=50)
    finally:
        process.kill()
    assert process.returncode == 0, log
    return Ending(**json.loads(output), log=log)


def test_a_crawl_ends_when_every_url_has_and_not_before(site: Site, tmp_path: Path) -> None:
    site.delay = 0.01
    odd = ["flaky", "down", "paged", "later", "forgotten"]
    seeds = [f"{site.root}/0", *(f"{site.root}/{name}" for name in odd), "http://[bad", "gopher://a.cn/"]
    settings = {"CONCURRENT_REQUESTS_PER_DOMAIN": 3, "RETRY_TIMES": 2}
    ending = crawl(tmp_path / "ledger.sqlite", seeds, settings=settings)
    rows = {
        row.url.removeprefix(site.root): row
        for row in read_rows(open_ledger_for_reading(tmp_path / "ledger.sqlite"), None, None)
    }
    assert ending.reason == "finished"
    assert ending.counts == {"archived": TREE + 4, "failed": 4}
    failed = {name: row.reason for name, row in rows.items() if row.state == State.FAILED}
    assert set(failed) == {"/down", "/forgotten", "http://[bad", "gopher://a.cn/"}
    assert failed["/forgotten"] == "no outcome was reported"
    assert (failed["http://[bad"] or "").startswith("not a URL to fetch")
    expected = {"/flaky": 3, "/down": 3, "/later": 2, "/forgotten": 3, "/paged": 1, "/paged?page=2": 1}
    assert {name: site.hits[name] for name in expected} == expected
    assert all(site.hits[f"/{n}"] == 1 for n in range(TREE))
    assert site.most <= 3
    assert rows["/59"].via == f"{site.root}/29" and rows["/59"].depth == 5
    assert "Traceback" not in ending.log


def test_an_interrupted_crawl_leaves_nothing_leased_and_is_gone_on_with(site: Site, tmp_path: Path) -> None:
    ledger, seeds = tmp_path / "ledger.sqlite", [f"{site.root}/0"]
    first = crawl(ledger, seeds, settings={"CLOSESPIDER_PAGECOUNT": 9, "CONCURRENT_REQUESTS": 4})
    assert first.reason == "closespider_pagecount"
    assert 9 <= first.counts["archived"] < TREE and first.counts["queued"] > 0 and "leased" not in first.counts
    second = crawl(ledger, seeds)
    assert (second.reason, second.counts) == ("finished", {"archived": TREE})
    assert all(site.hits[f"/{n}"] == 1 for n in range(TREE)), "an orderly stop costs no page twice"


def test_a_killed_crawl_is_gone_on_with(site: Site, tmp_path: Path) -> None:
    ledger, seeds = tmp_path / "ledger.sqlite", [f"{site.root}/0"]
    site.delay = 0.02
    for goal in (5, 25):
        process = start(ledger, seeds, settings={"CONCURRENT_REQUESTS": 3})
        while sum(site.hits.values()) < goal and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        process.communicate()
    site.delay = 0.0
    ending = crawl(ledger, seeds)
    assert (ending.reason, ending.counts) == ("finished", {"archived": TREE})
    # at each of two kills: three on the wire, and as many answered whose outcome was not noted yet
    assert sum(site.hits.values()) <= TREE + 2 * (3 + 3), "only what was under way is fetched twice"


def test_a_slow_host_does_not_hold_up_a_quick_one(site: Site, tmp_path: Path) -> None:
    slow, quick = f"127.0.0.2:{site.server_address[1]}", f"127.0.0.1:{site.server_address[1]}"
    seeds = [f"http://{host}/leaf{n}" for host in (slow, quick) for n in range(10 if host == slow else 25)]
    settings = {"CONCURRENT_REQUESTS": 4, "DOWNLOAD_SLOTS": {slow: {"concurrency": 8, "delay": 0.25, "jitter": 0}}}
    ending = crawl(tmp_path / "ledger.sqlite", seeds, settings=settings)
    assert ending.counts == {"archived": 35}
    assert site.order[-3:] == [slow] * 3, "all slots taken by the slow host would leave the quick one for last"


def test_a_crawl_stops_when_its_ledger_cannot_be_written(site: Site, tmp_path: Path) -> None:
    site.wide = True
    ending = crawl(tmp_path / "ledger.sqlite", [f"{site.root}/0"], full_disk=True)
    assert ending.reason == "ledger_error"
    assert "ledger.sqlite: the disk is full" in ending.log
    assert sum(site.hits.values()) < 60
