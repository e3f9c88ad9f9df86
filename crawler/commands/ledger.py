"""`ledger`: what became of every URL ever discovered, and whether that is borne out by the archive."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin


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
            "against the archive. Exit code 3 where a finished run left a URL without an outcome, or an archived row "
            "has no readable WARC record."
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
        raise NotImplementedError
