"""The whole way: the demo site is crawled, archived byte for byte, written as texts, and audited."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from archives.collection import Collection
from tests.commands import Ran, Workplace
from tests.demo.gold import Gold
from tests.demo.outlets import all_gold
from tests.demo.profiles import write_profiles
from tests.demo.score import DemoScore, score
from tests.demo.server import DemoSite, Exchange


@attrs.frozen
class Crawled:
    """A demo site that was crawled once, and what the crawl left."""

    work: Workplace
    crawl: Ran
    site: DemoSite
    exchanges: list[Exchange]
    """Of the first run."""
    gold: list[Gold]
    sites: Path

    @property
    def collection(self) -> Collection:
        return Collection.open(self.work.folder, "demo")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("demo")
    with DemoSite(record=True) as site:
        write_profiles(folder / "sites", site.port)
        work = Workplace(folder / "collections")
        ran = work.crawl("demo", "-s", f"SITES_DIR={folder / 'sites'}", timeout=280)
        yield Crawled(work, ran, site, list(site.exchanges), all_gold(site.port), folder / "sites")


def test_ends_clean_and_says_where_things_lie(crawled: Crawled) -> None:
    assert crawled.crawl.code == 0, crawled.crawl
    assert "complete" in crawled.crawl.err and "report.html" in crawled.crawl.err
    record = crawled.work.run_record("demo")
    assert record["verdict"] == "complete" and record["exit_code"] == 0
    assert record["texts"] == len(crawled.work.rows("demo")) >= 60


def test_every_response_is_archived_as_it_was_sent(crawled: Crawled) -> None:
    sent = sorted(
        (f"http://{exchange.host}", exchange.path, exchange.request, exchange.response)
        for exchange in crawled.exchanges
    )
    collection, kept = crawled.collection, []
    for location in collection.locations():
        capture = collection.read(location, resolve=False)
        assert capture.request is not None and capture.response is not None
        origin, path = capture.url[: capture.url.index(":", 6)], capture.url.split("/", 3)[3]
        kept.append((origin, "/" + path, capture.request.read(), capture.response.read()))
    assert sorted(kept) == sent


def test_records_robots_redirects_and_errors(crawled: Crawled) -> None:
    entries = list(crawled.collection.captures())
    statuses = {entry.status for entry in entries}
    assert {"200", "301", "302", "404", "410", "503"} <= {str(status) for status in statuses}
    assert sum(entry.url.endswith("/robots.txt") for entry in entries) >= 5


def test_other_peoples_tools_accept_every_warc(crawled: Crawled) -> None:
    files = [str(path) for path in (crawled.work.path("demo") / "archive").glob("*.warc.gz")]
    assert files
    for tool in (["warcio", "check", "-v"], ["fastwarc", "check"]):
        done = subprocess.run(
            [str(Path(sys.executable).parent / tool[0]), *tool[1:], *files], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "fail" not in done.stdout.lower().replace("(0 failed)", "").replace("0 failed", ""), done.stdout


def test_audit_proves_every_text(crawled: Crawled) -> None:
    ran = crawled.work.run("audit", "demo", "--json")
    report = json.loads(ran.out)
    assert ran.code == 0 and report["clean"], ran
    assert report["counts"]["MATCH"] == len(crawled.work.rows("demo"))
    assert crawled.work.run("verify", "demo").code == 0
    assert crawled.work.run("ledger", "demo").code == 0


def test_index_is_rebuilt_to_the_byte(crawled: Crawled) -> None:
    index = crawled.work.path("demo") / "indexes" / "index.cdxj"
    before = index.read_bytes()
    assert crawled.work.run("index", "demo").code == 0
    assert index.read_bytes() == before


def test_texts_are_right(crawled: Crawled) -> None:
    found: DemoScore = score(crawled.work.path("demo"), crawled.gold)
    assert not found.missing, found.missing
    assert not found.extra, found.extra
    assert found.mean_f1 >= 0.99, found.table()


def test_what_is_not_the_page_gets_no_text(crawled: Crawled) -> None:
    ledger = crawled.work.ledger("demo")
    texts = {row["url"] for row in crawled.work.rows("demo")}
    for answer in crawled.gold:
        if {"soft_404", "challenge_page"} & set(answer.labels) and answer.url in ledger:
            assert answer.url not in texts
            assert ledger[answer.url]["state"] in {"gone", "blocked"}, ledger[answer.url]
    assert {row["state"] for row in ledger.values()} >= {"archived", "redirected", "excluded_robots", "excluded_scope"}
    assert not any("example.invalid" in exchange.host for exchange in crawled.exchanges)


def test_the_archive_can_stand_in_for_the_network(crawled: Crawled) -> None:
    asked = crawled.site.requests
    arguments = ("-a", "source=demo", "-s", f"SITES_DIR={crawled.sites}")
    ran = crawled.work.run("crawl", "replay", "-s", "COLLECTION=again", *arguments, timeout=280)
    assert ran.code == 0, ran
    assert crawled.site.requests == asked, "nobody was asked"
    assert "differs from what was sent" not in ran.err
    states = [{url: row["state"] for url, row in crawled.work.ledger(name).items()} for name in ("demo", "again")]
    assert states[0] == states[1]
    texts = [{row["url"]: row["text_digest"] for row in crawled.work.rows(name)} for name in ("demo", "again")]
    assert texts[0] == texts[1]
    assert crawled.work.run("audit", "again").code == 0


def test_a_second_run_writes_revisits_and_no_text_twice(crawled: Crawled) -> None:
    before = {row["url"] for row in crawled.work.rows("demo")}
    asked = crawled.site.requests
    ran = crawled.work.crawl("demo", "-s", f"SITES_DIR={crawled.sites}", timeout=280)
    assert ran.code == 0, ran
    assert crawled.site.requests - asked < len(crawled.exchanges) / 2
    assert {row["url"] for row in crawled.work.rows("demo")} == before, "the second run has no texts of its own"
    kinds = [entry.mime for entry in crawled.collection.captures()]
    assert kinds.count("warc/revisit") >= 5
    audit = crawled.work.run("audit", "demo")
    assert audit.code == 0, audit
    assert crawled.work.run("ledger", "demo").code == 0


def test_bytes_of_a_revisit_are_found_again(crawled: Crawled) -> None:
    collection = crawled.collection
    for entry in collection.captures():
        if entry.mime == "warc/revisit":
            capture = collection.read(entry.location)
            assert capture.response is not None
            assert capture.response.size > capture.response.body_offset, base64.b64encode(capture.response.read())
