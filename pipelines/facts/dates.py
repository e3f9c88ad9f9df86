"""Dates: points in time as news pages write them, with the precision they really have."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

import attrs

CHINA = timezone(timedelta(hours=8))
_CLOCK = (
    r"(?:\s*(?:[(（]?(?:星期|周|週)[一二三四五六日天][)）]?)?[\sT,，　]*(?P<half>上午|下午|晚上|凌晨|AM|PM)?\s*"
    r"(?P<hour>[01]?\d|2[0-4])\s*[:：时點点時]\s*(?P<minute>[0-5]\d)(?:\s*[:：分]\s*(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?分?秒?"
    r"\s*(?P<late>[aApP]\.?[mM]\b)?\s*(?P<zone>Z\b|UTC|GMT|(?:GMT|UTC)?[+-](?:0\d|1[0-4]):?[0-5]\d\b)?)?"
)
_LONG = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)\s*[-/.年]\s*(?P<month>0?[1-9]|1[0-2])\s*[-/.月]\s*(?P<day>[12]\d|3[01]|0?[1-9])(?!\d)\s*日?"
    + _CLOCK
)
_SHORT = re.compile(
    r"(?<![\d./-])(?P<year>\d\d)[-/.](?P<month>0[1-9]|1[0-2])[-/.](?P<day>0[1-9]|[12]\d|3[01])(?=\s+\d{1,2}:\d\d)"
    + _CLOCK
)
_PACKED = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)(?P<second>[0-5]\d)?)?(?!\d)"
)
_MONTHS = {
    name: i
    for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_ENGLISH = re.compile(
    r"(?:(?P<day1>\d{1,2})(?:st|nd|rd|th)?\s+)?(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+"
    r"(?:(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<year>(?:19|20)\d\d)",
    re.IGNORECASE,
)


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


def find_stamp(text: str, zone: tzinfo = CHINA) -> Stamp | None:
    """The first date in a text; a clock without a zone is of `zone`."""
    found = [match for pattern in (_LONG, _SHORT) if (match := pattern.search(text))]
    for match in sorted(found, key=lambda match: match.start()):
        if stamp := _stamp(match, zone):
            return stamp
    return None


def parse_stamp(text: str, zone: tzinfo = CHINA) -> Stamp | None:
    """The date a machine-readable value holds (ISO 8601, RFC 5322, packed digits, English)."""
    text = text.strip()
    if stamp := find_stamp(text, zone):
        return stamp
    if (match := _PACKED.fullmatch(text)) and (stamp := _stamp(match, zone)):
        return stamp
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return _english(text, zone)
    return Stamp(when=when if when.tzinfo else when.replace(tzinfo=zone), precision="second")


def _english(text: str, zone: tzinfo) -> Stamp | None:
    match = _ENGLISH.search(text)
    day = match and (match["day1"] or match["day2"])
    if not match or not day:
        return None
    try:
        when = datetime(int(match["year"]), _MONTHS[match["name"].lower()[:3]], int(day), tzinfo=zone)
    except ValueError:
        return None
    return Stamp(when=when, precision="day", at=match.start(), end=match.end())


def _stamp(match: re.Match[str], zone: tzinfo) -> Stamp | None:
    parts = match.groupdict()
    year = int(parts["year"])
    if year < 100:
        year += 2000
    hour, precision = 0, "day"
    if parts.get("hour"):
        hour = int(parts["hour"])
        late = (parts.get("half") or parts.get("late") or "").lower().replace(".", "")
        if late in ("下午", "晚上", "pm") and hour < 12:
            hour += 12
        elif late in ("凌晨", "上午", "am") and hour == 12:
            hour = 0
        precision = "second" if parts.get("second") else "minute"
        zone = _zone(parts.get("zone")) or zone
    try:
        when = datetime(
            year, int(parts["month"]), int(parts["day"]), hour % 24, int(parts.get("minute") or 0),
            int(parts.get("second") or 0), tzinfo=zone,
        )  # fmt: skip
    except ValueError:
        return None
    return Stamp(when=when, precision=precision, at=match.start(), end=match.end())


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    digits = re.sub(r"[^\d+-]", "", text)
    if not digits:
        return UTC
    sign = -1 if digits[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5] or 0)))
