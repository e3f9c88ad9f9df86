"""`duplicates`: which texts of a collection are copies of one another, and which one they were copied from."""

from __future__ import annotations

import argparse
import json
import sys

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode


class Command(CommandMixin, ScrapyCommand):
    """Prints the clusters of a collection; reads only."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME [--syndicated] [--json]"

    def short_desc(self) -> str:
        return "List the texts that are copies of one another, the original first"

    def long_desc(self) -> str:
        return (
            "Compares all texts of a collection, of all its runs, and prints those of different URLs that say "
            "the same, exactly or nearly (EXTRACT_NEAR_DUPLICATE), as clusters, the largest first. The first "
            "text of a cluster is the one that the others name, by source or original URL, else the one that was "
            "published first, else the one that was captured first; the line says which. Each text stands with "
            "its similarity to it; URLs that share one text to the byte stand there, too. A copy whose original "
            "came in a later run comes out right here, while the rows of a run stay as they were when it ended. "
            "Nothing is written, no lock is needed: a crawl may be at work. Exit code 0 whatever is found. "
            "Example: duplicates news --syndicated"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--syndicated", action="store_true", help="only clusters with texts of several outlets")
        parser.add_argument("--json", action="store_true", help="one JSON object a cluster on standard output")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: duplicates NAME")
        self.guarded(lambda: self._duplicates(args[0], opts))

    def _duplicates(self, name: str, opts: argparse.Namespace) -> int:
        from crawler.meter import Meter
        from crawler.plan import check_numbers
        from crawler.twins import all_twins
        from pipelines.duplicates.clusters import clusters_of
        from pipelines.duplicates.settlement import index_of
        from pipelines.duplicates.twins import add_twins

        assert self.settings is not None
        check_numbers(self.settings)
        collection = self.collection(name)
        index = index_of(collection, self.settings.getfloat("EXTRACT_NEAR_DUPLICATE"))
        texts = len(index)
        add_twins(index, all_twins(collection))
        meter = Meter("comparing", "groups of copies")
        found = clusters_of(index, index.groups(), progress=meter)
        try:
            clusters = [one for one in found if one.outlets > 1 or not opts.syndicated]
        finally:
            meter.close()
        clusters.sort(key=lambda one: (-len(one.members), one.head.url))
        for cluster in clusters:
            print(json.dumps(cluster.to_json(), ensure_ascii=False) if opts.json else cluster)
        copies = sum(len(cluster.members) for cluster in clusters)
        alike = f"{copies} URLs with copies in {len(clusters)} clusters"
        said = f"{name}: {texts} texts; {alike}"
        print(said, file=sys.stderr if opts.json else sys.stdout)
        return ExitCode.CLEAN
