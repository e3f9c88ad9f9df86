"""Sketches on disk: a run finds those of earlier runs, whatever became of the files, and never believes old ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from archives.collection import Collection
from archives.fixity import verify
from archives.texts import TextStore
from pipelines.duplicates.parts import Part, SketchParts
from pipelines.duplicates.settlement import RunSettlement, index_of, stale
from tests.commands import ROOT
from tests.pipelines.test_duplicates import OTHER, TEXT, row

FIRST, SECOND = "20260309T040000Z-0000", "20260310T040000Z-0000"


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path, "news")


def crawl(collection: Collection, run: str, *pages: tuple[str, str], finish: bool = True) -> list[dict[str, Any]]:
    """A run as the crawl makes it, of URLs and main texts; its rows."""
    store = collection.texts(run)
    settlement = RunSettlement(collection, store, 0.8)
    for url, body in pages:
        put(settlement, store, url, body)
    if finish:
        settlement.finish()
    return list(collection.texts(run).rows())


def put(settlement: RunSettlement, store: TextStore, url: str, body: str) -> None:
    made, text = row(url, labels=[], body_block=1), f"{url}\n\n{body}"
    doubles = settlement.settle(made, text, [body])
    store.put(text, {**made, "duplicate_of": doubles.duplicate_of, "near_duplicates": doubles.near_duplicates})


def sketches(collection: Collection) -> list[Path]:
    return sorted((collection.path / "indexes" / "sketches").iterdir())


def test_a_later_run_knows_the_texts_of_an_earlier_one_without_reading_them(collection: Collection) -> None:
    crawl(collection, FIRST, ("http://a.cn/1", TEXT), ("http://a.cn/2", OTHER))
    for file in (collection.path / "texts" / FIRST).glob("*.txt"):
        file.unlink()
    rows = crawl(
        collection, SECOND, ("http://a.cn/1", TEXT), ("http://b.cn/1", TEXT), ("http://a.cn/2", OTHER + "完。")
    )
    assert [one["duplicate_of"] for one in rows] == [None, "http://a.cn/1", None]
    assert rows[2]["near_duplicates"] == [], "a page crawled again is not its own near duplicate"
    assert [label["name"] for one in rows for label in one["labels"]] == ["syndicated"]


@pytest.mark.parametrize("harm", ["gone", "torn", "flipped", "older", "empty", "foreign"])
def test_files_that_cannot_be_used_are_made_again(collection: Collection, harm: str) -> None:
    crawl(collection, FIRST, ("http://a.cn/1", TEXT), ("http://a.cn/2", OTHER))
    [file] = sketches(collection)
    data = file.read_bytes()
    changed = bytearray(data)
    changed[len(data) // 2] ^= 1
    head = json.dumps({"format": "sketches 1", "texts": "x", "crc32": [], "complete_for": 3}).encode()
    harmed = {"gone": None, "torn": data[:-20], "flipped": bytes(changed), "empty": b"", "foreign": head + b"\n{}"}
    harmed["older"] = data.replace(b'"sketches 1 ', b'"sketches 0 ', 1)
    file.unlink() if harmed[harm] is None else file.write_bytes(harmed[harm] or b"")
    assert harm == "gone" or stale(collection, SketchParts(collection)) == [FIRST]
    assert len(index_of(collection, 0.8)) == 2 and (harm == "gone" or file.exists()), "reading alone writes nothing"
    assert crawl(collection, SECOND, ("http://b.cn/1", TEXT))[0]["duplicate_of"] == "http://a.cn/1"
    assert sketches(collection)[0].read_bytes() == data
    assert not stale(collection, SketchParts(collection))


def test_a_table_that_changed_is_read_again(collection: Collection) -> None:
    crawl(collection, FIRST, ("http://a.cn/1", TEXT), ("http://a.cn/2", OTHER))
    store = collection.texts(FIRST)
    store.replace({"http://a.cn/1": ("x\n\n" + OTHER * 2, row("http://a.cn/1", labels=[], body_block=1))})
    rows = crawl(collection, SECOND, ("http://b.cn/1", TEXT), ("http://b.cn/2", OTHER * 2))
    assert [one["duplicate_of"] for one in rows] == [None, "http://a.cn/1"]


def test_a_run_that_is_gone_is_forgotten(collection: Collection) -> None:
    crawl(collection, FIRST, ("http://a.cn/1", TEXT))
    for file in (collection.path / "texts" / FIRST).iterdir():
        file.unlink()
    (collection.path / "texts" / FIRST).rmdir()
    assert crawl(collection, SECOND, ("http://b.cn/1", TEXT))[0]["duplicate_of"] is None
    assert all(file.name.startswith(SECOND) for file in sketches(collection))


def test_many_parts_hold_what_one_would(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.duplicates.settlement._PART", 3)
    pages = [(f"http://a.cn/{number}", f"{OTHER}第{number}号公告。" * 3) for number in range(10)]
    crawl(collection, FIRST, *pages)
    assert len(sketches(collection)) > 2 and not stale(collection, SketchParts(collection))
    assert len(index_of(collection, 0.8)) == 10
    sketches(collection)[1].unlink()
    assert len(index_of(collection, 0.8)) == 10
    rows = crawl(collection, SECOND, *[(url.replace("a.cn", "b.cn"), body) for url, body in pages])
    assert [one["duplicate_of"] for one in rows] == [url for url, _ in pages]


def test_verify_has_nothing_against_the_sketches(collection: Collection) -> None:
    crawl(collection, FIRST, ("http://a.cn/1", TEXT))
    collection.seal_run(FIRST)
    sketches(collection)[0].write_bytes(b"tampered")
    assert "foreign" not in {finding.kind for finding in verify(collection)}
    (collection.path / "indexes" / "sketches" / "other").write_bytes(b"")
    assert [finding.file for finding in verify(collection) if finding.kind == "foreign"] == ["indexes/sketches/other"]


def test_a_label_given_late_reaches_the_row_of_the_copy(collection: Collection) -> None:
    """The copy came first; the row is written again once its original is there, and its text is as it was."""
    store = collection.texts(FIRST)
    settlement = RunSettlement(collection, store, 0.8)
    for url, when in (("http://copy.cn/1", "2026-03-06T08:00+08:00"), ("http://first.cn/1", "2026-03-05T08:00+08:00")):
        made = row(url, labels=[], body_block=1, published=when, published_precision="minute")
        settlement.settle(made, f"{url}\n\n{TEXT}", [TEXT])
        store.put(f"{url}\n\n{TEXT}", made)
    before = {name: store.read(name) for name in store.files()}
    told: list[tuple[int, int]] = []
    assert settlement.finish(noted=lambda *how_far: told.append(how_far)) == 1
    assert told == [(1, 2), (2, 2)] and settlement.finish() == 0
    copy, first = collection.texts(FIRST).rows()
    assert [label["name"] for label in copy["labels"]] == ["syndicated"] and first["labels"] == []
    assert {name: store.read(name) for name in store.files()} == before


PROGRAM = """
import sys
from pathlib import Path
from archives.collection import Collection
from pipelines.duplicates import settlement
from tests.pipelines.test_sketch_parts import FIRST, put
settlement._PART = 2
collection = Collection.open(Path(sys.argv[1]), "news")
store = collection.texts(FIRST)
known = settlement.RunSettlement(collection, store, 0.8)
for number in range(len(store), 100):
    put(known, store, f"http://a.cn/{number}", f"第{number}号公告，" * 20)
    print(number, flush=True)
"""


def test_a_kill_at_any_moment_costs_nothing(collection: Collection) -> None:
    for last in (5, 6, 11):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(collection.path.parent)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        while int(process.stdout.readline()) < last:
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        collection.texts(FIRST).repair()
    rows = list(collection.texts(FIRST).rows())
    index = index_of(collection, 0.8)
    assert sorted(index.facts(number).url for number in range(len(index))) == sorted(one["url"] for one in rows)
    crawl(collection, FIRST, ("http://a.cn/last", TEXT))
    assert not stale(collection, SketchParts(collection))


def test_a_part_says_what_is_wrong_with_it() -> None:
    part = Part(records=b"r" * 288, lines=b"[]\n", complete_for="1 sha256:0")
    assert Part.unpack(part.pack()) == part
    lying: Sequence[bytes] = (b"", b"[]\n", b"{}\n", b'{"format":"x","texts":-1,"crc32":0,"complete_for":null}\n')
    for data in lying:
        with pytest.raises(ValueError):
            Part.unpack(data)
