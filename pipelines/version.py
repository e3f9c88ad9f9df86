"""Text version: a name for the code that makes texts, so that an audit can tell other code from tampering."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_NO_PART = frozenset({"__init__.py", "bulk.py", "errors.py", "items.py", "reextraction.py", "workers.py"})
"""Modules here that carry texts about but have no say in what they are."""


@cache
def text_version() -> str:
    """The digest of our own code: nobody can forget to raise it."""
    return digest_of(Path(__file__).parent)


def digest_of(folder: Path) -> str:
    """12 hex digits over the source of every module in a folder that takes part."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if name not in _NO_PART:
            state.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()[:12]
