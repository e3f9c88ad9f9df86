"""Speed: what a page, a record, a crawl and a queued URL cost, as ratios within one run. `make bench`.

No figure here is worth anything by itself: the machine may be busy, the next one faster. What holds is how many times
as much as something else, run in turns with it, a thing takes.

Exit codes: 0 no ceiling crossed; 1 a ceiling crossed, named on stderr; 2 the floors file or a contender cannot be used.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import archivecost, crawlcost, duplicatecost, frontiercost, pagecost
from benchmarks.crawlcost import CrawlCostError
from benchmarks.floors import FILE, FloorsError, Section, crossed, load_floors
from benchmarks.table import Report

SECTION = "speed"
PARTS: Mapping[str, Callable[[Path], Report]] = {
    "pages": lambda folder: pagecost.measure(),
    "archive": archivecost.measure,
    "frontier": frontiercost.measure,
    "duplicates": duplicatecost.measure,
    "crawl": crawlcost.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints, and holds the ratios against their ceilings."""
    options = _options(arguments)
    try:
        section = load_floors(options.floors).get(SECTION) or Section(name=SECTION)
        reports = _measure(options.only or list(PARTS))
    except (FloorsError, CrawlCostError) as error:
        print(f"speed: {error}", file=sys.stderr)
        return 2
    if options.json:
        found = {name: report.data() for name, report in reports.items()}
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    figures = {name: figure for report in reports.values() for name, figure in report.figures.items()}
    wrong = crossed(section, Report(tables=(), figures=figures))
    for line in wrong:
        print(f"speed: {line}", file=sys.stderr)
    if not wrong:
        print(f"Every ceiling holds ({options.floors.name}).")
    return 1 if wrong else 0


def _measure(parts: Sequence[str]) -> dict[str, Report]:
    busy = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, load {busy:.1f} at the start: read the ratios, not the seconds\n", flush=True)
    reports = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for part in parts:
            start = time.monotonic()
            folder = Path(name) / part
            folder.mkdir()
            report = reports[part] = PARTS[part](folder)
            for table in report.tables:
                print(table.text(), end="\n\n")
            print(f"   {part}: {time.monotonic() - start:.0f} s\n", flush=True)
    return reports


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", action="append", choices=list(PARTS), help="measure this part; may be given again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--floors", type=Path, default=FILE, metavar="FILE", help="where the ceilings stand")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: crawls and folders of ours go too
    sys.exit(main())
