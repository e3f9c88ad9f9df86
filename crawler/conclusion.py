"""Conclusion: what a run came to. Closes it, writes run.json and report.html, and says the exit code."""

from __future__ import annotations

import hashlib
import logging
import platform
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path

import attrs
from scrapy.crawler import Crawler

from archives.errors import ArchiveError
from crawler import version
from crawler.exits import ExitCode, one_line
from crawler.extensions.report import (
    Failure,
    HostFigures,
    ModelFigures,
    RunRecord,
    Timings,
    Verdict,
    WarcFile,
    changed_settings,
    write_report_html,
    write_run_json,
)
from crawler.frontier.base import TERMINAL, State
from crawler.frontier.errors import LedgerError
from crawler.meter import Meter
from crawler.renewal import renew_texts
from crawler.run import Run
from crawler.twins import twins_of

logger = logging.getLogger(__name__)

_PACKAGES = ("scrapy", "twisted", "trafilatura", "lxml", "charset-normalizer", "warcio")
_SEED_FINDINGS = (State.FAILED, State.GONE, State.BLOCKED, State.EXCLUDED_ROBOTS, State.EXCLUDED_TRAP)
"""A seed that ends so was asked for and not had."""


def conclude(run: Run, crawler: Crawler, code: ExitCode | None = None) -> ExitCode:
    """Ends a run after Scrapy has ended. `code` is set where the crawl crashed."""
    reason = crawler._stats.get_value("finish_reason") if crawler._stats is not None else None
    if code is None and reason != "finished" and run.stopped_by is None:
        run.stopped_by = f"stopped ({reason or 'before it began'})"
    left = run.frontier.pending()
    if code is None and run.stopped_by is None and not left:
        _renew(run)
    _settle(run)
    complete = code is None and run.stopped_by is None and not left
    if left and code is None and run.stopped_by is None:
        run.findings.append(f"{left} URLs have no outcome")
    findings = [*run.findings, *run.models.alarms(), *_seed_findings(run)]
    if code is None:
        code = ExitCode.STOPPED if run.stopped_by else ExitCode.FINDINGS if findings else ExitCode.CLEAN
    record = _record(run, crawler, tuple(findings), code)
    notes = _notes(run)
    try:
        run.archiver.stop()
        run.collection.stop_writing()
        record = _with_warcs(record, run)
        write_run_json(run.folder / "run.json", record)
        write_report_html(run.folder / "report.html", record)
        run.collection.seal_run(run.run, finished=complete)
        if complete:
            run.frontier.end_run(record.verdict)  # last: a run that is not sealed yet is gone on with, and sealed then
    except (ArchiveError, LedgerError, OSError) as error:
        print(f"error: {one_line(error)}", file=sys.stderr)
        code = ExitCode.STOPPED
    finally:
        run.close()
    _say(run, record, findings, notes)
    return code


def _renew(run: Run) -> None:
    """Makes the early texts again by the site models; what stands in the way stops the run, to go on from there."""
    try:
        renew_texts(run)
    except KeyboardInterrupt:
        run.stopped_by = "interrupted while texts were read again"
    except (ArchiveError, LedgerError, OSError) as error:
        run.stopped_by = f"texts cannot be written again: {one_line(error)}"


def _settle(run: Run) -> None:
    """Labels what all texts together tell of a run's texts."""
    compared, noted = Meter("comparing", "groups of copies"), Meter("noting copies", "rows")
    try:
        twins = twins_of(run.frontier.rows(state=State.DUPLICATE, run=run.run))
        if run.settlement.finish(twins, compared, noted) and run.run in run.collection.chain.sealed("run"):
            run.collection.seal_run(run.run, finished=False)  # what was sealed when the run was stopped is no more
    except KeyboardInterrupt:
        run.stopped_by = run.stopped_by or "interrupted while texts were compared"
    except (ArchiveError, LedgerError, OSError) as error:
        run.stopped_by = run.stopped_by or f"what texts have in common cannot be noted: {one_line(error)}"
    finally:
        compared.close()
        noted.close()


