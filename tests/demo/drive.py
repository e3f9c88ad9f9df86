"""The demo from end to end: serve, crawl, audit, reconcile, score, and say where everything lies."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.demo.outlets import all_gold
from tests.demo.profiles import write_profiles
from tests.demo.score import newest_rows, score

ROOT = Path(__file__).parent.parent.parent
_SERVER_WAIT = 10.0
"""Seconds the server may take to come up; a killed demo's port is free again within one."""
_EXAMPLES = ("/2026-03/02/content_10001201.htm", "/2026/03/second-life-battery/", "/html/news/2026/0304/7718.html")


def run(*, collections: Path, name: str, delay_ms: int = 0, options: Sequence[str] = ()) -> int:
    """Runs the whole demo; returns 0, or the exit code of the first step that failed.

    The port is remembered beside the collection, so that a demo that was killed goes on with the same URLs.
    """
    collections.mkdir(parents=True, exist_ok=True)
    memory, sites = collections / f"{name}-site.json", collections / f"{name}-sites"
    where = ("-s", f"COLLECTIONS_DIR={collections}")
    try:
        with _server(_remembered(memory), delay_ms) as port:
            memory.write_text(json.dumps({"port": port}) + "\n", encoding="utf-8")
            write_profiles(sites, port)
            crawl = ("crawl", "news", "-s", f"COLLECTION={name}", *where, "-s", f"SITES_DIR={sites}", *options)
            failed = _step("Crawling the eight outlets", crawl)
    except _ServerError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    if failed:
        return _stopped("crawl", failed)
    audit = _step("Proving every text from its archived bytes", ("audit", name, *where))
    ledger = _step("What became of every URL", ("ledger", name, *where))
    _say_how_right(collections / name)
    _say_where(collections / name)
    if audit or ledger:
        return _stopped("audit" if audit else "ledger", audit or ledger)
    print("\nThe demo is complete: every text is proved.")
    return 0


class _ServerError(Exception):
    """The demo site cannot be served."""


def _remembered(memory: Path) -> int:
    try:
        return int(json.loads(memory.read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


@contextmanager
def _server(port: int, delay_ms: int) -> Iterator[int]:
    """The demo site as a child for as long as the block lasts; gives its port. Raises _ServerError."""
    end = time.monotonic() + _SERVER_WAIT
    while True:
        child, said = _start_server(port, delay_ms)
        if said:
            break
        if time.monotonic() > end:
            raise _ServerError(
                f"port {port}, which the collection's URLs carry, stays taken; "
                "stop the program that has it, or begin anew with --name"
            )
        time.sleep(0.3)
    try:
        yield said
    finally:
        child.terminate()
        child.wait(10)


def _start_server(port: int, delay_ms: int) -> tuple[subprocess.Popen[str], int]:
    """The child and its port; port 0 where it did not come up."""
    command = [sys.executable, "-m", "tests.demo", "serve", "--port", str(port), "--parent", str(os.getpid())]
    child = subprocess.Popen(
        [*command, "--delay-ms", str(delay_ms)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, encoding="utf-8", process_group=0,
    )  # fmt: skip
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("ready on port "):
            return child, int(line.split()[-1])
    child.wait()
    return child, 0


def _step(title: str, arguments: Sequence[str]) -> int:
    """Runs one Scrapy command to its end, its output on ours; returns its exit code.

    The child has a process group of its own and is handed each Ctrl-C once: two of them would make Scrapy drop what
    it holds.
    """
    print(f"\n── {title}", flush=True)
    child = subprocess.Popen(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT, stdin=subprocess.DEVNULL, process_group=0, preexec_fn=_die_with_parent,
    )  # fmt: skip

    def hand_on(number: int, frame: FrameType | None) -> None:
        child.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _die_with_parent() -> None:
    """Where this demo is killed, its crawl goes too (prctl(2), Linux): it would find no server and call pages dead."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _stopped(step: str, code: int) -> int:
    print(f"\ndemo: {step} ended with exit code {code}.", file=sys.stderr)
    if step == "crawl":
        print("demo: nothing that was fetched is lost; the same command goes on from here.", file=sys.stderr)
    return code if code > 0 else 128 - code


def _say_how_right(collection: Path) -> None:
    print("\n── How right the texts are (found against the gold in tests/demo/articles)", flush=True)
    score(collection, all_gold(80)).print_table(complaints=10)


def _say_where(collection: Path) -> None:
    rows = newest_rows(collection)
    for ending in _EXAMPLES:
        for place, (folder, row) in rows.items():
            if place.endswith(ending):
                _show(folder / row["file"])
    print("\n── Where everything lies")
    for what, path in (
        ("archive", collection / "archive"),
        ("index", collection / "indexes" / "index.cdxj"),
        ("texts", max(collection.glob("texts/*"), default=collection / "texts")),
        ("report", max(collection.glob("runs/*/report.html"), default=collection / "runs")),
        ("ledger", collection / "ledger.sqlite"),
    ):
        print(f"{what:<9}{path}")


def _show(file: Path) -> None:
    """The first blocks of a text file, cut to a glance."""
    print(f"\n── {file.name}")
    for block in file.read_text(encoding="utf-8").split("\n\n")[:3]:
        print(block if len(block) <= 100 else block[:98] + "……")
