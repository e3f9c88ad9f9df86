"""A crawl that is killed, interrupted, locked out or out of room loses nothing, and the same command goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.commands import ROOT, Workplace, kill, wait_until
from tests.demo.gold import Gold
from tests.demo.outlets import all_gold
from tests.demo.profiles import write_profiles
from tests.demo.server import DemoSite


@attrs.frozen
class Scene:
    site: DemoSite
    work: Workplace
    gold: list[Gold]
    arguments: tuple[str, ...]

    def crawl(self, *more: str) -> tuple[str, ...]:
        return ("crawl", "news", "-s", "COLLECTION=c", *self.arguments, *more)

    def complete(self) -> None:
        """Every article once, every URL with its outcome, every record whole."""
        wanted = {answer.url for answer in self.gold if answer.text is not None}
        texts = Counter(row["url"] for row in self.work.rows("c"))
        assert set(texts) == wanted, set(texts) ^ wanted
        assert set(texts.values()) == {1}
        folder = next((self.work.path("c") / "texts").iterdir())
        assert len(list(folder.glob("*.txt"))) == len(texts)
        assert not list((self.work.path("c") / "archive").glob("*.open"))
        for command in ("ledger", "audit"):
            ran = self.work.run(command, "c")
            assert ran.code == 0, ran


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Two outlets of the demo site, slow enough to be interrupted."""
    with DemoSite(delay_ms=40) as site:
        write_profiles(tmp_path / "sites", site.port)
        arguments = ("-s", f"SITES_DIR={tmp_path / 'sites'}", "-a", "sites=qinglan,lanfeng")
        gold = [answer for answer in all_gold(site.port) if answer.outlet in {"qinglan", "lanfeng"}]
        yield Scene(site, Workplace(tmp_path / "collections"), gold, arguments)


def test_goes_on_after_kills(scene: Scene) -> None:
    dice = random.Random(7)
    for _ in range(3):
        before = scene.site.requests
        process = scene.work.start(*scene.crawl())
        enough = dice.randint(4, 14)
        wait_until(lambda: scene.site.requests >= before + enough or process.poll() is not None)  # noqa: B023
        kill(process)
    ran = scene.work.run(*scene.crawl())
    assert ran.code == 0, ran
    assert "going on with run" in ran.err
    assert len(list((scene.work.path("c") / "texts").iterdir())) == 1, "all of it is one run"
    scene.complete()


def test_goes_on_after_ctrl_c(scene: Scene) -> None:
    process = scene.work.start(*scene.crawl())
    wait_until(lambda: scene.site.requests >= 12)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5, err
    assert "the same command goes on" in err and "Traceback" not in err
    assert scene.work.run_record("c")["verdict"] == "interrupted"
    assert scene.work.run("verify", "c").code == 0
    asked = scene.site.requests
    ran = scene.work.run(*scene.crawl())
    assert ran.code == 0, ran
    scene.complete()
    assert scene.site.requests - asked < asked + 80, "what was done was not done again"


def test_goes_on_after_the_whole_group_is_told_to_end(scene: Scene) -> None:
    """What systemd and `timeout` do: the signal reaches the workers too, and must not cost a text."""
    for _ in range(2):
        before = scene.site.requests
        process = scene.work.start(*scene.crawl("-s", "EXTRACT_WORKERS=1"))
        wait_until(lambda: scene.site.requests >= before + 12 or process.poll() is not None)  # noqa: B023
        os.killpg(process.pid, signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 5 and "no text" not in err, err
    ran = scene.work.run(*scene.crawl())
    assert ran.code == 0, ran
    scene.complete()


def test_a_second_run_at_the_same_time_is_refused(scene: Scene) -> None:
    scene.site.delay = 1.0  # it must still be at work when the others knock
    process = scene.work.start(*scene.crawl())
    try:
        wait_until(lambda: scene.site.requests >= 3)
        ran = scene.work.run(*scene.crawl())
        assert ran.code == 4, ran
        assert str(process.pid) in ran.err and len(ran.err.strip().splitlines()) == 1
        assert scene.work.run("index", "c").code == 4
    finally:
        scene.site.delay = 0.0
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    scene.complete()


def test_stops_in_good_order_when_the_time_is_up(scene: Scene) -> None:
    scene.site.delay = 0.7  # longer than it may take, however quick the machine
    ran = scene.work.run(*scene.crawl("-s", "GUARD_MAX_SECONDS=1"))
    assert ran.code == 5, ran
    assert "GUARD_MAX_SECONDS" in ran.err
    scene.site.delay = 0.0
    ran = scene.work.run(*scene.crawl())
    assert ran.code == 0, ran
    scene.complete()


@pytest.mark.parametrize("blocks", [24, 100, 160])
def test_stops_when_no_more_can_be_written(scene: Scene, blocks: int) -> None:
    """A file size limit stands in for a full disk: the kernel refuses the write either way.

    Which file meets it first, and at which step, depends on the limit.
    """
    limited = f"ulimit -f {blocks}; exec {sys.executable} -m scrapy " + " ".join(scene.crawl())
    done = subprocess.run(
        ["bash", "-c", f"{limited} -s COLLECTIONS_DIR={scene.work.folder}"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 5, (done.returncode, done.stderr[-3000:])
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    ran = scene.work.run(*scene.crawl())
    assert ran.code == 0, ran
    scene.complete()


def test_a_killed_worker_costs_nothing_but_its_text(scene: Scene) -> None:
    process = scene.work.start(*scene.crawl())
    wait_until(lambda: scene.site.requests >= 10)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    for child in children:
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode in {0, 3}, err
    assert "Traceback" not in err, err[-3000:]
    assert scene.work.run("audit", "c").code == 0
    assert scene.work.run("ledger", "c").code == 0
