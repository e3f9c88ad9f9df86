"""Sketch: a text in 256 bytes, by which it can be told how much of it another one shares."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

SIZE = 256
"""Bytes of a sketch, one for each lane of the MinHash."""
SHINGLE = 5
VERSION = f"{RMinHash.ALGORITHM_VERSION}/{SIZE}/{SHINGLE}"
"""Sketches of different versions cannot be compared."""
_SEED = 1
_CHANCE = 1 / 256
"""How often a lane of two texts that share nothing agrees."""
_LONGEST = 400_000
"""Characters that are looked at: what a text says further on makes it no other one."""
_NO_LETTER = re.compile(r"[\W_]+")
_POWERS = [pow(0x9E3779B97F4A7C15, place + 1, 1 << 64) for place in range(SHINGLE)]


def sketch_of(text: str) -> bytes | None:
    """The sketch of a text's shingles: five letters or digits in a row, whatever stands between them.

    rensa's MinHash (Fast Similarity Sketching, Dahlgaard et al. 2017), of which the lowest byte of each lane is kept
    (b-bit minwise hashing, Li and König 2010). None for a text that is too short to have a shingle.
    """
    letters = _NO_LETTER.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).lower()
    codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    count = len(codes) - SHINGLE + 1
    if count < 1:
        return None
    minhash = RMinHash.digest_matrix_from_flat_token_hashes(_hashes(codes, count), [0, count], SIZE, _SEED)
    return np.array(minhash.to_rows()[0], np.uint32).astype(np.uint8).tobytes()


def _hashes(codes: NDArray[np.uint64], count: int) -> NDArray[np.uint64]:
    """A number of 64 bits for each shingle: a polynomial in its code points, mixed as SplitMix64 does (Steele 2014)."""
    hashes = np.zeros(count, np.uint64)
    for place, power in enumerate(_POWERS):
        hashes += codes[place : place + count] * np.uint64(power)
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
    return hashes


def similarity(one: bytes, other: bytes) -> float:
    """Estimate of the share of shingles that two texts have in common (Jaccard), 0..1, within some 0.05."""
    differs = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return max(0.0, (differs.to_bytes(SIZE, "big").count(0) / SIZE - _CHANCE) / (1 - _CHANCE))


def similarities(some: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The same for many, (n, 256) each: every one with the other in its row."""
    agree = np.count_nonzero(some == others, axis=1)
    found: NDArray[np.float64] = np.maximum(0.0, (agree / SIZE - _CHANCE) / (1 - _CHANCE))
    return found
