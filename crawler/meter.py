"""Meter: how far a command is, once a second, on a terminal only."""

from __future__ import annotations

import sys
import time


class Meter:
    """Called with how much is done and of how much; writes nothing where nobody watches."""

    def __init__(self, name: str, unit: str, scale: int = 1) -> None:
        """`scale`: how many of what is counted make one `unit`."""
        self._name, self._unit, self._scale = name, unit, scale
        self._said = self._begun = time.monotonic()
        self._open = False

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self._said < 1 and done < total):
            return
        self._said = now
        left = (now - self._begun) * (total - done) / done if done else 0.0
        ahead = f", {left:.0f} s left" if done < total and now - self._begun > 3 else ""
        self._open = done < total
        line = f"{self._name}: {done // self._scale} of {total // self._scale} {self._unit}{ahead}"
        print(f"\r\x1b[K{line}", end="" if self._open else "\n", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Ends a line that stopped half way."""
        if self._open:
            print(file=sys.stderr)
            self._open = False
