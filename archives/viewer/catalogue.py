"""Catalogue: the texts of a collection in memory, to be filtered and searched. Nothing is written to any disk."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from archives.collection import Collection
from archives.errors import ArchiveError
from archives.texts import DOCUMENTS, TextStore, parse_row

PAGE_SIZE = 25
_TRIGRAM = 3
"""Characters that the index of SQLite's trigram tokenizer needs; a shorter word is looked for in every text."""
_MOST_TERMS = 8
_MOST_INDEXED = 20_000
"""Texts in the index, at some 10 to 20 KB of memory each; what is beyond is looked through."""
_SCHEMA = """
CREATE TABLE texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, file TEXT NOT NULL, url TEXT NOT NULL, site TEXT,
    title TEXT, published TEXT, captured TEXT, chars INTEGER, labels TEXT NOT NULL, line INTEGER NOT NULL,
    "offset" INTEGER NOT NULL, body TEXT
);
CREATE UNIQUE INDEX by_file ON texts (run, file);
CREATE INDEX by_url ON texts (url);
CREATE VIRTUAL TABLE words USING fts5(title, body, content='texts', content_rowid='id', tokenize='trigram');
"""


@attrs.frozen(kw_only=True)
class Wanted:
    """What is asked of the list of texts; "" for whatever."""

    words: str = ""
    site: str = ""
    label: str = ""
    run: str = ""
    since: str = ""
    """ISO date, of publication or, where that is not known, of capture."""
    until: str = ""

    @property
    def terms(self) -> list[str]:
        """The words, each of which must be there, as the texts spell them."""
        return unicodedata.normalize("NFC", self.words).split()[:_MOST_TERMS]


@attrs.frozen(kw_only=True)
class Listed:
    """One text in the list."""

    run: str
    file: str
    url: str
    site: str | None
    title: str | None
    published: str | None
    captured: str | None
    chars: int | None
    labels: tuple[str, ...]
    snippet: tuple[tuple[str, bool], ...] = ()
    """Pieces of the text around the first hit, and whether each is a hit."""


@attrs.frozen(kw_only=True)
class Place:
    """Where the row of a text lies in its table."""

    line: int
    """From 1."""
    offset: int
    length: int
    row: Mapping[str, Any]


