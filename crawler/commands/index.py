"""`index`: rebuilds a collection's CDXJ from its WARC files."""

from __future__ import annotations

import argparse

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode


class Command(CommandMixin, ScrapyCommand):
    """Writes `indexes/index.cdxj` anew; the same WARC files give the same bytes."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME"

    def short_desc(self) -> str:
        return "Rebuild a collection's index from its WARC files"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: index NAME")
        self.guarded(lambda: self._index(args[0]))

    def _index(self, name: str) -> int:
        with self.locked(name) as collection:
            lines = collection.rebuild_index()
            print(f"{lines} captures in {collection.path / 'indexes' / 'index.cdxj'}")
        return ExitCode.CLEAN
