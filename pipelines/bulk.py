"""Bulk: every text of a collection made again by today's code, as a new run, and what that changed."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any

import attrs

from archives.audit import as_extracted
from archives.capture import RecordLocation
from archives.collection import Collection
from pipelines.document import site_of
from pipelines.duplicates.clusters import Progress, unwatched
from pipelines.duplicates.settlement import RunSettlement
from pipelines.duplicates.twins import Twin
from pipelines.errors import ExtractionError
from pipelines.rules import ExtractRules
from pipelines.shelf import Bases, rules_shelf
from pipelines.sitemodels import in_force
from pipelines.workers import Extracted, ExtractionPool, ExtractionTask

SHOWN = 1000
"""Changes that a report names one by one; it counts them all."""


@attrs.frozen(kw_only=True)
class Change:
    """What became of one URL's text."""

    url: str
    run: str
    """Where the old text lies."""
    fields: tuple[str, ...] = ()
    """The fields of the row that differ, and "text"."""
    why: str = ""
    """One line, for a text that is not there any more."""


@attrs.define(kw_only=True)
class ChangeReport:
    """How the new texts differ from the old ones; lists hold the first `SHOWN` of each kind."""

    same: int = 0
    changed: int = 0
    lost: int = 0
    failed: int = 0
    changes: list[Change] = attrs.field(factory=list)
    losses: list[Change] = attrs.field(factory=list)
    failures: list[Change] = attrs.field(factory=list)
    """Texts that could not be tried: a record that cannot be read, time or memory that ran out."""
    fields: Counter[str] = attrs.field(factory=Counter)
    """How many texts differ in each field."""
    labels: Counter[str] = attrs.field(factory=Counter)
    """New documents by quality label."""
    lost_models: dict[str, str] = attrs.field(factory=dict)
    """By site, why the model that its texts were made by cannot be read: they were made again without it."""
    seconds: list[float] = attrs.field(factory=list)
    """Wall time in the worker, one number a text."""

    @property
    def written(self) -> int:
        """Texts of the new run."""
        return self.same + self.changed

    def add_failure(self, change: Change) -> None:
        self.failed += 1
        self.failures += [change] if self.failed <= SHOWN else []

    def add_loss(self, change: Change) -> None:
        self.lost += 1
        self.losses += [change] if self.lost <= SHOWN else []

    def add_text(self, change: Change) -> None:
        """Counts a text that is there again, with what differs in it."""
        if not change.fields:
            self.same += 1
            return
        self.changed += 1
        self.fields.update(change.fields)
        self.changes += [change] if self.changed <= SHOWN else []


@attrs.frozen(kw_only=True)
class _Old:
    """A row of an earlier run, and by which rules its text is made again."""

    run: str
    row: Mapping[str, Any]
    rules: ExtractRules
    model: str | None
    """Digest of the site model that is in force now."""

    @property
    def url(self) -> str:
        url: str = self.row["url"]
        return url


def reextract_collection(
    collection: Collection,
    run: str,
    pool: ExtractionPool,
    *,
    near_duplicate: float = 0.8,
    twins: Iterable[Twin] = (),
    ahead: int = 16,
    progress: Progress = unwatched,
    compared: Progress = unwatched,
    noted: Progress = unwatched,
) -> ChangeReport:
    """Makes the texts of `run` from the captures that the newest row of each URL names, in the order of those rows.

    The pool decides how fast, never what: texts and rows are the same to the byte whatever the number of workers.
    `twins` are the pages whose text lies under another one's URL. `ahead` is how many tasks wait at a time; `progress`
    is told the texts done, and of how many; `compared` and `noted` what `RunSettlement.finish` does. Raises
    `StorageError`.
    """
    sources = _newest(collection, run)
    bases, writer = Bases(collection.path), _Writer(collection, run, near_duplicate)
    waiting: deque[tuple[_Old, Future[Extracted] | str]] = deque()
    done, total = 0, len(sources)
    for old in _old_rows(collection, sources, bases):
        if lost := bases.lost_model(old.row):
            writer.report.lost_models.setdefault(site_of(old.url), lost)
        waiting.append((old, _begin(collection, old, pool)))
        if len(waiting) >= ahead:
            writer.take(*waiting.popleft())
            progress(done := done + 1, total)
    while waiting:
        writer.take(*waiting.popleft())
        progress(done := done + 1, total)
    writer.finish(twins, compared, noted)
    return writer.report


