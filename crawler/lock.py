"""RunLock: one writer for a collection at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from crawler.errors import CrawlerError


class LockedError(CrawlerError):
    """Another process holds the collection's lock: exit 4."""


class RunLock:
    """An exclusive `flock` on `run.lock` in the collection. The kernel lets go of it when the process ends, however."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "run.lock"
        self._file: int | None = None

    def acquire(self) -> None:
        """Takes the lock; raises LockedError with the process ID of its holder, CrawlerError on a read-only folder."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise CrawlerError(f"{self._path}: cannot be locked: {error.strerror}; make the folder writable") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise LockedError(
                f"{self._path.parent}: another run is writing here (process {holder}); wait for it or stop it"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        self._file = descriptor

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