class Catalogue:
    """Rows are read when first asked for, texts when first searched; what a crawl adds meanwhile comes in by itself.

    An index of 5000 texts takes some 10 seconds to make, a look through them all a tenth of one. So nobody waits for
    the index: each search adds to it for a moment, and looks through what is not in it yet.
    """

    def __init__(self, collection: Collection, *, patience: float = 0.5) -> None:
        """`patience`: the seconds that a search may spend on the index."""
        self._collection, self._patience = collection, patience
        self._indexed = 0
        """The highest `id` in the index: every text up to it is there."""
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_SCHEMA)
        self._seen: dict[str, tuple[int, int, int]] = {}
        """By run: size and time of its table when it was read, and the number of its lines."""
        self._stores: dict[str, TextStore] = {}

    def find(self, wanted: Wanted, page: int = 1) -> tuple[list[Listed], int]:
        """One page of the texts wanted, the newest first, and how many there are in all."""
        with self._lock:
            self._refresh()
            if wanted.terms:
                self._read_bodies()
                self._index()
            clauses, values = _conditions(wanted, self._indexed)
            source = f"FROM texts WHERE {' AND '.join(clauses) or '1'}"
            total = self._db.execute(f"SELECT count(*) {source}", values).fetchone()[0]
            order = "ORDER BY coalesce(published, captured) DESC, id LIMIT ? OFFSET ?"
            rows = self._db.execute(f"SELECT * {source} {order}", [*values, PAGE_SIZE, (page - 1) * PAGE_SIZE])
            return [_listed(row, wanted.terms) for row in rows], total

    def facets(self) -> dict[str, list[tuple[str, int]]]:
        """The sites, labels and runs there are, with the number of texts of each."""
        with self._lock:
            self._refresh()
            return {
                "site": self._counted("SELECT site, count(*) FROM texts WHERE site <> '' GROUP BY site ORDER BY site"),
                "label": self._counted(
                    "SELECT value, count(*) FROM texts, json_each(texts.labels) GROUP BY value ORDER BY value"
                ),
                "run": self._counted("SELECT run, count(*) FROM texts GROUP BY run ORDER BY run DESC"),
            }

    def place(self, run: str, file: str) -> Place | None:
        """The row of a text as it lies there now; None where the run has no such text."""
        with self._lock:
            self._refresh()
            query = 'SELECT line, "offset" FROM texts WHERE run = ? AND file = ?'
            found = self._db.execute(query, (run, file)).fetchone()
        if found is None:
            return None
        with self._collection.storage.open(f"texts/{run}/{DOCUMENTS}") as table:
            table.seek(found["offset"])
            line = table.readline()
        row = parse_row(line)
        if row is None or row["file"] != file:
            return None
        return Place(line=found["line"], offset=found["offset"], length=len(line), row=row)

    def of_url(self, url: str) -> list[Listed]:
        """The texts made of a URL, the oldest run first."""
        with self._lock:
            self._refresh()
            rows = self._db.execute("SELECT * FROM texts WHERE url = ? ORDER BY run", (storable(url),))
            return [_listed(row, []) for row in rows]

    def _counted(self, query: str) -> list[tuple[str, int]]:
        return [(str(name), n) for name, n in self._db.execute(query)]

    # -- keeping up with the collection

    def _refresh(self) -> None:
        runs = self._collection.storage.folders("texts")
        for run in [*runs, *self._seen]:
            path = Path(self._collection.storage.path(f"texts/{run}/{DOCUMENTS}"))
            try:
                stat = path.stat()
            except OSError:
                self._forget(run)
                continue
            size, when, lines = self._seen.get(run, (0, 0, 0))
            if (stat.st_size, stat.st_mtime_ns) == (size, when):
                continue
            if stat.st_size <= size:  # a table only ever grows, unless somebody changes it
                self._forget(run)
                size, lines = 0, 0
            self._seen[run] = self._read_rows(run, size, lines, stat.st_mtime_ns)

    def _forget(self, run: str) -> None:
        if run in self._seen:
            del self._seen[run]
            self._db.execute(
                "INSERT INTO words(words, rowid, title, body) SELECT 'delete', id, title, body FROM texts "
                "WHERE run = ? AND id <= ?",
                (run, self._indexed),
            )
            self._db.execute("DELETE FROM texts WHERE run = ?", (run,))

    def _read_rows(self, run: str, offset: int, lines: int, when: int) -> tuple[int, int, int]:
        with self._collection.storage.open(f"texts/{run}/{DOCUMENTS}") as table:
            table.seek(offset)
            with self._db:
                self._db.execute("BEGIN")
                for line in table:
                    if not line.endswith(b"\n"):
                        break
                    lines += 1
                    row = parse_row(line)
                    if row is not None:
                        self._add(run, row, lines, offset)
                    offset += len(line)
        return offset, when, lines

    def _add(self, run: str, row: Mapping[str, Any], line: int, offset: int) -> None:
        known = [storable(row.get(name)) for name in ("file", "url", "site", "title", "published", "captured_at")]
        chars = row.get("chars")
        self._db.execute(
            "INSERT OR IGNORE INTO texts (run, file, url, site, title, published, captured, chars, labels, line,"
            ' "offset") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
            (
                run,
                *known,
                chars if isinstance(chars, int) and 0 <= chars < 1 << 60 else None,
                json.dumps(_labels(row)),
                line,
                offset,
            ),
        )

    def _read_bodies(self) -> None:
        waiting = self._db.execute("SELECT id, run, file FROM texts WHERE body IS NULL").fetchall()
        with self._db:
            self._db.execute("BEGIN")
            for row in waiting:
                body = self._body(row["run"], row["file"])
                self._db.execute("UPDATE texts SET body = ? WHERE id = ?", (body, row["id"]))

    def _index(self) -> None:
        end = time.monotonic() + self._patience
        insert = "INSERT INTO words(rowid, title, body) SELECT id, title, body FROM texts WHERE id = ?"
        waiting = self._db.execute(
            "SELECT id FROM texts WHERE id BETWEEN ? AND ? ORDER BY id", (self._indexed + 1, _MOST_INDEXED)
        ).fetchall()
        with self._db:
            self._db.execute("BEGIN")
            for row in waiting:
                if time.monotonic() >= end:
                    break
                self._db.execute(insert, (row["id"],))
                self._indexed = row["id"]

    def _body(self, run: str, file: str) -> str:
        """The text of a file; "" where it cannot be read, which its own page tells."""
        if run not in self._stores:
            self._stores[run] = self._collection.texts(run)
        try:
            return self._stores[run].read(file).decode("utf-8", "replace").replace("\0", "\ufffd")
        except (FileNotFoundError, ArchiveError):
            return ""


