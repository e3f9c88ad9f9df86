"""Texts made again in bulk: the same bytes however many workers, and a report that tells what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archives.audit import audit
from archives.collection import Collection
from archives.texts import TextStore
from pipelines.bulk import ChangeReport, reextract_collection
from pipelines.reextraction import Reextractor
from pipelines.workers import ExtractionPool
from tests.pipelines.newscollection import RUN, SITE, news_collection, seal

NEW = "20261123T063000Z-cd34"


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    made = ExtractionPool(workers=2)
    yield made
    made.close()


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return news_collection(tmp_path)


def table(collection: Collection, run: str) -> dict[str, bytes]:
    folder = collection.path / "texts" / run
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stored(collection: Collection) -> list[tuple[str, dict[str, Any]]]:
    """The texts of the first run with their rows."""
    texts = collection.texts(RUN)
    return [(texts.read(row["file"]).decode(), row) for row in texts.rows()]


def urls(report: ChangeReport) -> dict[str, list[str]]:
    kinds = {"changed": report.changes, "lost": report.losses, "failed": report.failures}
    return {kind: [change.url.removeprefix(SITE) for change in found] for kind, found in kinds.items()}


def test_the_same_code_gives_the_same_texts_and_a_clean_audit(collection: Collection, pool: ExtractionPool) -> None:
    told: list[tuple[int, int]] = []
    report = reextract_collection(collection, NEW, pool, ahead=2, progress=lambda done, of: told.append((done, of)))
    assert (report.same, report.changed, report.lost, report.failed) == (5, 0, 0, 0)
    assert told == [(done, 5) for done in range(1, 6)] and len(report.seconds) == 5
    assert set(table(collection, NEW)) == set(table(collection, RUN))
    assert any(row["near_duplicates"] for row in collection.texts(NEW).rows()), "neighbours are compared"
    seal(collection, NEW)
    proved = audit(collection, Reextractor(collection.path))
    assert proved.clean and proved.counts["MATCH"] == 10, proved


def test_workers_decide_how_fast_and_never_what(collection: Collection, pool: ExtractionPool) -> None:
    reextract_collection(collection, NEW, pool, ahead=8)
    collection.path.joinpath("texts", NEW).rename(aside := collection.path / "aside")
    alone = ExtractionPool(workers=1)
    try:
        reextract_collection(collection, NEW, alone, ahead=1)
    finally:
        alone.close()
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == table(collection, NEW)


def test_tells_what_changed_and_what_is_lost_or_cannot_be_tried(collection: Collection, pool: ExtractionPool) -> None:
    texts = stored(collection)
    (entry,) = [entry for entry in collection.captures() if entry.url.endswith("/empty.html")]
    empty = {
        name: getattr(entry.location, name) for name in ("file", "offset", "length", "record_id", "payload_digest")
    }
    later = collection.texts("20261122T070000Z-ab13")
    later.put("别的标题\n\n别的正文", {**texts[0][1], "title": "别的标题", "author": ["旧记者"]})
    later.put(texts[1][0], {**texts[1][1], "source": "旧来源"})
    later.put("曾有正文", {**texts[2][1], "url": f"{SITE}/empty.html", "captures": [empty]})
    broken = [{**texts[2][1]["captures"][0], "offset": 7}]
    later.put(texts[2][0] + "甲", {**texts[2][1], "captures": broken})
    later.put(texts[3][0] + "乙", {**texts[3][1], "captures": [{"file": 1}]})
    report = reextract_collection(collection, NEW, pool)
    assert urls(report) == {
        "changed": ["/0.html", "/1.html"],
        "lost": ["/empty.html"],
        "failed": ["/2.html", "/3.html"],
    }
    assert report.same == 1 and report.written == 3 and report.fields["text"] == 1 and report.fields["source"] == 1
    assert {"text", "title", "author"} <= set(report.changes[0].fields) and report.changes[1].fields == ("source",)
    assert "no main text" in report.losses[0].why
    assert "byte 7" in report.failures[0].why and "captures" in report.failures[1].why
    rows = [row["url"].removeprefix(SITE) for row in collection.texts(NEW).rows()]
    assert rows == ["/4.html", "/0.html", "/1.html"], "in the order of the old rows, newest run last"


def test_one_text_for_two_urls_is_written_once(collection: Collection, pool: ExtractionPool) -> None:
    text, row = stored(collection)[0]
    collection.texts("20261122T070000Z-ab13").put(text, {**row, "url": f"{SITE}/copy.html"})
    report = reextract_collection(collection, NEW, pool)
    assert [change.why for change in report.losses] == [f"the same text as {SITE}/0.html"]


def test_rules_that_are_lost_are_told_by_the_row(collection: Collection, pool: ExtractionPool) -> None:
    for path in (collection.path / "rules").iterdir():
        path.unlink()
    report = reextract_collection(collection, NEW, pool)
    assert report.written == 5 and len(TextStore(collection.storage, NEW)) == 5
    digests = {row["provenance"]["rules_digest"] for row in collection.texts(NEW).rows()}
    assert digests.isdisjoint(row["provenance"]["rules_digest"] for row in collection.texts(RUN).rows())
    assert [path.stem for path in (collection.path / "rules").iterdir()] == [digests.pop().removeprefix("sha256:")]
