"""Page cost: what process() takes for a page, next to what trafilatura takes for the same bytes."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import trafilatura

from archives.capture import Capture
from benchmarks import labelled
from benchmarks.demopages import capture_of, demo_cases
from benchmarks.newsite import article
from benchmarks.sitemodels import learned_site
from benchmarks.table import Cell, Report, Table
from benchmarks.timing import Cost, alternate, middle, ratio, timed
from pipelines.boilerplate import SiteModel
from pipelines.coding import decode_content
from pipelines.document import site_of
from pipelines.process import process
from tests.sitepages import outlets

OURS, TEXT, FACTS = "process()", "trafilatura.extract()", "trafilatura.bare_extraction(with_metadata)"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


def measure(rounds: int = 3, labelled_pages: int = 24) -> Report:
    """Each kind of page by itself: small demo pages, generated ones of 100 KB, real Chinese ones where they lie beside;
    and the pages of generated outlets, without and with the models of their sites.

    All others are pages of unknown sites. Every reader is handed the bytes and decodes them itself.
    """
    rows: list[tuple[Cell, ...]] = []
    figures: dict[str, float] = {}
    sites = [learned_site(name, 20) for name in outlets()]
    known = {site.model.site: site.model for site in sites}
    of_sites = [capture for site in sites for capture in site.captures]
    sets = {**page_sets(labelled_pages), "unknown_site": of_sites, "learned_site": of_sites}
    for kind, captures in sets.items():
        costs = alternate(readers(captures, known if kind == "learned_site" else {}), rounds)
        pages = len(captures)
        for name in costs:
            per_page = middle(costs[name]) / pages
            rows.append((f"{kind}: {name}", pages, per_page * 1000, 1 / per_page, ratio(costs, OURS, name)))
        figures[f"process_over_extract_{kind}"] = ratio(costs, OURS, TEXT)
        figures[f"process_over_bare_extraction_{kind}"] = ratio(costs, OURS, FACTS)
    memory = Table(
        title="A process that reads the demo pages: memory",
        columns=("reader", "MB at most"),
        rows=tuple((name, peak_memory(number)) for number, name in enumerate((OURS, TEXT, FACTS))),
    )
    columns = ("pages and reader", "pages", "CPU ms/page", "pages/CPU s", "ours costs x times this")
    return Report(tables=(Table(title="Reading a page", columns=columns, rows=tuple(rows)), memory), figures=figures)


def page_sets(labelled_pages: int) -> dict[str, list[Capture]]:
    """Captures by kind of page."""
    sets = {"demo": [case.captures()[0] for case in demo_cases() if case.gold.kind == "article"]}
    generated = [article(outlet, number, 60) for outlet in range(4) for number in range(0, 60, 15)]
    sets["generated"] = [capture_of("http://news.example/1.html", _HEAD + page.encode()) for page in generated]
    if labelled_pages and labelled.available():
        sets["labelled"] = labelled.captures(labelled_pages)
    return sets


def readers(captures: list[Capture], models: Mapping[str, SiteModel]) -> dict[str, Callable[[], Cost]]:
    """A contender for each way to read all these pages once."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    bodies = [(capture.url, _body(capture)) for capture in captures]

    def ours() -> None:
        for capture in captures:
            process([capture], None, models.get(site_of(capture.url)))

    def text() -> None:
        for url, body in bodies:
            trafilatura.extract(body, url=url)

    def facts() -> None:
        for url, body in bodies:
            trafilatura.bare_extraction(body, url=url, with_metadata=True)

    return {OURS: timed(ours), TEXT: timed(text), FACTS: timed(facts)}


def peak_memory(reader: int) -> float:
    """MB of a fresh process at its highest (proc(5), VmHWM) that reads the demo pages."""
    command = [sys.executable, "-m", "benchmarks.pagecost", str(reader)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    return float(done.stdout)


def _body(capture: Capture) -> bytes:
    assert capture.response is not None
    return decode_content(capture.response.entity(), capture.response.head.get("Content-Encoding") or "")


def _read_and_say(reader: int) -> None:
    read = list(readers(page_sets(0)["demo"], {}).values())[reader]
    read()
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    print(next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")))


if __name__ == "__main__":
    _read_and_say(int(sys.argv[1]))
