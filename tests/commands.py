"""Runs our commands as a user does, in a process of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import attrs

ROOT = Path(__file__).parent.parent


@attrs.frozen
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit {self.code}\n{self.out[-2000:]}\n{self.err[-4000:]}"


@attrs.frozen
class Workplace:
    """A folder of collections, and the commands that work on it."""

    folder: Path

    def run(self, *arguments: str, timeout: float = 120) -> Ran:
        """Runs `scrapy ARGUMENTS` to its end."""
        done = subprocess.run(
            self._command(arguments), cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
        )
        assert "Traceback (most recent call last)" not in done.stderr, done.stderr[-4000:]
        return Ran(done.returncode, done.stdout, done.stderr)

    def crawl(self, collection: str, *arguments: str, timeout: float = 120) -> Ran:
        return self.run("crawl", "news", "-s", f"COLLECTION={collection}", *arguments, timeout=timeout)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts `scrapy ARGUMENTS` in a process group of its own."""
        return subprocess.Popen(
            self._command(arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def path(self, collection: str) -> Path:
        return self.folder / collection

    def rows(self, collection: str) -> list[dict[str, Any]]:
        """The documents.jsonl rows of the newest run."""
        tables = sorted((self.path(collection) / "texts").glob("*/documents.jsonl"))
        return [json.loads(line) for line in tables[-1].read_text(encoding="utf-8").splitlines()] if tables else []

    def ledger(self, collection: str) -> dict[str, dict[str, Any]]:
        """Ledger rows by URL."""
        ran = self.run("ledger", collection, "--json")
        return {row["url"]: row for row in map(json.loads, ran.out.splitlines())}

    def run_record(self, collection: str) -> dict[str, Any]:
        """run.json of the newest run."""
        newest = sorted((self.path(collection) / "runs").glob("*/run.json"))[-1]
        record: dict[str, Any] = json.loads(newest.read_text(encoding="utf-8"))
        return record

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "scrapy", *arguments, "-s", f"COLLECTIONS_DIR={self.folder}"]


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL to a command alone: its workers must notice by themselves."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def wait_until(true: Any, seconds: float = 30.0) -> None:
    """Waits for a condition, or fails."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
