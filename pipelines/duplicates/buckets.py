"""Buckets: numbers by key in sorted arrays, where a dict of millions of lists would take gigabytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

KEY_BITS = 36
_NUMBER_BITS = 64 - KEY_BITS
_NUMBER = (1 << _NUMBER_BITS) - 1
FULL = 64
"""Numbers looked at under one key: the least. What more texts share than that is a template's wording."""
_RECENT = 1 << 16
"""Pairs kept in a dict until they are sorted in."""

_SLICE = 1 << 18
"""Pairs gone through at a time."""

Pairs = NDArray[np.uint64]
"""Key in the upper bits, number in the lower ones."""


class Buckets:
    """Pairs of a key and a number (28 bits), at 8 bytes a pair: an old array, a young one, and a dict of the latest.

    What is found depends only on the pairs that were added.
    """

    def __init__(self) -> None:
        self._old: Pairs = np.empty(0, np.uint64)
        self._young: Pairs = np.empty(0, np.uint64)
        self._recent: dict[int, list[int]] = {}
        self._pairs = 0
        """How many are in the dict."""

    def extend(self, many: Iterable[tuple[NDArray[np.uint64], NDArray[np.uint64]]]) -> None:
        """Adds many pairs at once: keys (n, k) and numbers (n), each of them under its row of keys."""
        shift = np.uint64(_NUMBER_BITS)
        pairs = [((keys << shift) | numbers[:, np.newaxis]).ravel() for keys, numbers in many]
        self._old = np.concatenate([self._old, *pairs])
        self._old.sort()

    def add(self, keys: Sequence[int], number: int) -> None:
        """Puts a number, greater than those before it, under each of the keys."""
        for key in keys:
            self._recent.setdefault(key, []).append(number)
        self._pairs += len(keys)
        if self._pairs >= _RECENT:
            self._settle()

    def find(self, keys: Sequence[int]) -> list[list[int]]:
        """For each key the least numbers under it, `FULL` at most, in order."""
        found: list[list[int]] = [[] for _ in keys]
        low = np.array(keys, np.uint64) << np.uint64(_NUMBER_BITS)
        for pairs in (self._old, self._young):
            if not len(pairs):
                continue
            starts = pairs.searchsorted(low).tolist()
            ends = pairs.searchsorted(low | np.uint64(_NUMBER), side="right").tolist()
            for numbers, start, end in zip(found, starts, ends, strict=True):
                if start < end:
                    numbers += (pairs[start : min(end, start + FULL)] & np.uint64(_NUMBER)).tolist()
        for numbers, key in zip(found, keys, strict=True):
            numbers += self._recent.get(key, ())
            del numbers[FULL:]
        return found

    def together(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """All pairs of numbers under one key, of which one is among the `FULL` least there; some of them often.

        Comes in arrays: the lesser numbers and the greater ones.
        """
        self._settle()
        self._old, self._young = _merged(self._old, self._young), np.empty(0, np.uint64)
        end = 0
        while (start := end) < len(self._old):
            last = self._old[min(start + _SLICE, len(self._old)) - 1]
            end = int(self._old.searchsorted(last | np.uint64(_NUMBER), side="right"))  # a key is never torn apart
            yield from _pairs(self._old[start:end])

    def _settle(self) -> None:
        """Sorts the latest in; the great array is only written anew when the young one has become a part of it."""
        latest = [key << _NUMBER_BITS | number for key, numbers in self._recent.items() for number in numbers]
        self._recent, self._pairs = {}, 0
        self._young = _merged(self._young, np.array(latest, np.uint64))
        if 4 * len(self._young) > len(self._old):
            self._old, self._young = _merged(self._old, self._young), np.empty(0, np.uint64)


def _merged(one: Pairs, other: Pairs) -> Pairs:
    merged = np.concatenate((one, other))
    merged.sort(kind="stable")  # which merges what is sorted already
    return merged


def _pairs(part: Pairs) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Each number with the first under its key, then with the second, and so on."""
    keys, numbers = part >> np.uint64(_NUMBER_BITS), (part & np.uint64(_NUMBER)).astype(np.intp)
    places = np.flatnonzero(keys[1:] == keys[:-1]) + 1
    firsts = keys.searchsorted(keys[places])
    for rank in range(FULL):
        after = firsts + rank < places
        places, firsts = places[after], firsts[after]
        if not len(places):
            return
        yield numbers[firsts + rank], numbers[places]
