"""Fixity: whether every byte of a collection is still what it was when it was written."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice, pairwise
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from archives import texts
from archives.cdxj import IndexEntry
from archives.chain import CHAIN, Link, row_mark, sealed
from archives.collection import INDEX, Collection, is_plain_name
from archives.digest import NOTHING, sha256, sha256_stream
from archives.errors import StorageError
from archives.findings import FixityFinding
from archives.layout import misplaced
from archives.vouching import bases_findings, key_findings, link_findings
from archives.warc.checking import WarcCheck, altered_members
from archives.warc.writer import OPEN

__all__ = ["FixityFinding", "verify"]

_CHANGED = "it was changed after it was sealed"
_LOST = "what was kept is gone"
_UNSEALED = "nothing vouches for it"
_WARC = re.compile(r".+\.warc\.gz")


def verify(collection: Collection, public_key: Ed25519PublicKey | None = None) -> Iterator[FixityFinding]:
    """Everything that is not as it was written, in the order layout, chain, WARCs, index, texts, runs, rules, models.

    `public_key` is the one that the chain must be signed by, known from elsewhere; else the collection's own is
    believed. Reads every plain file once or twice and writes nothing. A file that cannot be read is a finding, too.

    Raises `CollectionError` where a signing key is configured and cannot be used.
    """
    configured = collection.chain.configured_key()
    yield from misplaced(collection.storage)
    links: list[Link] = []
    yield from _readable(CHAIN, _links(collection, links))
    yield from key_findings(collection.chain, links, configured, public_key)
    yield from link_findings(collection.chain, links, public_key)
    lines: list[bytes] = []
    yield from _readable("archive", _archive(collection, sealed(links, "warc"), lines))
    yield from _readable(INDEX, _index(collection, lines))
    runs, bases = sealed(links, "run"), {folder: dict[str, str]() for folder in _BASES}
    for run in sorted({*_runs(collection), *runs}):
        yield from _readable(f"texts/{run}", _run(collection, run, runs.get(run), bases))
    for folder, named in bases.items():
        yield from _readable(folder, bases_findings(collection.storage, folder, named))


_BASES = {"rules": "rules_digest", "models": "model_digest"}
"""What texts are made by: by folder, the field of a row's provenance that names it."""


def _readable(file: str, findings: Iterator[FixityFinding]) -> Iterator[FixityFinding]:
    """`findings`; where the medium refuses, that is one, too, and the end of them."""
    try:
        yield from findings
    except (StorageError, OSError) as error:
        yield FixityFinding(kind="unreadable", file=file, what=str(error), meaning=_LOST)


def _links(collection: Collection, links: list[Link]) -> Iterator[FixityFinding]:
    """Reads the chain into `links`; finds nothing by itself."""
    links += collection.chain.links()
    yield from ()


def _runs(collection: Collection) -> list[str]:
    try:
        return collection.runs()
    except StorageError:  # texts/ or runs/ is no folder; that has been found
        return []


def _archive(
    collection: Collection, seals: Mapping[str, Mapping[str, Any]], lines: list[bytes]
) -> Iterator[FixityFinding]:
    """All that is or should be in `archive/`; the index lines that there should be are added to `lines`."""
    known = cache(lambda: _indexed(collection))
    present = [name for name in collection.storage.names("archive") if _WARC.fullmatch(name.removesuffix(OPEN))]
    for name in present:
        yield from _readable(f"archive/{name}", _archive_file(collection, name, seals, known, lines))
    for name in seals:
        if name not in present and name + OPEN not in present:
            yield FixityFinding(
                kind="warc-missing", file=f"archive/{name}", what="the chain names it, it is not there", meaning=_LOST
            )


def _archive_file(
    collection: Collection,
    name: str,
    seals: Mapping[str, Mapping[str, Any]],
    known: Callable[[], Mapping[tuple[str, int], IndexEntry]],
    lines: list[bytes],
) -> Iterator[FixityFinding]:
    """A file in `archive/`; the index lines it should have are added to `lines`."""
    path, closed = f"archive/{name}", name.removesuffix(OPEN)
    if name != closed:
        yield FixityFinding(
            kind="warc-open",
            file=path,
            what="it was not closed",
            meaning="a crawl is at work, or crashed: run it again",
        )
    found = False
    with collection.storage.open(path) as file:
        check = WarcCheck(file, closed, path, lambda offset: known().get((closed, offset)))
        for finding in check.findings():
            found = True
            yield finding
        if name == closed:
            lines += check.lines
            yield from _sealed(collection, path, seals.get(name), told=found)


