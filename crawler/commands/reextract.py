"""`reextract`: new texts from old WARCs with today's extractor, as a run of its own."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from archives.collection import Collection
    from pipelines.bulk import ChangeReport

_SHOWN = 10


class Command(CommandMixin, ScrapyCommand):
    """Makes every text again and says what changed; the old run stays as it is."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME [--workers N]"

    def short_desc(self) -> str:
        return "Make a collection's texts again with today's extractor, as a new run"

    def long_desc(self) -> str:
        return (
            "Takes the newest text of every URL, reads its archived captures again and makes the text anew, by the "
            "rules it was made by and today's code. The result is a new run, texts/RUN/ with its documents.jsonl, "
            "report and seal; earlier runs stay as they are, nothing is fetched. Prints how many texts are the same, "
            "changed or lost, and the first that differ, with the fields. Only URLs that have a text are tried: a page "
            "that had none gets none here. The texts are the same to the byte whatever the number of workers. Ctrl-C "
            "stops it and takes the unfinished run away. Exit code 3 where a text could not be tried because its "
            "record cannot be read or the time or memory limit (EXTRACT_TIME_LIMIT, EXTRACT_MEMORY_LIMIT) was met: "
            "`verify NAME` says more; 4 while a crawl holds the lock. Example: reextract news --workers 4"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--workers", metavar="N", help="processes that make texts (default: EXTRACT_WORKERS)")
        parser.add_argument("--dask", metavar="ADDR", help="not available yet: a Dask cluster instead of processes")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: reextract NAME")
        self.guarded(lambda: self._reextract(args[0], opts))

    def _reextract(self, name: str, opts: argparse.Namespace) -> int:
        from archives.errors import CollectionError
        from crawler.bulkrun import BulkRun, drop, unfinished

        workers = self._workers(opts)
        with self.locked(name) as collection:
            for run in unfinished(collection):
                drop(collection, run)
                print(f"removed run {run}, which an earlier reextract left unfinished", file=sys.stderr)
            if not any(len(collection.texts(run)) for run in collection.runs()):
                raise CollectionError(f"{collection.path}: there is no text to make again; crawl first")
            bulk = BulkRun(collection, self._given, {"workers": workers})
            try:
                report = self._make(collection, bulk.run, workers)
                code = bulk.finish(report)
            except BaseException:
                bulk.drop()
                raise
        _print(report, bulk.run, str(collection.path))
        return code

    def _make(self, collection: Collection, run: str, workers: int) -> ChangeReport:
        from crawler.meter import Meter
        from crawler.twins import all_twins
        from pipelines.bulk import reextract_collection
        from pipelines.workers import ExtractionPool

        settings, meter = self._given, Meter("reextract", "texts")
        compared, noted = Meter("comparing", "groups of copies"), Meter("noting copies", "rows")
        pool = ExtractionPool(
            workers=workers,
            time_limit=settings.getfloat("EXTRACT_TIME_LIMIT"),
            memory_limit=settings.getint("EXTRACT_MEMORY_LIMIT"),
            recycle_after=settings.getint("EXTRACT_RECYCLE_AFTER"),
        )
        try:
            near = settings.getfloat("EXTRACT_NEAR_DUPLICATE")
            return reextract_collection(
                collection,
                run,
                pool,
                near_duplicate=near,
                twins=all_twins(collection),
                ahead=4 * workers,
                progress=meter,
                compared=compared,
                noted=noted,
            )
        finally:
            for one in (meter, compared, noted):
                one.close()
            pool.close()

    def _workers(self, opts: argparse.Namespace) -> int:
        from crawler.errors import ConfigError
        from crawler.plan import check_numbers

        if opts.dask is not None:
            raise ConfigError("reextract", "--dask", opts.dask, "is not available yet; use --workers N")
        check_numbers(self._given)
        if opts.workers is None:
            return self._given.getint("EXTRACT_WORKERS")
        if not opts.workers.isdecimal() or not 1 <= int(opts.workers) <= 512:
            raise ConfigError("reextract", "--workers", opts.workers, "give a number from 1 to 512")
        return int(opts.workers)

    @property
    def _given(self) -> BaseSettings:
        assert self.settings is not None
        return self.settings


def _print(report: ChangeReport, run: str, collection: str) -> None:
    """The change report, for a person."""
    print(
        f"run {run}: {report.written} texts in {collection}/texts/{run}: {report.same} same, {report.changed} changed, "
        f"{report.lost} lost, 0 new (pages without a text are not tried)"
        + (f", {report.failed} could not be tried" if report.failed else "")
    )
    for site, why in report.lost_models.items():
        print(f"finding: {site}: texts were made again without their model: {why}")
    if report.fields:
        print("differs in: " + ", ".join(f"{name} {count}" for name, count in report.fields.most_common()))
    for word, changes, count in (
        ("changed", report.changes, report.changed),
        ("lost", report.losses, report.lost),
        ("finding: not tried", report.failures, report.failed),
    ):
        for one in changes[:_SHOWN]:
            print(f"{word}: {one.url}: {', '.join(one.fields) or one.why}")
        if count > _SHOWN:
            print(f"{word}: … and {count - _SHOWN} more")
