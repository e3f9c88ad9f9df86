"""TextIndex: every text of a collection by its words, in memory: a million in about a gigabyte."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from pipelines.duplicates.banding import Banding, body_keys
from pipelines.duplicates.buckets import Buckets
from pipelines.duplicates.facts import Facts, site_and_source
from pipelines.duplicates.linkage import Linkage, Numbers
from pipelines.duplicates.sketch import SIZE, similarities, similarity, sketch_of

DIGEST = 16
"""Bytes kept of a SHA-256."""
RECORD = SIZE + 2 * DIGEST
"""Bytes of a text's record: sketch, digest of the main text, digest of the text file."""
BODY, TEXT = slice(SIZE, SIZE + DIGEST), slice(SIZE + DIGEST, RECORD)
_CHUNK = 1 << 13
_NEARLY = 0.999
"""The most that texts can be alike whose main texts are not the same."""


def record_of(text: str, blocks: Sequence[str]) -> bytes:
    """The record of a text file with its main-text blocks."""
    body = "\n\n".join(blocks)
    return (sketch_of(body) or bytes(SIZE)) + _digest(body) + _digest(text)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:DIGEST]


@attrs.frozen(kw_only=True)
class Meeting:
    """A text among those that are there."""

    keys: list[int]
    """What it is filed under."""
    first: int | None
    """The first text with the same main text."""
    like: list[tuple[int, float]]
    """Numbers and similarity of the texts that it is like, the most alike first; `first` among them, with 1."""


