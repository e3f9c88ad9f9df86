"""Duplicates: which texts of a run say the same, exactly or nearly."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs

_SHINGLE = 5
_BINS = 128
_ROWS = 2
"""Bins of a band. Two texts become candidates when they agree in all bins of any of the 64 bands."""
_EMPTY = (1 << 64) - 1


@attrs.frozen(kw_only=True)
class Doubles:
    """Which earlier texts of its run a text repeats."""

    same_text_as: str | None
    """URL whose text file is the same to the byte: a second one would say nothing."""
    duplicate_of: str | None
    """URL whose main text is the same, whatever the title and byline."""
    near_duplicates: list[dict[str, Any]]
    """`url` and `similarity` (0..1) of each text that is much alike, the most alike first."""


class RunTexts:
    """The texts of one run so far; each new one is settled against them."""

    def __init__(self, near_duplicate: float) -> None:
        self._with_text: dict[bytes, str] = {}
        self._with_body: dict[bytes, str] = {}
        self._near = NearDuplicateIndex(threshold=near_duplicate)

    def settle(self, url: str, text: str, blocks: Sequence[str]) -> Doubles:
        """Adds a text with its main-text blocks, and says what it repeats."""
        body = "\n\n".join(blocks)
        twin = self._with_text.setdefault(_key(text), url)
        first = self._with_body.setdefault(_key(body), url)
        near = self._near.add(url, body)
        return Doubles(
            same_text_as=twin if twin != url else None,
            duplicate_of=first if first != url else None,
            near_duplicates=[{"url": other, "similarity": round(share, 3)} for other, share in near],
        )


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class NearDuplicateIndex:
    """The texts of one run by their shingles (five letters or digits in a row, whatever stands between them).

    One-permutation MinHash (Li, Owen, Zhang 2012): the shingles' hashes fall into 128 bins, the least of each is kept,
    and the share of bins that agree estimates the Jaccard coefficient, within some 0.07. A kilobyte a text; nothing is
    held outside the object, and the same texts in the same order give the same answers.
    """

    def __init__(self, threshold: float = 0.8) -> None:
        self._threshold = threshold
        self._sketches: dict[str, array[int]] = {}
        self._buckets: dict[tuple[int, ...], list[str]] = {}

    def add(self, key: str, text: str) -> list[tuple[str, float]]:
        """Adds a text; gives the keys of earlier ones like it with their similarity 0..1, the most alike first."""
        sketch = _sketch(text)
        bands = _bands(sketch)
        candidates = {other for band in bands for other in self._buckets.get(band, ()) if other != key}
        scores = ((other, _similarity(sketch, self._sketches[other])) for other in candidates)
        found = [(other, round(score, 4)) for other, score in scores if score >= self._threshold]
        self._forget(key)
        self._sketches[key] = sketch
        for band in bands:
            self._buckets.setdefault(band, []).append(key)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _forget(self, key: str) -> None:
        if (old := self._sketches.pop(key, None)) is not None:
            for band in _bands(old):
                self._buckets[band].remove(key)


def _sketch(text: str) -> array[int]:
    """The least hash of each bin; a bin that no shingle falls into holds the greatest number there is."""
    letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()
    sketch = array("Q", [_EMPTY]) * _BINS
    for at in range(len(letters) - _SHINGLE + 1):
        digest = hashlib.blake2b(letters[at : at + _SHINGLE].encode("utf-8", "replace"), digest_size=8).digest()
        value = int.from_bytes(digest, "big")
        if value < sketch[value % _BINS]:
            sketch[value % _BINS] = value
    return sketch


def _bands(sketch: array[int]) -> list[tuple[int, ...]]:
    bands = (tuple(sketch[at : at + _ROWS]) for at in range(0, _BINS, _ROWS))
    return [(at, *band) for at, band in enumerate(bands) if band != (_EMPTY,) * _ROWS]


def _similarity(one: array[int], other: array[int]) -> float:
    """Share of the bins that are filled in either text in which both hold the same."""
    bins = Counter(a == b for a, b in zip(one, other, strict=True) if a != _EMPTY or b != _EMPTY)
    return bins[True] / max(1, bins.total())
