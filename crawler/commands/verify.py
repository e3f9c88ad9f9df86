"""`verify`: fixity of a collection, every record, digest, chain link and signature."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode


class Command(CommandMixin, ScrapyCommand):
    """Needs nothing but the collection itself."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME [--public-key FILE] [--json]"

    def short_desc(self) -> str:
        return "Check every record, digest, chain link and signature of a collection"

    def long_desc(self) -> str:
        return (
            "Reads every byte of the collection and says what does not hold, naming file, offset and record. Exit code "
            "0 where all holds, 3 where something was found."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--public-key", metavar="FILE", help="PEM file with the key that must have signed the chain"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a finding on standard output")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: verify NAME")
        self.guarded(lambda: self._verify(args[0], opts.public_key, as_json=opts.json))

    def _verify(self, name: str, key_file: str | None, *, as_json: bool) -> int:
        from archives.chain import load_public_key
        from archives.fixity import verify

        collection, found = self.collection(name), 0
        for finding in verify(collection, load_public_key(Path(key_file)) if key_file else None):
            found += 1
            print(json.dumps(finding.to_json(), ensure_ascii=False) if as_json else f"finding: {finding}", flush=True)
        if not as_json:
            print(f"public key {collection.chain.fingerprint() or 'missing or unusable'}")
            print(f"{name}: {found} findings" if found else f"{name}: every byte is as it was written")
        return ExitCode.FINDINGS if found else ExitCode.CLEAN
