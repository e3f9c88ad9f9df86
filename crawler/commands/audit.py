"""`audit`: fixity, then every text made again from its archived bytes and compared; a verdict for each."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode

if TYPE_CHECKING:
    from archives.audit import AuditReport


class Command(CommandMixin, ScrapyCommand):
    """Proves each text from its bytes, or says what does not hold."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME [--run RUN] [--report FILE.html] [--json]"

    def short_desc(self) -> str:
        return "Verify a collection, make every text again from its bytes, and compare"

    def long_desc(self) -> str:
        return (
            "Checks fixity as verify does, then extracts every text again from its archived records, with the rules "
            "it was made by, and compares byte for byte. Prints a verdict for each text that is not MATCH, and the "
            "counts. Exit code 0 where every text matches and nothing was found, 3 otherwise."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--run", metavar="RUN", help="only the texts of this run")
        parser.add_argument("--report", metavar="FILE", help="also write an HTML report to FILE")
        parser.add_argument("--json", action="store_true", help="the whole report as JSON on standard output")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: audit NAME")
        self.guarded(lambda: self._audit(args[0], opts))

    def _audit(self, name: str, opts: argparse.Namespace) -> int:
        from archives.audit import audit
        from crawler.meter import Meter
        from pipelines.reextraction import Reextractor

        collection = self.collection(name)
        report = audit(collection, Reextractor(collection.path), run=opts.run, progress=Meter("audit", "texts"))
        if opts.report:
            from archives.auditpage import render_html

            Path(opts.report).write_text(render_html(report), encoding="utf-8")
        if opts.json:
            print(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
        else:
            _print(report)
        return ExitCode.CLEAN if report.clean else ExitCode.FINDINGS


def _print(report: AuditReport) -> None:
    """What does not hold, one line each; then the counts."""
    for finding in report.findings:
        print(f"finding: {finding}")
    for verdict in report.verdicts:
        if verdict.verdict.name != "MATCH":
            place = f"texts/{verdict.run}/{verdict.file}"
            print(f"{verdict.verdict.name}: {place}: {verdict.why or ', '.join(verdict.differs)} [{verdict.url}]")
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count) or "no texts"
    print(f"{report.collection}: {counts}; {len(report.findings)} findings in the archive; ", end="")
    print("every text is proved by its bytes" if report.clean else "NOT CLEAN")
