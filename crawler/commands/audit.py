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
    from crawler.reconciliation import LedgerFinding


class Command(CommandMixin, ScrapyCommand):
    """Proves each text from its bytes, or says what does not hold."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME [--run RUN] [--report FILE.html] [--public-key FILE] [--json]"

    def short_desc(self) -> str:
        return "Verify a collection, make every text again from its bytes, and compare"

    def long_desc(self) -> str:
        return (
            "Checks fixity as verify does, then extracts every text again from its archived records, with the rules "
            "it was made by, and compares byte for byte; and holds the ledger against it all, as ledger does. Prints "
            "findings, a verdict for each text that is not MATCH, and the counts. Exit code 0 where every text matches "
            "and nothing was found, 3 otherwise."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--run", metavar="RUN", help="only the texts of this run")
        parser.add_argument("--report", metavar="FILE", help="also write an HTML report to FILE")
        parser.add_argument(
            "--public-key", metavar="FILE", help="PEM file with the key that must have signed the chain"
        )
        parser.add_argument("--json", action="store_true", help="the whole report as JSON on standard output")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: audit NAME")
        self.guarded(lambda: self._audit(args[0], opts))

    def _audit(self, name: str, opts: argparse.Namespace) -> int:
        from archives.audit import audit
        from archives.chain import load_public_key
        from crawler.meter import Meter
        from crawler.reconciliation import ledger_findings
        from pipelines.reextraction import Reextractor

        collection = self.collection(name)
        key = load_public_key(Path(opts.public_key)) if opts.public_key else None
        meter = Meter("audit", "texts")
        report = audit(collection, Reextractor(collection.path), run=opts.run, progress=meter, public_key=key)
        ledger = ledger_findings(collection)
        if opts.report:
            from archives.auditpage import render_html

            Path(opts.report).write_text(render_html(report, [str(finding) for finding in ledger]), encoding="utf-8")
        clean = report.clean and not ledger
        if opts.json:
            known = {**report.to_json(), "clean": clean, "ledger": [finding.to_json() for finding in ledger]}
            print(json.dumps(known, ensure_ascii=False, indent=2))
        else:
            _print(report, ledger)
        return ExitCode.CLEAN if clean else ExitCode.FINDINGS


def _print(report: AuditReport, ledger: list[LedgerFinding]) -> None:
    """What does not hold, one line each; then the counts."""
    for finding in report.findings:
        print(f"finding: {finding}")
    for one in ledger:
        print(f"finding: ledger: {one}")
    for verdict in report.verdicts:
        if verdict.verdict.name != "MATCH":
            place = f"texts/{verdict.run}/{verdict.file}"
            print(f"{verdict.verdict.name}: {place}: {verdict.why or ', '.join(verdict.differs)} [{verdict.url}]")
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count) or "no texts"
    print(f"{report.collection}: {counts}; {len(report.findings)} findings in the archive", end="")
    print(f", {len(ledger)} in the ledger; " if ledger else "; ", end="")
    print("every text is proved by its bytes" if report.clean and not ledger else "NOT CLEAN")
