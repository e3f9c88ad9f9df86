"""Settlement: the texts of a run against those of the whole collection, one by one, and at the end all together."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from archives.collection import Collection
from archives.errors import StorageError
from archives.texts import TextStore
from pipelines.document import QualityLabel
from pipelines.duplicates.clusters import Progress, clusters_of, unwatched
from pipelines.duplicates.facts import Facts
from pipelines.duplicates.index import DIGEST, RECORD, TEXT, TextIndex, record_of
from pipelines.duplicates.parts import Part, SketchParts
from pipelines.duplicates.twins import Twin, add_twins
from pipelines.quality.syndicated import NAME, Head, label
from pipelines.textfile import parse_text

logger = logging.getLogger(__name__)

_PART = 8192
"""Texts a part: what a kill costs is to read as many again."""
_LISTED = 20
"""Near duplicates that a row lists, the most alike."""


@attrs.frozen(kw_only=True)
class Doubles:
    """Which earlier texts of its collection a text repeats."""

    same_text_as: str | None
    """URL whose text file of this run is the same to the byte: a second one would say nothing."""
    duplicate_of: str | None
    """URL of the first text with the same main text, whatever the title and byline; None where that is this URL."""
    near_duplicates: list[dict[str, Any]]
    """`url` and `similarity` (0..1) of texts that are much alike, the most alike first, one for each main text."""


class Settlement:
    """The texts of one run so far; each new one is settled against them and those of earlier runs."""

    def __init__(self, index: TextIndex, start: int = 0) -> None:
        """`index` has the earlier runs, and from `start` on what this run has already."""
        self.index = index
        self._start = start
        self._by_url: dict[str, int] = {}
        self._by_text: dict[bytes, int] = {}
        for number in range(start, len(index)):
            self._note(index.facts(number).url, index.record(number)[TEXT], number)

    def settle(self, row: Mapping[str, Any], text: str, blocks: Sequence[str]) -> Doubles:
        """Adds a text with its main-text blocks, unless this run has the same to the byte; says what it repeats.

        What the run has of this URL already is forgotten.
        """
        facts, record = Facts.of(row), record_of(text, blocks)
        self._forget(facts.url)
        twin = self._by_text.get(record[TEXT])
        if twin is not None:
            return Doubles(same_text_as=self.index.facts(twin).url, duplicate_of=None, near_duplicates=[])
        return self._take(facts, record)

    def settle_again(self, row: Mapping[str, Any], text: str, blocks: Sequence[str]) -> Doubles:
        """The same for a text that takes the place of its URL's, whatever other one it is the same as."""
        facts, record = Facts.of(row), record_of(text, blocks)
        self._forget(facts.url)
        return self._take(facts, record)

    def _take(self, facts: Facts, record: bytes) -> Doubles:
        meeting = self.index.meet(record)
        self._note(facts.url, record[TEXT], self.index.add(facts, record, meeting))
        first = None if meeting.first is None else self.index.facts(meeting.first).url
        return Doubles(
            same_text_as=None,
            duplicate_of=first if first != facts.url else None,
            near_duplicates=self._listed(facts.url, meeting.like),
        )

    def labels(self, progress: Progress = unwatched) -> dict[str, QualityLabel]:
        """By URL, the label `syndicated` of the run's texts that are taken over from another outlet."""
        found = {}
        for cluster in clusters_of(self.index, self.index.groups(self._start), progress):
            head, first = Head(facts=cluster.head, why=cluster.why), self.index.record(cluster.members[0].number)
            for member in cluster.members[1:]:
                number = self._by_url.get(member.facts.url)
                if number is None:
                    continue
                score = self.index.alike(self.index.record(number), first)
                if score >= self.index.threshold and (given := label(member.facts, head, score)):
                    found[member.facts.url] = given
        return found

    def _listed(self, url: str, like: Sequence[tuple[int, float]]) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = []
        for number, score in like:
            other = self.index.facts(number).url
            if other and other != url and len(listed) < _LISTED:
                listed.append({"url": other, "similarity": round(score, 3)})
        return listed

    def _note(self, url: str, text: bytes, number: int) -> None:
        self._by_url[url] = number
        self._by_text[text] = number

    def _forget(self, url: str) -> None:
        """Whatever this URL had in this run: the text at hand takes its place."""
        number = self._by_url.pop(url, None)
        if number is not None:
            self._by_text.pop(self.index.record(number)[TEXT], None)
            self.index.forget(number)


