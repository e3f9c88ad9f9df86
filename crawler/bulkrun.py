"""BulkRun: a run of `reextract` on disk, from its first mark to its seal; one that did not get there leaves nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs
from scrapy.settings import BaseSettings

from archives.collection import Collection
from archives.errors import StorageError
from crawler.conclusion import versions
from crawler.exits import ExitCode
from crawler.extensions.report import RunRecord, Timings, changed_settings, write_report_html, write_run_json
from crawler.run import new_run_id

if TYPE_CHECKING:
    from pipelines.bulk import ChangeReport

COMMAND = "reextract"


class BulkRun:
    """Everything in it is made from the archive, so an unfinished one is dropped rather than gone on with."""

    def __init__(self, collection: Collection, settings: BaseSettings, arguments: Mapping[str, object]) -> None:
        """Takes a new run and marks it as unfinished. The caller holds the lock. Raises `StorageError`."""
        self.run = new_run_id()
        self._collection = collection
        self._folder = collection.path / "runs" / self.run
        self._record = RunRecord(
            run=self.run,
            collection=collection.name,
            started=(now := datetime.now(UTC)),
            finished=now,
            arguments={"command": COMMAND, **arguments},
            settings=changed_settings(settings),
            versions=versions(),
            verdict="interrupted",
            exit_code=ExitCode.STOPPED,
        )
        self._write(self._record)

    def finish(self, report: ChangeReport) -> ExitCode:
        """Writes run.json and report.html and seals the run. Raises `StorageError`, `CollectionError`."""
        finished = datetime.now(UTC)
        minutes = max((finished - self._record.started).total_seconds() / 60, 1e-6)
        findings = [f"no text could be made again for {one.url}: {one.why}" for one in report.failures]
        findings += [
            f"{site}: texts were made again without their model: {why}" for site, why in report.lost_models.items()
        ]
        code = ExitCode.FINDINGS if findings else ExitCode.CLEAN
        record = attrs.evolve(
            self._record,
            finished=finished,
            texts=report.written,
            labels=dict(report.labels),
            pages_per_minute=len(report.seconds) / minutes,
            extraction=Timings.of(seconds * 1000 for seconds in report.seconds),
            findings=tuple(findings),
            verdict="findings" if findings else "complete",
            exit_code=int(code),
        )
        self._write(record)
        self._collection.seal_run(self.run)
        return code

    def drop(self) -> None:
        """Removes the run, as if it had not begun; once it is sealed it stays."""
        if self.run not in self._collection.chain.sealed("run"):
            drop(self._collection, self.run)

    def _write(self, record: RunRecord) -> None:
        try:
            write_run_json(self._folder / "run.json", record)
            write_report_html(self._folder / "report.html", record)
        except OSError as error:
            raise StorageError(f"{error.filename or self._folder}: {error.strerror or error}") from error


def unfinished(collection: Collection) -> list[str]:
    """Runs of `reextract` that a kill left behind: marked as such and not sealed. Only true under the lock."""
    sealed = collection.chain.sealed("run")
    return [run for run in collection.runs() if run not in sealed and _is_bulk(collection, run)]


def drop(collection: Collection, run: str) -> None:
    """Removes an unfinished run of `reextract`, its mark last. Raises `StorageError`."""
    for folder in ("texts", "runs"):
        path = collection.path / folder / run
        try:
            if path.is_dir():
                shutil.rmtree(path)
        except OSError as error:
            raise StorageError(f"{path}: cannot be removed: {error.strerror or error}") from error


def _is_bulk(collection: Collection, run: str) -> bool:
    try:
        arguments = json.loads(collection.storage.read(f"runs/{run}/run.json"))["arguments"]
        return bool(arguments["command"] == COMMAND)
    except (OSError, ValueError, TypeError, KeyError):
        return False
