"""Table: figures under their headings, aligned for a terminal and plain for JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

Cell = str | int | float | None
"""None is shown as "-": there was nothing to measure."""


@attrs.frozen(kw_only=True)
class Table:
    """One table: what it shows, its columns, its rows. The first cell of a row is its name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """What a reader needs to know to read it, in a line or two."""

    def text(self) -> str:
        """The table for a terminal: names to the left, figures to the right."""
        shown = [self.columns, *(tuple(map(_show, row)) for row in self.rows)]
        widths = [max(map(_width, column)) for column in zip(*shown, strict=True)]
        lines = [f"── {self.title}"] + ([self.note] if self.note else [])
        return "\n".join(lines + [_line(row, widths) for row in shown])

    def data(self) -> list[dict[str, Cell]]:
        """The rows by column, for JSON."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@attrs.frozen(kw_only=True)
class Report:
    """What one part of a benchmark found: tables to read, figures that floors can hold."""

    tables: tuple[Table, ...]
    figures: Mapping[str, float]
    costs: Mapping[str, float] = attrs.field(factory=dict)
    """Figures that are better the lower they are: only ceilings hold them."""
    digest: str | None = None
    """Of what was measured on: figures of other input cannot be compared."""
    complaints: tuple[str, ...] = ()
    """A line for each thing that is not right."""

    def data(self) -> dict[str, Any]:
        tables = {table.title: table.data() for table in self.tables}
        return {"digest": self.digest, "figures": {**self.figures, **self.costs}, "tables": tables}


def share(hits: int, of: int) -> str:
    """ "hits/of", or nothing where there was nothing to hit."""
    return f"{hits}/{of}" if of else "-"


def mean(values: Sequence[float]) -> float:
    """0 where there is nothing: a figure that nothing stands behind passes no floor."""
    return sum(values) / len(values) if values else 0.0


def _show(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.4f}" if abs(cell) <= 1 else f"{cell:,.2f}" if abs(cell) < 100 else f"{cell:,.0f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    first = cells[0] + padded[0]
    return "  ".join([first, *(pad + cell for pad, cell in zip(padded[1:], cells[1:], strict=True))]).rstrip()


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
