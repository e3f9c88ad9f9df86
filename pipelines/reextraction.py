"""Reextractor: makes a stored text again from its archived captures, as the audit asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from archives.audit import Reextraction
from archives.capture import Capture
from pipelines.process import process
from pipelines.row import document_row
from pipelines.shelf import Bases
from pipelines.textfile import render_text


class Reextractor:
    """The same `process` and `render_text` as in the crawl, by the rules and the site model that the collection keeps
    of each text."""

    def __init__(self, collection: Path) -> None:
        self._bases = Bases(collection)

    def __call__(self, captures: Sequence[Capture], row: Mapping[str, Any]) -> Reextraction:
        """Text and row as today's code makes them; the text is empty where today's code finds none.

        Where the rules or the model of the stored text are lost, the general way is used; the row's digest tells.
        """
        document = process(captures, self._bases.rules_of(row), self._bases.model_of(row))
        rendered = render_text(document)
        text = rendered.text if document.has_text else ""
        return Reextraction(text=text, row=document_row(document, rendered, captures))
