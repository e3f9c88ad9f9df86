"""Serves the demo outlets in the foreground, and stops by itself."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from pathlib import Path

from tests.demo.profiles import write_profiles
from tests.demo.server import DemoSite

_GLANCE = 0.25
"""Seconds between looks at what could end the serving."""


def serve(
    *,
    port: int = 0,
    delay_ms: int = 0,
    parent: int | None = None,
    lifetime: float = 3600,
    profiles: Path | None = None,
    record: Path | None = None,
    until_eof: bool = False,
) -> int:
    """Serves until Ctrl-C, SIGTERM, the parent's end, the end of standard input or `lifetime` seconds."""
    try:
        site = DemoSite(port, record, delay_ms=delay_ms)
    except OSError as error:
        print(f"demo site: port {port} cannot be used: {error}; choose another with --port", file=sys.stderr)
        return 2
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with site:
        if profiles:
            write_profiles(profiles, site.port)
        for outlet in site.outlets.values():
            print(f"{outlet.base}/  {outlet.name}", flush=True)
        print(f"ready on port {site.port}", flush=True)
        end = time.monotonic() + lifetime
        while time.monotonic() < end and not stopped.wait(_GLANCE):
            if (parent and not _alive(parent)) or (until_eof and _at_eof()):
                break
    return 0


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _at_eof() -> bool:
    """Whether standard input has ended; what is typed there is read and dropped."""
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and not os.read(sys.stdin.fileno(), 4096)
