"""Audit: every text made again from its archived bytes and compared with the one that lies there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import attrs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from archives import texts
from archives.capture import Capture, RecordLocation
from archives.collection import Collection
from archives.digest import entity_digest, sha256
from archives.errors import ArchiveError, StorageError, UnresolvedRevisitError
from archives.findings import FixityFinding, one_line, printable
from archives.fixity import verify


class Verdict(Enum):
    """What an audit says of one text."""

    MATCH = "match"
    """Text and row come out of the archived bytes again, to the byte."""
    DRIFT = "drift"
    """Another extractor version, rule or model is at work now, and it says something else."""
    MISMATCH = "mismatch"
    """The same code on the same bytes says something else: text or row is not what was extracted."""
    FIXITY_FAILED = "fixity failed"
    """The record it was made from is damaged or gone, so nothing can be said."""
    REVISIT_UNRESOLVED = "revisit unresolved"
    """The record refers to an earlier capture that is not here."""
    TEXT_MISSING = "text missing"
    TEXT_ORPHAN = "text orphan"
    """A file that no row accounts for."""


@attrs.frozen(kw_only=True)
class Reextraction:
    """What today's code makes of the captures of a text."""

    text: str
    row: Mapping[str, Any]


Reextract = Callable[[Sequence[Capture], Mapping[str, Any]], Reextraction | None]
"""Makes the text again from its captures, in page order, and the stored row.

Where the page gives no text now, an empty one with its row (so that drift can be told), or None.
"""

NOT_EXTRACTED = frozenset({"file", "text_digest", "duplicate_of", "near_duplicates", "captures", "provenance"})
"""Fields of a row that do not come from its captures alone, or are compared by themselves."""
NOT_EXTRACTED_LABELS = frozenset({"syndicated"})
"""Labels that a row has because of what other texts say."""


