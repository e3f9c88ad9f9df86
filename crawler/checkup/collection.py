"""Collection: what can be told of one without reading every record, and the repair of what a crash left."""

from __future__ import annotations

import fcntl
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from archives import texts
from archives.cdxj import IndexEntry, entries
from archives.chain import KEY_VARIABLE, PRIVATE, PUBLIC, flaw
from archives.collection import INDEX, SKETCHES, Collection
from archives.digest import NOTHING, sha256
from archives.warc.writer import OPEN
from crawler import bulkrun
from crawler.checkup import REPAIR, VERIFY, Check, Outcome, look, some
from crawler.frontier.ledgerfile import ledger_errors, open_ledger_for_reading, read_counts, read_rows, read_runs
from crawler.ledger import LEDGER
from pipelines.duplicates.parts import SketchParts
from pipelines.duplicates.settlement import freshen, stale


def check_collection(collection: Collection) -> Iterator[Check]:
    """Everything about a collection that can be told without reading every record. Never raises for what it finds."""
    holder = _holder(collection.path)
    busy = holder is not None
    yield Check(name="lock", state="ok", what=f"held by {holder}: a run is at work" if busy else "free")
    yield look("rights", lambda: _rights(collection))
    yield look("warcs", lambda: _warcs(collection, busy=busy))
    yield look("index", lambda: _index(collection))
    yield look("texts", lambda: _texts(collection, busy=busy))
    yield look("sketches", lambda: _sketches(collection, busy=busy))
    yield look("ledger", lambda: _ledger(collection))
    yield look("runs", lambda: _runs(collection, busy=busy))
    yield look("chain", lambda: _chain(collection))


def repair(collection: Collection) -> Iterator[str]:
    """Puts right what a crash left, and says what was done. The caller holds the lock.

    Nothing that is sealed is touched: what changed there is for `verify` to name. Raises `ArchiveError`.
    """
    if _open_files(collection):
        recovered = collection.start_writing({"software": "newsarchive doctor"})
        collection.stop_writing()
        for one in recovered:
            yield f"closed archive/{one.file}: {one.kept} bytes kept, {one.cut} put aside in recovered/"
    for run in bulkrun.unfinished(collection):
        bulkrun.drop(collection, run)
        yield f"removed run {run}, which reextract left unfinished"
    for run in _unsealed(collection):
        torn, orphans, broken, _ = _table(collection, run)
        if (torn or orphans) and not broken:
            collection.texts(run).repair()
            yield f"texts/{run}: {'cut a torn last row, ' if torn else ''}removed {len(orphans)} files without a row"
    if _index(collection)[0] != "ok":
        yield f"wrote {INDEX} anew: {collection.rebuild_index()} captures"
    for run in freshen(collection, SketchParts(collection)):
        yield f"{SKETCHES}: read the texts of run {run} again"


