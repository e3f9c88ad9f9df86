"""The embedded frontier as a file: killed, damaged, foreign, full, read by others, and large."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis import settings as effort
from scrapy import Request

from crawler.frontier.base import TERMINAL, State
from crawler.frontier.errors import LedgerError, LedgerStorageError
from crawler.frontier.identity import canonical, host_key
from crawler.frontier.ledgerfile import open_ledger_for_reading, read_counts, read_rows
from crawler.frontier.migrations import MIGRATIONS
from crawler.frontier.sqlite import SqliteFrontier
from tests.crawler.frontiers import NOW, archived, lease_all, pages

_WORKER = """
import sys, time
from pathlib import Path
from crawler.frontier.base import Link, Outcome, State
from crawler.frontier.sqlite import SqliteFrontier
from tests.crawler.frontiers import archived
frontier = SqliteFrontier(Path(sys.argv[1]))
start = frontier.begin_run(f"run-{sys.argv[2]}", {})
frontier.add([Link(url=f"http://h{n % 7}.cn/{n}") for n in range(30)])
print(start.run, flush=True)
turn = 0
while frontier.pending():
    leases = frontier.lease(8, {}, 3, time.time())
    for lease in leases:
        turn += 1
        n = int(lease.url.rsplit("/", 1)[1])
        if n < 600:
            frontier.add([Link(url=f"http://h{m % 7}.cn/{m}", via=lease.url) for m in (2 * n + 30, 2 * n + 31)])
        if turn % 11 == 0:
            frontier.retry(lease.url, 0.0, "again")
        else:
            frontier.finish({lease.url: archived(n % 50)})
frontier.end_run("complete")
"""


def test_nothing_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path, chance, kills = tmp_path / "ledger.sqlite", random.Random(7), 0
    for turn in range(40):
        worker = subprocess.Popen(
            [sys.executable, "-c", _WORKER, path, str(turn)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"run-0\n"
        try:
            if kills < 6:
                worker.wait(timeout=chance.uniform(0, 0.03))
            else:
                worker.wait(timeout=60)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
            kills += 1
        worker.stdout.close()
        if worker.returncode == 0:
            break
    assert kills >= 5 and worker.returncode == 0
    ledger = open_ledger_for_reading(path)
    states = Counter(row.state for row in read_rows(ledger, None, None))
    assert states == {State.ARCHIVED: 1230}, "30 seeds and two children of each of the first 600"
    assert read_counts(ledger, "run-0")[State.ARCHIVED] == 1230
    assert ledger.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def cost_of_a_lease(frontier: SqliteFrontier, times: int = 40) -> float:
    taken = []
    for _ in range(times):
        begun = time.thread_time()
        leases = frontier.lease(16, {}, 8, NOW)
        taken.append(time.thread_time() - begun)
        assert len(leases) == 16
    return sorted(taken)[len(taken) // 2]


def test_a_lease_costs_as_little_with_100_000_queued(tmp_path: Path) -> None:
    small, large = SqliteFrontier(tmp_path / "small"), SqliteFrontier(tmp_path / "large")
    for frontier in (small, large):
        frontier.begin_run("r1", {})
        frontier.add([link for host in range(20) for link in pages(f"h{host}.cn", 50)])
    with large._transaction() as db:  # the rows that `add` would make, at a twentieth of its time
        db.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99000)
            INSERT INTO urls (fingerprint, url, host, kind, hops, depth, priority, seed, run, state, discovered_at,
                              changed_at, queued_at, not_before)
            SELECT CAST('f' || i AS BLOB), 'http://h' || (i % 20) || '.cn/x' || i, 'h' || (i % 20) || '.cn', 'page',
                   '', 0, i % 3, 0, 'r1', 'queued', ?1, ?1, ?1, iif(i % 2, 0, ?1 + 3600) FROM n
            """,
            (NOW,),
        )
    assert large.pending() == 100_000
    flat = cost_of_a_lease(small)
    assert cost_of_a_lease(large) < 4 * flat + 0.001
    plans = large._db.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM urls WHERE run = ? AND host = ? AND state = 'queued' AND not_before = 0"
        " ORDER BY priority DESC, queued_at, id LIMIT 3",
        ("r1", "h1.cn"),
    ).fetchall()
    assert [plan["detail"] for plan in plans] == ["SEARCH urls USING INDEX ready (run=? AND host=?)"]


def test_a_ledger_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    frontier = SqliteFrontier(path)
    frontier.begin_run("r1", {})
    frontier.add(pages("a.cn", 3))
    reader = open_ledger_for_reading(path)
    rows = read_rows(reader, None, None)
    assert next(rows).url == "http://a.cn/0"
    frontier.finish({"http://a.cn/0": archived()})
    assert read_counts(reader, None)[State.ARCHIVED] == 1
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM urls")


