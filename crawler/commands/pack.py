"""`pack`: a collection as one WACZ file, for replayweb.page and for giving away."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode


class Command(CommandMixin, ScrapyCommand):
    """Packs what is finished, each file checked against the chain on the way."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME -o FILE.wacz [--sign]"

    def short_desc(self) -> str:
        return "Pack a collection into a WACZ file that replayweb.page opens"

    def long_desc(self) -> str:
        return (
            "Packs the closed WARC files, the index, the list of pages that have a text (with the text, so that it can "
            "be searched), and what proves them: texts and reports of finished runs, extraction rules, site models, "
            "the chain and its public key. A crawl may go on meanwhile: what is not finished is left out and named. "
            "Every file is checked against the chain while it is read, and the index against the WARC files; where one "
            "differs nothing is packed and the exit code is 3. "
            "FILE is there whole or not at all, an older one is replaced. --sign adds an anonymous signature (WACZ "
            "Signing and Verification 0.1.0, ECDSA on P-384) with the key in keys/wacz.key of the collection, made on "
            "first use; tell the public key that is printed to those who shall check it. Open the file at "
            "https://replayweb.page, or check it with `wacz validate -f FILE` of py-wacz. "
            "Example: pack news -o news.wacz --sign"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-o", "--output", metavar="FILE.wacz", help="where to write the package (required)")
        parser.add_argument("--sign", action="store_true", help="sign it with the collection's key for packages")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: pack NAME -o FILE.wacz")
        if not opts.output:
            raise UsageError("say where to write the package: pack NAME -o FILE.wacz")
        self.guarded(lambda: self._pack(args[0], Path(opts.output), sign=opts.sign))

    def _pack(self, name: str, target: Path, *, sign: bool) -> int:
        from archives.wacz import NotAsSealedError, pack
        from crawler import version
        from crawler.meter import Meter

        meter = Meter("pack", "MB", 2_000_000)
        try:
            packed = pack(self.collection(name), target, software=f"newsarchive/{version()}", sign=sign, progress=meter)
        except NotAsSealedError as error:
            print(f"finding: {error}; nothing was packed")
            return ExitCode.FINDINGS
        finally:
            meter.close()
        for line in packed.left_out:
            print(f"left out: {line}", file=sys.stderr)
        print(
            f"{packed.file}: {packed.size} bytes; {packed.warcs} WARC files, {packed.captures} captures, "
            f"{packed.pages} pages, {packed.texts} texts"
        )
        if packed.public_key:
            print(f"signed; public key: {packed.public_key}")
        return ExitCode.CLEAN
