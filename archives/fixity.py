"""Fixity: whether every byte of a collection is still what it was when it was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice, pairwise
from typing import Any

from archives import texts
from archives.cdxj import IndexEntry
from archives.chain import CHAIN, PUBLIC, flaw, row_mark, run_digests
from archives.collection import INDEX, Collection
from archives.digest import NOTHING, sha256, sha256_stream
from archives.errors import StorageError
from archives.findings import FixityFinding
from archives.warc.checking import WarcCheck, altered_members
from archives.warc.writer import OPEN

__all__ = ["FixityFinding", "verify"]

_CHANGED = "it was changed after it was sealed"
_LOST = "what was kept is gone"
_UNSEALED = "nothing vouches for it"
_WARC = re.compile(r".+\.warc\.gz")


def verify(collection: Collection) -> Iterator[FixityFinding]:
    """Everything that is not as it was written, in the order chain, WARCs, index, texts, runs.

    Reads everything once or twice and writes nothing. A file that cannot be read is a finding, too.
    """
    yield from _chain(collection)
    sealed = collection.chain.sealed("warc")
    lines: list[bytes] = []
    known = cache(lambda: _indexed(collection))
    for name in collection.storage.names("archive"):
        yield from _archive_file(collection, name, sealed, known, lines)
    present = set(collection.storage.names("archive"))
    for name in sealed:
        if name not in present and name + OPEN not in present:
            yield FixityFinding(
                kind="warc-missing", file=f"archive/{name}", what="the chain names it, it is not there", meaning=_LOST
            )
    yield from _index(collection, lines)
    runs = collection.chain.sealed("run")
    for run in sorted({*collection.runs(), *runs}):
        yield from _run(collection, run, runs.get(run))


def _chain(collection: Collection) -> Iterator[FixityFinding]:
    links = list(collection.chain.links())
    try:
        key = collection.chain.public_key()
    except (ValueError, StorageError) as error:
        yield FixityFinding(
            kind="chain-key", file=PUBLIC, what=f"no usable public key: {error}", meaning="no signature can be checked"
        )
        return
    if key is None:
        if links:
            yield FixityFinding(
                kind="chain-key", file=PUBLIC, what="it is missing", meaning="no signature can be checked"
            )
        return
    before = NOTHING
    for link in links:
        what = flaw(link, before, key)
        if what is None and not link.whole:
            what = "has no line end"
        if what is not None:
            yield FixityFinding(
                kind="chain-broken",
                file=CHAIN,
                line=link.number,
                offset=link.offset,
                what=f"this line {what}" if what[0] != "n" else f"this line is {what}",
                meaning="what it seals is not vouched for" if link.whole else "a crash tore the line",
            )
        before = sha256(link.line)


def _archive_file(
    collection: Collection,
    name: str,
    sealed: Mapping[str, Mapping[str, Any]],
    known: Callable[[], Mapping[tuple[str, int], IndexEntry]],
    lines: list[bytes],
) -> Iterator[FixityFinding]:
    """A file in `archive/`; the index lines it should have are added to `lines`."""
    path, closed = f"archive/{name}", name.removesuffix(OPEN)
    if not _WARC.fullmatch(closed):
        yield FixityFinding(kind="stray", file=path, what="it is no WARC", meaning="it does not belong here")
        return
    if name != closed:
        yield FixityFinding(
            kind="warc-open",
            file=path,
            what="it was not closed",
            meaning="a crawl is at work, or crashed: run it again",
        )
    found = False
    try:
        with collection.storage.open(path) as file:
            check = WarcCheck(file, closed, path, lambda offset: known().get((closed, offset)))
            for finding in check.findings():
                found = True
                yield finding
            if name == closed:
                lines += check.lines
                yield from _sealed(collection, path, sealed.get(name), told=found)
    except (StorageError, OSError) as error:
        yield FixityFinding(kind="unreadable", file=path, what=str(error), meaning=_LOST)


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
    return {(entry.location.file, entry.location.offset): entry for entry in collection.captures()}


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


def _run(collection: Collection, run: str, seal: Mapping[str, Any] | None) -> Iterator[FixityFinding]:
    table = f"texts/{run}/{texts.DOCUMENTS}"
    now = run_digests(collection.storage, run)
    if seal is None:
        yield FixityFinding(
            kind="run-unsealed",
            file=f"runs/{run}",
            what="the chain does not name this run",
            meaning="it broke off; the same crawl command goes on with it",
        )
    else:
        for field, file in (
            ("documents_sha256", table),
            ("run_json_sha256", f"runs/{run}/run.json"),
            ("report_html_sha256", f"runs/{run}/report.html"),
        ):
            if now[field] == seal.get(field) or (field == "documents_sha256" and _only_grew(collection, table, seal)):
                continue
            if field == "documents_sha256" and now[field] is not None:
                yield from _changed_rows(collection, run, table, seal)
                continue
            what = "it is missing" if now[field] is None else f"it is not the one that the chain sealed ({now[field]})"
            yield FixityFinding(
                kind="run-changed", file=file, what=what, meaning=_LOST if now[field] is None else _CHANGED
            )
    yield from _texts(collection, run, table)


def _only_grew(collection: Collection, table: str, seal: Mapping[str, Any]) -> bool:
    """Whether the table of a run that was sealed as unfinished begins with what was sealed."""
    if seal.get("finished") is not False:
        return False
    count, sealed = seal.get("texts"), seal.get("documents_sha256")
    try:
        with collection.storage.open(table) as file:
            before = b"".join(islice(file, count if isinstance(count, int) else 0))
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


def _texts(collection: Collection, run: str, table: str) -> Iterator[FixityFinding]:
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
        if name not in named:
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
