"""Exit codes of every command, and how an error becomes one line and a code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from scrapy.settings import Settings

from archives.collection import Collection
from archives.errors import ArchiveError, StorageError
from crawler.errors import CrawlerError
from crawler.frontier.errors import LedgerError, LedgerStorageError
from crawler.lock import LockedError, RunLock
from pipelines.errors import TextError


class ExitCode(IntEnum):
    """What a command says to the shell."""

    CLEAN = 0
    CRASH = 1
    USAGE = 2
    FINDINGS = 3
    LOCKED = 4
    STOPPED = 5


class CommandMixin:
    """What our commands share: a known error is one line on stderr and its exit code, never a traceback."""

    exitcode: int
    settings: Settings | None

    def guarded(self, work: Callable[[], int]) -> None:
        """Runs `work` and keeps its exit code, or the code of the known error it raised."""
        try:
            self.exitcode = int(work())
        except (CrawlerError, LedgerError, ArchiveError, TextError) as error:
            self.exitcode = int(code_for(error))
            print(f"error: {one_line(error)}", file=sys.stderr)
        except BrokenPipeError:
            # the reader of our output went away (`| head`): nothing is wrong with the collection
            sys.stderr.close()
            self.exitcode = int(ExitCode.CLEAN)
        except OSError as error:
            self.exitcode = int(ExitCode.STOPPED if is_full(error) else ExitCode.USAGE)
            print(f"error: {error.filename or 'the system'}: {one_line(error)}", file=sys.stderr)
        except KeyboardInterrupt:
            self.exitcode = int(ExitCode.STOPPED)
            print("stopped; the same command starts it again", file=sys.stderr)

    def collection(self, name: str) -> Collection:
        """The collection of that name, for reading. Raises CollectionError."""
        from crawler.run import collections_folder, signing_key

        assert self.settings is not None
        return Collection.open(collections_folder(self.settings), name, signing_key=signing_key(self.settings))

    @contextmanager
    def locked(self, name: str) -> Iterator[Collection]:
        """The collection of that name, which nobody else writes to meanwhile. Raises LockedError, CollectionError."""
        collection = self.collection(name)
        lock = RunLock(collection.path)
        lock.acquire()
        try:
            yield collection
        finally:
            lock.release()


def code_for(error: Exception) -> ExitCode:
    """The exit code of a known error."""
    if isinstance(error, LockedError):
        return ExitCode.LOCKED
    if isinstance(error, LedgerStorageError) or (isinstance(error, StorageError) and is_full(error)):
        return ExitCode.STOPPED
    return ExitCode.USAGE


def one_line(error: BaseException) -> str:
    """The message of an error without line breaks; its type's name where it has no message."""
    return " ".join(str(error).split()) or type(error).__name__


def is_full(error: BaseException | None) -> bool:
    """Whether the disk or a quota ran out somewhere in the error's chain: a matter of room, not of usage."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return True
        error = error.__cause__
    return False