class TextIndex:
    """Texts numbered 0, 1, 2, … as they come. Of those with the same main text the first stands for all.

    Nothing in it depends on the process or the machine: the same texts in the same order give the same answers.
    """

    def __init__(self, threshold: float) -> None:
        """`threshold`: similarity from which two texts are like each other."""
        self.threshold = threshold
        self._banding = Banding(threshold)
        self._buckets = Buckets()
        self._records = bytearray()
        self._lines = bytearray()
        self._starts = array("Q", [0])
        self._gone: set[int] = set()

    def __len__(self) -> int:
        return len(self._records) // RECORD

    def load(self, parts: Iterable[tuple[bytes, bytes]]) -> None:
        """Takes texts in at once: records and lines of facts, as `saved` gave them. Later ones may follow."""
        before = len(self)
        for records, lines in parts:
            ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == ord("\n")).astype(np.uint64)
            if len(records) != len(ends) * RECORD:
                raise ValueError("as many records as lines are needed")
            self._starts.frombytes((ends + np.uint64(len(self._lines) + 1)).tobytes())
            self._records += records
            self._lines += lines
        if len(self) > before:
            _, firsts = np.unique(self._bodies(), return_index=True)
            firsts.sort()
            self._buckets.extend(self._pairs(firsts[firsts >= before]))

    def saved(self, start: int, end: int) -> tuple[bytes, bytes]:
        """Records and lines of the texts from `start` to before `end`, without those that are gone."""
        kept = [number for number in range(start, end) if number not in self._gone]
        return b"".join(map(self.record, kept)), b"".join(map(self._line, kept))

    def meet(self, record: bytes) -> Meeting:
        """Looks for the like of a text; each one found stands for all with its main text."""
        keys = self._keys(record)
        same, *near = self._buckets.find(keys)
        first = next((one for one in same if one not in self._gone and self.alike(record, self.record(one)) == 1), None)
        found = set().union(*near) - self._gone - {first}
        scores = [(number, self.alike(record, self.record(number))) for number in found]
        like = sorted((pair for pair in scores if pair[1] >= self.threshold), key=lambda pair: (-pair[1], pair[0]))
        return Meeting(keys=keys, first=first, like=like if first is None else [(first, 1.0), *like])

    def add(self, facts: Facts, record: bytes, meeting: Meeting) -> int:
        """Adds a text that has met the others; gives its number."""
        number = len(self)
        self._records += record
        self._lines += facts.line()
        self._starts.append(len(self._lines))
        if meeting.first is None:
            self._buckets.add(meeting.keys, number)
        return number

    def repeat(self, number: int, facts: Facts) -> int:
        """Adds a text with the words of another one; gives its number."""
        return self.add(facts, self.record(number), Meeting(keys=[], first=number, like=[]))

    def forget(self, number: int) -> None:
        """A text is no more: another one took its place."""
        self._gone.add(number)

    def is_gone(self, number: int) -> bool:
        return number in self._gone

    def sources(self) -> Counter[tuple[str, str]]:
        """How many texts of each site name which source."""
        found: Counter[tuple[str, str]] = Counter()
        for number in range(len(self)):
            if number not in self._gone and (named := site_and_source(self._line(number))):
                found[named] += 1
        return found

    def facts(self, number: int) -> Facts:
        return Facts.parse(self._line(number))

    def record(self, number: int) -> bytes:
        return bytes(self._records[number * RECORD : (number + 1) * RECORD])

    @staticmethod
    def alike(one: bytes, other: bytes) -> float:
        """Similarity of two records: 1 for the same main text only, 0 where one is too short to tell."""
        if one[BODY] == other[BODY]:
            return 1.0
        if not any(one[:SIZE]) or not any(other[:SIZE]):
            return 0.0
        return min(similarity(one[:SIZE], other[:SIZE]), _NEARLY)

    def groups(self, since: int = 0) -> list[list[int]]:
        """Texts that are like each other, or linked by others, as lists of numbers: those with a text from `since` on.

        Who is with whom does not depend on the order of the texts, but where more than `buckets.FULL` share a wording.
        """
        kept = np.ones(len(self), bool)
        kept[list(self._gone)] = False
        _, firsts, body_of = np.unique(self._bodies(), return_index=True, return_inverse=True)
        told = np.zeros(len(firsts), bool)
        told[body_of[kept]] = True
        linkage = Linkage(len(firsts))
        for lesser, greater in self._buckets.together():
            some, others = body_of[lesser], body_of[greater]
            new = (linkage.roots(some) != linkage.roots(others)) & told[some] & told[others]
            some, others = some[new], others[new]
            like = self._like(firsts[some], firsts[others])
            linkage.join(some[like], others[like])
        numbers = np.flatnonzero(kept)
        return _grouped(numbers, linkage.roots(body_of[numbers]), since)

    def _like(self, some: Numbers, others: Numbers) -> NDArray[np.bool_]:
        """Whether each of some texts is like the one of `others` in its place, if their main texts are not the same."""
        table = self._table()
        found = [np.empty(0, bool)]
        for at in range(0, len(some), _CHUNK):
            one, other = table[some[at : at + _CHUNK], :SIZE], table[others[at : at + _CHUNK], :SIZE]
            scores = np.minimum(similarities(one, other), _NEARLY)
            found.append((scores >= self.threshold) & one.any(axis=1) & other.any(axis=1))
        return np.concatenate(found)

    def _bodies(self) -> NDArray[np.uint64]:
        """The first 8 bytes of each main text's digest."""
        return _first_8(self._table())

    def _table(self) -> NDArray[np.uint8]:
        """All records; no text can be added while it is there."""
        return np.frombuffer(self._records, np.uint8).reshape(-1, RECORD)

    def _pairs(self, firsts: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint64]]]:
        """Keys and numbers for the buckets."""
        table = self._table()
        for at in range(0, len(firsts), _CHUNK):
            numbers = firsts[at : at + _CHUNK].astype(np.uint64)
            part = table[firsts[at : at + _CHUNK]]
            yield body_keys(_first_8(part)).reshape(-1, 1), numbers
            told = part[:, :SIZE].any(axis=1)
            yield self._banding.keys(part[told, :SIZE]), numbers[told]

    def _keys(self, record: bytes) -> list[int]:
        """The key of the main text, and those of the sketch if there is one."""
        body = body_keys(np.frombuffer(record[SIZE : SIZE + 8], "<u8")).tolist()
        if not any(record[:SIZE]):
            return list(body)
        sketch = np.frombuffer(record[:SIZE], np.uint8).reshape(1, SIZE)
        return [*body, *self._banding.keys(sketch)[0].tolist()]

    def _line(self, number: int) -> bytes:
        return bytes(self._lines[self._starts[number] : self._starts[number + 1]])


def _first_8(table: NDArray[np.uint8]) -> NDArray[np.uint64]:
    found: NDArray[np.uint64] = table[:, SIZE : SIZE + 8].copy().view("<u8").ravel()
    return found


def _grouped(numbers: Numbers, roots: Numbers, since: int) -> list[list[int]]:
    """Numbers, in order, by their roots: groups of more than one, with a number from `since` on, first come first."""
    if not len(numbers):
        return []
    sizes, last = np.bincount(roots), np.zeros(int(roots.max()) + 1, np.intp)
    last[roots] = numbers
    wanted = ((sizes > 1) & (last >= since))[roots]
    numbers, roots = numbers[wanted], roots[wanted]
    order = np.argsort(roots, kind="stable")
    cuts = np.flatnonzero(np.diff(roots[order])) + 1
    return sorted(group.tolist() for group in np.split(numbers[order], cuts) if len(group))