def _sealed(
    collection: Collection, path: str, seal: Mapping[str, Any] | None, *, told: bool
) -> Iterator[FixityFinding]:
    """The file as a whole against the chain; `told` where the damage has been named already."""
    if seal is None:
        yield FixityFinding(kind="warc-unsealed", file=path, what="the chain does not name it", meaning=_UNSEALED)
        return
    with collection.storage.open(path) as file:
        digest, size = sha256_stream(file), file.tell()
        if digest == seal.get("sha256") and size == seal.get("size"):
            return
        yield FixityFinding(
            kind="warc-changed",
            file=path,
            what=f"the file ({size} bytes, {digest}) is not the one that the chain sealed",
            meaning=_CHANGED,
        )
        if not told:
            yield from altered_members(file, path)


def _indexed(collection: Collection) -> dict[tuple[str, int], IndexEntry]:
    """By file and offset; only for what a finding names, so an index that cannot be read is as good as none."""
    try:
        return {(entry.location.file, entry.location.offset): entry for entry in collection.captures()}
    except StorageError:
        return {}


def _index(collection: Collection, wanted: list[bytes]) -> Iterator[FixityFinding]:
    """The index line by line against the one that the WARCs give."""
    try:
        with collection.storage.open(INDEX) as file:
            actual = file.readlines()
    except FileNotFoundError:
        if wanted:
            yield FixityFinding(kind="index-missing", file=INDEX, what="it is missing", meaning=_REBUILD)
        return
    expected = set(wanted)
    present = set(actual)
    missing = [IndexEntry.parse(line) for line in sorted(expected - present)]
    for number, line in enumerate(actual, start=1):
        if line in expected:
            continue
        entry = missing.pop(0) if missing else None
        yield FixityFinding(
            kind="index-changed",
            file=INDEX,
            line=number,
            record_id=entry.location.record_id if entry else None,
            url=entry.url if entry else None,
            what="the WARCs do not give this line" + (f"; they give one for {entry.location.file}" if entry else ""),
            meaning=_REBUILD,
        )
    for entry in missing:
        yield FixityFinding(
            kind="index-missing",
            file=INDEX,
            record_id=entry.location.record_id,
            url=entry.url,
            what=f"no line for the capture in {entry.location.file} at byte {entry.location.offset}",
            meaning=_REBUILD,
        )
    if present <= expected and actual != sorted(present):
        at = next(number for number, (before, line) in enumerate(pairwise(actual), start=2) if before >= line)
        what = "this line is not after the one before it"
        yield FixityFinding(kind="index-order", file=INDEX, line=at, what=what, meaning=_REBUILD)


_REBUILD = "captures may not be found; the index command makes it anew"


def _run(
    collection: Collection, run: str, seal: Mapping[str, Any] | None, bases: Mapping[str, dict[str, str]]
) -> Iterator[FixityFinding]:
    """A run against the chain, and its texts; what these say they were made by is added to `bases`."""
    if not is_plain_name(run):
        what = f"a run cannot be called {run!r}"
        yield FixityFinding(kind="chain-broken", file=CHAIN, what=what, meaning="the chain seals what cannot be")
        return
    table = f"texts/{run}/{texts.DOCUMENTS}"
    if seal is None:
        yield FixityFinding(
            kind="run-unsealed",
            file=f"runs/{run}",
            what="the chain does not name this run",
            meaning="it broke off; the same crawl command goes on with it",
        )
    else:
        yield from _readable(table, _table(collection, run, table, seal))
        for name in ("run.json", "report.html"):
            file, stated = f"runs/{run}/{name}", seal.get(name.replace(".", "_") + "_sha256")
            yield from _readable(file, _report(collection, file, stated))
    yield from _readable(table, _texts(collection, run, table, bases))


def _table(collection: Collection, run: str, table: str, seal: Mapping[str, Any]) -> Iterator[FixityFinding]:
    now = _digest(collection, table)
    if now == seal.get("documents_sha256") or _only_grew(collection, table, seal):
        return
    if now is None:
        yield FixityFinding(kind="run-changed", file=table, what="it is missing", meaning=_LOST)
    else:
        yield from _changed_rows(collection, run, table, seal)


