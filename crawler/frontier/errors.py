"""Errors of the ledger, typed by what the caller should do.

LedgerError               the ledger cannot be used as it lies: tell the user, exit 2
└── LedgerStorageError    the disk said no: stop, nothing more can be kept, exit 5
"""

from __future__ import annotations

from crawler.errors import CrawlerError


class LedgerError(CrawlerError):
    """A ledger that is damaged, foreign, too new, or held by someone else. One line: file, fault, what to do."""


class LedgerStorageError(LedgerError):
    """The medium refused a read or a write of the ledger; the step that was under way did not happen."""
