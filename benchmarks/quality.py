"""Quality: how right texts, fields, labels and characters come out. `make quality`.

Exit codes: 0 no floor crossed; 1 a floor crossed, named on stderr; 2 the floors file cannot be used.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

from benchmarks import charsets, copies, demopages, labelled, labels, sitemodels
from benchmarks.floors import FILE, FloorsError, Section, crossed, load_floors, raised, write_floors
from benchmarks.table import Report

_HERE_ONLY = "applies only where these pages lie beside the repository"
NOTES = {
    "demo": "the bundled demo outlets",
    "charsets": "the demo articles and a few sentences of other languages, encoded anew, and the demo's legacy pages",
    "labels": "texts and pages written for them (tests/labels), and what farms would make of those",
    "copies": "the demo articles, edited in eleven ways",
    "sitemodels": "generated outlets (tests/sitepages.py) that no single page gives away",
    "labelled": _HERE_ONLY,
    "labelled_charsets": _HERE_ONLY,
    "seeds": _HERE_ONLY,
}
_COMPLAINTS = 12


def parts() -> dict[str, Callable[[Executor], Report]]:
    """What can be measured here."""
    found: dict[str, Callable[[Executor], Report]] = {"demo": demopages.measure, "charsets": charsets.measure}
    found["labels"] = labels.measure
    found["copies"] = copies.measure
    found["sitemodels"] = sitemodels.measure
    if labelled.available():
        found["labelled"] = labelled.measure
        found["labelled_charsets"] = lambda pool: charsets.measure_real(labelled.bodies())
    if (labelled.SEEDS / "seeds.jsonl").is_file():
        found["seeds"] = lambda pool: labelled.measure_seeds()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints, and holds the figures against their floors."""
    options = _options(arguments)
    here = parts()
    wanted = options.only or list(NOTES)
    try:
        sections = load_floors(options.floors)
        reports = _measure({name: here[name] for name in wanted if name in here}, options.complaints)
        for name in [name for name in wanted if name not in here]:
            print(f"── {name}: skipped, its pages do not lie in {labelled.BESIDE}\n")
        if options.json:
            found = {name: report.data() for name, report in reports.items()}
            options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if options.raise_floors:
            return _raise(sections, reports, options.floors)
    except FloorsError as error:
        print(f"quality: {error}", file=sys.stderr)
        return 2
    wrong = [line for name, report in reports.items() for line in crossed(_section(sections, name), report)]
    for line in wrong:
        print(f"quality: {line}", file=sys.stderr)
    if not wrong:
        print(f"Every floor holds ({options.floors.name}).")
    return 1 if wrong else 0


def _measure(here: Mapping[str, Callable[[Executor], Report]], complaints: int) -> dict[str, Report]:
    reports = {}
    with ProcessPoolExecutor(max(2, min(8, os.cpu_count() or 2))) as pool:
        for name, measure in here.items():
            start = time.monotonic()
            report = reports[name] = measure(pool)
            for table in report.tables:
                print(table.text(), end="\n\n")
            for line in report.complaints[:complaints]:
                print(f"   {line}")
            if len(report.complaints) > complaints:
                print(f"   ... and {len(report.complaints) - complaints} more: --complaints {len(report.complaints)}")
            print(f"   {name}: {time.monotonic() - start:.0f} s\n", flush=True)
    return reports


def _raise(sections: Mapping[str, Section], reports: Mapping[str, Report], file: Path) -> int:
    fresh = {name: raised(_section(sections, name), report) for name, report in reports.items()}
    order = dict.fromkeys([*NOTES, *sections, *fresh])
    write_floors({name: {**sections, **fresh}[name] for name in order if name in sections or name in fresh}, file)
    print(f"{file}: floors as high as what was just measured")
    return 0


def _section(sections: Mapping[str, Section], name: str) -> Section:
    return sections.get(name) or Section(name=name, note=NOTES[name])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", action="append", choices=list(NOTES), help="measure this part; may be given again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--floors", type=Path, default=FILE, metavar="FILE", help="the floors to hold to")
    parser.add_argument("--raise", dest="raise_floors", action="store_true", help="write the floors upward, never down")
    parser.add_argument("--complaints", type=int, default=_COMPLAINTS, metavar="N", help="lines of what is not right")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