def _newest(collection: Collection, but: str) -> dict[str, str]:
    """For each URL that has a text, the newest run that has one; `but` is the run to be made."""
    return {row["url"]: run for run in collection.runs() if run != but for row in collection.texts(run).rows()}


def _old_rows(collection: Collection, sources: Mapping[str, str], bases: Bases) -> Iterator[_Old]:
    models = in_force(collection.path)
    for run in sorted(set(sources.values())):
        for row in collection.texts(run).rows():
            if sources[row["url"]] == run:
                rules, model = bases.rules_of(row), models.get(site_of(row["url"]))
                digest = model.digest() if model and not rules.main else None
                yield _Old(run=run, row=row, rules=rules, model=digest)


def _begin(collection: Collection, old: _Old, pool: ExtractionPool) -> Future[Extracted] | str:
    """The text on its way, or why it cannot be made."""
    try:
        names = [field.name for field in attrs.fields(RecordLocation)]
        places = tuple([RecordLocation(**{name: at[name] for name in names}) for at in old.row["captures"]])
    except (KeyError, TypeError) as error:
        return f"its row names no usable captures ({error!r})"
    if not places:
        return "its row names no captures"
    return pool.submit(ExtractionTask(collection=collection.path, locations=places, rules=old.rules, model=old.model))


class _Writer:
    """Takes what the workers made, in order, and writes the run."""

    def __init__(self, collection: Collection, run: str, near_duplicate: float) -> None:
        self.report = ChangeReport()
        self._texts, self._shelf = collection.texts(run), rules_shelf(collection.path)
        self._settlement = RunSettlement(collection, self._texts, near_duplicate)

    def take(self, old: _Old, coming: Future[Extracted] | str) -> None:
        try:
            if isinstance(coming, str):
                raise ExtractionError(coming)
            made = coming.result()
        except ExtractionError as error:
            self.report.add_failure(Change(url=old.url, run=old.run, why=" ".join(str(error).split())))
            return
        self.report.seconds.append(made.seconds)
        why = self._missing(old.url, made)
        if why:
            self.report.add_loss(Change(url=old.url, run=old.run, why=why))
            return
        self._shelf.keep(old.rules)
        self._texts.put(made.text, made.row)
        self.report.labels.update(label.name for label in made.document.labels)
        self.report.add_text(Change(url=old.url, run=old.run, fields=_differing(old.row, made.row)))

    def finish(self, twins: Iterable[Twin], compared: Progress, noted: Progress) -> None:
        """Gives the rows what all texts together tell."""
        self._settlement.finish(twins, compared, noted)

    def _missing(self, url: str, made: Extracted) -> str:
        """Why there is no text to be written; "" where there is one, its row then settled against the run's others."""
        if not made.text:
            labels = ", ".join(label.name for label in made.document.labels)
            return (made.document.problem or "no main text") + (f" ({labels})" if labels else "")
        doubles = self._settlement.settle({**made.row, "url": url}, made.text, made.document.blocks)
        made.row["duplicate_of"] = doubles.duplicate_of
        made.row["near_duplicates"] = doubles.near_duplicates
        return f"the same text as {doubles.same_text_as}" if doubles.same_text_as else ""


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which two rows of a URL differ, as far as they come from its captures; "text" for the text."""
    again = json.loads(json.dumps(new, default=str))
    before, after = as_extracted(old), as_extracted(again)
    fields = [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]
    return (*(["text"] if old.get("text_digest") != again["text_digest"] else []), *fields)
