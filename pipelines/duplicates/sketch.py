"""Sketch: a text in 256 bytes, by which it can be told how much of it another one shares."""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array

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


def sketch_of(text: str) -> bytes | None:
    """The sketch of a text's shingles: five letters or digits in a row, whatever stands between them.

    rensa's MinHash (Fast Similarity Sketching, Dahlgaard et al. 2017), of which the lowest byte of each lane is kept
    (b-bit minwise hashing, Li and König 2010). None for a text that is too short to have a shingle.
    """
    letters = _NO_LETTER.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])).lower()
    shingles = [letters[at : at + SHINGLE] for at in range(len(letters) - SHINGLE + 1)]
    if not shingles:
        return None
    minhash = RMinHash(SIZE, _SEED)
    try:
        minhash.update(shingles)
    except UnicodeError:  # a lone surrogate, which no rendered text has
        return sketch_of(letters.encode("utf-8", "replace").decode("utf-8"))
    lanes = array("I", minhash.digest())
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes.tobytes()[:: lanes.itemsize]


def similarity(one: bytes, other: bytes) -> float:
    """Estimate of the share of shingles that two texts have in common (Jaccard), 0..1, within some 0.05."""
    differs = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    agree = differs.to_bytes(SIZE, "big").count(0) / SIZE
    return max(0.0, (agree - _CHANCE) / (1 - _CHANCE))