def _holder(folder: Path) -> str | None:
    """The process that holds the run lock, in words; None where it is free."""
    try:
        descriptor = os.open(folder / "run.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        number = os.read(descriptor, 32).decode("ascii", "replace").strip()
        return f"process {number or 'unknown'}"
    finally:
        os.close(descriptor)
    return None


def _rights(collection: Collection) -> Outcome:
    places = [collection.path, *(collection.path / name for name in ("archive", "indexes", "texts", "runs", "keys"))]
    files = [collection.path / name for name in (LEDGER, "chain.jsonl", INDEX)]
    stuck = [str(path) for path in places if path.is_dir() and not os.access(path, os.R_OK | os.W_OK | os.X_OK)]
    stuck += [str(path) for path in files if path.exists() and not os.access(path, os.R_OK | os.W_OK)]
    if stuck:
        return "bad", f"cannot be written: {some(stuck)}", "make them yours (chown, chmod) before the next crawl"
    return "ok", "every folder can be written", ""


def _open_files(collection: Collection) -> list[str]:
    return [name for name in collection.storage.names("archive") if name.endswith(OPEN)]


def _closed(collection: Collection) -> list[str]:
    return [name for name in collection.storage.names("archive") if name.endswith(".warc.gz")]


def _warcs(collection: Collection, *, busy: bool) -> Outcome:
    left, closed = _open_files(collection), _closed(collection)
    if left and not busy:
        return "bad", f"left open by a crash: {some(left)}", f"{REPAIR}, and so does the next crawl"
    return "ok", f"{len(closed)} closed" + (f", {len(left)} being written" if left else ""), ""


def _index(collection: Collection) -> Outcome:
    """Whether the index is of the files that lie there; its lines against the records is for `verify`."""
    sizes = {name: collection.storage.path(f"archive/{name}").stat().st_size for name in _closed(collection)}
    opened = {name.removesuffix(OPEN) for name in _open_files(collection)}
    seen: set[str] = set()
    count, before = 0, b""
    try:
        with collection.storage.open(INDEX) as file:
            for count, line in enumerate(file, start=1):
                problem = _line_problem(line, before, sizes, opened, seen)
                if problem:
                    return "bad", f"{INDEX} line {count}: {problem}", REPAIR
                before = line
    except FileNotFoundError:
        if sizes:
            return "bad", f"{INDEX}: is missing", REPAIR
    stale = [name for name in sizes if name not in seen and _has_captures(collection, name)]
    if stale:
        return "bad", f"{INDEX}: no line for {some(stale)}", REPAIR
    return "ok", f"{count} captures", ""


def _line_problem(line: bytes, before: bytes, sizes: dict[str, int], opened: set[str], seen: set[str]) -> str:
    try:
        at = IndexEntry.parse(line).location
    except ValueError:
        return "is no index line"
    seen.add(at.file)
    if line <= before:
        return "is not after the one before it"
    if at.file not in opened and at.offset + at.length > sizes.get(at.file, 0):
        return f"{at.file} has no byte {at.offset + at.length}"
    return ""


def _has_captures(collection: Collection, name: str) -> bool:
    with collection.open_warc(name) as file:
        return next(entries(file, name), None) is not None


def _unsealed(collection: Collection) -> list[str]:
    sealed = collection.chain.sealed("run")
    return [run for run in collection.runs() if run not in sealed]


def _table(collection: Collection, run: str) -> tuple[bool, list[str], int, list[str]]:
    """Of a run's texts: whether the last row is torn, files without a row, broken rows, rows without a file."""
    store, torn, broken = collection.texts(run), False, 0
    named: set[str] = set()
    for line in store.lines():
        row = texts.parse_row(line)
        torn = not line.endswith(b"\n")
        broken += row is None and not torn
        if row is not None and not torn:
            named.add(row["file"])
    files = set(store.files())
    return torn, sorted(files - named), broken, sorted(named - files)


def _texts(collection: Collection, *, busy: bool) -> Outcome:
    unsealed, count, found = set(_unsealed(collection)), 0, []
    repairable = True
    for run in collection.runs():
        if busy and run in unsealed:
            continue  # it is being written
        torn, orphans, broken, missing = _table(collection, run)
        count += len(collection.texts(run))
        found += [f"texts/{run}/{name}: no row names it" for name in orphans]
        found += [f"texts/{run}/{name}: is missing" for name in missing]
        found += [f"texts/{run}/{texts.DOCUMENTS}: its last row is torn"] if torn else []
        found += [f"texts/{run}/{texts.DOCUMENTS}: {broken} lines are no rows"] if broken else []
        repairable &= not (broken or missing) and (run in unsealed or not (torn or orphans))
    if found:
        return "bad", some(found), REPAIR if repairable else VERIFY
    return "ok", f"{count} texts, each with its row", ""


def _sketches(collection: Collection, *, busy: bool) -> Outcome:
    """What texts are compared by is derived: it costs the next run some time to make it, and no more."""
    old = [] if busy else stale(collection, SketchParts(collection))
    if old:
        return "warn", f"{SKETCHES} is not of the texts of {some(old)}", f"{REPAIR}, and so does the next crawl"
    return "ok", "being written" if busy else "of the texts that there are, or none yet", ""


def _ledger(collection: Collection) -> Outcome:
    path = collection.path / LEDGER
    if not path.exists():
        return "ok", "none: nothing was crawled into this collection", ""
    with ledger_errors(path):
        database = open_ledger_for_reading(path)
        try:
            said = [str(row[0]) for row in database.execute("PRAGMA quick_check(3)")]
            runs = read_runs(database)
            read_counts(database, None)
            deque(read_rows(database, None, None), maxlen=0)  # a row that no crawl wrote is met on the way
        finally:
            database.close()
    if said != ["ok"]:
        todo = f"move {LEDGER} (with its -wal and -shm) away: the next crawl begins an empty one, the archive stays"
        return "bad", f"{path}: is damaged: {some(said)}", todo
    return "ok", f"sound, {len(runs)} runs", ""


def _runs(collection: Collection, *, busy: bool) -> Outcome:
    left = _unsealed(collection)
    if busy or not left:
        return "ok", f"{len(collection.runs()) - len(left)} finished" + (", one at work" if left else ""), ""
    bulk = set(bulkrun.unfinished(collection))
    if bulk & set(left):
        return "bad", f"left unfinished by reextract: {some(sorted(bulk))}", REPAIR
    if (going := _going_on(collection)) >= set(left):
        return "warn", f"unfinished: {some(left)}", "the same crawl command goes on with it"
    ended = [run for run in left if run not in going]
    todo = "a crash came between its end and its seal: audit NAME --run RUN tells whether its texts hold"
    return "bad", f"ended, but the chain does not vouch for it: {some(ended)}", todo


def _going_on(collection: Collection) -> set[str]:
    path = collection.path / LEDGER
    if not path.exists():
        return set()
    with ledger_errors(path):
        database = open_ledger_for_reading(path)
        try:
            return {run.run for run in read_runs(database) if run.ended is None}
        finally:
            database.close()


def _chain(collection: Collection) -> Outcome:
    chain, storage = collection.chain, collection.storage
    links = list(chain.links())
    try:
        key = chain.public_key()
    except ValueError as error:
        return "bad", f"{PUBLIC}: no usable public key: {error}", VERIFY
    if key is None:
        return ("bad", f"{PUBLIC}: is missing", VERIFY) if links else ("ok", "not begun", "")
    before = NOTHING
    for link in links:
        if not link.whole:
            return "warn", f"line {link.number} is torn", "the next thing that is sealed mends it"
        if (problem := flaw(link, before, key)) is not None:
            return "bad", f"line {link.number}: {problem}", VERIFY
        before = sha256(link.line)
    if not storage.exists(PRIVATE) and not os.environ.get(KEY_VARIABLE):
        return "bad", f"{PRIVATE}: the signing key is missing", f"name its file in {KEY_VARIABLE} before the next crawl"
    return "ok", f"{len(links)} lines, each signed and after the one before it", ""
