"""`ledger`: what became of every URL ever discovered, and whether that is borne out by the archive."""

from __future__ import annotations

import argparse
import json
import sys

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode


class Command(CommandMixin, ScrapyCommand):
    """Prints the ledger and reconciles it with the WARC files."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME [--state S] [--json]"

    def short_desc(self) -> str:
        return "What became of every URL ever discovered"

    def long_desc(self) -> str:
        return (
            "Prints how many URLs are in each state, or with --state the URLs in one state, and checks the ledger "
            "against archive, texts and run records. Exit code 3 where a finished run left a URL without an outcome, "
            "an archived row has no readable WARC record, ledger and texts do not know of each other, or the newest "
            "run's counts are not those of its run.json."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--state", metavar="S", help="list the URLs in this state")
        parser.add_argument("--json", action="store_true", help="one JSON object a row on standard output")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: ledger NAME")
        self.guarded(lambda: self._ledger(args[0], opts))

    def _ledger(self, name: str, opts: argparse.Namespace) -> int:
        from crawler.frontier.base import State
        from crawler.ledger import Ledger, row_json, row_line
        from crawler.reconciliation import check_ledger

        state = _state(opts.state, [str(known) for known in State])
        collection = self.collection(name)
        with Ledger.of(collection) as ledger:
            findings = check_ledger(ledger, collection)
            if opts.json or state:
                for row in ledger.rows(State(state) if state else None):
                    print(json.dumps(row_json(row), ensure_ascii=False) if opts.json else row_line(row))
            else:
                for known, count in ledger.counts().items():
                    if count:
                        print(f"{known:<16} {count:>8}")
            unfinished = [run.run for run in ledger.runs() if run.ended is None]
        said = sys.stderr if opts.json else sys.stdout
        for run in unfinished:
            print(f"run {run} is not finished: the same crawl command goes on with it", file=said)
        for finding in findings:
            print(f"finding: {finding}", file=said)
        if not findings and not opts.json and not state:
            print(f"{name}: every URL has its record, every text its URL; finished runs left none without an outcome")
        return ExitCode.FINDINGS if findings else ExitCode.CLEAN


def _state(given: str | None, known: list[str]) -> str | None:
    from crawler.errors import ConfigError

    if given is not None and given not in known:
        raise ConfigError("ledger", "--state", given, f"there is no such state; there are {', '.join(known)}")
    return given
