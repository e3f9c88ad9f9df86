"""Reextractor: makes a stored text again from its archived captures, as the audit asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archives.audit import Reextraction
from archives.capture import Capture
from pipelines.errors import RulesError
from pipelines.process import process
from pipelines.row import document_row
from pipelines.rules import ExtractRules, RulesShelf
from pipelines.textfile import render_text


class Reextractor:
    """The same `process` and `render_text` as in the crawl, with the rules that the collection keeps of each text."""

    def __init__(self, collection: Path) -> None:
        self._rules = RulesShelf(collection)

    def __call__(self, captures: Sequence[Capture], row: Mapping[str, Any]) -> Reextraction:
        """Text and row as today's code makes them; the text is empty where today's code finds none.

        Where the rules of the stored text are lost, the general way is used, and the row's digest tells so.
        """
        document = process(captures, self._rules_of(row))
        rendered = render_text(document)
        text = rendered.text if document.has_text else ""
        return Reextraction(text=text, row=document_row(document, rendered, captures))

    def _rules_of(self, row: Mapping[str, Any]) -> ExtractRules:
        provenance = row.get("provenance")
        digest = provenance.get("rules_digest") if isinstance(provenance, dict) else None
        try:
            return self._rules.find(str(digest))
        except RulesError:
            return ExtractRules()