def _seed_findings(run: Run) -> list[str]:
    """Seeds, or where they led to, that could not be had, and why, one line each."""
    return [
        f"seed {row.url}: {row.state}: {row.reason or 'no reason noted'}"
        for state in _SEED_FINDINGS
        for row in run.frontier.rows(state=state, run=run.run)
        if row.seed
    ]


def _record(run: Run, crawler: Crawler, findings: tuple[str, ...], code: ExitCode) -> RunRecord:
    rows = list(run.texts.rows())
    finished = datetime.now(UTC)
    failed = list(run.frontier.rows(state=State.FAILED, run=run.run))
    per_host = run.frontier.hosts()
    minutes = max((finished - run.started).total_seconds() / 60, 1e-6)
    verdict: Verdict = "findings" if findings else "complete"
    return RunRecord(
        run=run.run,
        collection=run.collection.path.name,
        started=run.started,
        finished=finished,
        resumed=int(run.resumed),
        arguments=dict(run.plan.arguments),
        settings={name: value for name, value in changed_settings(crawler.settings).items() if name != "RUN"},
        versions=versions(),
        counts={str(state): count for state, count in run.frontier.counts().items()},
        texts=len(rows),
        labels=dict(Counter(label["name"] for row in rows for label in row.get("labels") or ())),
        hosts=tuple(
            HostFigures(
                host=host,
                fetched=tally.fetched,
                texts=tally.texts,
                failed=per_host[host].failed if host in per_host else 0,
                received=tally.received,
                mean_latency_ms=tally.mean_latency_ms,
            )
            for host, tally in sorted(run.tally.hosts.items())
        ),
        models=tuple(
            ModelFigures(site=site, digest=use.digest, fitted=use.fitted, drifted=use.drifted)
            for site, use in run.models.uses().items()
        ),
        failures=tuple(Failure(url=row.url, reason=row.reason or "no reason noted") for row in failed),
        failures_total=len(failed),
        statuses=dict(run.tally.statuses),
        received=run.tally.received,
        pages_per_minute=run.tally.fetched / minutes,
        extraction=Timings.of(seconds * 1000 for seconds in run.extraction_seconds),
        log="crawl.log",
        findings=findings,
        verdict="interrupted" if code in {ExitCode.STOPPED, ExitCode.CRASH} else verdict,
        exit_code=int(code),
    )


def _with_warcs(record: RunRecord, run: Run) -> RunRecord:
    return attrs.evolve(record, warcs=tuple(_warc(path) for path in run.warc_files()))


def _warc(path: Path) -> WarcFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WarcFile(file=path.name, size=path.stat().st_size, sha256=digest)


def versions() -> dict[str, str]:
    """Versions of all that had a hand in a run."""
    found = {"newsarchive": version(), "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = package_version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def _notes(run: Run) -> list[str]:
    """Seeds that were had but gave no text, where that is not plain from what was asked."""
    return [
        f"seed {row.url}: {row.reason}"
        for row in run.frontier.rows(state=State.ARCHIVED, run=run.run)
        if row.seed and row.reason and (not run.plan.follow or "no text: html" not in row.reason)
        and row.reason not in {"no text: feed", "no text: sitemap"}
    ]  # fmt: skip


def _say(run: Run, record: RunRecord, findings: list[str], notes: list[str]) -> None:
    """The last lines that a person sees."""
    fetched = sum(count for state, count in record.counts.items() if State(state) in TERMINAL)
    print(
        f"run {run.run}: {record.verdict}; {fetched} URLs ended, {record.texts} texts, "
        f"{record.failures_total} failed; report: {run.folder / 'report.html'}",
        file=sys.stderr,
    )
    for note in notes[:20]:
        print(f"note: {note}", file=sys.stderr)
    for finding in findings[:20]:
        print(f"finding: {finding}", file=sys.stderr)
    if len(findings) > 20:
        print(f"finding: … and {len(findings) - 20} more in {run.folder / 'run.json'}", file=sys.stderr)
    if run.stopped_by:
        print(f"stopped early: {run.stopped_by}; the same command goes on with this run", file=sys.stderr)
