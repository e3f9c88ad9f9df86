"""Duplicate cost: processor time and memory of comparing texts with a whole collection, and what a million would take.

`python -m benchmarks.duplicatecost --texts 1000000` does not reckon but takes the million: some twenty minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from archives.collection import Collection
from benchmarks.table import Report, Table
from pipelines.duplicates.index import TextIndex
from pipelines.duplicates.parts import SketchParts
from pipelines.duplicates.settlement import RunSettlement

MILLION = 1_000_000
SIZES = (MILLION // 256, MILLION // 64)
"""A million halved some times: tables that double when they are full are as full as they are then. What has a fixed
size (modules, the latest texts' keys) is all there at the smaller one, and not in the difference."""
_RUN = "20260309T040000Z-0000"
_BATCH = 250
_LENGTH = 900
"""Characters of a text: the mean of Chinese news."""
_WORDS = 20_000
_COPIES = 0.2
"""Share of texts that are copies of earlier ones: a third of them to the letter, the others edited."""
_KEPT = 500
"""Earlier texts that copies are made of."""

Made = tuple[dict[str, Any], str, list[str]]


def measure(folder: Path) -> Report:
    """Two sizes, each in a process of its own, and the straight line through them."""
    small, large = (_in_a_process(size) for size in SIZES)
    a_text = (large["bytes"] - small["bytes"]) / (large["texts"] - small["texts"])
    gigabytes = (large["bytes"] + a_text * (MILLION - large["texts"])) / (1 << 30)
    table = Table(
        title="Duplicates: a text compared with all before it, and added",
        note=f"{_LENGTH} characters each, {_COPIES:.0%} of them copies; CPU; all memory of the process, at most",
        columns=("texts", "ms a text", "slowest batch", "and labels", "load", "GiB"),
        rows=(*(_row(found) for found in (small, large)), ("1,000,000, reckoned", *[None] * 4, gigabytes)),
    )
    return Report(tables=(table,), figures={"duplicates_ms_a_text": large["ms"], "duplicates_gib_a_million": gigabytes})


def _row(found: dict[str, float]) -> tuple[str, float, float, float, float, float]:
    milliseconds = (found["ms"], found["slowest_batch_ms"], found["labels_ms"], found["load_ms"])
    return (f"{found['texts']:,}", *milliseconds, found["bytes"] / (1 << 30))


def _in_a_process(texts: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.duplicatecost", "--texts", str(texts), "--json"]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def take(texts: int, folder: Path) -> dict[str, float]:
    """Settles so many texts into an empty collection; what a text took, and what memory the process had at most."""
    collection = Collection.create(folder, "bench")
    settlement = RunSettlement(collection, collection.texts(_RUN), 0.8)
    spent, slowest, found = 0.0, 0.0, 0
    for batch in _batches(texts):
        start = time.process_time()
        for row, text, blocks in batch:
            doubles = settlement.settle(row, text, blocks)
            found += bool(doubles.duplicate_of or doubles.near_duplicates)
        took = time.process_time() - start
        spent, slowest = spent + took, max(slowest, took / len(batch))
    settled, start = _peak(), time.process_time()
    labels = len(settlement.labels())
    labelled = time.process_time() - start
    settlement.finish()
    peak = _peak()
    return {
        "texts": texts, "copies_found": found, "ms": spent / texts * 1000, "slowest_batch_ms": slowest * 1000,
        "labels": labels, "labels_ms": labelled / texts * 1000, "load_ms": _load(collection) / texts * 1000,
        "bytes_before_labels": settled, "bytes": peak,
    }  # fmt: skip


def _peak() -> int:
    """Bytes of memory that this process had at most. Not by getrusage, where Linux counts what began it as well."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


def _load(collection: Collection) -> float:
    """Seconds of processor to take all texts in again from disk."""
    start = time.process_time()
    parts = SketchParts(collection).read(_RUN)
    TextIndex(0.8).load((part.records, part.lines) for part in parts)
    return time.process_time() - start


def _batches(texts: int) -> Iterator[list[Made]]:
    dice = random.Random(11)
    words = ["".join(chr(dice.randrange(0x4E00, 0x4E00 + 3000)) for _ in range(2)) for _ in range(_WORDS)]
    kept: list[str] = []
    for start in range(0, texts, _BATCH):
        yield [_made(number, dice, words, kept) for number in range(start, min(start + _BATCH, texts))]


def _made(number: int, dice: random.Random, words: Sequence[str], kept: list[str]) -> Made:
    if kept and dice.random() < _COPIES:
        body = dice.choice(kept)
        if dice.random() > 1 / 3:
            at = dice.randrange(len(body) - 60)
            body = body[:at] + "".join(dice.choices(words, k=10)) + body[at + 40 :]
    else:
        body = "".join(dice.choices(words, k=_LENGTH // 2))
        if len(kept) < _KEPT:
            kept.append(body)
        else:
            kept[dice.randrange(_KEPT)] = body
    site = f"www.news{number % 97}.cn"
    row = {
        "url": f"http://{site}/2026/03/09/article_{number:08d}.html", "site": site, "source": f"第{number % 97}日报",
        "original_url": None, "published": "2026-03-09T08:30:00+08:00", "published_precision": "minute",
        "captured_at": "2026-03-09T04:00:00+00:00",
    }  # fmt: skip
    return row, f"标题{number}\n\n{body}", [body]


def main(arguments: Sequence[str] | None = None) -> int:
    said = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.duplicatecost", description=said)
    parser.add_argument("--texts", type=int, default=MILLION, metavar="N", help="how many to take")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        found = take(options.texts, Path(name))
    if options.json:
        print(json.dumps(found))
    else:
        for key, value in found.items():
            print(f"{key:<18}{value:,.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
