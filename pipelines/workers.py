"""ExtractionPool: worker processes that read records back and make documents, within a time and a memory limit."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from archives.capture import Capture, RecordLocation
from archives.errors import ArchiveError
from pipelines.boilerplate import SiteModel
from pipelines.document import Document
from pipelines.errors import ExtractionError, ModelError
from pipelines.rules import ExtractRules
from pipelines.shelf import model_shelf

if TYPE_CHECKING:
    from archives.collection import Collection

_Task = TypeVar("_Task")
_Answer = TypeVar("_Answer")


@attrs.frozen(kw_only=True)
class ExtractionTask:
    """One article to be read: where its records lie, and by which rules."""

    collection: Path
    """The collection's folder."""
    locations: tuple[RecordLocation, ...]
    """In page order."""
    rules: ExtractRules = attrs.field(factory=ExtractRules)
    model: str | None = None
    """Digest of the site model, which lies on the collection's shelf."""


@attrs.frozen(kw_only=True)
class Extracted:
    """What a worker made of a task."""

    document: Document
    text: str
    """The text file's content; "" for a document that gets none."""
    row: dict[str, Any]
    """The documents.jsonl row, without what only the store knows."""
    seconds: float
    """Wall time in the worker."""


@attrs.frozen(kw_only=True)
class LearningTask:
    """What a worker is to learn a model from."""

    collection: Path
    site: str
    run: str
    articles: tuple[tuple[RecordLocation, ...], ...]
    """The records of each, in page order."""
    rules: ExtractRules
    before: str | None = None
    """Digest of the model that these articles have left; what it knows is kept."""


def extract(task: ExtractionTask) -> Extracted:
    """Does a task in this process: read, process, render.

    Raises ArchiveError where a record cannot be read. A site model that cannot be read is done without.
    """
    from archives.collection import Collection
    from pipelines.process import process
    from pipelines.row import document_row
    from pipelines.textfile import render_text

    started = time.perf_counter()
    collection = Collection.open(task.collection.parent, task.collection.name)
    captures = [collection.read(location) for location in task.locations]
    document = process(captures, task.rules, _model(task.collection, task.model) if task.model else None)
    rendered = render_text(document)
    return Extracted(
        document=document,
        text=rendered.text if document.has_text else "",
        row=document_row(document, rendered, captures),
        seconds=time.perf_counter() - started,
    )


def learn(task: LearningTask) -> SiteModel | None:
    """Does a task in this process: the model of a site, None where none is any good. Raises ModelError."""
    from archives.collection import Collection
    from pipelines.study import study

    collection = Collection.open(task.collection.parent, task.collection.name)
    model = study(task.site, task.run, list(_captures(collection, task)), task.rules)
    if model is None or task.before is None:
        return model
    return model.with_older(model_shelf(task.collection).find(task.before))


def _captures(collection: Collection, task: LearningTask) -> Iterator[Capture]:
    """The first page of each article, as far as they can be read."""
    for locations in task.articles:
        try:
            yield collection.read(locations[0])
        except ArchiveError:
            continue


@lru_cache(maxsize=64)  # what a digest names never changes
def _model(collection: Path, digest: str) -> SiteModel | None:
    try:
        return model_shelf(collection).find(digest)
    except ModelError:
        return None


