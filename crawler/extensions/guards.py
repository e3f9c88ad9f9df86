"""GuardExtension: stops a crawl in good order before the disk, the memory or the time runs out."""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

from scrapy import signals
from scrapy.crawler import Crawler
from twisted.internet.task import LoopingCall

from crawler.run import run_of

logger = logging.getLogger(__name__)

_INTERVAL = 2.0  # seconds between looks


class GuardExtension:
    """Looks every other second; a stopped run lies there whole and the same command goes on with it."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._run = run_of(crawler)
        self._min_free = settings.getint("GUARD_MIN_FREE_DISK") << 20
        self._max_memory = settings.getint("GUARD_MAX_MEMORY") << 20
        self._max_seconds = settings.getfloat("GUARD_MAX_SECONDS")
        self._started = time.monotonic()
        self._loop = LoopingCall(self.look)
        crawler.signals.connect(self.open, signals.engine_started)
        crawler.signals.connect(self.close, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GuardExtension:
        return cls(crawler)

    def open(self) -> None:
        self._loop.start(_INTERVAL)

    def close(self) -> None:
        if self._loop.running:
            self._loop.stop()

    def look(self) -> None:
        why = self.why_stop()
        if why is not None:
            self.close()
            self._run.stop(why)

    def why_stop(self) -> str | None:
        """What ran out, as one line for a person; None while nothing did."""
        try:
            free = shutil.disk_usage(self._run.collection.path / "archive").free
        except OSError as error:
            return f"{self._run.collection.path}: the collection cannot be reached any more ({error.strerror})"
        if free < self._min_free:
            return f"only {free >> 20} MiB free on the disk (GUARD_MIN_FREE_DISK is {self._min_free >> 20})"
        used = resident_bytes()
        if 0 < self._max_memory < used:
            return f"{used >> 20} MiB of memory in use (GUARD_MAX_MEMORY is {self._max_memory >> 20})"
        elapsed = time.monotonic() - self._started
        if 0 < self._max_seconds < elapsed:
            return f"{elapsed:.0f} s passed (GUARD_MAX_SECONDS is {self._max_seconds:.0f})"
        return None


def resident_bytes() -> int:
    """Resident memory of this process, from /proc; 0 where there is no /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * 4096
