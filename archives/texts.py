"""TextStore: the text files of one run and the table of what they are, `documents.jsonl`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from archives.digest import sha256
from archives.errors import StorageError
from archives.storage.base import Storage

DOCUMENTS = "documents.jsonl"
_T = TypeVar("_T")
TEXT_NAME = re.compile(r"(\d{3,})_([0-9a-f]{16})\.txt")


def text_name(number: int, data: bytes) -> str:
    """The name of a text file: its number in the run and the first 16 hex digits of its SHA-256."""
    return f"{number:03d}_{hashlib.sha256(data).hexdigest()[:16]}.txt"


def names_text(name: str, data: bytes) -> bool:
    """Whether `name` is one that a text of these bytes can have."""
    match = TEXT_NAME.fullmatch(name)
    return match is not None and match[2] == hashlib.sha256(data).hexdigest()[:16]


class TextStore:
    """`texts/RUN/`: one writer at a time. A row is written after its file, so a row promises a file."""

    def __init__(self, storage: Storage, run: str) -> None:
        """Opens the run's texts, or a place for them; nothing is written before the first `put`."""
        self.run = run
        self.folder = f"texts/{run}"
        self._storage = storage
        self._repaired = False
        self._names: dict[str, str] = {row["url"]: row["file"] for row in self.rows()}
        numbers = [int(match[1]) for name in self._names.values() if (match := TEXT_NAME.fullmatch(name))]
        self._next = max(numbers, default=-1) + 1

    def put(self, text: str, row: Mapping[str, Any]) -> str:
        """Keeps a text and its row, which gains `file` and `text_digest`; gives the file's name.

        A URL that has a text in this run keeps it: nothing is written and the first name comes back. Raises
        `StorageError`; `KeyError` where the row has no `url`.
        """
        url: str = row["url"]
        if url in self._names:
            return self._names[url]
        if not self._repaired:
            self.repair()
        self._repaired = False  # should this fail half-way, the next one begins by clearing up
        data = text.encode("utf-8")
        name = text_name(self._next, data)
        self._storage.replace(f"{self.folder}/{name}", data)
        self._storage.append(f"{self.folder}/{DOCUMENTS}", _line(row, name, data))
        self._repaired = True
        self._names[url] = name
        self._next += 1
        return name

    def replace(self, made: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, str]:
        """Puts other texts and rows in the place of those of some URLs, under the same numbers; all of them or none.

        `made` is text and row by URL; a URL without a text in this run is passed over. Gives the files' names by URL.
        Raises `StorageError`.
        """
        self.repair()
        lines: list[bytes] = []
        names: dict[str, str] = {}
        for line in self.lines():
            old = parse_row(line) or {"url": "", "file": ""}
            if old["url"] in made and (match := TEXT_NAME.fullmatch(old["file"])):
                text, row = made[old["url"]]
                data = text.encode("utf-8")
                name = names[old["url"]] = text_name(int(match[1]), data)
                self._storage.replace(f"{self.folder}/{name}", data)
                line = _line(row, name, data)
            lines.append(line)
        if names:
            self._storage.replace(f"{self.folder}/{DOCUMENTS}", b"".join(lines))
            self._names |= names
            self.repair()  # the files that were replaced are named by no row now
        return names

    def amend(
        self,
        change: Callable[[Mapping[str, Any]], Mapping[str, Any] | None],
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> int:
        """Puts other rows in the place of some, for texts that stay as they are; all of them or none. Gives how many.

        `change` gives the row to be written, or None where it stays. However many rows, one is held at a time.
        `progress` is told the rows looked at, and of how many: up to the first to be changed, then from the start
        again. Raises `StorageError`.
        """
        if not any(change(row) is not None for row in _counted(self.rows(), len(self), progress)):
            return 0
        self.repair()
        changed = 0

        def lines() -> Iterator[bytes]:
            nonlocal changed
            for line in _counted(self.lines(), len(self), progress):
                row = parse_row(line)
                fresh = None if row is None else change(row)
                if row is not None and fresh is not None:
                    changed += 1
                    line = _packed({**fresh, "file": row["file"], "text_digest": row.get("text_digest")})
                yield line

        self._storage.replace(f"{self.folder}/{DOCUMENTS}", lines())
        return changed

    def name_for(self, url: str) -> str | None:
        """The file that holds the text of a URL, if there is one."""
        return self._names.get(url)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows in the order they were put; lines that are no row are passed over (`verify` finds them)."""
        for line in self.lines():
            row = parse_row(line)
            if row is not None and line.endswith(b"\n"):
                yield row

    def read(self, name: str) -> bytes:
        """The bytes of a text file. Raises `FileNotFoundError`, also for what is no name of one, `StorageError`."""
        if not TEXT_NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return self._storage.read(f"{self.folder}/{name}")

    def files(self) -> list[str]:
        """The names of the files in the folder beside the table, whatever they are."""
        return [name for name in self._storage.names(self.folder) if name != DOCUMENTS]

    def __len__(self) -> int:
        return len(self._names)

    def lines(self) -> Iterator[bytes]:
        """The lines of the table as they are, whole or not."""
        try:
            file = self._storage.open(f"{self.folder}/{DOCUMENTS}")
        except FileNotFoundError:
            return
        with file:
            yield from file

    def repair(self) -> None:
        """Cuts off a torn last row and removes the files that no row names: a crash left them.

        Raises `StorageError`, naming the place, where another row is broken: that was no crash.
        """
        self._repaired = True
        kept, named, torn = 0, {DOCUMENTS}, False
        for line in self.lines():
            if not line.endswith(b"\n"):
                torn = True
                break
            kept += len(line)
            row = parse_row(line)
            if row is None:
                path = self._storage.path(f"{self.folder}/{DOCUMENTS}")
                raise StorageError(f"{path}: the line before byte {kept} is no row; run verify on the collection")
            named.add(row["file"])
        if torn:
            self._storage.cut(f"{self.folder}/{DOCUMENTS}", kept)
        for name in self._storage.names(self.folder):
            if name not in named:
                self._storage.remove(f"{self.folder}/{name}")


def _counted(things: Iterable[_T], total: int, progress: Callable[[int, int], None]) -> Iterator[_T]:
    for number, thing in enumerate(things, 1):
        yield thing
        progress(min(number, total), total)


def _line(row: Mapping[str, Any], name: str, data: bytes) -> bytes:
    """A row as it is written: `file` first, and the digest of the text that lies there."""
    whole = {"file": name, **row, "text_digest": sha256(data)}
    whole["file"] = name
    return _packed(whole)


def _packed(row: Mapping[str, Any]) -> bytes:
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def parse_row(line: bytes) -> dict[str, Any] | None:
    """A line of `documents.jsonl` as a row; None where it is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict) or not isinstance(row.get("url"), str) or not isinstance(row.get("file"), str):
        return None
    return row
