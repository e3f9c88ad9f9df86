"""The benchmarks themselves: their tables compute, their floors are valid and only go up."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import given

from benchmarks import (
    archivecost,
    charsets,
    crawlcost,
    demopages,
    frontiercost,
    labelled,
    newsite,
    pagecost,
    quality,
    speed,
)
from benchmarks.floors import FloorsError, Section, crossed, load_floors, raised, write_floors
from benchmarks.table import Report, Table
from benchmarks.timing import Cost, alternate, middle, ratio, run_command


def report(digest: str | None = "sha256:a", **figures: float) -> Report:
    return Report(tables=(), figures=figures, digest=digest)


# -- quality


def test_the_demo_pages_are_judged_against_their_gold() -> None:
    cases = [case for case in demopages.demo_cases() if case.gold.outlet == "fazhi"]
    with ThreadPoolExecutor(1) as pool:
        found = demopages.measure(pool, cases)
    assert found.figures["mean_f1"] > 0.9 and found.figures["charset_right"] == 1.0
    assert set(found.figures) == set(load_floors()["demo"].floors)
    assert all(name in table.text() for table in found.tables for name in table.columns)


def test_a_wrong_answer_is_seen_as_one() -> None:
    case = next(case for case in demopages.demo_cases() if case.gold.kind == "article" and case.gold.source)
    assert set(demopages.judge(case).fields.values()) == {"right"}
    gold = attrs.evolve(case.gold, title="别的题目", source=None, text=("完全不同的正文。",), labels=("spun_text",))
    outcome = demopages.judge(attrs.evolve(case, gold=gold, html=case.html + " "))
    assert (outcome.fields["title"], outcome.fields["source"]) == ("wrong", "invented")
    assert outcome.f1 is not None and outcome.f1 < 0.1
    assert outcome.due - outcome.found == {"spun_text"} and not outcome.charset_right


def test_pages_of_one_article_are_one_case_in_page_order() -> None:
    paged = [case for case in demopages.demo_cases() if len(case.wires) > 1]
    assert len(paged) >= 4
    assert all(case.gold.kind == "article" and case.wires[0][0] == case.gold.url for case in paged)


def test_every_coding_and_declaration_is_tried() -> None:
    with ThreadPoolExecutor(1) as pool:
        found = charsets.measure(pool, articles=1)
    tables = [table.data() for table in found.tables[1:4]]
    assert all([row["coding"] for row in table] == [*charsets.CODINGS, "all"] for table in tables)
    assert set(charsets.READERS) < set(tables[0][0])
    assert all(found.figures[f"{coding}_wrong"] > 0.9 for coding in charsets.CODINGS)
    assert found.costs["cells_behind_a_peer"] == 0
    settled = load_floors()["charsets"]
    assert (found.figures.keys(), found.costs.keys()) == (settled.floors.keys(), settled.ceilings.keys())


def test_a_page_decoded_wrong_is_not_counted_as_right() -> None:
    case = next(c for c in charsets.cases(1) if c.coding == "big5" and c.declaration == "wrong")
    right = charsets.judge(case).right
    assert right["ours"] and not right["scrapy"]


@pytest.mark.skipif(not labelled.available(), reason="no labelled pages beside the repository")
def test_labelled_pages_are_scored_by_their_own_harness() -> None:
    with ThreadPoolExecutor(1) as pool:
        found = labelled.measure(pool, limit=2)
    readers = [row["reader"] for row in found.tables[0].data()]
    assert readers == [labelled.OURS, labelled.DEFAULT, labelled.PRECISE]
    assert all(0 <= figure <= 1 for figure in found.figures.values())


# -- floors


def test_the_floors_were_settled_on_what_is_measured_now() -> None:
    sections = load_floors()
    told = "changed: run `python -m benchmarks.quality`, look at the figures, then settle them with --raise"
    assert sections["demo"].digest == demopages.gold_digest(demopages.demo_cases()), f"the demo's gold {told}"
    assert sections["charsets"].digest == charsets.digest(charsets.cases()), f"the charset pages {told}"
    assert sections[speed.SECTION].ceilings


def test_a_floor_crossed_downward_is_named() -> None:
    section = Section(name="demo", digest="sha256:a", floors={"mean_f1": 0.9}, ceilings={"cost": 3.0})
    assert crossed(section, report(mean_f1=0.9, cost=3.0)) == []
    assert crossed(section, report(mean_f1=0.89, cost=3.5)) == [
        "demo.mean_f1: 0.8900 is below its floor of 0.9",
        "demo.cost: 3.50 is above its ceiling of 3.0",
    ]
    assert "was not measured" in crossed(section, report())[0]


def test_costs_are_held_by_ceilings_alone() -> None:
    costly = attrs.evolve(report(f1=0.5), costs={"cost": 2.0})
    section = Section(name="s", digest="sha256:a", ceilings={"cost": 1.0})
    assert crossed(section, costly) == ["s.cost: 2.00 is above its ceiling of 1.0"]
    fresh = raised(section, costly)
    assert fresh.floors == {"f1": 0.5} and fresh.ceilings == {"cost": 1.0}


def test_floors_of_other_input_do_not_pass() -> None:
    section = Section(name="demo", digest="sha256:a", floors={"mean_f1": 0.1})
    assert "another input" in crossed(section, report("sha256:b", mean_f1=1.0))[0]
    assert "another input" in crossed(Section(name="demo"), report(mean_f1=1.0))[0]


@given(st.dictionaries(st.text("abc_", min_size=1), st.floats(0, 1)), st.floats(0, 1), st.floats(0, 1))
def test_floors_only_go_up(others: dict[str, float], floor: float, figure: float) -> None:
    section = Section(name="s", digest="sha256:old", floors={"f1": floor})
    measured = report("sha256:new", **{**others, "f1": figure})
    if figure < floor:
        with pytest.raises(FloorsError, match=r"s\.f1"):
            raised(section, measured)
    else:
        fresh = raised(section, measured)
        assert floor <= fresh.floors["f1"] <= figure and fresh.digest == "sha256:new"
        assert crossed(fresh, measured) == []


def test_floors_come_back_from_their_file(tmp_path: Path) -> None:
    file = tmp_path / "floors.toml"
    sections = {"a": Section(name="a", note="n", digest="sha256:1", floors={"x": 0.5, ">=.95": 0.25}),
                "b": Section(name="b", ceilings={"y": 3.0})}  # fmt: skip
    write_floors(sections, file)
    assert load_floors(file) == sections
    before = file.read_bytes()
    write_floors(load_floors(file), file)
    assert file.read_bytes() == before
    assert load_floors(tmp_path / "none.toml") == {}


@pytest.mark.parametrize("text", ["[a", "a = 1", "[a]\nflors = {}", "[a.floors]\nx = 'high'", "[a.floors]\nx = nan"])
def test_a_broken_floors_file_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "floors.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FloorsError, match=r"floors\.toml"):
        load_floors(file)


def test_quality_settles_holds_and_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "floors.toml", tmp_path / "figures.json"
    monkeypatch.setattr(quality, "parts", lambda: {"charsets": partial(charsets.measure, articles=0)})
    arguments = ["--only", "charsets", "--only", "seeds", "--floors", str(file)]
    assert quality.main(arguments) == 1
    assert "settle them with --raise" in capsys.readouterr().err
    assert quality.main([*arguments, "--raise"]) == 0
    assert quality.main([*arguments, "--json", str(out)]) == 0
    assert "seeds: skipped" in capsys.readouterr().out and '"figures"' in out.read_text("utf-8")
    section = load_floors(file)["charsets"]
    write_floors({"charsets": attrs.evolve(section, floors={"right": 1.5})}, file)
    assert quality.main(arguments) == 1
    assert "charsets.right" in capsys.readouterr().err
    assert quality.main([*arguments, "--raise"]) == 2
    assert load_floors(file)["charsets"].floors == {"right": 1.5}


# -- speed


def test_contenders_take_turns_and_are_compared_round_by_round() -> None:
    order: list[str] = []

    def contender(name: str, cpu: float) -> Cost:
        order.append(name)
        return Cost(cpu=cpu * len(order), wall=1.0)

    costs = alternate({"one": lambda: contender("one", 2.0), "two": lambda: contender("two", 1.0)}, rounds=2)
    assert order == ["one", "two", "two", "one"]
    assert ratio(costs, "one", "two") == pytest.approx((2 / 2 + 8 / 3) / 2)
    assert middle(costs["two"]) == 2.5


def test_a_page_is_timed_by_every_reader() -> None:
    captures = pagecost.page_sets(0)["demo"][:1]
    costs = alternate(pagecost.readers(captures, {}), 1)
    assert all(middle(found) > 0 for found in costs.values()) and len(costs) == 3


def test_archive_and_frontier_are_timed(tmp_path: Path) -> None:
    archive = archivecost.measure(tmp_path, rounds=1, exchanges=4)
    frontier = frontiercost.measure(tmp_path, rounds=1, few=64, many=128)
    assert all(figure > 0 for found in (archive, frontier) for figure in found.figures.values())
    assert [len(table.rows) for table in archive.tables] == [3, 4, 3]


def test_the_generated_site_is_crawled_to_its_end_by_the_plain_pipeline(tmp_path: Path) -> None:
    with crawlcost.served(hosts=2, pages=3) as port:
        course = crawlcost.Course(folder=tmp_path, port=port, hosts=2, pages=3)
        cost = crawlcost.plain(course)
    assert cost.cpu > 0.2 and cost.wall > 0 and cost.memory > 1 << 20
    assert course.count == len(newsite.every_url(port, 2, 3)) == 10


def test_a_command_is_charged_with_what_its_children_took(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.4: pass"
    command = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"]
    assert 0.4 <= run_command(command, tmp_path).cpu < 2.0


def test_a_command_that_fails_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run_command([sys.executable, "-c", "print('why'); raise SystemExit(3)"], tmp_path)
    assert caught.value.returncode == 3 and b"why" in caught.value.stderr
    with pytest.raises(subprocess.CalledProcessError):
        run_command([sys.executable, "-c", "import time; time.sleep(20)"], tmp_path, limit=0.3)


def test_a_table_keeps_its_columns_under_wide_characters() -> None:
    table = Table(title="t", columns=("名", "n"), rows=(("青岚", 1), ("ab", 20_000)))
    assert table.text().splitlines()[1:] == ["名         n", "青岚       1", "ab    20,000"]
