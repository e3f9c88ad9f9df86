"""FixityFinding: one place where a collection is not what it says it is."""

from __future__ import annotations

from typing import Any

import attrs


def printable(text: str | None) -> str | None:
    """A text on one line that any terminal or file takes: what came from a damaged file may hold anything."""
    if text is None or text.isprintable():
        return text
    return "".join(part if part.isprintable() else part.encode("unicode_escape").decode("ascii") for part in text)


def one_line(text: str) -> str:
    """`printable` of a text that is there."""
    return printable(text) or ""


@attrs.frozen(kw_only=True)
class FixityFinding:
    """What was found, where, and what it means. None where a part does not apply or cannot be told."""

    kind: str
    """What sort of thing, for programs: "warc-damaged", "text-changed", ..."""
    file: str = attrs.field(converter=one_line)
    """Path within the collection."""
    offset: int | None = None
    """Byte at which the record or line starts."""
    line: int | None = None
    """Line number, from 1."""
    record_id: str | None = attrs.field(default=None, converter=printable)
    url: str | None = attrs.field(default=None, converter=printable)
    what: str = attrs.field(converter=one_line)
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
