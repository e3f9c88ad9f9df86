"""`python -m tests.demo serve|run|score`: the bundled demo from a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.demo.drive import run
from tests.demo.outlets import all_gold
from tests.demo.score import score
from tests.demo.serve import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "serve":
        return serve(
            port=options.port,
            delay_ms=options.delay_ms,
            parent=options.parent,
            lifetime=options.lifetime,
            profiles=options.profiles,
            record=options.record,
            until_eof=options.until_eof,
        )
    if options.command == "run":
        return run(
            collections=options.collections_dir.resolve(),
            name=options.name,
            delay_ms=options.delay_ms,
            options=[part for setting in options.setting for part in ("-s", setting)],
        )
    if not options.collection.is_dir():
        print(f"demo: there is no collection at {options.collection}", file=sys.stderr)
        return 2
    score(options.collection, all_gold(80)).print_table()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve_options = commands.add_parser("serve", help="serve the outlets until told to stop")
    serve_options.add_argument("--port", type=int, default=0, help="0: a free one")
    serve_options.add_argument("--delay-ms", type=int, default=0, help="hold back each answer so long")
    serve_options.add_argument("--parent", type=int, help="stop when the process with this id is gone")
    serve_options.add_argument("--until-eof", action="store_true", help="stop when standard input ends")
    serve_options.add_argument("--lifetime", type=float, default=3600, help="stop after so many seconds anyway")
    serve_options.add_argument("--profiles", type=Path, help="write the site profiles into this folder")
    serve_options.add_argument("--record", type=Path, help="append every exchange to this file, one JSON line each")
    run_options = commands.add_parser("run", help="serve, crawl, audit and score: what `make demo` does")
    run_options.add_argument("--collections-dir", type=Path, default=Path("collections"), help="where collections lie")
    run_options.add_argument("--name", default="demo", help="the collection's name")
    run_options.add_argument("--delay-ms", type=int, default=0, help="hold back each answer so long")
    run_options.add_argument("-s", "--setting", action="append", default=[], help="NAME=VALUE, handed to the crawl")
    score_options = commands.add_parser("score", help="score a demo collection against the gold")
    score_options.add_argument("collection", type=Path, metavar="COLLECTION_PATH")
    return parser


if __name__ == "__main__":
    sys.exit(main())
