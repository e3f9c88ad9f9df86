"""Clauses: what stands between two marks, and those that the paragraphs of a text repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_CLAUSE = re.compile(r"[^，。！？；：,!?;\s]+")
_LEAST, _LONGEST = 4, 24
_READ = 20_000
_TIMES = 3


def repeated(blocks: Sequence[str]) -> tuple[str, ...]:
    """Clauses of 4 to 24 characters that half of the paragraphs have word for word behind another clause, three at
    least. A paragraph has three clauses; verses, lists and tables, which repeat by right, have lines."""
    counts: Counter[str] = Counter()
    paragraphs, left = 0, _READ
    for block in blocks:
        if left <= 0:
            break
        clauses = _CLAUSE.findall(block[:left])
        left -= len(block)
        if len(clauses) >= 3 and "\n" not in block:
            paragraphs += 1
            counts.update({clause for clause in clauses[1:] if _LEAST <= len(clause) <= _LONGEST})
    least = max(_TIMES, paragraphs / 2)
    return tuple(clause for clause, times in sorted(counts.items()) if times >= least)


def unrepeated(blocks: Sequence[str]) -> list[str]:
    """The blocks without the clauses that they repeat: what the text says by itself."""
    if not (clauses := frozenset(repeated(blocks))):
        return list(blocks)
    return [_CLAUSE.sub(lambda found: "" if found[0] in clauses else found[0], block) for block in blocks]
