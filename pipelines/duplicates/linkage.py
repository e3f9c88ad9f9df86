"""Linkage: things that are linked, one by one or through others, are one group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]


class Linkage:
    """Things numbered 0, 1, 2, …; each has the least of its group as its root. Links come in great numbers at once."""

    def __init__(self, count: int) -> None:
        self._roots: Numbers = np.arange(count)

    def roots(self, numbers: Numbers) -> Numbers:
        """The roots of some of the things."""
        found: Numbers = self._roots[numbers]
        return found

    def join(self, some: Numbers, others: Numbers) -> None:
        """Links each of `some` with the one of `others` in its place, in any order with the same result.

        In turns, the greater root of a link comes under the lesser one (Shiloach and Vishkin 1982).
        """
        while len(some):
            first, second = self.roots(some), self.roots(others)
            np.minimum.at(self._roots, np.maximum(first, second), np.minimum(first, second))
            while ((further := self._roots[self._roots]) != self._roots).any():
                self._roots = further
            apart = self.roots(some) != self.roots(others)
            some, others = some[apart], others[apart]
