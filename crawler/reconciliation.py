"""Reconciliation: the ledger held against the archive, the texts and the records of its runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Collection as Names
from typing import Any

import attrs

from archives.capture import Capture, RecordLocation
from archives.collection import Collection
from archives.errors import ArchiveError
from crawler.frontier.base import TERMINAL, Row, State
from crawler.frontier.errors import LedgerError
from crawler.frontier.identity import canonical, fingerprint
from crawler.frontier.ledgerfile import LedgerRun
from crawler.ledger import LEDGER, Ledger

_RECORDED = frozenset({State.ARCHIVED, State.UNCHANGED, State.DUPLICATE, State.REDIRECTED})
_READ_AGAIN = "run verify for the whole extent of it"
_NOT_BY_CRAWL = "no crash does that: take ledger, runs/ and texts/ from one backup"
_REEXTRACT = "reextract"
_ENDED = frozenset({"complete", "findings"})


def _one_line(text: str) -> str:
    return " ".join(text.split())


@attrs.frozen(kw_only=True)
class LedgerFinding:
    """One row of the ledger, one text or one run that does not hold."""

    kind: str
    """For programs: "unfinished", "no-record", "record-unreadable", "record-of-another", "text-missing",
    "text-unknown", "counts-differ", "run-unended", "run-missing", "run-unknown", "ledger-missing",
    "ledger-unreadable"."""
    url: str | None = None
    state: State | None = None
    run: str | None = None
    file: str | None = None
    """Name within `archive/`."""
    offset: int | None = None
    record_id: str | None = None
    what: str = attrs.field(converter=_one_line)
    """What is the case, and what to do, one line."""

    def __str__(self) -> str:
        place = "" if self.file is None else f"archive/{self.file} at byte {self.offset}: "
        about = "" if self.record_id is None else f" [{self.record_id}]"
        if self.state is not None:
            return f"{place}{self.url} is {self.state} in run {self.run}, but {self.what}{about}"
        subject = self.url or (f"run {self.run}" if self.run else "ledger")
        return f"{subject}: {self.what}"

    def to_json(self) -> dict[str, Any]:
        return attrs.asdict(self)


def ledger_findings(collection: Collection) -> list[LedgerFinding]:
    """All that does not hold about a collection's ledger.

    A ledger that cannot be used is a finding, and so is one that is missing though crawls were run; none where the
    collection was never crawled into.
    """
    if not (collection.path / LEDGER).is_file():
        crawled = [run for run, record in _records(collection).items() if record.get("counts")]
        what = f"{LEDGER} is missing, though {len(crawled)} crawl runs are here; {_NOT_BY_CRAWL}"
        return [LedgerFinding(kind="ledger-missing", what=what)] if crawled else []
    try:
        with Ledger.of(collection) as ledger:
            return check_ledger(ledger, collection)
    except LedgerError as error:
        return [LedgerFinding(kind="ledger-unreadable", what=str(error))]


def check_ledger(ledger: Ledger, collection: Collection) -> list[LedgerFinding]:
    """What does not hold about a ledger that can be read: its runs, then its rows. Raises LedgerError."""
    records = _records(collection)
    runs = ledger.runs()
    finished = [run.run for run in runs if run.ended is not None]
    found = list(_check_runs(runs, records, ledger.counts))
    reextracted = {run for run, record in records.items() if _command(record) == _REEXTRACT}
    return found + reconcile(ledger.rows(), finished, collection, reextracted)


def reconcile(
    rows: Iterable[Row], finished_runs: Names[str], collection: Collection, reextracted: Names[str] = ()
) -> list[LedgerFinding]:
    """Holds ledger rows against the archive and the texts.

    Found are: a URL that a finished run left without an end; one whose record is not there, cannot be read, or is of
    another URL; one whose text is not in the table of its run; and a text of a finished run that the ledger does not
    know. Every record is read, in the order in which they lie. `reextracted` are runs that have texts but no rows.
    """
    findings: list[LedgerFinding] = []
    recorded: list[tuple[RecordLocation, Row]] = []
    texts = _Texts(collection)
    known: dict[bytes, tuple[str, str | None]] = {}
    for row in rows:
        known[fingerprint(row.url)] = row.run, row.text_file
        if row.state not in TERMINAL and row.run in finished_runs:
            what = "that run is finished; the next crawl that finds the URL takes it up"
            findings.append(_finding(row, "unfinished", what))
        elif row.state in _RECORDED and row.location is not None:
            recorded.append((row.location, row))
        elif row.state == State.ARCHIVED:
            findings.append(_finding(row, "no-record", "its row names no WARC record"))
        if row.text_file is not None and row.text_file not in texts.of(row.run):
            what = f"no row of texts/{row.run}/documents.jsonl names its text {row.text_file}; {_NOT_BY_CRAWL}"
            findings.append(_finding(row, "text-missing", what))
    findings += _unknown_texts(known, texts, finished_runs, reextracted)
    recorded.sort(key=lambda found: (found[0].file, found[0].offset))
    findings += (finding for _, row in recorded if (finding := _check(row, collection.read)) is not None)
    return findings


class _Texts:
    """The tables of texts, each read once."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._known: dict[str, dict[str, str]] = {}
        self.runs = set(collection.runs())

    def of(self, run: str) -> Mapping[str, str]:
        """URLs by the file of their text."""
        if run not in self._known:
            rows = self._collection.texts(run).rows() if run in self.runs else ()
            self._known[run] = {row["file"]: row["url"] for row in rows}
        return self._known[run]


