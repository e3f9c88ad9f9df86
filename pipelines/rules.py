"""ExtractRules: what a site profile may say about reading its pages, and the copies that a collection keeps of them."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import date
from pathlib import Path

import attrs

from archives.errors import StorageError
from archives.storage.local import LocalStorage
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

    def to_json(self) -> str:
        """Canonical JSON: the same rules give the same bytes."""
        return json.dumps(attrs.asdict(self), sort_keys=True, ensure_ascii=False, default=str)

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
        return "sha256:" + hashlib.sha256(self.to_json().encode("utf-8")).hexdigest()


class RulesShelf:
    """`rules/` in a collection: every set of rules that made a text, by digest, so that an audit needs no profile."""

    def __init__(self, collection: Path) -> None:
        self._storage = LocalStorage(collection)
        self._folder = collection / "rules"
        self._kept: set[str] = set()

    def keep(self, rules: ExtractRules) -> None:
        """Writes the rules down, once. Raises OSError."""
        digest = rules.digest()
        if digest in self._kept:
            return
        path = self._path(digest)
        if not path.exists():
            self._folder.mkdir(exist_ok=True)
            fresh = path.with_suffix(".new")
            with fresh.open("w", encoding="utf-8", newline="") as file:
                file.write(rules.to_json())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        self._kept.add(digest)

    def find(self, digest: str) -> ExtractRules:
        """The rules with that digest. Raises RulesError where they are missing or changed."""
        path = self._path(digest)
        try:
            kept = self._storage.read(f"rules/{path.name}")  # refuses what would not end
            rules = ExtractRules.from_json(kept.decode("utf-8"))
        except (OSError, StorageError, UnicodeDecodeError) as error:
            raise RulesError(f"{path}: the rules of a text cannot be read: {error}") from None
        if rules.digest() != digest:
            raise RulesError(f"{path}: these are not the rules that its name says")
        return rules

    def _path(self, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self._folder / f"{name if name.isalnum() else 'nameless'}.json"
