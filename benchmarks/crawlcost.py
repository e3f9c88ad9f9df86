"""Crawl cost: a whole crawl by us, next to fetching alone and to the crawl that most would write."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from benchmarks import newsite
from benchmarks.table import Cell, Report, Table
from benchmarks.timing import Cost, alternate, middle, ratio, run_command

ROOT = Path(__file__).parents[1]
OURS, BARE, PLAIN = "ours", "bare Scrapy, fetching alone", "plain pipeline"


class CrawlCostError(Exception):
    """A crawl did not do what it is timed for."""


@attrs.frozen(kw_only=True)
class Course:
    """Where the crawls run."""

    folder: Path
    port: int
    hosts: int
    pages: int

    @property
    def count(self) -> int:
        return self.hosts * (self.pages + 2)

    def fresh(self, name: str) -> Path:
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def measure(folder: Path, rounds: int = 2, hosts: int = 10, pages: int = 40) -> Report:
    """Crawls a generated site of `hosts` outlets with `pages` articles each. Raises CrawlCostError."""
    with served(hosts, pages) as port:
        course = Course(folder=folder, port=port, hosts=hosts, pages=pages)
        contenders = {OURS: lambda: ours(course), BARE: lambda: bare(course), PLAIN: lambda: plain(course)}
        costs = alternate(contenders, rounds)
    rows: list[tuple[Cell, ...]] = []
    for name, found in costs.items():
        cpu, wall = middle(found) / course.count, middle(found, "wall")
        memory = middle(found, "memory") / 1e6
        over = (ratio(costs, OURS, name), ratio(costs, OURS, name, "wall"))
        rows.append((name, course.count, cpu * 1000, course.count / wall, memory, *over))
    figures = {
        "crawl_cpu_over_bare": ratio(costs, OURS, BARE),
        "crawl_cpu_over_plain": ratio(costs, OURS, PLAIN),
        "crawl_wall_over_plain": ratio(costs, OURS, PLAIN, "wall"),
    }
    columns = ("crawl", "exchanges", "CPU ms/exchange", "exchanges/s", "MB at most", "our CPU x", "our wall x")
    note = "processes and their children; memory is the proportional share of them all"
    table = Table(
        title=f"Crawl of {hosts} hosts x {pages} pages of 100 KB", note=note, columns=columns, rows=tuple(rows)
    )
    return Report(tables=(table,), figures=figures)


@contextmanager
def served(hosts: int, pages: int) -> Iterator[int]:
    """The generated site in a process of its own; gives its port. Raises CrawlCostError."""
    command = [sys.executable, "-m", "benchmarks.newsite", str(hosts), str(pages)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None and server.stdout is not None
        try:
            said = server.stdout.readline().strip()
            if not said:
                raise CrawlCostError("the generated site does not come up: see above")
            yield int(said)
        finally:
            server.stdin.close()
            server.wait(10)


def ours(course: Course) -> Cost:
    """`crawl news` from the front pages."""
    folder = course.fresh("ours")
    seeds = folder / "seeds.txt"
    seeds.write_text("\n".join(newsite.fronts(course.port, course.hosts)) + "\n", encoding="utf-8")
    options = ["-s", f"COLLECTIONS_DIR={folder}", "-s", "COLLECTION=c", "-s", "PROGRESS=off", "-s", "LOG_LEVEL=ERROR"]
    cost = _run([sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"seed_list={seeds}", *options], folder)
    texts = len(list((folder / "c" / "texts").glob("*/*.txt")))
    if texts < course.hosts * course.pages:
        raise CrawlCostError(f"our crawl made {texts} texts of {course.hosts * course.pages} articles")
    return cost


def bare(course: Course) -> Cost:
    """The same URLs, fetched and dropped."""
    folder = course.fresh("bare")
    urls = _write(folder, newsite.every_url(course.port, course.hosts, course.pages))
    return _run([sys.executable, "-m", "benchmarks.peers", "bare", str(urls)], folder)


def plain(course: Course) -> Cost:
    """Links, WARC and texts, all in the reactor."""
    folder = course.fresh("plain")
    urls = _write(folder, newsite.fronts(course.port, course.hosts))
    cost = _run([sys.executable, "-m", "benchmarks.peers", "plain", str(urls), str(folder)], folder)
    texts = len(list(folder.glob(f"{'?' * 16}.txt")))
    if texts < course.hosts * course.pages:
        raise CrawlCostError(f"the plain crawl made {texts} texts of {course.hosts * course.pages} articles")
    return cost


def _run(command: list[str], folder: Path) -> Cost:
    try:
        return run_command(command, folder)
    except subprocess.CalledProcessError as error:
        said = (error.stderr or b"").decode("utf-8", "replace")
        raise CrawlCostError(f"{' '.join(command[:5])} ended with {error.returncode}:\n{said}") from None


def _write(folder: Path, urls: list[str]) -> Path:
    file = folder / "urls.list"
    file.write_text("\n".join(urls) + "\n", encoding="utf-8")
    return file
