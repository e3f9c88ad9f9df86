"""Gold: the right answer for every URL of the demo outlets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import attrs


@attrs.frozen(kw_only=True)
class Gold:
    """The right answer for one URL."""

    url: str
    outlet: str
    kind: str
    """What lies there: "article", "part" (page 2.. of one), "front", "section", "feed", "redirect", ..."""
    title: str | None = None
    source: str | None = None
    author: tuple[str, ...] = ()
    editor: str | None = None
    published: str | None = None
    """ISO 8601 with +08:00, or the day alone where the page tells no more."""
    category: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    original_url: str | None = None
    """The page a snapshot names as its origin."""
    part_of: str | None = None
    """The first page of the article this is a further page of."""
    text: tuple[str, ...] | None = None
    """Main text, a block each; None for a page that must give no text file."""


def write_gold(file: Path, gold: Iterable[Gold]) -> None:
    """One JSON line a URL."""
    lines = [json.dumps(attrs.asdict(answer), ensure_ascii=False) + "\n" for answer in gold]
    file.write_text("".join(lines), encoding="utf-8")
