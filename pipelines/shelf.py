"""Shelf: the rules and site models that a collection keeps, each under the digest by which rows name it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from archives.errors import StorageError
from archives.storage.local import LocalStorage
from pipelines.boilerplate import SiteModel
from pipelines.errors import ModelError, RulesError, TextError
from pipelines.rules import ExtractRules


class Kept(Protocol):
    """What can lie on a shelf: the same thing always gives the same JSON, whose digest names it."""

    def to_json(self) -> str: ...

    def digest(self) -> str: ...

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises TextError for what is no such JSON."""
        ...


_Thing = TypeVar("_Thing", bound=Kept)


class Shelf(Generic[_Thing]):
    """A folder of a collection with one file for each thing, so that an audit needs nothing else."""

    def __init__(
        self, collection: Path, folder: str, read: Callable[[str], _Thing], error: Callable[[str], TextError]
    ) -> None:
        """Use `rules_shelf` or `model_shelf`."""
        self._storage = LocalStorage(collection)
        self._folder = collection / folder
        self._read, self._error = read, error
        self._kept: set[str] = set()

    def keep(self, thing: _Thing) -> None:
        """Writes it down, once. Raises OSError."""
        digest = thing.digest()
        if digest in self._kept:
            return
        path = self._path(digest)
        if not path.exists():
            self._folder.mkdir(exist_ok=True)
            fresh = path.with_suffix(".new")
            with fresh.open("w", encoding="utf-8", newline="") as file:
                file.write(thing.to_json())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        self._kept.add(digest)

    def find(self, digest: str) -> _Thing:
        """What has that digest. Raises RulesError or ModelError where it is missing or changed."""
        path = self._path(digest)
        try:
            kept = self._storage.read(f"{self._folder.name}/{path.name}")  # refuses what would not end
            found = self._read(kept.decode("utf-8"))
        except (OSError, StorageError, UnicodeDecodeError, TextError) as error:
            raise self._error(f"{path}: what a text was made by cannot be read: {error}") from None
        if found.digest() != digest:
            raise self._error(f"{path}: it is not what its name says")
        return found

    def all(self) -> Iterator[_Thing]:
        """Everything on the shelf that can be used, in order of the names."""
        for name in self._storage.names(self._folder.name):
            try:
                yield self.find(f"sha256:{name.removesuffix('.json')}")
            except TextError:
                continue  # verify finds it

    def _path(self, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self._folder / f"{name if name.isalnum() else 'nameless'}.json"


def rules_shelf(collection: Path) -> Shelf[ExtractRules]:
    """`rules/` of a collection: every set of rules that made a text."""
    return Shelf(collection, "rules", ExtractRules.from_json, RulesError)


def model_shelf(collection: Path) -> Shelf[SiteModel]:
    """`models/` of a collection: every site model that was learned in it."""
    return Shelf(collection, "models", SiteModel.from_json, ModelError)


_AT_HAND = 64
"""Rules and models that are kept in memory."""


class Bases:
    """What the texts of a collection were made by, as their rows name it."""

    def __init__(self, collection: Path) -> None:
        self._find_rules = lru_cache(_AT_HAND)(rules_shelf(collection).find)  # what a digest names never changes
        self._find_model = lru_cache(_AT_HAND)(model_shelf(collection).find)

    def rules_of(self, row: Mapping[str, Any]) -> ExtractRules:
        """The row's rules; none where they are lost, which the digest of a text made by none tells."""
        try:
            return self._find_rules(_named(row, "rules_digest"))
        except RulesError:
            return ExtractRules()

    def model_of(self, row: Mapping[str, Any]) -> SiteModel | None:
        """The row's site model; None where there was none, or it is lost, which the digest tells."""
        digest = _named(row, "model_digest")
        try:
            return self._find_model(digest) if digest else None
        except ModelError:
            return None

    def lost_model(self, row: Mapping[str, Any]) -> str | None:
        """Why the site model that a row names cannot be read; None where it can, or none is named."""
        digest = _named(row, "model_digest")
        try:
            if digest:
                self._find_model(digest)
        except ModelError as error:
            return str(error)
        return None


def _named(row: Mapping[str, Any], field: str) -> str:
    provenance = row.get("provenance")
    digest = provenance.get(field) if isinstance(provenance, Mapping) else None
    return digest if isinstance(digest, str) else ""
