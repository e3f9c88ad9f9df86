"""ExtractRules: what a site profile may say about reading its pages."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import attrs


@attrs.frozen(kw_only=True)
class ExtractRules:
    """Hints for one outlet's pages. Empty means: no hint, the general way decides."""

    valid_until: date | None = None
    """The last day of captures these rules are for; None for today's."""
    main: str | None = None
    """XPath of the element that holds the main text."""
    remove: tuple[str, ...] = ()
    """XPaths of elements that are never main text."""
    title: str | None = None
    """XPath of the title's element."""
    source: str | None = None
    """The outlet's name, used where a page names no source of its own."""

    def digest(self) -> str:
        """`sha256:` and hex over the rules as canonical JSON: goes into a document's provenance."""
        as_json = json.dumps(attrs.asdict(self), sort_keys=True, ensure_ascii=False, default=str)
        return "sha256:" + hashlib.sha256(as_json.encode("utf-8")).hexdigest()
