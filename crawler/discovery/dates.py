"""Dates as feeds and sitemaps write them. They only set priorities: what a page says of itself is read elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

CHINA = timezone(timedelta(hours=8))
"""The zone of a date that names none, and what CST means in a Chinese feed."""

_NUMERIC = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})日?)?"
    r"(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:[.,]\d+)?)?秒?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_JAVA = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d\d:\d\d:\d\d) (\S+) (\d{4})")


def read_date(text: str) -> datetime | None:
    """A date with its zone: W3CDTF, RFC 822, Java's `Date.toString`, `2024年5月1日 08:30`; None for the rest."""
    text = text.strip()[:80]
    try:
        if match := _NUMERIC.match(text):
            return _from_numbers(match)
        if match := _JAVA.fullmatch(text):
            text = f"{match[2]} {match[1]} {match[5]} {match[3]} {match[4]}"
        return _from_rfc822(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _from_numbers(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in match.groups()[:6])
    moment = datetime(year, month, day or 1, hour, minute, min(second, 59), tzinfo=CHINA)
    zone = (match[7] or "").upper().replace(":", "")
    if zone in ("Z", "UTC", "GMT"):
        return moment.replace(tzinfo=UTC)
    if zone:
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
        return moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))
    return moment


def _from_rfc822(text: str) -> datetime | None:
    text = re.sub(r"\bCST\b|(?:GMT|UTC)\+0?8(?::?00)?\b", "+0800", text)
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
