"""Floors: what a figure may not fall below, and what was measured on when that was settled."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from benchmarks.table import Report

FILE = Path(__file__).with_name("floors.toml")
_STEP = 1000
"""Floors are cut to a thousandth."""


class FloorsError(Exception):
    """The floors file cannot be used; the message says what to do."""


@attrs.frozen(kw_only=True)
class Section:
    """The floors of one part of a benchmark."""

    name: str
    note: str = ""
    digest: str | None = None
    """Of the input they were settled on; None where the input is made anew each time."""
    floors: Mapping[str, float] = attrs.field(factory=dict)
    ceilings: Mapping[str, float] = attrs.field(factory=dict)
    """What a figure may not rise above: costs, as ratios. Set by hand."""


def load_floors(file: Path = FILE) -> dict[str, Section]:
    """Every section by name. Raises FloorsError naming file and key."""
    try:
        return {name: _section(file, name, values) for name, values in tomllib.loads(file.read_text("utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise FloorsError(f"{file}: cannot be read as TOML: {error}") from None


def crossed(section: Section, report: Report) -> list[str]:
    """What is wrong with a report, a line each: floors crossed downward, ceilings upward, another input."""
    if section.digest != report.digest:
        was, now = (section.digest or "none")[:15], (report.digest or "none")[:15]
        changed = f"{section.name}: measured on {now}, the floors were settled on {was}"
        return [f"{changed}: another input; look at the figures, then settle them with --raise"]
    found = []
    for name, floor in section.floors.items():
        figure = report.figures.get(name)
        if figure is None:
            found.append(f"{section.name}.{name}: has a floor of {floor} and was not measured")
        elif figure < floor:
            found.append(f"{section.name}.{name}: {figure:.4f} is below its floor of {floor}")
    for name, ceiling in section.ceilings.items():
        figure = {**report.figures, **report.costs}.get(name)
        if figure is not None and figure > ceiling:
            found.append(f"{section.name}.{name}: {figure:.2f} is above its ceiling of {ceiling}")
    return found


def raised(section: Section, report: Report) -> Section:
    """The section with every floor as high as the report allows, and on the report's input.

    A floor never goes down: raises FloorsError where a figure lies below its floor, or is gone. Ceilings stay.
    """
    if low := crossed(attrs.evolve(section, digest=report.digest, ceilings={}), report):
        raise FloorsError("floors only go up; lower one by hand, and say why:\n  " + "\n  ".join(low))
    floors = {name: max(_down(value), section.floors.get(name, 0.0)) for name, value in report.figures.items()}
    return attrs.evolve(section, digest=report.digest, floors=floors)


def write_floors(sections: Mapping[str, Section], file: Path = FILE) -> None:
    """Writes the file anew: the same sections give the same bytes."""
    parts = [_HEAD] + [_toml(section) for section in sections.values()]
    file.write_text("\n".join(parts), encoding="utf-8")


_HEAD = """\
# What the benchmarks' figures may not fall below (floors) or rise above (ceilings, set by hand).
# `python -m benchmarks.quality --raise` writes the floors upward; downward goes only by hand, with a reason.
# A digest says what was measured on: with another input the floors do not pass until they are settled anew.
"""
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def _section(file: Path, name: str, values: Any) -> Section:
    known = {"note": str, "digest": str, "floors": dict, "ceilings": dict}
    if not isinstance(values, dict):
        raise FloorsError(f"{file}: {name}: is to be a section, [{name}]")
    for key, value in values.items():
        if key not in known or not isinstance(value, known[key]):
            raise FloorsError(f"{file}: [{name}] {key}: known are {', '.join(known)}, each of its own type")
    for key, value in {**values.get("floors", {}), **values.get("ceilings", {})}.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value) or value < 0:
            raise FloorsError(f"{file}: [{name}] {key}: {value!r} is no figure of 0 or more")
    return Section(name=name, **values)


def _toml(section: Section) -> str:
    lines = [f"[{section.name}]"]
    if section.note:
        lines.append(f'note = "{section.note}"')
    if section.digest:
        lines.append(f'digest = "{section.digest}"')
    for kind, values in (("floors", section.floors), ("ceilings", section.ceilings)):
        if values:
            lines += ["", f"[{section.name}.{kind}]", *(f"{_key(name)} = {value}" for name, value in values.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def _down(value: float) -> float:
    return math.floor(value * _STEP) / _STEP
