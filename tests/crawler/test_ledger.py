"""The ledger as it is read: beside a crawl, after it, and against the archive."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from archives.capture import Capture, RecordLocation, WireMessage
from archives.collection import Collection
from crawler.commands import audit, doctor, ledger
from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.errors import LedgerError
from crawler.frontier.sqlite import SqliteFrontier
from crawler.ledger import LEDGER, Ledger, row_json, row_line
from crawler.reconciliation import LedgerFinding, ledger_findings, reconcile
from tests.crawler.oneshot import oneshot, settings_for

A, B, C, D = (f"http://a.cn/{name}" for name in "abcd")
NOON = datetime(2023, 1, 1, 12, tzinfo=UTC)


def capture(url: str) -> Capture:
    return Capture(
        url=url,
        started=NOON,
        request=WireMessage.of(b"GET / HTTP/1.1\r\nHost: a.cn\r\n\r\n"),
        response=WireMessage.of(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
    )


@attrs.define
class Case:
    collection: Collection
    frontier: SqliteFrontier
    places: dict[str, RecordLocation]

    def findings(self) -> list[LedgerFinding]:
        with Ledger.of(self.collection) as opened:
            finished = {run.run for run in opened.runs() if run.ended}
            return reconcile(opened.rows(), finished, self.collection)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A run that archived A and B, met a redirect at C, and failed at D."""
    collection = Collection.create(tmp_path, "news")
    collection.start_writing({})
    places = {url: collection.append(capture(url)) for url in (A, B, C)}
    collection.stop_writing()
    frontier = SqliteFrontier(collection.path / "ledger.sqlite")
    frontier.begin_run("r1", {"urls": A})
    frontier.add([Link(url=url) for url in (A, B, C, D)])
    states = {A: State.ARCHIVED, B: State.ARCHIVED, C: State.REDIRECTED}
    ends = {
        url: Outcome(state=state, status=200, location=places[url], captured_at=NOON) for url, state in states.items()
    }
    frontier.finish({**ends, D: Outcome(state=State.FAILED, reason="connection\nrefused")})
    yield Case(collection, frontier, places)
    frontier.close()


def test_a_ledger_that_holds_gives_no_findings(case: Case) -> None:
    assert case.findings() == []
    case.frontier.end_run("complete")
    assert case.findings() == []


def test_what_a_finished_run_left_is_found(case: Case) -> None:
    case.frontier.add([Link(url="http://a.cn/left"), Link(url="http://a.cn/page/2", kind="continuation")])
    assert case.findings() == [], "the run is still under way"
    case.frontier.end_run("complete")
    found = case.findings()
    assert [(finding.kind, finding.url, finding.state) for finding in found] == [
        ("unfinished", "http://a.cn/left", State.QUEUED),
        ("unfinished", "http://a.cn/page/2", State.DISCOVERED),
    ]
    assert str(found[0]).startswith("http://a.cn/left is queued in run r1, but that run is finished")


