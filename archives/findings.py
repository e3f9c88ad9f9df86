"""FixityFinding: one place where a collection is not what it says it is."""

from __future__ import annotations

from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class FixityFinding:
    """What was found, where, and what it means. None where a part does not apply or cannot be told."""

    kind: str
    """What sort of thing, for programs: "warc-damaged", "text-changed", ..."""
    file: str
    """Path within the collection."""
    offset: int | None = None
    """Byte at which the record or line starts."""
    line: int | None = None
    """Line number, from 1."""
    record_id: str | None = None
    url: str | None = None
    what: str
    """What is the case, one line."""
    meaning: str
    """What follows from it, one line."""

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f" line {self.line}"
        elif self.offset is not None:
            place += f" at byte {self.offset}"
        about = " ".join(part for part in (self.record_id, self.url) if part)
        return f"{place}: {self.what}{f' [{about}]' if about else ''} ({self.meaning})"

    def to_json(self) -> dict[str, Any]:
        return attrs.asdict(self)