def as_extracted(row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a row its captures alone decide."""
    kept = {name: value for name, value in row.items() if name not in NOT_EXTRACTED}
    if isinstance(labels := kept.get("labels"), list | tuple):
        names = [one.get("name") if isinstance(one, Mapping) else None for one in labels]
        pairs = zip(labels, names, strict=True)
        kept["labels"] = [one for one, name in pairs if not (isinstance(name, str) and name in NOT_EXTRACTED_LABELS)]
    return kept


@attrs.frozen(kw_only=True)
class TextVerdict:
    """The verdict on one text, and its grounds."""

    run: str
    file: str = attrs.field(converter=one_line)
    url: str | None = attrs.field(converter=printable)
    verdict: Verdict
    why: str = attrs.field(default="", converter=one_line)
    """One line; empty for a plain match."""
    differs: tuple[str, ...] = ()
    """The fields of the row that differ, and "text"."""

    def to_json(self) -> dict[str, Any]:
        return {**attrs.asdict(self), "verdict": self.verdict.name, "differs": list(self.differs)}


@attrs.frozen(kw_only=True)
class AuditReport:
    """All that an audit found."""

    collection: str
    runs: tuple[str, ...]
    verdicts: tuple[TextVerdict, ...]
    findings: tuple[FixityFinding, ...]
    public_key: str | None = None
    """The fingerprint of the collection's public key; None where it has none that can be used."""

    @property
    def counts(self) -> dict[str, int]:
        """How many texts got each verdict; every verdict is in it."""
        seen = Counter(verdict.verdict for verdict in self.verdicts)
        return {verdict.name: seen[verdict] for verdict in Verdict}

    @property
    def clean(self) -> bool:
        """Whether every text matches and nothing else was found."""
        return not self.findings and all(verdict.verdict is Verdict.MATCH for verdict in self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "collection": self.collection,
            "runs": list(self.runs),
            "clean": self.clean,
            "public_key": self.public_key,
            "counts": self.counts,
            "findings": [finding.to_json() for finding in self.findings],
            "verdicts": [verdict.to_json() for verdict in self.verdicts],
        }


def audit(
    collection: Collection,
    reextract: Reextract,
    *,
    run: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    public_key: Ed25519PublicKey | None = None,
) -> AuditReport:
    """Verifies the collection, then makes every text (of `run`, or of all runs) again and compares.

    `progress` is told how many texts are done, and of how many; `public_key` is as for `verify`. Damage is a finding
    or a verdict, never an exception; `CollectionError` only for a run that is not there or an unusable signing key.
    """
    runs = _runs(collection) if run is None else [collection.known_run(run)]
    findings = tuple(verify(collection, public_key))
    stores = [store for name in runs if (store := _store(collection, name)) is not None]
    total = sum(len(store) for store in stores)
    verdicts: list[TextVerdict] = []
    for store in stores:
        for verdict in _verdicts(collection, store, reextract, findings):
            verdicts.append(verdict)
            if progress is not None:
                progress(len(verdicts), max(total, len(verdicts)))
    return AuditReport(
        collection=collection.name,
        runs=tuple(runs),
        verdicts=tuple(verdicts),
        findings=findings,
        public_key=collection.chain.fingerprint(),
    )


def audit_text(
    collection: Collection,
    store: texts.TextStore,
    row: Mapping[str, Any],
    reextract: Reextract,
    damaged: Mapping[tuple[str, int], FixityFinding] | None = None,
) -> TextVerdict:
    """The verdict on the text of one row of `store`; `damaged` are findings by file and offset, where known already."""
    verdict, why, differs = _judge(collection, store, row, reextract, damaged or {})
    return TextVerdict(
        run=store.run, file=row["file"], url=row["url"], verdict=verdict, why=why, differs=tuple(differs)
    )


def _runs(collection: Collection) -> list[str]:
    try:
        return collection.runs()
    except StorageError:  # a finding says so
        return []


def _store(collection: Collection, run: str) -> texts.TextStore | None:
    try:
        return collection.texts(run)
    except StorageError:  # a finding says so
        return None


def _verdicts(
    collection: Collection, store: texts.TextStore, reextract: Reextract, findings: Sequence[FixityFinding]
) -> Iterator[TextVerdict]:
    damaged = {(finding.file, finding.offset): finding for finding in findings if finding.offset is not None}
    named = set()
    for row in store.rows():
        named.add(row["file"])
        yield audit_text(collection, store, row, reextract, damaged)
    for name in store.files():
        if name not in named:
            why = "no row names it"
            yield TextVerdict(run=store.run, file=name, url=None, verdict=Verdict.TEXT_ORPHAN, why=why)


def _judge(
    collection: Collection,
    store: texts.TextStore,
    row: Mapping[str, Any],
    reextract: Reextract,
    damaged: Mapping[tuple[str, int], FixityFinding],
) -> tuple[Verdict, str, list[str]]:
    try:
        data = store.read(row["file"])
    except (FileNotFoundError, ArchiveError) as error:
        return Verdict.TEXT_MISSING, f"the text cannot be read: {error}", ["text"]
    try:
        captures = [_capture(collection, at, damaged) for at in _locations(row)]
    except UnresolvedRevisitError as error:
        return Verdict.REVISIT_UNRESOLVED, str(error), []
    except (ArchiveError, ValueError) as error:
        return Verdict.FIXITY_FAILED, str(error), []
    try:
        again = reextract(captures, row)
    except Exception as error:  # whatever an extractor does on damaged input must not end the audit
        return Verdict.MISMATCH, f"extraction failed: {type(error).__name__}: {error}", ["text"]
    return _compare(data, row, again)


def _capture(collection: Collection, at: RecordLocation, damaged: Mapping[tuple[str, int], FixityFinding]) -> Capture:
    """The capture at a place that a row names. Raises `ValueError` where it is not the one the row was made from."""
    finding = damaged.get((f"archive/{at.file}", at.offset))
    if finding is not None:
        raise ValueError(str(finding))
    capture = collection.read(at)
    if entity_digest(capture.response) != at.payload_digest:
        raise ValueError(f"{at.file} at byte {at.offset}: its payload is not the one that the row names")
    return capture


def _locations(row: Mapping[str, Any]) -> list[RecordLocation]:
    """The captures that a row names. Raises `ValueError` where it names none that could be looked for."""
    try:
        found = [RecordLocation(**{name: at[name] for name in _PLACE}) for at in row["captures"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"the row names no usable captures: {error!r}") from error
    if not found or not all(isinstance(at.offset, int) and isinstance(at.file, str) for at in found):
        raise ValueError("the row names no usable captures")
    return found


_PLACE = tuple(field.name for field in attrs.fields(RecordLocation))


def _compare(data: bytes, row: Mapping[str, Any], again: Reextraction | None) -> tuple[Verdict, str, list[str]]:
    if again is None:
        return Verdict.MISMATCH, "the archived page gives no text now", ["text"]
    differs = []
    if again.text.encode("utf-8") != data:
        differs.append("text")
    stored, now = _plain(as_extracted(row)), _plain(as_extracted(again.row))
    differs += [name for name in sorted(stored.keys() | now.keys()) if stored.get(name) != now.get(name)]
    drifted = _drifted(row.get("provenance"), again.row.get("provenance"))
    if sha256(data) != row.get("text_digest"):  # whatever code is at work today
        why = "text not as extracted: its digest is not the row's"
        return Verdict.MISMATCH, why, differs or ["text_digest"]
    if not differs:
        return Verdict.MATCH, f"though made with {drifted}" if drifted else "", []
    if drifted:
        return Verdict.DRIFT, f"made with {drifted}; {', '.join(differs)} differ", differs
    return Verdict.MISMATCH, f"{', '.join(differs)} not as extracted", differs


def _drifted(stored: Any, now: Any) -> str:
    """What was other when the text was made, in words; "" where nothing was."""
    if not isinstance(stored, Mapping) or not isinstance(now, Mapping):
        return "" if stored == now else "an unknown provenance"
    then = {**stored, **_versions(stored)}
    today = {**now, **_versions(now)}
    names = sorted((then.keys() | today.keys()) - {"versions"})
    changed = [name for name in names if _plain(then.get(name)) != _plain(today.get(name))]
    return ", ".join(f"{name} {then.get(name)} (now {today.get(name)})" for name in changed)


def _versions(provenance: Mapping[str, Any]) -> Mapping[str, Any]:
    versions = provenance.get("versions")
    return versions if isinstance(versions, Mapping) else {}


def _plain(value: Any) -> Any:
    """A value as it is once it went through JSON, which knows no tuples and no dates."""
    return json.loads(json.dumps(value, default=str))
