"""Exit codes of every command, and how an error becomes one line and a code."""

from __future__ import annotations

import argparse
import errno
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import NoReturn

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

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


class CommandMixin(ScrapyCommand):
    """What our commands share: a known error is one line on stderr and its exit code, never a traceback."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's options; and whatever the parser refuses is one line, without the usage."""
        super().add_options(parser)
        parser.error = _refuse  # type: ignore[method-assign]

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Takes the options in, and checks what Scrapy would stumble over before a command has begun.

        Raises UsageError for options that are none, empty names, and settings that logging cannot use.
        """
        for given in args:
            if given.startswith("-") and given != "-":
                raise UsageError(f"no such option {given.partition('=')[0]}", print_help=False)
            if not given.strip():
                raise UsageError("an empty name; say which collection", print_help=False)
        try:
            super().process_options(args, opts)
        except OSError as error:
            raise UsageError(f"{error.filename}: {error.strerror or error}", print_help=False) from None
        self._check_logging()

    def _check_logging(self) -> None:
        assert self.settings is not None
        level, file = self.settings.get("LOG_LEVEL"), self.settings.get("LOG_FILE")
        levels = logging.getLevelNamesMapping()
        if level not in levels and not isinstance(level, int):
            known = ", ".join(sorted(levels, key=levels.__getitem__))
            raise UsageError(f'LOG_LEVEL = "{level}": there is no such level; there are {known}', print_help=False)
        if file and (Path(file).is_dir() or not Path(file).absolute().parent.is_dir()):
            raise UsageError(f'LOG_FILE = "{file}": cannot be written; name a file in a folder', print_help=False)

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


def _refuse(message: str) -> NoReturn:
    """Takes the place of `ArgumentParser.error`."""
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(int(ExitCode.USAGE))


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
