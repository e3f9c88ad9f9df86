"""Row: a document as its line of documents.jsonl."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs

from archives.capture import Capture, RecordLocation
from pipelines.document import Document
from pipelines.textfile import RenderedText


def document_row(document: Document, rendered: RenderedText, captures: Sequence[Capture]) -> dict[str, Any]:
    """The row without what is settled when it is stored (`file`, `duplicate_of`, `near_duplicates`).

    Times are ISO 8601 with zone; unknown is None. Captures without a location (never archived) are left out.
    """
    return {
        "url": document.url,
        "canonical_url": document.canonical_url,
        "site": document.site,
        "title": document.title,
        "author": list(document.author),
        "source": document.source,
        "editor": document.editor,
        "published": _time(document.published, document.published_precision),
        "modified": _time(document.modified),
        "category": document.category,
        "tags": list(document.tags),
        "lang": document.lang,
        "body_block": rendered.body_block,
        "text_digest": "sha256:" + hashlib.sha256(rendered.text.encode("utf-8")).hexdigest(),
        "chars": len(rendered.text),
        "charset": attrs.asdict(document.charset),
        "labels": [attrs.asdict(label) for label in document.labels],
        "captured_at": _time(document.captured_at),
        "captures": [_location(capture.location) for capture in captures if capture.location],
        "provenance": {
            "extractor": document.provenance.extractor,
            "versions": dict(document.provenance.versions),
            "rules_digest": document.provenance.rules_digest,
            "model_digest": document.provenance.model_digest,
        },
        "original_url": document.original_url,
        "origins": dict(document.origins),
        "removed_notes": [attrs.asdict(note) for note in document.removed_notes],
        "published_precision": document.published_precision,
    }


def _time(when: datetime | None, precision: str | None = None) -> str | None:
    if when is None:
        return None
    return when.isoformat(timespec="minutes") if precision in ("day", "minute") else when.isoformat()


def _location(location: RecordLocation) -> dict[str, Any]:
    return {
        "file": location.file,
        "offset": location.offset,
        "length": location.length,
        "record_id": location.record_id,
        "payload_digest": location.payload_digest,
    }
