"""Twins in the ledger: the reason of a `duplicate` row says whose text it is."""

from __future__ import annotations

from collections.abc import Iterable

from archives.collection import Collection
from crawler.frontier.base import Row, State
from crawler.ledger import LEDGER, Ledger
from pipelines.duplicates.twins import Twin

_SAME = "same text as "


def reason_for(url: str) -> str:
    """The reason of a row whose text lies under `url`."""
    return _SAME + url


def twins_of(rows: Iterable[Row]) -> list[Twin]:
    """The twins that `duplicate` rows tell of."""
    return [
        Twin(url=row.url, text_of=row.reason.removeprefix(_SAME), captured_at=row.captured_at.isoformat())
        for row in rows
        if row.reason and row.reason.startswith(_SAME) and row.captured_at
    ]


def all_twins(collection: Collection) -> list[Twin]:
    """Those of all runs; none where there is no ledger. Raises LedgerError."""
    if not collection.storage.exists(LEDGER):
        return []
    with Ledger.of(collection) as ledger:
        return twins_of(ledger.rows(State.DUPLICATE))
