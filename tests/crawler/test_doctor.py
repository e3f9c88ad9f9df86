"""The doctor: what a crash, a careless hand or a poor machine leaves is named, and put right where it can be."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import UsageError

from archives.collection import Collection
from archives.fixity import verify
from crawler.bulkrun import BulkRun
from crawler.checkup.machine import _packages
from crawler.commands.doctor import Command
from crawler.frontier.sqlite import SqliteFrontier
from crawler.lock import RunLock
from tests.archives.samples import capture, ok
from tests.commands import Ran, Workplace
from tests.crawler.oneshot import oneshot, settings_for
from tests.pipelines.newscollection import RUN, news_collection

Output = pytest.CaptureFixture[str]
CRASHED = "20261122T080000Z-cd34"


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return news_collection(tmp_path, articles=2)


def doctor(collection: Collection, output: Output, *arguments: str, **more: object) -> Ran:
    return oneshot(Command(), settings_for(collection.path.parent, **more), output, "news", *arguments)


def states(ran: Ran) -> dict[str, tuple[str, str]]:
    """State and whole line of each check."""
    lines = [line for line in ran.out.splitlines() if line[:5] in {"ok   ", "warn ", "bad  "}]
    return {line[5:].partition(":")[0]: (line[:4].strip(), line) for line in lines}


def crashed(collection: Collection) -> None:
    """What kill -9 leaves: a WARC that is not closed, half an exchange at its end, a text and a row half written."""
    collection.start_writing({"software": "tests"})
    taken = collection.read(collection.append(capture("http://127.0.0.2:8080/late.html", ok())))
    collection.sync()
    assert collection._writer is not None and collection._unlock is not None
    collection._writer = None
    collection._unlock()
    (opened,) = (collection.path / "archive").glob("*.open")
    opened.write_bytes(opened.read_bytes() + b"\x1f\x8b\x08half")
    collection.texts(CRASHED).put("晚到", {"url": taken.url})
    folder = collection.path / "texts" / CRASHED
    with (folder / "documents.jsonl").open("ab") as table:
        table.write(b'{"url": "http://127.0')
    (folder / "001_0123456789abcdef.txt").write_text("半", encoding="utf-8")


def test_a_sound_collection_is_fit(collection: Collection, capsys: Output) -> None:
    before = {path: path.stat().st_mtime_ns for path in collection.path.rglob("*")}
    ran = doctor(collection, capsys)
    found = states(ran)
    assert ran.code == 0 and "fit for work" in ran.out, ran
    assert {state for state, _ in found.values()} <= {"ok", "warn"}
    assert set(found) >= {"python", "packages", "disk", "lock", "warcs", "index", "texts", "ledger", "runs", "chain"}
    assert {path: path.stat().st_mtime_ns for path in collection.path.rglob("*")} == before, "it only looks"


def test_what_a_crash_leaves_is_named_and_repaired(collection: Collection, capsys: Output) -> None:
    crashed(collection)
    left = BulkRun(collection, settings_for(collection.path.parent), {}).run
    found = states(doctor(collection, capsys))
    assert {name for name, (state, _) in found.items() if state == "bad"} == {"warcs", "texts", "runs"}, found
    assert "--repair" in found["warcs"][1] and ".warc.gz.open" in found["warcs"][1]
    assert CRASHED in found["texts"][1] and "--repair" in found["texts"][1] and left in found["runs"][1]
    (collection.path / "indexes" / "index.cdxj").unlink()
    ran = doctor(collection, capsys, "--repair")
    did = [line for line in ran.out.splitlines() if line.startswith("repaired: ")]
    assert len(did) == 4 and "7 put aside" in did[0] and left in did[1] and CRASHED in did[2] and "index" in did[3], ran
    found = states(ran)
    assert {name for name, (state, _) in found.items() if state == "bad"} == {"runs"}, "no one can vouch for it now"
    assert [row["url"] for row in collection.texts(CRASHED).rows()] == ["http://127.0.0.2:8080/late.html"]
    assert collection.texts(CRASHED).files() == [row["file"] for row in collection.texts(CRASHED).rows()]
    assert any(entry.url.endswith("/late.html") for entry in collection.captures())
    assert {finding.kind for finding in verify(collection)} == {"run-unsealed"}


def test_what_is_sealed_is_left_for_verify(collection: Collection, capsys: Output) -> None:
    stray = collection.path / "texts" / RUN / "009_0123456789abcdef.txt"
    stray.write_text("假", encoding="utf-8")
    ran = doctor(collection, capsys, "--repair")
    state, line = states(ran)["texts"]
    assert ran.code == 3 and state == "bad" and stray.name in line and "verify" in line
    assert stray.exists() and "repaired" not in ran.out


@pytest.mark.parametrize(
    ("damage", "where"),
    [
        (lambda lines: lines[:-3], ""),
        (lambda lines: [*lines, b"nonsense\n"], "line 4"),
        (lambda lines: lines[::-1], "line 2"),
        (lambda lines: [lines[0].replace(b'"filename": "news', b'"filename": "olds'), *lines[1:]], "line 1"),
    ],
)
def test_a_stale_index_is_made_anew(collection: Collection, capsys: Output, damage: Any, where: str) -> None:
    index = collection.path / "indexes" / "index.cdxj"
    before = index.read_bytes()
    index.write_bytes(b"".join(damage(before.splitlines(keepends=True))))
    state, line = states(doctor(collection, capsys))["index"]
    assert state == "bad" and where in line
    ran = doctor(collection, capsys, "--repair")
    assert ran.code == 0 and "repaired: wrote indexes/index.cdxj anew: 3 captures" in ran.out
    assert index.read_bytes() == before


def test_chain_and_key(collection: Collection, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = collection.path / "chain.jsonl"
    before = chain.read_bytes()
    chain.write_bytes(before + b'{"seq": 3')
    assert states(doctor(collection, capsys))["chain"][0] == "warn"
    chain.write_bytes(before.replace(b'"seq":1', b'"seq":7'))
    state, line = states(doctor(collection, capsys))["chain"]
    assert state == "bad" and "line 1" in line and "verify" in line
    chain.write_bytes(before)
    (collection.path / "keys" / "signing.key").rename(elsewhere := collection.path.parent / "signing.key")
    assert "ARCHIVE_SIGNING_KEY" in states(doctor(collection, capsys))["chain"][1]
    monkeypatch.setenv("ARCHIVE_SIGNING_KEY", str(elsewhere))
    assert states(doctor(collection, capsys))["chain"][0] == "ok"


def test_ledger_unfinished_and_damaged(collection: Collection, capsys: Output) -> None:
    ledger = collection.path / "ledger.sqlite"
    frontier = SqliteFrontier(ledger)
    run = frontier.begin_run("20261122T090000Z-ee55", {}).run
    frontier.close()
    (collection.path / "runs" / run).mkdir()
    found = states(doctor(collection, capsys))
    assert found["runs"][0] == "warn" and run in found["runs"][1] and "same crawl command" in found["runs"][1]
    with sqlite3.connect(ledger) as database:
        root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'urls'").fetchone()[0]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    database.close()
    data = bytearray(ledger.read_bytes())
    data[(root - 1) * size : (root - 1) * size + 8] = b"\xff" * 8
    ledger.write_bytes(data)
    ran = doctor(collection, capsys)
    assert ran.code == 3 and states(ran)["ledger"][0] == "bad" and str(ledger) in states(ran)["ledger"][1], ran
    ledger.write_bytes(b"no database at all" * 100)
    assert states(doctor(collection, capsys))["ledger"][0] == "bad"


def test_a_run_at_work_is_named_and_left_alone(collection: Collection, capsys: Output) -> None:
    crashed(collection)
    lock = RunLock(collection.path)
    lock.acquire()
    ran = doctor(collection, capsys)
    refused = doctor(collection, capsys, "--repair")
    lock.release()
    assert ran.code == 0 and f"process {os.getpid()}" in states(ran)["lock"][1], "what it has open is its own"
    assert "1 being written" in states(ran)["warcs"][1]
    assert refused.code == 4 and refused.err.count("\n") == 1
    assert list((collection.path / "archive").glob("*.open"))


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("EXTRACT_WORKERS", "none", "settings"), ("PROGRESS", "loud", "settings"), ("SITES_DIR", "/nowhere", "sites"),
        ("GUARD_MIN_FREE_DISK", "99999999999", "disk"), ("GUARD_MIN_FREE_DISK", "much", "disk"),
    ],
)  # fmt: skip
def test_a_machine_that_is_not_fit(collection: Collection, capsys: Output, name: str, value: str, check: str) -> None:
    ran = doctor(collection, capsys, **{name: value})
    state, line = states(ran)[check]
    assert ran.code == 3 and state == "bad" and ran.err == "", ran
    assert name in line or value in line or check == "disk"


def test_packages_against_the_pins(tmp_path: Path) -> None:
    assert _packages(tmp_path)[0] == "warn"
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["attrs>=25", "Scrapy==2"]\n', encoding="utf-8")
    lock = tmp_path / "requirements.lock"
    lock.write_text("attrs==0.0.1 \\\n    --hash=sha256:00\n", encoding="utf-8")
    state, what, todo = _packages(tmp_path)
    assert state == "bad" and "attrs" in what and "pinned 0.0.1" in what and "requirements.lock" in todo
    lock.write_text("no-such-package==1 \\\nother-one==2 ; sys_platform == 'win32' \\\n", encoding="utf-8")
    assert _packages(tmp_path)[:2] == ("warn", "no-such-package missing (pinned 1)")


def test_json_and_usage(collection: Collection, capsys: Output) -> None:
    known = json.loads(doctor(collection, capsys, "--json").out)
    assert known["clean"] is True and known["repaired"] == []
    assert {"name", "state", "what", "todo"} == set(known["checks"][0])
    with pytest.raises(UsageError, match="NAME"):
        oneshot(Command(), settings_for(collection.path.parent), capsys, "--repair")
    none = oneshot(Command(), settings_for(collection.path.parent), capsys, "nothing")
    assert none.code == 2 and "nothing" in none.err


def test_from_the_shell(tmp_path: Path) -> None:
    ran = Workplace(tmp_path).run("doctor")
    assert ran.code == 0 and "python" in states(ran), ran