def _report(collection: Collection, file: str, stated: object) -> Iterator[FixityFinding]:
    now = _digest(collection, file)
    if now != stated:
        what = "it is missing" if now is None else f"it is not the one that the chain sealed ({now})"
        yield FixityFinding(kind="run-changed", file=file, what=what, meaning=_LOST if now is None else _CHANGED)


def _digest(collection: Collection, file: str) -> str | None:
    try:
        with collection.storage.open(file) as opened:
            return sha256_stream(opened)
    except FileNotFoundError:
        return None


def _only_grew(collection: Collection, table: str, seal: Mapping[str, Any]) -> bool:
    """Whether the table of a run that was sealed as unfinished begins with what was sealed."""
    if seal.get("finished") is not False:
        return False
    count, sealed = seal.get("texts"), seal.get("documents_sha256")
    try:
        with collection.storage.open(table) as file:
            before = b"".join(islice(file, count if isinstance(count, int) and 0 <= count <= sys.maxsize else 0))
    except FileNotFoundError:
        return sealed is None
    return sha256(before) == (sealed or NOTHING)


def _changed_rows(collection: Collection, run: str, table: str, seal: Mapping[str, Any]) -> Iterator[FixityFinding]:
    """Which rows make the table another one than was sealed."""
    stated = seal.get("rows")
    marks = stated if isinstance(stated, list) else []
    with collection.storage.open(table) as file:
        rows = file.readlines()
    named = False
    for number, line in enumerate(rows, start=1):
        if number <= len(marks) and row_mark(line) == marks[number - 1]:
            continue
        named = True
        row = texts.parse_row(line) or {}
        yield FixityFinding(
            kind="row-changed",
            file=table,
            line=number,
            record_id=_first_record(row),
            url=row.get("url"),
            what="this row is not the one that the chain sealed",
            meaning=_CHANGED,
        )
    if len(rows) < len(marks) or not named:
        yield FixityFinding(
            kind="row-missing",
            file=table,
            line=len(rows) + 1,
            what=f"{len(rows)} rows where the chain sealed {len(marks)}",
            meaning=_LOST,
        )


def _texts(
    collection: Collection, run: str, table: str, bases: Mapping[str, dict[str, str]]
) -> Iterator[FixityFinding]:
    """Each row against its text file, and each file against the rows."""
    store = collection.texts(run)
    named: set[str] = set()
    for number, line in enumerate(store.lines(), start=1):
        row = texts.parse_row(line)
        if row is None or not line.endswith(b"\n"):
            yield FixityFinding(
                kind="row-broken", file=table, line=number, what="this line is no row", meaning="it was changed or torn"
            )
            continue
        provenance = row.get("provenance")
        for folder, field in _BASES.items():
            if isinstance(provenance, dict) and isinstance(digest := provenance.get(field), str):
                bases[folder].setdefault(digest, f"{table} line {number}")
        what = _text_flaw(store, row) if row["file"] not in named else "two rows name this file"
        named.add(row["file"])
        if what:
            yield FixityFinding(
                kind="text-missing" if what == _NOT_THERE else "text-changed",
                file=f"texts/{run}/{row['file']}",
                line=None,
                record_id=_first_record(row),
                url=row["url"],
                what=f"{what} (row {number} of {texts.DOCUMENTS})",
                meaning=_LOST if what == _NOT_THERE else "text and row do not belong together any more",
            )
    for name in store.files():
        if name not in named and texts.TEXT_NAME.fullmatch(name):
            yield FixityFinding(
                kind="text-orphan", file=f"texts/{run}/{name}", what="no row names it", meaning=_UNSEALED
            )


_NOT_THERE = "it is not there"


def _text_flaw(store: texts.TextStore, row: Mapping[str, Any]) -> str | None:
    try:
        data = store.read(row["file"])
    except FileNotFoundError:
        return _NOT_THERE
    except (StorageError, ValueError) as error:
        return f"it cannot be read: {error}"
    digest = sha256(data)
    if digest != row.get("text_digest"):
        return f"its digest is {digest}, the row says {row.get('text_digest')}"
    if not texts.names_text(row["file"], data):
        return "its name is not made of its digest"
    return None


def _first_record(row: Mapping[str, Any]) -> str | None:
    captures = row.get("captures")
    if isinstance(captures, list) and captures and isinstance(captures[0], dict):
        found = captures[0].get("record_id")
        return found if isinstance(found, str) else None
    return None
