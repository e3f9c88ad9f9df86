"""Dates: points in time as news pages write them, with the precision they really have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

import attrs

CHINA = timezone(timedelta(hours=8))
_CLOCK = (
    r"(?:日?[ ]{0,3}(?:[(（]?(?:星期|周|週)[一二三四五六日天][)）]?|"
    r"[(（][一二三四五六日月火水木金土월화수목금토일][)）])?"
    r"[\sT,，　|·]{0,4}(?P<half>上午|下午|晚上|凌晨|中午|AM|PM|午前|午後|오전|오후)?\s{0,3}"
    r"(?P<hour>[01]?\d|2[0-4])\s?[:：時点點时시]\s?(?P<minute>[0-5]\d)(?:\s?[:：分]\s?(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?分?秒?"
    r"\s{0,2}(?P<late>[aApP]\.?[mM]\b)?\s{0,2}(?P<zone>Z\b|UTC|GMT|(?:GMT|UTC)?[+-](?:0\d|1[0-4]):?[0-5]\d\b)?)?"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s{0,2}[-/.年년]\s{0,2}(?P<month>0?[1-9]|1[0-2])\s{0,2}[-/.月월]\s{0,2}"
    r"(?P<day>[12]\d|3[01]|0?[1-9])(?!\d)\s{0,2}[日일]?\.?" + _CLOCK
)
_YEAR_APART = re.compile(
    r"(?<!\d)(?P<year>20\d\d)\s{1,3}(?P<month>0[1-9]|1[0-2])\s?/\s?(?P<day>0[1-9]|[12]\d|3[01])(?=\s{1,3}\d\d:\d\d)"
    + _CLOCK
)
_SHORT_YEAR = re.compile(
    r"(?<![\d./-])(?P<year>\d\d)[-/.](?P<month>0[1-9]|1[0-2])[-/.](?P<day>0[1-9]|[12]\d|3[01])(?=\s+\d{1,2}:\d\d)"
    + _CLOCK
)
_DAY_FIRST = re.compile(
    r"(?<![\d.])(?P<day>[12]\d|3[01]|0?[1-9])[./](?P<month>1[0-2]|0?[1-9])[./](?P<year>(?:19|20)?\d\d)(?![\d.])"
    + _CLOCK
)
_MONTH_FIRST = re.compile(
    r"(?<![\d/])(?P<month>1[0-2]|0?[1-9])/(?P<day>[12]\d|3[01]|0?[1-9])/(?P<year>(?:19|20)\d\d)"
    r"(?=\s{1,3}\d{1,2}:\d\d(?::\d\d)? ?[AP]M)" + _CLOCK
)
"""The American order, known by its clock."""
_PACKED = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?(?!\d)"
)
_YEARLESS = re.compile(
    r"(?<![\d:./年-])(?P<month>1[0-2]|0?[1-9])(?:-|/|月)(?P<day>[12]\d|3[01]|0?[1-9])(?![\d/.-])日?" + _CLOCK
)
_MONTHS = {
    name: i
    for i, names in enumerate(
        ("jan ene gen", "feb fév fev", "mar mär mrt", "apr avr abr", "may mai mag maj mei", "jun juin giu",
         "jul juil lug", "aug aoû ago", "sep set", "oct okt ott out", "nov", "dec dez déc dic des"), 1
    )
    for name in names.split()
}  # fmt: skip
_WORDED = re.compile(
    r"(?<![\w.])(?:(?P<day1>\d{1,2})(?:st|nd|rd|th|er|\.)?\s(?:de\s)?)?(?P<name>[A-Za-zäéû]{3,10})\.?,?\s"
    r"(?:(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s)?(?:de[l]?\s)?(?P<year>(?:19|20)\d\d)(?!\d)"
    r"[,\s|·-]{0,4}(?:at |um |à )?" + _CLOCK,
    re.IGNORECASE,
)
_EASTERN = (_YEAR_FIRST, _SHORT_YEAR, _YEAR_APART, _MONTH_FIRST)
_PARTED = re.compile(r"\d\s{0,2}[-/.年년\s]\s{0,2}\d")
"""What each of them has: cheaper to look for."""
_EARLIEST = 1990


@attrs.frozen(kw_only=True)
class Stamp:
    """A point in time and how finely it was given."""

    when: datetime
    """Always with a zone."""
    precision: str
    """"day", "minute" or "second"."""
    at: int = 0
    """Where in the text it begins."""
    end: int = 0


def find_stamp(text: str, zone: tzinfo = CHINA, *, worded: bool = False) -> Stamp | None:
    """The first date in a text; a clock without a zone is of `zone`.

    Numbers are read year first, as East Asia writes them; with `worded` also as Europe does (3.5.2024, 3 May 2024).
    """
    if not worded and not _PARTED.search(text):
        return None
    patterns = (_YEAR_FIRST, _DAY_FIRST, _MONTH_FIRST, _WORDED) if worded else _EASTERN
    found = [match for pattern in patterns if (match := pattern.search(text))]
    for match in sorted(found, key=lambda match: match.start()):
        if stamp := _stamp(match, zone):
            return stamp
    return None


def find_yearless(text: str, years: Iterable[datetime], zone: tzinfo = CHINA) -> Stamp | None:
    """The date of a text that has no year (10-08 12:00), with the year of that of `years` which is the same day."""
    match = _YEARLESS.search(text)
    if not match:
        return None
    day = (int(match["month"]), int(match["day"]))
    year = next((when.year for when in years if (when.month, when.day) == day), None)
    return _stamp(match, zone, year) if year else None


def dates_in_url(url: str, zone: tzinfo = CHINA) -> Iterator[datetime]:
    """The days that a URL names: /2024/0424/, /2024-04/24/, /20240424."""
    for match in _IN_URL.finditer(url[:500]):
        if stamp := _stamp(match, zone):
            yield stamp.when


_IN_URL = re.compile(
    r"(?<!\d)(?P<year>20[0-3]\d)[-/_]?(?P<month>0[1-9]|1[0-2])[-/_]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d{1,3}(?!\d))"
)


def parse_stamp(text: str, zone: tzinfo = CHINA) -> Stamp | None:
    """The date a machine-readable value holds (ISO 8601, RFC 5322, packed digits, worded)."""
    text = text[:80].strip()
    if stamp := find_stamp(text, zone):
        return stamp
    if (match := _PACKED.fullmatch(text)) and (stamp := _stamp(match, zone)):
        return stamp
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return find_stamp(text, zone, worded=True)
    if when.year < _EARLIEST:
        return None
    return Stamp(when=when if when.tzinfo else when.replace(tzinfo=zone), precision="second")


def _stamp(match: re.Match[str], zone: tzinfo, year: int | None = None) -> Stamp | None:
    parts = match.groupdict()
    month = (
        int(parts["month"])
        if "month" in parts
        else _MONTHS.get(parts["name"][:4].lower()) or _MONTHS.get(parts["name"][:3].lower(), 0)
    )
    day = int(parts.get("day") or parts.get("day1") or parts.get("day2") or 0)
    year = year or int(parts["year"])
    if year < 100:
        year += 2000
    hour, precision = 0, "day"
    if parts.get("hour"):
        hour = int(parts["hour"])
        late = (parts.get("half") or parts.get("late") or "").lower().replace(".", "")
        if late in _LATE and hour < 12:
            hour += 12
        elif late in _EARLY and hour == 12:
            hour = 0
        precision = "second" if parts.get("second") else "minute"
        zone = _zone(parts.get("zone")) or zone
    if year < _EARLIEST:
        return None
    try:
        when = datetime(
            year, month, day, hour % 24, int(parts.get("minute") or 0), int(parts.get("second") or 0), tzinfo=zone
        )
    except ValueError:
        return None
    return Stamp(when=when, precision=precision, at=match.start(), end=match.end())


_LATE = frozenset({"下午", "晚上", "pm", "午後", "오후"})
_EARLY = frozenset({"凌晨", "上午", "am", "午前", "오전"})


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    digits = re.sub(r"[^\d+-]", "", text)
    if not digits:
        return UTC
    sign = -1 if digits[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5] or 0)))
