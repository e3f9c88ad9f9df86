"""LedgerPage: what the viewer asks of the ledger; whoever knows the ledger hands in how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from archives.capture import RecordLocation


@attrs.frozen(kw_only=True)
class LedgerRow:
    """One URL of the ledger as it is listed."""

    url: str
    state: str
    run: str
    reason: str | None
    status: int | None
    changed: str
    location: RecordLocation | None
    text_file: str | None


@attrs.frozen(kw_only=True)
class LedgerPage:
    """Part of the ledger, and how much there is."""

    counts: Mapping[str, int]
    """URLs by state, every state there."""
    total: int
    """Rows that fit what was asked."""
    rows: tuple[LedgerRow, ...]


FindUrls = Callable[[str, str, int, int], LedgerPage | None]
"""State ("" for all), part of the URL, rows to pass over, rows to give. None where there is no ledger."""