def _conditions(wanted: Wanted, indexed: int) -> tuple[list[str], list[object]]:
    """The wishes as SQL, where texts up to the id `indexed` are in the index; every value is a parameter."""
    clauses: list[str] = []
    values: list[object] = []

    def add(clause: str, *given: object) -> None:
        clauses.append(clause)
        values.extend(given)

    for term in wanted.terms:
        like = "%" + re.sub(r"([\\%_])", r"\\\1", term) + "%"
        if len(term) >= _TRIGRAM:
            phrase = '"' + term.replace('"', '""') + '"'
            add(
                f"(id IN (SELECT rowid FROM words WHERE words MATCH ?) OR id > ? AND {_LOOK})",
                phrase,
                indexed,
                like,
                like,
            )
        else:
            add(_LOOK, like, like)
    if wanted.site:
        add("site = ?", wanted.site)
    if wanted.label:
        add("EXISTS (SELECT 1 FROM json_each(texts.labels) WHERE value = ?)", wanted.label)
    if wanted.run:
        add("run = ?", wanted.run)
    if wanted.since:
        add("substr(coalesce(published, captured), 1, 10) >= ?", wanted.since)
    if wanted.until:
        add("substr(coalesce(published, captured), 1, 10) <= ?", wanted.until)
    return clauses, values


_LOOK = r"(body LIKE ? ESCAPE '\' OR title LIKE ? ESCAPE '\')"


def _listed(row: sqlite3.Row, terms: list[str]) -> Listed:
    return Listed(
        run=row["run"], file=row["file"], url=row["url"], site=row["site"], title=row["title"],
        published=row["published"], captured=row["captured"], chars=row["chars"],
        labels=tuple(json.loads(row["labels"])), snippet=snippet(row["body"] or "", terms) if terms else (),
    )  # fmt: skip


def snippet(text: str, terms: list[str], around: int = 60) -> tuple[tuple[str, bool], ...]:
    """The text around the first hit, in pieces that are hits and pieces that are not; its start where there is none."""
    pattern = re.compile("|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True)), re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - around // 2) if first else 0
    end = min(len(text), (first.end() if first else 0) + around * 2)
    return tuple(_pieces(text, pattern, start, end))


def _pieces(text: str, pattern: re.Pattern[str], start: int, end: int) -> Iterator[tuple[str, bool]]:
    if start:
        yield "…", False
    at = start
    for hit in pattern.finditer(text, start, end):
        yield text[at : hit.start()], False
        yield hit[0], True
        at = hit.end()
    yield text[at:end], False
    if end < len(text):
        yield "…", False


def storable(value: object) -> str | None:
    """A string as SQLite and UTF-8 can hold it, without NUL and lone surrogates; None for what is no string."""
    return value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _labels(row: Mapping[str, Any]) -> list[str]:
    labels = row.get("labels")
    if not isinstance(labels, list):
        return []
    names = (storable(label.get("name")) for label in labels if isinstance(label, dict))
    return [name for name in names if name]
