"""Rendering: the templates, and how values from strangers are put into words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from archives.capture import MessageHead


def templates() -> Environment:
    """The viewer's templates; every value is escaped."""
    made = Environment(
        loader=PackageLoader("archives.viewer"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["path"] = lambda text: quote(str(text), safe="", errors="replace")
    made.filters["when"] = _when
    return made


def paging(path: str, asked: Mapping[str, str], page: int, total: int, size: int) -> dict[str, Any]:
    """What the pager of a list needs: this page, how many there are, and the addresses before and after it."""
    pages = max(1, -(-total // size))
    kept = {name: value for name, value in asked.items() if value}

    def link(to: int) -> str | None:
        return f"{path}?{urlencode({**kept, 'page': to})}" if 1 <= to <= pages and to != page else None

    return {"page": page, "pages": pages, "before": link(min(page - 1, pages)), "after": link(page + 1)}


def mapping(value: object) -> Mapping[str, Any]:
    """A value out of JSON where it is an object, nothing where it is not."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """A value out of JSON where it is an array, nothing where it is not."""
    return value if isinstance(value, list) else []


def shown(value: object) -> str:
    """A field of a row as one line."""
    if isinstance(value, list):
        return ", ".join(
            json.dumps(item, ensure_ascii=False) if isinstance(item, dict) else str(item) for item in value
        )
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _when(value: object) -> str:
    """A time as it is read: the zone as it was written, UTC for zero; what is no time stays as it is."""
    try:
        when = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return "" if value is None else str(value)
    zone = when.strftime("%z")
    return when.strftime("%Y-%m-%d %H:%M") + (" UTC" if zone == "+0000" else f" {zone[:3]}:{zone[3:5]}" if zone else "")


def head_text(head: MessageHead) -> str:
    """A head as text: the bytes as UTF-8, or as GB18030 where they are not, as Chinese servers send them."""
    lines = [head.start_line, *(name + b": " + value for name, value in head.fields)]
    raw = b"\n".join(re.sub(rb"\r?\n", b"\n", line) for line in lines)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")
