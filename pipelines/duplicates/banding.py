"""Banding: the keys that two sketches are to have in common before they are compared."""

from __future__ import annotations

from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from pipelines.duplicates.buckets import KEY_BITS
from pipelines.duplicates.sketch import SIZE

_MISSED = 0.005
"""Share of the pairs just at the threshold that may be missed."""
_MOST = 24
"""Bands, at 8 bytes a text each."""
_BAND_BITS = 5
_HASH_BITS = KEY_BITS - _BAND_BITS
_FACTOR = 0x9E3779B97F4A7C15
BODY_BAND = (1 << _BAND_BITS) - 1
"""The band that no sketch has: for the keys of whole bodies."""


class Banding:
    """Locality-sensitive hashing (Indyk and Motwani 1998): sketches that are like each other have a band in common."""

    def __init__(self, threshold: float) -> None:
        self._count, self._rows = bands_for(threshold)
        powers = [pow(_FACTOR, at + 1, 1 << 64) for at in range(self._rows)]
        self._weights = np.array(powers, np.uint64)
        self._bands = np.arange(self._count, dtype=np.uint64) << np.uint64(_HASH_BITS)

    def keys(self, sketches: NDArray[np.uint8]) -> NDArray[np.uint64]:
        """For sketches (n, 256) their keys (n, bands)."""
        used = sketches[:, : self._count * self._rows].reshape(len(sketches), self._count, self._rows)
        hashes = (used * self._weights).sum(axis=2, dtype=np.uint64)
        keys: NDArray[np.uint64] = (hashes >> np.uint64(64 - _HASH_BITS)) | self._bands
        return keys


def body_keys(digests: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """For the first 8 bytes of bodies' digests (n) their keys (n)."""
    keys: NDArray[np.uint64] = (digests >> np.uint64(64 - _HASH_BITS)) | np.uint64(BODY_BAND << _HASH_BITS)
    return keys


def bands_for(threshold: float) -> tuple[int, int]:
    """Bands and lanes of each: the widest bands that still find all but a few of the pairs at the threshold."""
    if threshold >= 1:
        return 1, SIZE
    for rows in range(SIZE, 1, -1):
        agree = threshold**rows
        count = ceil(log(_MISSED) / log(1 - agree)) if agree > 1e-9 else SIZE
        if count <= _MOST and count * rows <= SIZE:
            return count, rows
    return _MOST, 1
