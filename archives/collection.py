"""Collection: one archive on disk. Exchanges go in; captures, and the texts made from them, come out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from archives import cdxj
from archives.capture import Capture, RecordLocation, RevisitOf
from archives.cdxj import IndexEntry
from archives.chain import Chain, run_digests
from archives.digest import sha256_stream
from archives.errors import CollectionError, UnresolvedRevisitError
from archives.storage.base import Storage
from archives.storage.local import LocalStorage
from archives.texts import TextStore
from archives.urlkey import urlkey
from archives.warc.reader import main_records, read_capture
from archives.warc.records import warc_uri
from archives.warc.recovery import Recovery, recover
from archives.warc.resolving import with_body
from archives.warc.writer import DEFAULT_SIZE, OPEN, WarcWriter

INDEX = "indexes/index.cdxj"
SKETCHES = "indexes/sketches"
"""What the texts are compared by; derived from them, and in no chain."""
DRAFT = re.compile(r".+\.(tmp|new)")
"""Names of files that are to replace another once they are whole."""
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_REVISIT_HOPS = 8


class Collection:
    """`COLLECTIONS/NAME`, as docs and `verify` know it. One process writes, any number read.

    Writing: `start_writing`, any number of `append` and `sync` from one thread, `stop_writing`. A location that
    `append` gave can be read at once, by any process, though its file is still being written.
    """

    def __init__(self, storage: Storage, name: str, path: Path, signing_key: Path | None = None) -> None:
        """Use `create` or `open`."""
        self.storage, self.name, self.path = storage, name, path
        self.chain = Chain(storage, signing_key)
        self._writer: WarcWriter | None = None
        self._fresh: dict[str, list[IndexEntry]] = {}
        """By urlkey, what the file that is being written will add to the index."""
        self._unlock: Callable[[], None] | None = None

    @classmethod
    def create(cls, root: Path, name: str, *, signing_key: Path | None = None) -> Collection:
        """The collection `name` below `root`, its folder made where it is not there yet.

        `signing_key`: a PEM file with the Ed25519 key that is to sign the chain; see `archives.chain` for the default.

        Raises `CollectionError` for a name that is no plain file name or a folder that cannot be made.
        """
        path = root / _plain_name(name)
        try:
            (path / "archive").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CollectionError(f"{error.filename or path}: cannot make the collection: {error.strerror}") from error
        return cls(LocalStorage(path), name, path, signing_key)

    @classmethod
    def open(cls, root: Path, name: str, *, signing_key: Path | None = None) -> Collection:
        """The collection `name` below `root`. Raises `CollectionError` where there is none."""
        path = root / _plain_name(name)
        if not (path / "archive").is_dir():
            raise CollectionError(f"{path}: no collection lies there (no folder archive/ in it)")
        return cls(LocalStorage(path), name, path, signing_key)

    # -- writing

    def start_writing(self, info: Mapping[str, str], *, max_size: int = DEFAULT_SIZE) -> list[Recovery]:
        """Makes ready for `append`: files that a crash left open are recovered and closed first.

        `info` goes into the warcinfo record of each file. Gives what was recovered. Raises `StorageError`, and
        `CollectionError` where another process is writing.
        """
        if self._writer is not None:
            raise CollectionError(f"{self.path}: already being written")
        self._unlock = self.storage.lock("archive")
        if self._unlock is None:
            raise CollectionError(f"{self.path}: another process is writing to it")
        try:
            self._sweep_drafts()
            recovered = [self._recover(name.removesuffix(OPEN)) for name in self._warcs(OPEN)]
        except BaseException:
            self._release()
            raise
        fields = {"format": "WARC File Format 1.1", "isPartOf": self.name, **info}
        self._writer = WarcWriter(self.storage, self.name, fields, max_size=max_size, closing=self._before_closing)
        return recovered

    def append(self, capture: Capture) -> RecordLocation:
        """Writes an exchange down and hands it to the system. Raises `StorageError`."""
        location = self._writing().write(capture)
        if capture.response is not None:
            fresh = cdxj.entry_for(
                location,
                url=warc_uri(capture.url),
                date=capture.started,
                head=capture.response.head,
                revisit=capture.revisit_of is not None,
            )
            self._fresh.setdefault(fresh.urlkey, []).append(fresh)
        return location

    def sync(self) -> None:
        """Has every exchange appended so far on the medium. Raises `StorageError`."""
        self._writing().sync()

    def stop_writing(self) -> None:
        """Closes the file that is being written, if any; its captures are in the index by then.

        Raises `StorageError`.
        """
        try:
            if self._writer is not None:
                self._writer.close()
        finally:
            self._writer = None
            self._release()

    def seal_run(self, run: str, *, finished: bool = True) -> None:
        """Puts a run into the chain: its table of texts, `run.json` and `report.html` as they are now.

        A run that was stopped is sealed as unfinished: it may grow after what is sealed, but not change.

        Raises `CollectionError` for a run that is not there, `StorageError`.
        """
        self.known_run(run)
        self.chain.append("run", run=run, finished=finished, **run_digests(self.storage, run))

    def rebuild_index(self) -> int:
        """Writes the index anew from the WARCs; gives the number of its lines. Raises `StorageError`."""
        lines: set[bytes] = set()
        for name in self._warcs(".warc.gz"):
            with self.storage.open(f"archive/{name}") as file:
                lines.update(entry.line() for entry in cdxj.entries(file, name))
        self.storage.replace(INDEX, iter(sorted(lines)))
        return len(lines)

    # -- reading

    def read(self, location: RecordLocation, *, resolve: bool = True) -> Capture:
        """The capture whose main record lies at `location`; a revisit comes with the body it refers to.

        With `resolve` false a revisit has its head alone. Raises `RecordNotFoundError`, `DamagedRecordError`, and
        `UnresolvedRevisitError` where the body of a revisit cannot be had.
        """
        capture = read_capture(self.open_warc, location)
        if not resolve or capture.revisit_of is None:
            return capture
        original = self._original(capture.revisit_of, hops=0)
        if original is None:
            why = f"a revisit of {capture.revisit_of.record_id} ({capture.revisit_of.url}), which is not here"
            raise UnresolvedRevisitError(location.file, location.offset, why)
        return with_body(capture, original)

    def captures(self, url: str | None = None) -> Iterator[IndexEntry]:
        """The captures that got an answer, in index order; with `url`, those whose urlkey is that of `url`."""
        key = None if url is None else urlkey(url)
        unindexed = self._unindexed_lines(key)  # first: a line may move from here to the index meanwhile
        for line in cdxj.merge(self._index_lines(key), unindexed):
            with suppress(ValueError):  # a damaged line: verify finds it
                yield IndexEntry.parse(line)

    def closest(self, url: str, when: datetime) -> IndexEntry | None:
        """The capture of `url` nearest to `when`; of a URL with the same urlkey only where `url` itself has none."""
        return min(
            self.captures(url),
            key=lambda entry: (entry.url != url, abs(entry.date - when)),
            default=None,
        )

    def locations(self) -> Iterator[RecordLocation]:
        """Every exchange in the order it was written, failures included; damaged stretches are passed over."""
        for name in [*self._warcs(".warc.gz"), *self._warcs(OPEN)]:
            with self.storage.open(f"archive/{name}") as file:
                yield from main_records(file, name.removesuffix(OPEN))

    def texts(self, run: str) -> TextStore:
        """The texts of a run. Raises `CollectionError` for a run that is no plain name."""
        return TextStore(self.storage, _plain_name(run))

    def runs(self) -> list[str]:
        """The runs that have texts or a report, oldest first; folders that no run can be called by are none."""
        return sorted(filter(is_plain_name, {*self.storage.folders("texts"), *self.storage.folders("runs")}))

    def known_run(self, run: str) -> str:
        """`run`, where there is such a run. Raises `CollectionError` where there is none."""
        if run not in self.runs():
            raise CollectionError(f"{self.path}: no run {run} in texts/ or runs/")
        return run

    def open_warc(self, name: str) -> BinaryIO:
        """A WARC by its closed name, still being written or not. Raises `FileNotFoundError`."""
        if "/" in name:
            raise FileNotFoundError(name)
        for candidate in (name, name + OPEN, name):  # it may get its real name between two looks
            with suppress(FileNotFoundError):
                return self.storage.open(f"archive/{candidate}")
        raise FileNotFoundError(name)

    # -- inside

    def _release(self) -> None:
        if self._unlock is not None:
            self._unlock()
            self._unlock = None

    def _writing(self) -> WarcWriter:
        if self._writer is None:
            raise CollectionError(f"{self.path}: not being written; start_writing comes first")
        return self._writer

    def _warcs(self, suffix: str) -> list[str]:
        return [name for name in self.storage.names("archive") if name.endswith(suffix)]

    def _recover(self, name: str) -> Recovery:
        if name in self.chain.sealed("warc"):  # all but its real name was done
            with self.open_warc(name) as file:
                recovery = Recovery(file=name, kept=file.seek(0, 2), cut=0)
        else:
            recovery = recover(self.storage, name)
        if recovery.kept:
            with self.open_warc(name) as file:
                self._fresh = {"": list(cdxj.entries(file, name))}
            self._before_closing(name)
            self.storage.rename(f"archive/{name}{OPEN}", f"archive/{name}")
        return recovery

    def _sweep_drafts(self) -> None:
        """Removes what a crash left of files that were being replaced; the whole ones lie beside them."""
        runs = [f"{kind}/{run}" for kind in ("runs", "texts") for run in self.storage.folders(kind)]
        for folder in ("", "archive", "indexes", SKETCHES, "keys", "models", "rules", *runs):
            for name in self.storage.names(folder):
                if DRAFT.fullmatch(name):
                    self.storage.remove(f"{folder}/{name}" if folder else name)

    def _before_closing(self, name: str) -> None:
        """A file with its real name is in index and chain: only one that is still open needs to be looked into."""
        fresh = chain.from_iterable(self._fresh.values())
        self.storage.replace(INDEX, cdxj.merge(self._index_lines(), (entry.line() for entry in fresh)))
        self._fresh = {}
        if name not in self.chain.sealed("warc"):
            with self.open_warc(name) as file:
                self.chain.append("warc", file=name, sha256=sha256_stream(file), size=file.tell())

    def _index_lines(self, key: str | None = None) -> Iterator[bytes]:
        with suppress(FileNotFoundError), self.storage.open(INDEX) as file:
            yield from file if key is None else cdxj.lines_for(file, key)

    def _unindexed_lines(self, key: str | None) -> set[bytes]:
        """The lines that the file being written, by this process or another, will add to the index."""
        if self._writer is None:
            return {entry.line() for entry in self._scan_open() if key is None or entry.urlkey == key}
        # the writer's thread may add to it while another one looks
        fresh = chain.from_iterable(list(self._fresh.values())) if key is None else self._fresh.get(key, [])
        return {entry.line() for entry in fresh}

    def _scan_open(self) -> Iterator[IndexEntry]:
        for name in self._warcs(OPEN):
            with suppress(FileNotFoundError), self.open_warc(name.removesuffix(OPEN)) as file:
                yield from cdxj.entries(file, name.removesuffix(OPEN))

    def _original(self, of: RevisitOf, hops: int) -> Capture | None:
        """The capture a revisit refers to, itself with its body; None where it is not here."""
        for entry in self.captures(of.url):
            if entry.location.record_id != of.record_id:
                continue
            capture = read_capture(self.open_warc, entry.location)
            if capture.revisit_of is None:
                return capture
            further = self._original(capture.revisit_of, hops + 1) if hops < _REVISIT_HOPS else None
            return with_body(capture, further) if further else None
        return None


def is_plain_name(name: str) -> bool:
    """Whether a collection or a run can be called so."""
    return _NAME.fullmatch(name) is not None


def _plain_name(name: str) -> str:
    if not is_plain_name(name):
        raise CollectionError(f"{name!r}: a name is made of letters, digits, and - _ . (not first)")
    return name
