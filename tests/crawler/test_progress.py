from __future__ import annotations

import io
import logging
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from scrapy.exceptions import NotConfigured
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawler.errors import ConfigError
from crawler.extensions.progress import Gauge, ProgressExtension, ScreenFormatter, Trend, progress_settings
from crawler.extensions.snapshot import HostProgress, ProgressSnapshot, clock, progress_line, progress_view
from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.sqlite import SqliteFrontier

ROOT = Path(__file__).parents[2]

CRAWL = """
import http.server, os, sys, threading, time
if os.isatty(0):
    os.open(os.ttyname(0), os.O_RDWR)  # the terminal becomes ours, so that Ctrl-C reaches us
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy import signals
from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.sqlite import SqliteFrontier

folder, count, wait = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
settings = dict(pair.split("=", 1) for pair in sys.argv[4:])

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(wait)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()

class Run:
    def __init__(self):
        self.frontier = SqliteFrontier(__import__("pathlib").Path(folder) / "ledger.sqlite")
        self.frontier.begin_run("20261122T063813Z-a1b2", {})
    @classmethod
    def from_crawler(cls, crawler):
        run = cls()
        crawler.signals.connect(run.frontier.close, signals.engine_stopped)
        return run

class Numbers(Spider):
    name = "numbers"
    async def start(self):
        frontier = self.crawler.get_extension(Run).frontier
        urls = [f"http://127.0.0.1:{server.server_port}/{n}" for n in range(count)]
        frontier.add([Link(url=url) for url in urls] + [Link(url="http://xn--fiqs8s.example/")])
        for lease in frontier.lease(count, {f"xn--fiqs8s.example": 99}, 99, time.time()):
            yield Request(lease.url)
    def parse(self, response):
        self.crawler.stats.inc_value("texts/written")
        self.crawler.get_extension(Run).frontier.finish({response.url: Outcome(state=State.ARCHIVED)})
        self.logger.info("only for the log file")
        if response.url.endswith("/2"):
            raise RuntimeError("cannot read this")
        if response.url.endswith("/3"):
            self.logger.warning("odd page \\x1b[2J%s", response.url)

extensions = {Run: 0, "crawler.extensions.progress.ProgressExtension": 1, "scrapy.extensions.logstats.LogStats": None}
process = CrawlerProcess({"EXTENSIONS": extensions, "TELNETCONSOLE_ENABLED": False, "STATS_DUMP": False,
    "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 4, "LOG_LEVEL": "INFO", "PROGRESS_INTERVAL": 0.5,
    "LOG_FORMAT": "%(levelname)s %(message)s", **settings})
process.crawl(Numbers)
process.start()
print("the end")
"""


def command(folder: Path, count: int, wait: float, *settings: str) -> list[str]:
    return [sys.executable, "-c", CRAWL, str(folder), str(count), str(wait), *settings]


def environment(**changes: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
    }
    return kept | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)} | changes


