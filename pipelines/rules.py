"""ExtractRules: what a site profile may say about reading its pages."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache

import attrs

from pipelines.errors import RulesError


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
    strip_pinyin: bool = False
    """Whether readings in brackets are taken out of texts that have the label `annotated_pinyin`."""

    def to_json(self) -> str:
        """Canonical JSON: the same rules give the same bytes, as they did before there was `strip_pinyin`."""
        values = attrs.asdict(self, filter=lambda field, value: field.name != "strip_pinyin" or value)
        return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)

    @classmethod
    def from_json(cls, text: str) -> ExtractRules:
        """What `to_json` wrote. Raises RulesError for anything else."""
        try:
            values = json.loads(text)
            until = values.pop("valid_until")
            values["remove"] = tuple(values["remove"])
            return cls(valid_until=date.fromisoformat(until) if until else None, **values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise RulesError(f"not a set of rules: {error}") from None

    def digest(self) -> str:
        """`sha256:` and hex over the canonical JSON: goes into a document's provenance."""
        return _digest(self)


@cache
def _digest(rules: ExtractRules) -> str:
    return "sha256:" + hashlib.sha256(rules.to_json().encode("utf-8")).hexdigest()