def test_a_damaged_record_is_named(case: Case) -> None:
    place = case.places[B]
    path = case.collection.path / "archive" / place.file
    data = bytearray(path.read_bytes())
    data[place.offset + place.length // 2] ^= 0xFF
    path.chmod(0o644)
    path.write_bytes(data)
    (found,) = case.findings()
    assert (found.kind, found.url, found.file, found.offset, found.record_id) == (
        "record-unreadable", B, place.file, place.offset, place.record_id,
    )  # fmt: skip
    assert "\n" not in str(found) and place.file in str(found)


def test_a_missing_file_is_a_finding_for_each_row(case: Case) -> None:
    (case.collection.path / "archive" / case.places[A].file).unlink()
    assert [(finding.kind, finding.url) for finding in case.findings()] == [
        ("record-unreadable", A), ("record-unreadable", B), ("record-unreadable", C),
    ]  # fmt: skip


def test_a_record_must_be_there_and_be_of_the_url(case: Case) -> None:
    case.frontier.add([Link(url=url) for url in ("http://a.cn/x", "http://a.cn/y")])
    case.frontier.finish(
        {
            "http://a.cn/x": Outcome(state=State.ARCHIVED),
            "http://a.cn/y": Outcome(state=State.ARCHIVED, location=case.places[A]),
        }
    )
    assert {(finding.kind, finding.url) for finding in case.findings()} == {
        ("no-record", "http://a.cn/x"), ("record-of-another", "http://a.cn/y"),
    }  # fmt: skip


def test_rows_can_be_printed_and_parsed(case: Case) -> None:
    with Ledger.of(case.collection) as opened:
        rows = {row.url: row for row in opened.rows()}
        assert opened.counts()[State.ARCHIVED] == 2 and opened.counts("r9")[State.ARCHIVED] == 0
    facts = json.loads(json.dumps(row_json(rows[A])))
    assert (facts["url"], facts["state"], facts["captured_at"]) == (A, "archived", "2023-01-01T12:00:00+00:00")
    assert facts["location"] == attrs.asdict(case.places[A]) and facts["previous"] is None
    assert row_line(rows[D]) == f"failed             -  {D}  (connection refused)"


def test_runs_tell_what_they_were_begun_with(case: Case) -> None:
    with Ledger.of(case.collection) as opened:
        (run,) = opened.runs()
        assert (run.run, run.arguments, run.ended, run.verdict) == ("r1", {"urls": A}, None, None)
        case.frontier.end_run("complete")
        (run,) = opened.runs()
        assert run.verdict == "complete" and run.ended is not None and run.ended >= run.started


def test_a_collection_without_a_ledger_is_named(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "empty")
    with pytest.raises(LedgerError, match=r"empty/ledger\.sqlite: there is no ledger here"):
        Ledger.of(collection)


# --- texts and runs ------------------------------------------------------------------------------------------------


OLD, NEW = "20261122T063000Z-ab12", "20261122T073000Z-cd34"


def crawl(collection: Collection, run: str, outcomes: dict[str, tuple[State, str | None]]) -> None:
    """A whole crawl run, as it lies on disk: each URL with its end, and its text where it has one."""
    collection.start_writing({})
    places = {url: collection.append(capture(url)) for url in outcomes}
    collection.stop_writing()
    frontier = SqliteFrontier(collection.path / LEDGER)
    frontier.begin_run(run, {})
    frontier.add([Link(url=url) for url in outcomes], again=True)
    ends = {}
    for url, (state, text) in outcomes.items():
        file = None if text is None else collection.texts(run).put(text, {"url": url})
        ends[url] = Outcome(state=state, status=200, location=places[url], captured_at=NOON, text_file=file)
    frontier.finish(ends)
    counts = {str(state): n for state, n in frontier.counts().items()}
    record(collection, run, {"arguments": {}, "counts": counts, "verdict": "complete"})
    frontier.end_run("complete")
    frontier.close()


def record(collection: Collection, run: str, known: dict[str, object]) -> None:
    collection.storage.replace(f"runs/{run}/run.json", json.dumps(known).encode())


def edit(collection: Collection, *statements: str) -> None:
    with closing(sqlite3.connect(collection.path / LEDGER)) as database, database:
        for statement in statements:
            database.execute(statement)


def kinds(collection: Collection) -> list[tuple[str, str | None]]:
    found = ledger_findings(collection)
    assert all("\n" not in str(finding) and json.dumps(finding.to_json()) for finding in found)
    return [(finding.kind, finding.url) for finding in found]


@pytest.fixture
def crawled(tmp_path: Path) -> Collection:
    """Two runs: A is unchanged in the second, B has a new text there, C and D were only met in one."""
    collection = Collection.create(tmp_path, "news")
    crawl(collection, OLD, {A: (State.ARCHIVED, "甲"), B: (State.ARCHIVED, "乙"), C: (State.ARCHIVED, "丙")})
    crawl(collection, NEW, {A: (State.UNCHANGED, None), B: (State.ARCHIVED, "乙二"), D: (State.ARCHIVED, "丁")})
    return collection


def test_two_runs_and_a_reextract_hold(crawled: Collection) -> None:
    assert kinds(crawled) == []
    again = "20261122T083000Z-ef56"
    crawled.texts(again).put("甲", {"url": A})
    record(crawled, again, {"arguments": {"command": "reextract"}, "counts": {}, "verdict": "complete"})
    assert kinds(crawled) == []


def test_a_roll_back_is_found(crawled: Collection) -> None:
    for folder in ("texts", "runs"):
        shutil.rmtree(crawled.path / folder / NEW)
    assert kinds(crawled) == [("run-missing", None), ("text-missing", B), ("text-missing", D)]


def test_a_row_taken_out_of_the_table_is_found(crawled: Collection) -> None:
    table = crawled.path / "texts" / OLD / "documents.jsonl"
    table.write_bytes(b"".join(line for line in table.read_bytes().splitlines(True) if C.encode() not in line))
    assert kinds(crawled) == [("text-missing", C)]


def test_a_rolled_back_ledger_is_found(crawled: Collection, tmp_path: Path) -> None:
    other = Collection.create(tmp_path / "other", "news")
    crawl(other, OLD, {A: (State.ARCHIVED, "甲"), B: (State.ARCHIVED, "乙"), C: (State.ARCHIVED, "丙")})
    shutil.copy(other.path / LEDGER, crawled.path / LEDGER)
    found = kinds(crawled)
    assert found[0] == ("run-unknown", None)
    assert {("text-unknown", B), ("text-unknown", D)} <= set(found)


def test_texts_that_the_ledger_does_not_know(crawled: Collection) -> None:
    edit(crawled, f"DELETE FROM urls WHERE url = '{C}'", f"UPDATE urls SET text_file = NULL WHERE url = '{D}'")
    assert kinds(crawled) == [("text-unknown", C), ("text-unknown", D)]


def test_an_edited_state_is_told_by_the_counts(crawled: Collection) -> None:
    edit(crawled, f"UPDATE urls SET state = 'gone' WHERE url = '{B}'")
    (found,) = ledger_findings(crawled)
    assert (found.kind, found.run) == ("counts-differ", NEW)
    assert "archived 2 there and 1 here, gone 0 there and 1 here" in str(found)


def test_a_run_that_only_run_json_calls_ended(crawled: Collection) -> None:
    edit(crawled, f"UPDATE runs SET ended = NULL, verdict = NULL WHERE run = '{NEW}'")
    assert kinds(crawled) == [("run-unended", None)]
    record(crawled, NEW, {"arguments": {}, "counts": {"queued": 1}, "verdict": "findings"})
    assert kinds(crawled) == [], "it stopped with work left: the next crawl goes on"


def test_a_newer_run_under_way_takes_rows_over(crawled: Collection) -> None:
    with closing(SqliteFrontier(crawled.path / LEDGER)) as frontier:
        frontier.begin_run("20261122T093000Z-0001", {})
        frontier.add([Link(url=B)], again=True)
        crawled.texts("20261122T093000Z-0001").put("乙三", {"url": B})
        assert kinds(crawled) == []


def test_a_missing_ledger_is_found_where_crawls_were_run(crawled: Collection, tmp_path: Path) -> None:
    (crawled.path / LEDGER).unlink()
    assert kinds(crawled) == [("ledger-missing", None)]
    assert kinds(Collection.create(tmp_path / "other", "empty")) == []


EDITS = [
    "UPDATE urls SET state = 'evil'", "DROP TABLE urls", "DROP TABLE tally", "DROP TABLE runs",
    "UPDATE urls SET url = x'ff'", "UPDATE urls SET url = CAST(x'ff' AS TEXT)", "UPDATE urls SET offset = 'far'",
    "UPDATE urls SET changed_at = 'noon'", "UPDATE urls SET changed_at = 9e999", "UPDATE urls SET previous = '[1]'",
    "UPDATE urls SET previous = '{\"date\": 7}'", "UPDATE urls SET captured_at = 'noon'", "UPDATE urls SET run = x'00'",
    "UPDATE runs SET arguments = '['", "UPDATE runs SET arguments = '[]'", "UPDATE runs SET started = 'noon'",
    "UPDATE tally SET n = 'many'", "UPDATE urls SET status = 'fine'", "UPDATE urls SET text_file = x'00'",
]  # fmt: skip


@pytest.mark.parametrize("statement", EDITS)
def test_an_edited_ledger_is_one_line_everywhere(
    crawled: Collection, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(crawled, statement)
    assert kinds(crawled) == [("ledger-unreadable", None)]
    settings = settings_for(crawled.path.parent)
    ran = oneshot(ledger.Command(), settings, capsys, "news")
    assert ran.code == 2 and len(ran.err.splitlines()) == 1 and str(crawled.path / LEDGER) in ran.err, ran
    ran = oneshot(doctor.Command(), settings, capsys, "news")
    assert ran.code == 3 and f"bad  ledger: {crawled.path / LEDGER}" in ran.out, ran


@pytest.mark.parametrize("statement", ["UPDATE urls SET offset = -5", "UPDATE urls SET offset = 9223372036854775807",
                                       "UPDATE urls SET file = '../x'", "UPDATE urls SET record_id = ''"])  # fmt: skip
def test_a_place_that_is_none_is_a_finding(crawled: Collection, statement: str) -> None:
    edit(crawled, statement)
    assert {kind for kind, _ in kinds(crawled)} == {"record-unreadable"}


def test_an_audit_reports_the_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collection = Collection.create(tmp_path, "news")
    crawl(collection, OLD, {A: (State.ARCHIVED, None)})
    collection.storage.replace(f"runs/{OLD}/report.html", b"<p>done</p>")
    collection.seal_run(OLD)
    settings = settings_for(tmp_path)
    ran = oneshot(audit.Command(), settings, capsys, "news", "--json")
    report = json.loads(ran.out)
    assert ran.code == 0 and report["clean"] and report["ledger"] == [], ran
    for statement, kind in (
        (f"UPDATE urls SET state = '{State.GONE}'", "counts-differ"),
        ("DROP TABLE urls", "ledger-unreadable"),
    ):
        edit(collection, statement)
        ran = oneshot(audit.Command(), settings, capsys, "news", "--json")
        report = json.loads(ran.out)
        assert ran.code == 3 and not report["clean"] and [one["kind"] for one in report["ledger"]] == [kind], ran
    ran = oneshot(audit.Command(), settings, capsys, "news")
    assert ran.code == 3 and "finding: ledger: " in ran.out and "NOT CLEAN" in ran.out, ran
