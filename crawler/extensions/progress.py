"""ProgressExtension: how the crawl is doing, as a live view on a terminal and as plain log lines elsewhere."""

from __future__ import annotations

import atexit
import logging
import math
import sys
import time
import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from copy import copy
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from rich.console import Console
from rich.live import Live
from rich.text import Text
from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings
from scrapy.utils.asyncio import create_looping_call

from crawler.errors import ConfigError
from crawler.extensions.snapshot import HostProgress, ProgressSnapshot, progress_line, progress_view
from crawler.frontier.base import Frontier, HostCounts, State
from crawler.frontier.errors import LedgerError
from crawler.frontier.identity import host_key

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

REFRESH = 0.5
"""Seconds between two pictures of the live view."""
LINE = 240
"""Characters of a message that a screen shows where a log file has it whole."""
MODES = ("auto", "plain", "off")
WINDOW = 30.0
"""Seconds over which rate and ETA are taken."""
SETTLED = 3.0
"""Seconds a queue must have been shrinking before its end is foretold."""


class Trend:
    """Rate of pages and shrinking of the queue over a moving window."""

    def __init__(self, window: float = WINDOW) -> None:
        self._window = window
        self._samples: deque[tuple[float, int, int]] = deque()

    def note(self, now: float, pages: int, queued: int) -> None:
        self._samples.append((now, pages, queued))
        # The newest sample older than the window stays: it is where the window begins.
        while len(self._samples) > 1 and self._samples[1][0] <= now - self._window:
            self._samples.popleft()

    @property
    def rate(self) -> float:
        """Pages a second; 0.0 before there is anything to compare."""
        if len(self._samples) < 2:
            return 0.0
        (start, pages, _), (end, later, _) = self._samples[0], self._samples[-1]
        return max(0.0, (later - pages) / (end - start)) if end > start else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds until the queue is empty, as it shrank since it was longest; None where it does not shrink."""
        if not self._samples:
            return None
        now, _, left = self._samples[-1]
        longest, since = max((queued, moment) for moment, _, queued in self._samples)
        if now - since < SETTLED or longest <= left:
            return None
        return left * (now - since) / (longest - left)


class Gauge:
    """Reads a running crawl. The ledger's figures stay as they were where they cannot be had just now."""

    def __init__(self, crawler: Crawler, frontier: Frontier | None, now: Callable[[], float] = time.monotonic) -> None:
        self._crawler, self._frontier, self._now = crawler, frontier, now
        self._counts: Mapping[State, int] = {}
        self._hosts: Mapping[str, HostCounts] = {}
        self._delays: dict[str, float] = {}
        self._started = self._count_after = now()
        self._trend = Trend()
        self.read()

    def read(self, *, final: bool = False) -> ProgressSnapshot:
        """Where the crawl stands now. If `final`, the rate is that of the whole run."""
        stats, now = self._crawler.stats, self._now()
        if final or now >= self._count_after:
            self._count()
        pages = int(stats.get_value("downloader/response_count", 0))
        queued = self._counts.get(State.QUEUED, 0)
        self._trend.note(now, pages, queued)
        active = self._downloads()
        return ProgressSnapshot(
            pages=pages,
            texts=int(stats.get_value("texts/written", 0)),
            rate=pages / max(now - self._started, 0.001) if final else self._trend.rate,
            queued=queued,
            active=active.total(),
            failed=self._counts.get(State.FAILED, 0),
            received=int(stats.get_value("downloader/response_bytes", 0)),
            elapsed=now - self._started,
            eta=None if final else self._trend.eta,
            hosts=tuple(
                HostProgress(
                    host=host,
                    queued=counts.queued,
                    active=active[host],
                    done=counts.done,
                    failed=counts.failed,
                    state=_host_state(counts, self._delays.get(host, 0.0)),
                )
                for host, counts in self._hosts.items()
            ),
        )

    def _count(self) -> None:
        """Counts the ledger, and not again for a second or a hundred times what it took: a large one takes long."""
        if self._frontier is None:
            return
        before = self._now()
        # A ledger that fails stops the crawl from where it is written; a view of it need not. RuntimeError: closed.
        with suppress(LedgerError, RuntimeError):
            self._counts, self._hosts = self._frontier.counts(), self._frontier.hosts()
        after = self._now()
        self._count_after = after + max(1.0, 100 * (after - before))

    def _downloads(self) -> Counter[str]:
        """Requests in flight by host; the pace of these hosts is noted along the way."""
        active: Counter[str] = Counter()
        for slot in self._crawler.engine.downloader.slots.values():
            hosts = [host_key(request.url) for request in slot.active]
            active.update(hosts)
            self._delays |= dict.fromkeys(hosts, slot.delay)
        return active


def _host_state(counts: HostCounts, delay: float) -> str:
    if not counts.queued and not counts.leased:
        return "done"
    return f"delay {delay:g} s" if delay else ""


@runtime_checkable
class HasFrontier(Protocol):
    """The extension that holds the run's frontier."""

    frontier: Frontier


class TerminalLog(logging.Handler):
    """Prints log records above the live view."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        style = "red" if record.levelno >= logging.ERROR else "yellow" if record.levelno >= logging.WARNING else ""
        try:
            self._console.print(Text(self.format(record), style), soft_wrap=True)
        except Exception:
            self.handleError(record)


class ScreenFormatter(logging.Formatter):
    """Records for a screen: control characters become escapes, so that a stranger's URL or title cannot steer the
    terminal; where a log file has the rest, a record is one line, its traceback only the error's own words."""

    def __init__(self, fmt: str | None, datefmt: str | None, *, brief: bool) -> None:
        super().__init__(fmt, datefmt)
        self._brief = brief

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(_in_one_line(record) if self._brief else record)
        return "".join(c if c in "\n\t" or unicodedata.category(c) != "Cc" else f"\\x{ord(c):02x}" for c in text)