class Terminal:
    """A process on a pseudo-terminal of its own, and everything it wrote there."""

    def __init__(self, arguments: list[str], columns: int = 80, **changes: str) -> None:
        self.master, inner = pty.openpty()
        termios.tcsetwinsize(inner, (24, columns))
        self.process = subprocess.Popen(
            arguments, stdin=inner, stdout=inner, stderr=inner, start_new_session=True, env=environment(**changes)
        )
        os.close(inner)
        self.raw = b""

    @property
    def text(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.raw.decode("utf-8", "replace")).replace("\u00a0", " ")

    def read_until(self, done: Callable[[], bool], seconds: float = 20) -> None:
        """Reads on until `done`, or until the process is gone."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, self.text
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(self.master, 65536)
            except OSError:  # EIO: the last holder of the other side is gone
                return
            self.raw += piece

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def finish(self) -> int:
        self.read_until(lambda: False)
        os.close(self.master)
        return self.process.wait(10)


def picture(snapshot: ProgressSnapshot, columns: int, **options: bool) -> str:
    console = Console(file=io.StringIO(), width=columns, force_terminal=True, color_system="standard", **options)
    console.print(progress_view(snapshot))
    return console.file.getvalue().replace("\u00a0", " ")  # type: ignore[attr-defined]


BUSY = ProgressSnapshot(
    pages=12_345, texts=8_400, rate=12.34, queued=431, active=16, failed=2, received=5_300_000, elapsed=3723, eta=95,
    hosts=tuple(
        HostProgress(host=f"news{n}.example", queued=n, active=n % 3, done=10 * n, failed=n // 11, state="delay 1 s")
        for n in range(12)
    ),
)  # fmt: skip


def test_a_line_says_the_same_as_ever():
    assert progress_line(attrs.evolve(BUSY, eta=None, pages=120, texts=84)) == (
        "progress: 120 pages, 84 texts, 12.3/s, 431 queued, 16 active, 2 failed"
    )
    assert progress_line(BUSY).endswith(", 2 failed, ETA 1:35")


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_the_picture_has_every_figure_and_fits(columns):
    shown = picture(BUSY, columns, no_color=True)
    for figure in (
        "12,345 pages",
        "8,400 texts",
        "12.3/s",
        "431 queued",
        "16 active",
        "2 failed",
        "5.3 MB",
        "1:02:03",
        "ETA 1:35",
    ):
        assert figure in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert max(cell_len(line) for line in plain.splitlines()) <= columns
    assert "news11.example" in plain and "delay 1 s" in plain


def test_the_busiest_hosts_come_first_and_the_others_are_counted():
    lines = picture(BUSY, 80, no_color=True).splitlines()
    hosts = [re.sub(r"\x1b\[[0-9;]*m", "", line).split()[0] for line in lines[3:]]
    assert hosts[:4] == ["news11.example", "news8.example", "news5.example", "news2.example"]
    assert len(hosts) == 9 and hosts[-1] == "+4"


def test_a_picture_without_hosts_has_no_table():
    assert "host" not in picture(ProgressSnapshot(), 80)
    assert "ETA —" in picture(ProgressSnapshot(), 80)


def test_chinese_hosts_are_readable_and_aligned():
    hosts = (HostProgress(host="xn--fiqs8s.example", done=7), HostProgress(host="ascii.example", done=8))
    lines = picture(ProgressSnapshot(hosts=hosts), 80, no_color=True).splitlines()[3:]
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert plain[1].startswith("中国.example")
    ends = [cell_len(line[: line.index(figure)]) for line, figure in zip(plain, "87", strict=True)]
    assert ends[0] == ends[1]


def test_a_host_that_cannot_be_decoded_is_shown_as_it_is():
    for host in ("xn--", "xn--\u4e2d", "a..b", "x" * 300):
        assert host[:2] in picture(ProgressSnapshot(hosts=(HostProgress(host=host),)), 80)


def test_no_colour_where_none_is_wanted():
    colour = re.compile(r"\x1b\[[0-9;]*3[0-7]")
    assert colour.search(picture(BUSY, 80))
    assert not colour.search(picture(BUSY, 80, no_color=True))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (7.4, "0:07"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03"), (90061, "25:01:01")],
)
def test_clock(seconds, shown):
    assert clock(seconds) == shown


def test_rate_is_that_of_the_window():
    trend = Trend(window=10)
    for second in range(31):
        trend.note(second, 2 * second if second <= 20 else 40 + 5 * (second - 20), 0)
    assert trend.rate == pytest.approx(5)


def test_eta_only_where_the_queue_shrinks():
    trend = Trend()
    assert trend.eta is None and trend.rate == 0
    trend.note(0, 0, 0)
    assert trend.eta is None
    trend.note(5, 5, 120)
    trend.note(7, 15, 100)
    assert trend.eta is None  # too early to tell
    trend.note(15, 50, 60)
    assert trend.eta == pytest.approx(10)
    trend.note(16, 55, 130)
    assert trend.eta is None
    trend.note(60, 200, 0)
    assert trend.eta == 0


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=30))
def test_trend_never_says_nonsense(steps):
    trend, now = Trend(), 0.0
    for step, pages, queued in steps:
        now += step
        trend.note(now, pages, queued)
        assert trend.rate >= 0
        assert trend.eta is None or trend.eta >= 0


def test_a_strangers_text_cannot_steer_the_terminal():
    record = logging.LogRecord("x", logging.WARNING, "x.py", 1, "a%s", ("\x1b[2J\x07\r\x9bm\t中\n",), None)
    assert ScreenFormatter("%(message)s", None, brief=False).format(record) == "a\\x1b[2J\\x07\\x0d\\x9bm\t中\n"


def test_where_a_file_has_the_rest_the_screen_shows_one_line():
    try:
        raise ValueError("bad\nbyte")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "page %s\nmore", ("x" * 500,), sys.exc_info())
    brief = ScreenFormatter("%(levelname)s %(message)s", None, brief=True).format(record)
    assert brief == f"ERROR page {'x' * 235}…: ValueError: bad byte"
    whole = ScreenFormatter("%(message)s", None, brief=False).format(record)
    assert "Traceback" in whole and "more" in whole


@pytest.mark.parametrize(
    "settings",
    [{"PROGRESS": "fancy"}, {"PROGRESS_INTERVAL": "0"}, {"PROGRESS_INTERVAL": "soon"}, {"PROGRESS_INTERVAL": "nan"}],
)
def test_a_setting_that_cannot_be_is_named(settings):
    (name,) = settings
    with pytest.raises(ConfigError, match=name):
        progress_settings(Settings(settings))
    with pytest.raises(ConfigError, match=name):
        ProgressExtension.from_crawler(get_crawler(settings_dict=settings))


def test_off_is_off():
    with pytest.raises(NotConfigured):
        ProgressExtension.from_crawler(get_crawler(settings_dict={"PROGRESS": "off"}))


def test_a_closed_ledger_leaves_the_last_figures(tmp_path):
    frontier = SqliteFrontier(tmp_path / "ledger.sqlite")
    frontier.begin_run("20261122T063813Z-a1b2", {})
    frontier.add([Link(url=f"http://a.example:8001/{n}") for n in range(3)])
    now = iter(range(1000))
    crawler = get_crawler()
    crawler._apply_settings()
    crawler.engine = crawler._create_engine()
    gauge = Gauge(crawler, frontier, lambda: float(next(now)))
    (lease,) = frontier.lease(1, {}, 1, time.time())
    frontier.finish({lease.url: Outcome(state=State.FAILED, reason="refused")})
    before = gauge.read(final=True)
    frontier.close()
    after = gauge.read(final=True)
    assert (before.queued, before.failed) == (after.queued, after.failed) == (2, 1)
    assert after.hosts == (HostProgress(host="a.example:8001", queued=2, failed=1),)


def test_lines_where_there_is_no_terminal(tmp_path):
    done = subprocess.run(command(tmp_path, 12, 0.3), capture_output=True, text=True, env=environment(), timeout=30)
    lines = [line for line in done.stderr.splitlines() if "progress: " in line]
    assert len(lines) >= 2, done.stderr
    assert re.search(r"INFO progress: 12 pages, 12 texts, \d+\.\d/s, 1 queued, 0 active, 0 failed$", lines[-1])
    assert "\x1b[?25" not in done.stderr


def test_a_log_file_takes_the_log_but_not_the_progress(tmp_path):
    log = tmp_path / "crawl.log"
    done = subprocess.run(
        command(tmp_path, 8, 0.1, f"LOG_FILE={log}"), capture_output=True, text=True, env=environment(), timeout=30
    )
    assert "progress: 8 pages" in done.stderr and "odd page" in done.stderr
    assert "only for the log file" not in done.stderr and "\x1b" not in done.stderr
    assert "only for the log file" in log.read_text() and "progress: 8 pages" in log.read_text()


def test_a_live_view_on_a_terminal(tmp_path):
    log = tmp_path / "crawl.log"
    terminal = Terminal(command(tmp_path, 16, 0.3, f"LOG_FILE={log}"))
    assert terminal.finish() == 0
    seen = terminal.text
    assert "16 pages  16 texts  0 failed" in seen
    assert "1 queued  0 active" in seen
    assert "127.0.0.1:" in seen and "中国.example" in seen
    assert re.search(r"odd page \\x1b\[2J|odd page \\x1b", seen) and b"\x1b[2J" not in terminal.raw
    assert "only for the log file" not in seen and "progress:" not in seen
    assert "RuntimeError: cannot read this" in seen and "Traceback" not in seen and "Traceback" in log.read_text()
    assert "only for the log file" in log.read_text() and "progress: 16 pages" in log.read_text()
    assert terminal.raw.rindex(b"\x1b[?25h") > terminal.raw.rindex(b"\x1b[?25l")
    assert seen.rstrip().endswith("the end")


def test_no_colour_on_a_terminal_that_asks_for_none(tmp_path):
    terminal = Terminal(command(tmp_path, 4, 0), NO_COLOR="1")
    assert terminal.finish() == 0
    assert "Traceback" in terminal.text  # no log file has it
    assert b"\x1b[?25l" in terminal.raw and not re.search(rb"\x1b\[[0-9;]*3[0-7]m", terminal.raw)


def test_lines_on_a_dumb_terminal(tmp_path):
    terminal = Terminal(command(tmp_path, 4, 0), TERM="dumb")
    assert terminal.finish() == 0
    assert "progress: 4 pages" in terminal.text and b"\x1b" not in terminal.raw.replace(b"odd page \x1b[2J", b"")


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_gives_the_terminal_back(tmp_path, presses):
    terminal = Terminal(command(tmp_path, 60, 0.4))
    terminal.read_until(lambda: re.search(r"[1-9]\d* pages", terminal.text) is not None)
    for _ in range(presses):
        terminal.press(b"\x03")
        time.sleep(0.1)
    terminal.finish()
    assert terminal.raw.rindex(b"\x1b[?25h") > terminal.raw.rindex(b"\x1b[?25l")
    assert "60 pages" not in terminal.text
