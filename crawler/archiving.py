"""Archiver: the one writer thread between the crawl and the collection's WARC files."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable

import attrs
from scrapy.crawler import Crawler

from archives.capture import Capture, RecordLocation, RevisitOf
from archives.collection import Collection
from archives.digest import sha256_stream
from archives.errors import ArchiveError, StorageError
from crawler.tally import Tally

logger = logging.getLogger(__name__)

_STOP = object()
_Waiting = tuple[Capture, "asyncio.Future[RecordLocation]", asyncio.AbstractEventLoop]


class Archiver:
    """Hands captures to a thread that owns the WARC writer, and waits until they are on the disk.

    Whatever queued up while the disk was busy is written together and synced once, so a caller that goes on after
    `append` may forget the exchange: it survives a kill and a power cut. A failed write stops the crawl: nothing is
    fetched that cannot be kept.
    """

    def __init__(self, collection: Collection, *, waiting: int = 64) -> None:
        self._collection = collection
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._slots = asyncio.Semaphore(waiting)
        self._thread = threading.Thread(target=self._write_batches, name="warc-writer", daemon=True)
        self._expected: dict[str, RevisitOf] = {}
        self.tally = Tally()
        self.files: set[str] = set()
        """Names of the WARC files written to."""
        self.broken: Exception | None = None
        self.on_broken: Callable[[Exception], None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Archiver:
        """The archiver of the run that this crawler carries out."""
        from crawler.run import run_of

        return run_of(crawler).archiver

    def start(self) -> None:
        self._thread.start()

    async def append(self, capture: Capture) -> RecordLocation:
        """Writes one exchange; returns when its records are synced.

        Raises StorageError when the medium refuses, and for every later call.
        """
        if self.broken is not None:
            raise StorageError(str(self.broken)) from self.broken
        async with self._slots:
            loop = asyncio.get_running_loop()
            done: asyncio.Future[RecordLocation] = loop.create_future()
            self._queue.put((capture, done, loop))
            # a cancelled download must not cancel the write that is under way
            return await asyncio.shield(done)

    def expect(self, url: str, earlier: RevisitOf) -> None:
        """If the next capture of `url` has the payload of an earlier one, it is written as a revisit of that."""
        self._expected[url] = earlier

    def stop(self) -> None:
        """Writes what waits and ends the thread. The collection is left open."""
        if self._thread.is_alive():
            self._queue.put(_STOP)
            self._thread.join()

    def _write_batches(self) -> None:
        stopping = False
        while not stopping:
            batch: list[_Waiting] = []
            taken = self._queue.get()
            while True:
                if taken is _STOP:
                    stopping = True
                else:
                    batch.append(taken)  # type: ignore[arg-type]
                try:
                    taken = self._queue.get_nowait()
                except queue.Empty:
                    break
            self._write(batch)

    def _write(self, batch: list[_Waiting]) -> None:
        """Writes a batch and answers each of its callers; after a failure every caller gets the failure."""
        locations: list[RecordLocation] = []
        try:
            if self.broken is None:
                locations = [self._collection.append(self._as_revisit(capture)) for capture, _, _ in batch]
                self._collection.sync()
        except (ArchiveError, OSError) as error:
            self._break(error)
        except Exception as error:
            logger.exception("the archive writer failed")
            self._break(error)
        for position, (capture, done, loop) in enumerate(batch):
            if self.broken is None:
                self.tally.exchange(capture)
                self.files.add(locations[position].file)
            _let_go(capture)
            failure = self.broken
            location = None if failure else locations[position]
            try:
                loop.call_soon_threadsafe(_answer, done, location, failure)
            except RuntimeError:
                logger.debug("nobody waits for this record any more")

    def _as_revisit(self, capture: Capture) -> Capture:
        earlier = self._expected.pop(capture.url, None)
        if earlier is None or capture.response is None or capture.truncated or capture.status != 200:
            return capture
        with capture.response.open_entity() as entity:
            same = sha256_stream(entity) == earlier.payload_digest
        return attrs.evolve(capture, revisit_of=earlier) if same else capture

    def _break(self, error: Exception) -> None:
        self.broken = error
        if self.on_broken is not None:
            self.on_broken(error)


def _let_go(capture: Capture) -> None:
    """Frees the memory or the temporary files of an exchange; only the writer knows when it is done with them."""
    for message in (capture.request, capture.response):
        if message is not None:
            message.spool.close()


def _answer(done: asyncio.Future[RecordLocation], location: RecordLocation | None, failure: Exception | None) -> None:
    if done.done():
        return
    if location is not None:
        done.set_result(location)
    else:
        done.set_exception(StorageError(str(failure)))
