"""TextIndex: every text of a collection by its words, in memory: a million in about a gigabyte."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from pipelines.duplicates.banding import Banding, body_keys
from pipelines.duplicates.buckets import Buckets
from pipelines.duplicates.facts import Facts
from pipelines.duplicates.sketch import SIZE, similarity, sketch_of

DIGEST = 16
"""Bytes kept of a SHA-256."""
RECORD = SIZE + 2 * DIGEST
"""Bytes of a text's record: sketch, digest of the main text, digest of the text file."""
BODY, TEXT = slice(SIZE, SIZE + DIGEST), slice(SIZE + DIGEST, RECORD)
_CHUNK = 1 << 13


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

    def forget(self, number: int) -> None:
        """A text is no more: another one took its place."""
        self._gone.add(number)

    def is_gone(self, number: int) -> bool:
        return number in self._gone

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
        return min(similarity(one[:SIZE], other[:SIZE]), 0.999)

    def groups(
        self, since: int = 0, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> list[list[int]]:
        """Texts that are like each other, or linked by others, as lists of numbers: those with a text from `since` on.

        `progress` is told how many have been compared, and of how many. Who is with whom does not depend on the order
        of the texts, but where more than `buckets.FULL` share a wording.
        """
        seeds = self._not_alone(since)
        waiting, seen, leader = list(seeds), set(seeds), dict[int, int]()
        while waiting:
            number = waiting.pop()
            progress(len(seen) - len(waiting), len(seen))
            for other, _ in self.meet(self.record(number)).like:
                _join(leader, number, other)
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return self._whole(seen, leader)

    def _not_alone(self, since: int) -> list[int]:
        """The firsts of texts from `since` on that may have others like them."""
        bodies = self._bodies()
        _, firsts, of, counts = np.unique(bodies, return_index=True, return_inverse=True, return_counts=True)
        shared = np.isin(firsts, self._buckets.shared(), assume_unique=True) | (counts > 1)
        wanted = np.unique(of[since:])
        return sorted(int(number) for number in firsts[wanted[shared[wanted]]])

    def _whole(self, firsts: set[int], leader: dict[int, int]) -> list[list[int]]:
        """The groups with all texts that their firsts stand for."""
        bodies = self._bodies()
        by_body = {int(bodies[number]): _find(leader, number) for number in sorted(firsts)}
        wanted = np.array(sorted(by_body), np.uint64)
        groups: dict[int, list[int]] = {}
        for number in np.flatnonzero(np.isin(bodies, wanted)).tolist():
            if number not in self._gone:
                groups.setdefault(by_body[int(bodies[number])], []).append(number)
        return [group for group in groups.values() if len(group) > 1]

    def _bodies(self) -> NDArray[np.uint64]:
        """The first 8 bytes of each main text's digest."""
        return _first_8(np.frombuffer(self._records, np.uint8).reshape(-1, RECORD))

    def _pairs(self, firsts: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint64]]]:
        """Keys and numbers for the buckets."""
        table = np.frombuffer(self._records, np.uint8).reshape(-1, RECORD)
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


def _find(leader: dict[int, int], number: int) -> int:
    while leader.get(number, number) != number:
        leader[number] = leader.get(leader[number], leader[number])
        number = leader[number]
    return number


def _join(leader: dict[int, int], one: int, other: int) -> None:
    first, second = sorted((_find(leader, one), _find(leader, other)))
    leader[second] = first
