"""pack and reextract as a user meets them."""

from __future__ import annotations

import argparse
import json
import os
import signal
from pathlib import Path
from zipfile import ZipFile

import pytest
from scrapy.exceptions import UsageError

from archives.collection import Collection
from archives.fixity import verify
from crawler.bulkrun import BulkRun, unfinished
from crawler.commands.pack import Command as Pack
from crawler.commands.reextract import Command as Reextract
from crawler.lock import RunLock
from tests.commands import Ran, Workplace, wait_until
from tests.crawler.oneshot import oneshot, settings_for
from tests.pipelines.newscollection import RUN, news_collection

Output = pytest.CaptureFixture[str]


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return news_collection(tmp_path)


def reextract(collection: Collection, output: Output, *arguments: str) -> Ran:
    return oneshot(Reextract(), settings_for(collection.path.parent), output, "news", *arguments)


def pack(collection: Collection, output: Output, target: Path, *arguments: str) -> Ran:
    return oneshot(Pack(), settings_for(collection.path.parent), output, "news", "-o", str(target), *arguments)


def test_reextract_makes_a_sealed_run_and_says_what_changed(collection: Collection, capsys: Output) -> None:
    later = collection.texts("20261122T070000Z-ab13")
    row = next(collection.texts(RUN).rows())
    later.put("旧\n\n文", {**row, "title": "旧"})
    left = BulkRun(collection, settings_for(collection.path.parent), {}).run
    assert unfinished(collection) == [left]
    ran = reextract(collection, capsys, "--workers", "1")
    assert ran.code == 0 and f"removed run {left}" in ran.err, ran
    assert "5 texts" in ran.out and "4 same, 1 changed, 0 lost" in ran.out, ran
    assert f"changed: {row['url']}: text, " in ran.out and "title 1" in ran.out
    (new,) = [run for run in collection.runs() if run not in {RUN, later.run}]
    record = json.loads((collection.path / "runs" / new / "run.json").read_text(encoding="utf-8"))
    assert record["verdict"] == "complete" and record["texts"] == 5 and record["extraction"]["count"] == 5
    assert record["arguments"] == {"command": "reextract", "workers": 1}
    assert "Complete" in (collection.path / "runs" / new / "report.html").read_text(encoding="utf-8")
    assert [finding.file for finding in verify(collection)] == [f"runs/{later.run}"], "only the run that no one sealed"
    assert unfinished(collection) == []


def test_reextract_of_a_damaged_record_is_a_finding(collection: Collection, capsys: Output) -> None:
    (warc,) = (collection.path / "archive").iterdir()
    place = next(collection.texts(RUN).rows())["captures"][0]
    data = bytearray(warc.read_bytes())
    data[place["offset"] + place["length"] // 2] ^= 0xFF
    warc.write_bytes(data)
    ran = reextract(collection, capsys, "--workers", "1")
    assert ran.code == 3 and "finding: not tried: http://127.0.0.2:8080/0.html: " in ran.out, ran
    assert "1 could not be tried" in ran.out and "4 same" in ran.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--dask", "tcp://127.0.0.1:8786"], "--dask"),
        (["--workers", "0"], "--workers"),
        (["--workers", "x"], "--workers"),
    ],
)
def test_reextract_refuses_what_it_cannot_do(
    collection: Collection, capsys: Output, arguments: list[str], named: str
) -> None:
    ran = reextract(collection, capsys, *arguments)
    assert ran.code == 2 and ran.err.count("\n") == 1 and named in ran.err, ran
    assert collection.runs() == [RUN]


def test_reextract_needs_texts_and_the_lock(collection: Collection, capsys: Output) -> None:
    Collection.create(collection.path.parent, "empty")
    ran = oneshot(Reextract(), settings_for(collection.path.parent), capsys, "empty")
    assert ran.code == 2 and "no text" in ran.err and not (collection.path.parent / "empty" / "runs").exists()
    lock = RunLock(collection.path)
    lock.acquire()
    ran = reextract(collection, capsys)
    lock.release()
    assert ran.code == 4 and str(os.getpid()) in ran.err and ran.err.count("\n") == 1, ran


def test_ctrl_c_takes_the_unfinished_run_away(collection: Collection) -> None:
    process = Workplace(collection.path.parent).start("reextract", "news", "--workers", "1")
    wait_until(lambda: len(list((collection.path / "runs").glob("*/report.html"))) > 1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5 and "Traceback" not in err, err
    assert collection.runs() == [RUN] and list(verify(collection)) == []


def test_pack_says_what_is_in_it_and_finds_what_was_changed(collection: Collection, capsys: Output) -> None:
    target = collection.path.parent / "news.wacz"
    ran = pack(collection, capsys, target, "--sign")
    assert ran.code == 0 and "1 WARC files, 6 captures, 5 pages, 5 texts" in ran.out, ran
    key = json.loads(ZipFile(target).read("datapackage-digest.json"))["signedData"]["publicKey"]
    assert key in ran.out
    before = target.read_bytes()
    text = next((collection.path / "texts" / RUN).glob("000_*.txt"))
    text.write_bytes(text.read_bytes() + b"!")
    ran = pack(collection, capsys, target)
    assert ran.code == 3 and text.name in ran.out and target.read_bytes() == before, ran


def test_pack_refuses_places_that_cannot_be(collection: Collection, capsys: Output) -> None:
    for target in (collection.path / "archive" / "x.wacz", collection.path.parent / "none" / "x.wacz"):
        ran = pack(collection, capsys, target)
        assert ran.code == 2 and ran.err.count("\n") == 1 and str(target.parent) in ran.err, ran
    with pytest.raises(UsageError, match="-o"):
        oneshot(Pack(), settings_for(collection.path.parent), capsys, "news")


@pytest.mark.parametrize("command", [Pack(), Reextract()])
def test_help_teaches(command: Pack | Reextract) -> None:
    said = command.long_desc()
    assert "Example: " in said and "xit code" in said
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.settings = settings_for(Path())
    command.add_options(parser)
    ours = {"-o", "--sign"} if isinstance(command, Pack) else {"--workers", "--dask"}
    assert all(option in parser.format_help() for option in ours)