def test_a_ledger_that_a_crash_left_can_be_read(tmp_path: Path) -> None:
    frontier = SqliteFrontier(tmp_path / "ledger.sqlite")
    frontier.begin_run("r1", {})
    frontier.add(pages("a.cn", 3))
    (tmp_path / "copy").mkdir()
    for name in ("ledger.sqlite", "ledger.sqlite-wal"):
        shutil.copy(tmp_path / name, tmp_path / "copy" / name)
    assert len(list(read_rows(open_ledger_for_reading(tmp_path / "copy" / "ledger.sqlite"), None, None))) == 3


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may write anywhere; nobody may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_ledger_can_be_read_from_a_medium_that_cannot_be_written() -> None:
    folder = Path(tempfile.mkdtemp())
    path = folder / "ledger.sqlite"
    try:
        frontier = SqliteFrontier(path)
        frontier.begin_run("r1", {})
        frontier.add(pages("a.cn", 3))
        frontier.end_run("complete")
        frontier.close()
        path.chmod(0o444)
        folder.chmod(0o555)
        with without_rights():
            assert len(list(read_rows(open_ledger_for_reading(path), None, None))) == 3
            with pytest.raises(LedgerStorageError, match=r"ledger\.sqlite: (cannot be|may not be)"):
                use(path)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def fails(path: Path) -> str:
    with pytest.raises(LedgerError) as caught:
        SqliteFrontier(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message


def use(path: Path) -> None:
    """Opens a ledger and touches every page of it."""
    frontier = SqliteFrontier(path, patience=0.05)
    frontier.begin_run("r1", {})
    lease_all(frontier)
    list(frontier.rows())


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no database at all\n" * 100)
    assert "damaged or not a ledger" in fails(path) and "move it away" in fails(path)
    with pytest.raises(LedgerError, match="damaged or not a ledger"):
        open_ledger_for_reading(path)
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE urls (x)")
    other.close()
    assert "something else" in fails(path)
    with pytest.raises(LedgerError, match="something else"):
        open_ledger_for_reading(path)


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    SqliteFrontier(path).close()
    with sqlite3.connect(path) as ledger:
        ledger.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    ledger.close()
    assert "newer version" in fails(path)


@pytest.mark.parametrize("at", [0, 4096, 8192])
def test_a_damaged_ledger_is_named_at_the_latest_when_it_is_used(tmp_path: Path, at: int) -> None:
    path = tmp_path / "ledger.sqlite"
    frontier = SqliteFrontier(path)
    frontier.begin_run("r1", {})
    frontier.add(pages("a.cn", 2000))
    frontier.close()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * (path.stat().st_size - at))
    with pytest.raises(LedgerError, match=r"ledger.sqlite: is damaged or not a ledger \(.*\); move it away"):
        use(path)


def test_a_cut_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    frontier = SqliteFrontier(path)
    frontier.begin_run("r1", {})
    frontier.add(pages("a.cn", 500))
    frontier.close()
    os.truncate(path, 8192)
    with pytest.raises(LedgerError, match="damaged"):
        use(path)


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(LedgerStorageError, match="cannot be opened; see that its folder is there"):
        SqliteFrontier(tmp_path / "nowhere" / "ledger.sqlite")
    (tmp_path / "folder").mkdir()
    with pytest.raises(LedgerStorageError, match="cannot be opened"):
        SqliteFrontier(tmp_path / "folder")
    with pytest.raises(LedgerError, match="there is no ledger here"):
        open_ledger_for_reading(tmp_path / "nowhere")


def test_two_writers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    frontier = SqliteFrontier(path)
    frontier._db.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="another process is writing it"):
        use(path)


def test_a_full_disk_undoes_the_step_and_says_so(tmp_path: Path) -> None:
    frontier = SqliteFrontier(tmp_path / "ledger.sqlite")
    frontier.begin_run("r1", {})
    frontier.add(pages("a.cn", 10))
    size = frontier._db.execute("PRAGMA page_count").fetchone()[0]
    frontier._db.execute(f"PRAGMA max_page_count = {size}")
    with pytest.raises(LedgerStorageError, match=r"ledger.sqlite: the disk is full; free some space"):
        frontier.add(pages("b.cn", 5000))
    assert frontier.pending() == 10 and set(frontier.hosts()) == {"a.cn"}
    assert frontier.finish({"http://a.cn/1": archived()}) == []


def test_a_name_with_odd_characters_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a b?c#d%20é新闻" / "ledger.sqlite"
    path.parent.mkdir()
    SqliteFrontier(path).close()
    assert path.is_file() and [entry.name for entry in tmp_path.iterdir()] == [path.parent.name]


def test_migrations_are_taken_once_and_from_any_version(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    SqliteFrontier(path).close()
    shutil.copy(path, tmp_path / "copy")
    SqliteFrontier(tmp_path / "copy").close()
    shapes = []
    for name in ("ledger.sqlite", "copy"):
        ledger = open_ledger_for_reading(tmp_path / name)
        shapes.append([tuple(row) for row in ledger.execute("SELECT name, sql FROM sqlite_master ORDER BY name")])
        assert ledger.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        assert ledger.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert shapes[0] == shapes[1]


def test_odd_text_is_stored_as_json_can_carry_it(tmp_path: Path) -> None:
    frontier = SqliteFrontier(tmp_path / "ledger.sqlite")
    frontier.begin_run("r1", {"urls": "新闻\ud800"})
    frontier.end_run("\ud800")
    assert frontier.begin_run("r2", {"n": float(1)}).arguments == {"n": 1.0}
    json.dumps(frontier.begin_run("r3", {}).arguments)


@given(st.text(st.characters(codec="utf-8"), max_size=40) | st.from_regex(r"https?://[a-z.:0-9\[\]]{1,12}/[^#]{0,20}"))
@effort(max_examples=300, deadline=None)
def test_identity_holds_for_any_text_and_for_what_scrapy_makes_of_it(url: str) -> None:
    form = canonical(url)
    assert canonical(form) == form
    host_key(url)
    try:
        request = Request(url)
    except ValueError:
        return
    assert canonical(request.url) == form


def test_the_words_for_an_end_are_those_promised() -> None:
    assert set(TERMINAL) == {
        "archived", "unchanged", "duplicate", "redirected", "excluded_robots", "excluded_scope", "excluded_trap",
        "failed", "gone", "blocked",
    }  # fmt: skip
