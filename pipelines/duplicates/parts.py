"""Parts: a collection's sketches on disk, so that no run need read the texts of those before it.

`indexes/sketches/RUN.NNNN` has what `TextIndex.saved` gave of some texts of a run; the last part of a run also says
which table of texts it is complete for. All of it is derived: what is missing, damaged, of another version or for
another table is made again from the texts. It is in no chain: to change it makes hints about likeness wrong, no text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from zlib import crc32

import attrs

from archives.collection import SKETCHES, Collection
from archives.digest import sha256
from archives.errors import StorageError
from archives.texts import DOCUMENTS
from pipelines.duplicates.index import RECORD
from pipelines.duplicates.sketch import VERSION

_FORMAT = f"sketches 1 {VERSION}"
_NAME = re.compile(r"(.+)\.(\d{4,})")
_TAIL = 1 << 16
"""Bytes at the end of a table by which it is told from another of the same size."""


@attrs.frozen(kw_only=True)
class Part:
    """Some texts of a run, as an index takes them in."""

    records: bytes
    lines: bytes
    complete_for: str | None = None
    """With the parts before it, all texts of this table (`SketchParts.table`)."""

    def pack(self) -> bytes:
        """A JSON line, the records, the lines of facts."""
        body = self.records + self.lines
        head = {"format": _FORMAT, "texts": len(self.records) // RECORD, "crc32": crc32(body)}
        return json.dumps({**head, "complete_for": self.complete_for}).encode("ascii") + b"\n" + body

    @classmethod
    def unpack(cls, data: bytes) -> Part:
        """Raises ValueError for what `pack` did not write, or not this version of it."""
        line, _, body = data.partition(b"\n")
        try:
            head = json.loads(line)
            known, size, check, table = head["format"], head["texts"] * RECORD, head["crc32"], head["complete_for"]
        except (TypeError, KeyError, RecursionError) as error:
            raise ValueError(f"no head: {error!r}") from error
        if known != _FORMAT or check != crc32(body) or not isinstance(table, str | None) or not isinstance(size, int):
            raise ValueError("of another version, or damaged")
        if body.count(b"\n", size) * RECORD != size:
            raise ValueError("not as many facts as texts")
        return cls(records=body[:size], lines=body[size:], complete_for=table)


class SketchParts:
    """The parts of one collection. Only the process that holds its lock writes."""

    def __init__(self, collection: Collection) -> None:
        self._storage = collection.storage
        self._found: dict[str, list[str]] = {}
        """By run the names of its parts."""
        for name in self._storage.names(SKETCHES):
            if match := _NAME.fullmatch(name):
                self._found.setdefault(match[1], []).append(name)
        for names in self._found.values():
            names.sort(key=_number)

    def table(self, run: str) -> str:
        """What tells a run's table of texts from what it was at another time: its size and the digest of its end."""
        try:
            with self._storage.open(f"texts/{run}/{DOCUMENTS}") as file:
                size = file.seek(0, 2)
                file.seek(max(0, size - _TAIL))
                return f"{size} {sha256(file.read())}"
        except FileNotFoundError:
            return "0"

    def read(self, run: str) -> list[Part]:
        """A run's parts, up to the first that cannot be used."""
        parts = []
        for number, name in enumerate(self._found.get(run, ())):
            if _number(name) != number:  # one is missing
                break
            try:
                parts.append(Part.unpack(self._storage.read(f"{SKETCHES}/{name}")))
            except (OSError, StorageError, ValueError):
                break
        return parts

    def is_complete(self, run: str, parts: Sequence[Part]) -> bool:
        """Whether these parts have all texts of the run, as it now is."""
        table = self.table(run)
        return parts[-1].complete_for == table if parts else table == "0"

    def write(self, run: str, number: int, part: Part) -> None:
        """Puts a part in place, and takes those after it away. Raises StorageError."""
        names = self._found.setdefault(run, [])
        name = f"{run}.{number:04d}"
        self._storage.replace(f"{SKETCHES}/{name}", part.pack())
        for later in [one for one in names if _number(one) >= number]:
            if later != name:
                self._storage.remove(f"{SKETCHES}/{later}")
            names.remove(later)
        names.append(name)

    def runs(self) -> list[str]:
        """The runs that there are parts of."""
        return list(self._found)

    def count(self, run: str) -> int:
        """How many parts of a run there are: the number of the next one."""
        return 1 + max(map(_number, self._found.get(run, ())), default=-1)

    def drop(self, run: str) -> None:
        """Takes a run's parts away. Raises StorageError."""
        for name in self._found.pop(run, ()):
            with suppress(FileNotFoundError):
                self._storage.remove(f"{SKETCHES}/{name}")


def _number(name: str) -> int:
    return int(name.rpartition(".")[2])
