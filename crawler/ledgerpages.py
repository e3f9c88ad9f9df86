"""LedgerPages: the ledger a page at a time, for the viewer."""

from __future__ import annotations

import re
from contextlib import closing

from archives.collection import Collection
from archives.errors import StorageError
from archives.viewer.ledgerlist import LedgerPage, LedgerRow
from crawler.frontier.base import Row, State
from crawler.frontier.errors import LedgerError
from crawler.frontier.ledgerfile import ledger_errors, open_ledger_for_reading, read_counts, row_of
from crawler.ledger import LEDGER


class LedgerPages:
    """Reads the ledger anew for each page, so that it is as of now and no lock is held."""

    def __init__(self, collection: Collection) -> None:
        self._path = collection.path / LEDGER

    def __call__(self, state: str, part: str, skip: int, limit: int) -> LedgerPage | None:
        """The rows in `state` ("" for all) whose URL contains `part`, in order of discovery.

        None where there is no ledger. Raises `StorageError` for one that cannot be used.
        """
        if not self._path.is_file():
            return None
        try:
            return self._page(state, part, skip, limit)
        except LedgerError as error:
            raise StorageError(str(error)) from error

    def _page(self, state: str, part: str, skip: int, limit: int) -> LedgerPage:
        like = "%" + re.sub(r"([\\%_])", r"\\\1", part) + "%" if part else ""
        where = r"(?1 = '' OR state = ?1) AND (?2 = '' OR url LIKE ?2 ESCAPE '\')"
        with closing(open_ledger_for_reading(self._path)) as db, ledger_errors(self._path):
            counts = read_counts(db, None)
            if part:
                total = db.execute(f"SELECT count(*) FROM urls WHERE {where}", (state, like)).fetchone()[0]
            else:
                total = sum(n for known, n in counts.items() if state in ("", known))
            page = f"SELECT * FROM urls WHERE {where} ORDER BY id LIMIT ?3 OFFSET ?4"
            rows = [_listed(row_of(row)) for row in db.execute(page, (state, like, limit, skip))]
        return LedgerPage(counts={str(known): counts[known] for known in State}, total=total, rows=tuple(rows))


def _listed(row: Row) -> LedgerRow:
    return LedgerRow(
        url=row.url, state=str(row.state), run=row.run, reason=row.reason, status=row.status,
        changed=row.changed_at.isoformat(timespec="seconds"), location=row.location, text_file=row.text_file,
    )  # fmt: skip