def _in_one_line(record: logging.LogRecord) -> logging.LogRecord:
    first, *more = record.getMessage().strip().split("\n", 1)
    text = first if not more and len(first) <= LINE else first[:LINE] + "…"
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        text += f": {type(error).__name__}: {' '.join(str(error).split())[:LINE]}"
    short = copy(record)
    short.msg, short.args, short.exc_info, short.exc_text, short.stack_info = text, (), None, None, None
    return short


class ProgressExtension:
    """Shows the progress of a crawl on stderr: PROGRESS says how, PROGRESS_INTERVAL how often a line is logged.

    While the view is live, it owns the terminal: warnings and errors appear above it, everything else goes to log
    files only. Without a terminal, lines go to the log, and to stderr too where LOG_FILE took the log away from it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        mode, self._interval = progress_settings(crawler.settings)
        if mode == "off":
            raise NotConfigured
        console = Console(stderr=True, highlight=False)
        self._console = console if mode == "auto" and _is_terminal(sys.stderr) and console.is_interactive else None
        self._live: Live | None = None
        self._undo = ExitStack()
        self._loops: list[Any] = []
        self._gauge: Gauge | None = None
        crawler.signals.connect(self.start, signals.spider_opened)
        crawler.signals.connect(self.stop, signals.spider_closed)
        crawler.signals.connect(self.stop, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProgressExtension:
        return cls(crawler)

    def start(self) -> None:
        run = self._crawler.get_extension(HasFrontier)  # type: ignore[type-abstract]
        self._gauge = Gauge(self._crawler, run.frontier if run is not None else None)
        if self._console is not None:
            self._take_terminal(self._console)
            self._every(REFRESH, self._draw, now=True)
        else:
            self._keep_stderr()
        self._every(self._interval, self._log, now=False)

    def stop(self) -> None:
        """Shows the last figures and gives the terminal back. A second call does nothing."""
        if self._gauge is None:
            return
        for loop in self._loops:
            if loop.running:
                loop.stop()
        last, self._gauge = self._gauge.read(final=True), None
        logger.info(progress_line(last))
        if self._live is not None:
            self._show(self._live, last)
        self._undo.close()

    def _every(self, seconds: float, work: Callable[[], None], *, now: bool) -> None:
        loop = create_looping_call(work)
        loop.start(seconds, now=now)
        self._loops.append(loop)

    def _draw(self) -> None:
        if self._live is not None and self._gauge is not None:
            self._show(self._live, self._gauge.read())

    def _log(self) -> None:
        if self._gauge is not None:
            logger.info(progress_line(self._gauge.read()))

    def _show(self, live: Live, snapshot: ProgressSnapshot) -> None:
        try:
            live.update(progress_view(snapshot), refresh=True)
        except OSError:  # the terminal went away: the crawl goes on without it
            self._undo.close()

    def _take_terminal(self, console: Console) -> None:
        # What is printed to stdout only gets in the way where it is this terminal; a pipe keeps its bytes.
        live = Live(console=console, auto_refresh=False, redirect_stdout=_is_terminal(sys.stdout))
        for handler in logging.root.handlers:
            if getattr(handler, "stream", None) in (sys.stderr, sys.__stderr__):
                handler.addFilter(_nothing)
                self._undo.callback(handler.removeFilter, _nothing)
        if self._crawler.settings.getbool("LOG_ENABLED"):
            self._add_handler(TerminalLog(console), logging.WARNING)
        live.start()
        self._live = live
        # A second Ctrl-C ends Scrapy without a word to extensions; the cursor must come back all the same.
        atexit.register(self._undo.close)
        self._undo.callback(atexit.unregister, self._undo.close)
        self._undo.callback(self._leave_terminal)

    def _leave_terminal(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            with suppress(OSError):
                live.stop()

    def _keep_stderr(self) -> None:
        settings = self._crawler.settings
        if settings.get("LOG_FILE") and settings.getbool("LOG_ENABLED"):
            handler = logging.StreamHandler(sys.stderr)
            handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name == __name__)
            self._add_handler(handler, logging.NOTSET)

    def _add_handler(self, handler: logging.Handler, least: int) -> None:
        settings = self._crawler.settings
        filed = any(isinstance(other, logging.FileHandler) for other in logging.root.handlers)
        handler.setFormatter(ScreenFormatter(settings.get("LOG_FORMAT"), settings.get("LOG_DATEFORMAT"), brief=filed))
        handler.setLevel(settings.get("LOG_LEVEL"))
        handler.setLevel(max(handler.level, least))
        logging.root.addHandler(handler)
        self._undo.callback(logging.root.removeHandler, handler)


def progress_settings(settings: BaseSettings) -> tuple[str, float]:
    """PROGRESS and PROGRESS_INTERVAL (seconds). Raises ConfigError where they make no sense."""
    mode, interval = settings.get("PROGRESS", "auto"), settings.get("PROGRESS_INTERVAL", 10.0)
    if mode not in MODES:
        raise ConfigError("-s", "PROGRESS", mode, f"set one of {', '.join(MODES)}")
    with suppress(TypeError, ValueError):
        if 0 < float(interval) < math.inf:
            return mode, float(interval)
    raise ConfigError("-s", "PROGRESS_INTERVAL", interval, "set a number of seconds above 0")


def _nothing(_record: logging.LogRecord) -> bool:
    return False


def _is_terminal(stream: Any) -> bool:
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty())