class ExtractionPool:
    """A fixed number of supervised worker processes.

    Each is driven by a thread of its own, which kills and replaces it when a task takes too long, when it dies, or
    when it has done enough. A task that takes too long raises ExtractionError, and so does one over which two workers
    died; the next task finds a fresh worker.
    """

    def __init__(
        self, *, workers: int = 2, time_limit: float = 30.0, memory_limit: int = 2048, recycle_after: int = 2000
    ) -> None:
        """`time_limit` in seconds a task, `memory_limit` in MiB a worker, `recycle_after` in tasks a worker."""
        self._time_limit, self._memory_limit, self._recycle_after = time_limit, memory_limit, recycle_after
        self._mine = threading.local()
        self._all: set[_Worker] = set()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="extraction")

    def submit(self, task: ExtractionTask) -> Future[Extracted]:
        """Makes a text. The future fails with ExtractionError where time, memory or the workers ran out."""
        return self.call(extract, task)

    def call(self, work: Callable[[_Task], _Answer], task: _Task) -> Future[_Answer]:
        """Runs `work(task)` in a worker, under the same limits; `work` is a function that a module names."""
        return self._threads.submit(self._run, work, task)

    def close(self) -> None:
        """Lets running tasks end, drops waiting ones, stops the workers."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._all:
            worker.stop()
        self._all.clear()

    def _run(self, work: Callable[[_Task], _Answer], task: _Task) -> _Answer:
        try:
            return self._attempt(work, task)
        except _WorkerDiedError:
            pass  # somebody may have killed it over nothing it did
        try:
            return self._attempt(work, task)
        except _WorkerDiedError:
            message = "two workers died over it, most likely out of memory (EXTRACT_MEMORY_LIMIT)"
            raise ExtractionError(message) from None

    def _attempt(self, work: Callable[[_Task], _Answer], task: _Task) -> _Answer:
        worker: _Worker | None = getattr(self._mine, "worker", None)
        if worker is None or worker.done >= self._recycle_after or not worker.alive:
            if worker is not None:
                self._drop(worker)
            worker = self._mine.worker = _Worker(self._memory_limit)
            self._all.add(worker)
        try:
            return worker.run(work, task, self._time_limit)
        except ExtractionError:
            if not worker.alive:
                self._drop(worker)
                self._mine.worker = None
            raise

    def _drop(self, worker: _Worker) -> None:
        worker.stop()
        self._all.discard(worker)


class _WorkerDiedError(ExtractionError):
    """The child ended without an answer."""


class _Worker:
    """One child process and our end of its pipe."""

    _START_LIMIT = 60.0  # seconds for a fresh interpreter to import the engine on a busy machine

    def __init__(self, memory_limit: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, memory_limit), name="extraction", daemon=True)
        self._process.start()
        theirs.close()
        self.done = 0
        self._ready = False

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def run(self, work: Callable[[_Task], _Answer], task: _Task, time_limit: float) -> _Answer:
        try:
            if not self._ready:
                if not self._ours.poll(self._START_LIMIT):
                    self.stop()
                    raise ExtractionError(f"a worker did not start within {self._START_LIMIT:.0f} s")
                self._ours.recv()
                self._ready = True
            self._ours.send((work, task))
            if not self._ours.poll(time_limit):
                self.stop()
                raise ExtractionError(f"not done within {time_limit:g} s (EXTRACT_TIME_LIMIT)")
            answer, failure = self._ours.recv()
        except (EOFError, OSError):
            self.stop()
            raise _WorkerDiedError("the worker died") from None
        self.done += 1
        if failure is not None:
            raise ExtractionError(failure)
        made: _Answer = answer
        return made

    def stop(self) -> None:
        self._ours.close()
        self._process.kill()
        self._process.join()


def _serve(pipe: Connection, memory_limit: int) -> None:
    """The child: answers tasks until its parent's end of the pipe is gone."""
    os.setsid()  # a signal for the crawl and all its kin (Ctrl-C, systemd's stop) is the parent's to heed
    _die_with_parent()
    for name in ("archives.collection", "pipelines.row", "pipelines.study", "pipelines.textfile"):
        import_module(name)  # paid for before the clock runs and the limit holds
    gc.collect()
    gc.freeze()  # what was imported stays: no later collection has to look through it

    limit = memory_limit << 20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))  # private memory; address space would count libraries too
    pipe.send("ready")
    while True:
        try:
            work, task = pipe.recv()
        except (EOFError, OSError):
            return
        answer, failure = None, None
        try:
            answer = work(task)
        except MemoryError:
            failure = f"not done within {memory_limit} MiB (EXTRACT_MEMORY_LIMIT)"
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
        try:
            pipe.send((answer, failure))
        except (BrokenPipeError, OSError):
            return


def _die_with_parent() -> None:
    """Has the kernel kill this process when its parent is gone, in whatever it may be caught (prctl(2), Linux)."""
    set_parent_death_signal = 1
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