class RunSettlement(Settlement):
    """A settlement that finds the earlier texts in a collection, and leaves what the next run needs of its own.

    Only for the process that holds the collection's lock.
    """

    def __init__(self, collection: Collection, store: TextStore, threshold: float) -> None:
        """`store` has the texts of the run. Raises StorageError where the collection cannot be read."""
        self._parts, self._store = SketchParts(collection), store
        for run in _orphans(collection, self._parts):
            self._parts.drop(run)
        index, runs = TextIndex(threshold), [run for run in collection.runs() if run != store.run]
        index.load(part for run in runs for part in _texts_of(collection.texts(run), self._parts, keep=True))
        start = len(index)
        index.load(_texts_of(store, self._parts, keep=True))
        super().__init__(index, start)
        self._saved, self._next = len(index), self._parts.count(store.run)

    def settle(self, row: Mapping[str, Any], text: str, blocks: Sequence[str]) -> Doubles:
        doubles = super().settle(row, text, blocks)
        if len(self.index) - self._saved >= _PART:
            self._save(None)
        return doubles

    def finish(self, twins: Iterable[Twin] = (), compared: Progress = unwatched, noted: Progress = unwatched) -> int:
        """Gives the rows the labels that all texts together tell, and keeps the sketches, once all texts are written.

        Gives how many rows changed. `twins`: the pages of the run that have the text of another one. `compared` is
        told how many groups of copies were looked into, `noted` how many rows. Raises StorageError.
        """
        added = add_twins(self.index, twins, self._start)
        labels = self.labels(compared)
        for number in added:  # they are told by the ledger, and no text of the run
            self.index.forget(number)
        changed = self._store.amend(lambda row: relabelled(row, labels.get(row["url"])), noted)
        if any(self.index.is_gone(number) for number in range(self._start, self._saved)):
            self._saved, self._next = self._start, 0
        self._save(self._parts.table(self._store.run) if len(self._by_url) == len(self._store) else None)
        return changed

    def _save(self, complete_for: str | None) -> None:
        """Writes what is not written yet, in parts. What cannot be written is made again by the next run."""
        try:
            while True:
                end = min(self._saved + _PART, len(self.index))
                last = end == len(self.index)
                records, lines = self.index.saved(self._saved, end)
                part = Part(records=records, lines=lines, complete_for=complete_for if last else None)
                self._parts.write(self._store.run, self._next, part)
                self._saved, self._next = end, self._next + 1
                if last:
                    return
        except StorageError as error:
            logger.warning("the next run has to read texts again: %s", error)


def index_of(collection: Collection, threshold: float) -> TextIndex:
    """All texts of a collection; nothing is written."""
    index, parts = TextIndex(threshold), SketchParts(collection)
    index.load(part for run in collection.runs() for part in _texts_of(collection.texts(run), parts))
    return index


def stale(collection: Collection, parts: SketchParts) -> list[str]:
    """The runs whose parts are not those of their texts, and those that have parts and are not there any more.

    None where there are no parts at all: nobody has asked for any yet.
    """
    if not parts.runs():
        return []
    runs = collection.runs()
    return [run for run in runs if not parts.is_complete(run, parts.read(run))] + _orphans(collection, parts)


def freshen(collection: Collection, parts: SketchParts) -> list[str]:
    """Has the parts be those of the texts; gives the runs whose were not. Only under the collection's lock.

    Raises StorageError where the collection cannot be read.
    """
    found = stale(collection, parts)
    for run in found:
        _remake(collection.texts(run), parts, parts.read(run))
    return found


def _orphans(collection: Collection, parts: SketchParts) -> list[str]:
    return sorted(set(parts.runs()) - set(collection.runs()))


def _texts_of(store: TextStore, parts: SketchParts, *, keep: bool = False) -> Iterator[tuple[bytes, bytes]]:
    """A run's records and lines; made again, and kept where wanted, where they are not those of its texts."""
    found = parts.read(store.run)
    if not parts.is_complete(store.run, found):
        found = _remake(store, parts, found) if keep else list(remade(store, found))
    for _ in range(len(found)):
        part = found.pop(0)  # a million texts are held once, not twice
        yield part.records, part.lines


def _remake(store: TextStore, parts: SketchParts, found: Sequence[Part]) -> list[Part]:
    """The parts made again, and written; what cannot be written is made again the next time."""
    table, made = parts.table(store.run), list(remade(store, found))
    try:
        for number, part in enumerate(made):
            complete_for = table if part is made[-1] else None
            parts.write(store.run, number, attrs.evolve(part, complete_for=complete_for))
        if not made:
            parts.drop(store.run)
    except StorageError as error:
        logger.warning("the next run has to read texts again: %s", error)
    return made


def remade(store: TextStore, found: Sequence[Part]) -> Iterator[Part]:
    """Parts of the texts that a run now has: those found are taken over, the others read."""
    known: dict[tuple[str, bytes], bytes] = {}
    for part in found:
        for at, line in enumerate(part.lines.splitlines()):
            record = part.records[at * RECORD : (at + 1) * RECORD]
            known[Facts.parse(line).url, record[TEXT]] = record
    records: list[bytes] = []
    lines: list[bytes] = []
    for row in store.rows():
        record = known.get((row["url"], _digest_of(row)), b"") or _read(store, row)
        if not record:
            continue
        records.append(record)
        lines.append(Facts.of(row).line())
        if len(records) == _PART:
            yield Part(records=b"".join(records), lines=b"".join(lines))
            records, lines = [], []
    if records:
        yield Part(records=b"".join(records), lines=b"".join(lines))


def _read(store: TextStore, row: Mapping[str, Any]) -> bytes:
    """The record of a stored text; empty where it cannot be had, which `verify` and `audit` find."""
    try:
        text = store.read(row["file"]).decode("utf-8", "replace")
    except (OSError, StorageError):
        return b""
    body = row.get("body_block")
    return record_of(text, parse_text(text, body if isinstance(body, int) else None).blocks)


def _digest_of(row: Mapping[str, Any]) -> bytes:
    """The digest of a row's text file as a record has it; nothing where the row has none."""
    try:
        return bytes.fromhex(str(row.get("text_digest")).removeprefix("sha256:"))[:DIGEST]
    except ValueError:
        return b""


def relabelled(row: Mapping[str, Any], given: QualityLabel | None) -> dict[str, Any] | None:
    """The row with `given` as its label `syndicated`, or without one; None where that is what it has.

    What is known as an aggregator's snapshot needs no second name.
    """
    labels = [one for one in row.get("labels") or () if one["name"] != NAME]
    if given is not None and not any(one["name"] == "snapshot_copy" for one in labels):
        labels.append(attrs.asdict(given))
    return None if labels == row.get("labels") else {**row, "labels": labels}
