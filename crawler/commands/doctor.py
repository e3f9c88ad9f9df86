"""`doctor`: whether this machine and a collection are fit for work, and what to do where they are not."""

from __future__ import annotations

import argparse
import json
import sys

import attrs
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode


class Command(CommandMixin, ScrapyCommand):
    """Looks, and with --repair puts right what a crash left."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[NAME] [--repair] [--json]"

    def short_desc(self) -> str:
        return "Check the machine and a collection; repair what a crash left"

    def long_desc(self) -> str:
        return (
            "Prints one line for each thing checked: ok, warn or bad, what is the case, and after -> what to do. "
            "Without NAME: Python, packages against requirements.lock, settings, site profiles, folder and disk. "
            "With NAME also: the lock and who holds it, folder rights, WARC files left open, the index, texts "
            "without a row and rows without a text, what texts are compared by, the ledger, unfinished runs, the "
            "chain. It looks at what can be told quickly; `verify NAME` reads every byte. --repair, under the "
            "lock, closes WARC files that a crash left open (bytes of half an exchange are put aside in "
            "recovered/), cuts torn rows and removes texts without a row in runs that are not sealed, removes an "
            "unfinished reextract, rebuilds a stale index and stale sketches, and says what it did; it never "
            "touches what the chain has sealed. Exit code 0 where nothing is bad, 3 otherwise, 4 where --repair "
            "meets a run at work. Example: doctor news --repair"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--repair", action="store_true", help="put right what a crash left (needs NAME)")
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) > 1:
            raise UsageError("name one collection at most: doctor [NAME]")
        if opts.repair and not args:
            raise UsageError("say which collection to repair: doctor NAME --repair")
        self.guarded(lambda: self._doctor(args[0] if args else None, opts))

    def _doctor(self, name: str | None, opts: argparse.Namespace) -> int:
        from crawler.checkup.collection import check_collection, repair
        from crawler.checkup.machine import check_machine

        assert self.settings is not None
        repaired: list[str] = []
        collection = self.collection(name) if name else None
        if name and opts.repair:
            with self.locked(name) as mine:
                for done in repair(mine):
                    repaired.append(done)
                    print(f"repaired: {done}", file=sys.stderr if opts.json else sys.stdout, flush=True)
        checks = list(check_machine(self.settings))
        if collection is not None:
            checks += check_collection(collection)
        bad = sum(check.state == "bad" for check in checks)
        if opts.json:
            known = {"clean": not bad, "repaired": repaired, "checks": [attrs.asdict(check) for check in checks]}
            print(json.dumps(known, ensure_ascii=False, indent=2))
        else:
            for check in checks:
                print(check)
            print(f"{bad} bad" if bad else "fit for work")
        return ExitCode.FINDINGS if bad else ExitCode.CLEAN