def _unknown_texts(
    known: Mapping[bytes, tuple[str, str | None]], texts: _Texts, finished: Names[str], reextracted: Names[str]
) -> Iterator[LedgerFinding]:
    """Texts that the ledger does not know. A row that a later run took over tells nothing of an earlier run's text."""
    runs_known = {run for run, _ in known.values()} | set(finished)
    for run in sorted(texts.runs):
        if run in reextracted or (run in runs_known and run not in finished):
            continue
        for file, url in texts.of(run).items():
            at, its_file = known.get(fingerprint(url), ("", None))
            if at < run or (at == run and its_file != file):
                what = f"texts/{run}/{file} is its text, but the ledger does not know of it; {_NOT_BY_CRAWL}"
                yield LedgerFinding(kind="text-unknown", url=url, run=run, what=what)


def _check_runs(
    runs: list[LedgerRun], records: Mapping[str, Mapping[str, Any]], counts: Callable[[str], dict[State, int]]
) -> Iterator[LedgerFinding]:
    """The runs against `run.json`, which the chain vouches for. Counts are those of the newest run: later runs take
    rows over."""
    for run in runs:
        record = records.get(run.run)
        if run.ended is not None and record is None:
            what = f"the ledger calls it ended, but runs/{run.run}/run.json is not there; {_NOT_BY_CRAWL}"
            yield LedgerFinding(kind="run-missing", run=run.run, what=what)
        elif run.ended is None and record is not None and _is_ended(record):
            what = "run.json calls it ended, but the ledger does not; a crawl goes on with it, if a crash did that"
            yield LedgerFinding(kind="run-unended", run=run.run, what=what)
    newest = runs[-1] if runs else None
    crawled = [run for run, record in records.items() if record.get("counts") and _command(record) != _REEXTRACT]
    if crawled and max(crawled) > (newest.run if newest else ""):
        what = f"the ledger does not know this crawl; {_NOT_BY_CRAWL}"
        yield LedgerFinding(kind="run-unknown", run=max(crawled), what=what)
    elif newest is not None and newest.ended is not None and newest.run in records:
        now = {str(state): n for state, n in counts(newest.run).items() if n}
        then = {state: n for state, n in (records[newest.run].get("counts") or {}).items() if n}
        if then != now:
            differs = sorted(state for state in {*then, *now} if then.get(state, 0) != now.get(state, 0))
            said = ", ".join(f"{state} {then.get(state, 0)} there and {now.get(state, 0)} here" for state in differs)
            what = f"run.json counts other URLs than the ledger: {said}; {_NOT_BY_CRAWL}"
            yield LedgerFinding(kind="counts-differ", run=newest.run, what=what)


def _records(collection: Collection) -> dict[str, dict[str, Any]]:
    """The `run.json` of each run that has a readable one."""
    found = {}
    for run in collection.runs():
        try:
            record = json.loads(collection.storage.read(f"runs/{run}/run.json"))
        except (OSError, ValueError, RecursionError, ArchiveError):
            continue  # verify names it
        if isinstance(record, dict):
            counts = record.get("counts")
            found[run] = {**record, "counts": counts if isinstance(counts, dict) else {}}
    return found


def _command(record: Mapping[str, Any]) -> object:
    arguments = record.get("arguments")
    return arguments.get("command") if isinstance(arguments, dict) else None


def _is_ended(record: Mapping[str, Any]) -> bool:
    """Whether a run.json is of a run that has nothing left to do."""
    left = sum(record["counts"].get(state) or 0 for state in (State.QUEUED, State.LEASED))
    return record.get("verdict") in _ENDED and not left


def _check(row: Row, read: Callable[[RecordLocation], Capture]) -> LedgerFinding | None:
    assert row.location is not None
    try:
        capture = read(row.location)
    except (ArchiveError, OSError, ValueError, OverflowError) as error:
        return _finding(row, "record-unreadable", f"its record cannot be read ({error}); {_READ_AGAIN}")
    for message in (capture.request, capture.response):
        if message is not None:
            message.spool.close()
    if canonical(capture.url) != canonical(row.url):
        return _finding(row, "record-of-another", f"its record is of {capture.url}; {_READ_AGAIN}")
    return None


def _finding(row: Row, kind: str, what: str) -> LedgerFinding:
    place = row.location
    return LedgerFinding(
        kind=kind,
        url=row.url,
        state=row.state,
        run=row.run,
        file=place.file if place else None,
        offset=place.offset if place else None,
        record_id=place.record_id if place else None,
        what=what,
    )
