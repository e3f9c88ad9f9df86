"""The ledger as it is read: beside a crawl, after it, and against the archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from archives.capture import Capture, RecordLocation, WireMessage
from archives.collection import Collection
from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.errors import LedgerError
from crawler.frontier.sqlite import SqliteFrontier
from crawler.ledger import Ledger, LedgerFinding, reconcile, row_json, row_line

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
        with Ledger.of(self.collection) as ledger:
            finished = {run.run for run in ledger.runs() if run.ended}
            return reconcile(ledger.rows(), finished, self.collection)


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
    with Ledger.of(case.collection) as ledger:
        rows = {row.url: row for row in ledger.rows()}
        assert ledger.counts()[State.ARCHIVED] == 2 and ledger.counts("r9")[State.ARCHIVED] == 0
    facts = json.loads(json.dumps(row_json(rows[A])))
    assert (facts["url"], facts["state"], facts["captured_at"]) == (A, "archived", "2023-01-01T12:00:00+00:00")
    assert facts["location"] == attrs.asdict(case.places[A]) and facts["previous"] is None
    assert row_line(rows[D]) == f"failed             -  {D}  (connection refused)"


def test_runs_tell_what_they_were_begun_with(case: Case) -> None:
    with Ledger.of(case.collection) as ledger:
        (run,) = ledger.runs()
        assert (run.run, run.arguments, run.ended, run.verdict) == ("r1", {"urls": A}, None, None)
        case.frontier.end_run("complete")
        (run,) = ledger.runs()
        assert run.verdict == "complete" and run.ended is not None and run.ended >= run.started


def test_a_collection_without_a_ledger_is_named(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "empty")
    with pytest.raises(LedgerError, match=r"empty/ledger\.sqlite: there is no ledger here"):
        Ledger.of(collection)
