"""Settlement: which texts repeat which, over a whole collection, in whatever order they come."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.duplicates.banding import bands_for
from pipelines.duplicates.clusters import clusters_of
from pipelines.duplicates.facts import Facts, outlet_of
from pipelines.duplicates.index import TextIndex, record_of
from pipelines.duplicates.linkage import Linkage
from pipelines.duplicates.settlement import Doubles, Settlement
from pipelines.duplicates.sketch import SIZE, similarities, similarity, sketch_of
from pipelines.duplicates.twins import Twin, add_twins
from tests.commands import ROOT
from tests.pipelines.pages import STORY

TEXT = "".join(STORY) * 2 + "县里还准备在泉眼旁边立一块小小的石碑，写上发现的日期和温度。"
OTHER = "城南菜市场周一恢复营业，改造历时五个月，摊位由一百二十个减为九十六个，通道加宽到三米。"


def row(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "site": url.split("/")[2], "captured_at": "2026-03-09T04:00:00+00:00", **more}


def settle(settlement: Settlement, url: str, body: str, title: str = "", **more: Any) -> Doubles:
    return settlement.settle(row(url, **more), f"{title or url}\n\n{body}", [body])


def fresh(threshold: float = 0.8) -> Settlement:
    return Settlement(TextIndex(threshold))


def test_a_copy_is_found_whatever_its_spacing() -> None:
    known = fresh()
    assert settle(known, "http://a.cn/1", TEXT).near_duplicates == []
    found = settle(known, "http://b.cn/1", "　　" + TEXT.replace("，", ", "))
    assert found.duplicate_of is None and found.near_duplicates == [{"url": "http://a.cn/1", "similarity": 0.999}]


def test_a_changed_sentence_is_a_near_copy_and_another_story_is_none() -> None:
    known = fresh(0.6)
    settle(known, "http://a.cn/1", TEXT)
    [near] = settle(known, "http://b.cn/1", TEXT.replace("六十万元", "七十五万元")).near_duplicates
    assert near["url"] == "http://a.cn/1" and 0.7 < near["similarity"] < 1
    assert settle(known, "http://c.cn/1", OTHER).near_duplicates == []


def test_the_same_main_text_and_the_same_file_are_told_apart() -> None:
    known = fresh()
    settle(known, "http://a.cn/1", TEXT, "桥")
    other_title = settle(known, "http://a.cn/2", TEXT, "新桥")
    assert (other_title.duplicate_of, other_title.same_text_as) == ("http://a.cn/1", None)
    assert settle(known, "http://a.cn/3", TEXT, "桥").same_text_as == "http://a.cn/1"
    assert len(known.index) == 2, "what gets no file is no text"


def test_a_text_put_in_the_place_of_another_does_not_repeat_it() -> None:
    known = fresh()
    settle(known, "http://a.cn/1", TEXT)
    for body in (TEXT, TEXT + "完。", OTHER):
        again = settle(known, "http://a.cn/1", body)
        assert again == Doubles(same_text_as=None, duplicate_of=None, near_duplicates=[])
    found = settle(known, "http://b.cn/1", TEXT)
    assert found.duplicate_of is None and found.near_duplicates == [], "what was replaced is no more"
    assert settle(known, "http://c.cn/1", TEXT).duplicate_of == "http://b.cn/1"


def test_a_page_crawled_again_is_not_its_own_duplicate() -> None:
    first = fresh()
    settle(first, "http://a.cn/1", TEXT)
    settle(first, "http://b.cn/1", OTHER)
    second = Settlement(first.index, start=len(first.index))
    assert settle(second, "http://a.cn/1", TEXT).duplicate_of is None
    assert settle(second, "http://b.cn/1", OTHER + "营业时间不变。").near_duplicates == []
    assert settle(second, "http://c.cn/1", TEXT).duplicate_of == "http://a.cn/1"


def test_texts_too_short_to_compare_are_the_same_or_nothing() -> None:
    known = fresh(0.0)
    for number, body in enumerate(("", "短", "短讯", "四个字。")):
        assert settle(known, f"http://a.cn/{number}", body).near_duplicates == []
    assert settle(known, "http://b.cn/1", "短").duplicate_of == "http://a.cn/1"


def test_what_a_copy_is_taken_from_does_not_depend_on_who_was_met_first() -> None:
    texts = [
        ("http://www.river.cn/1", {"source": "云江日报", "published": "2026-03-05T08:30+08:00"}),
        ("http://www.river.cn/2", {"source": "云江日报", "published": "2026-03-05T09:30+08:00"}),
        ("http://news.tea.com/7", {"source": "云江日报", "published": "2026-03-04T08:30+08:00"}),
    ]
    for order in (texts, texts[::-1]):
        known = fresh()
        for url, facts in order:
            settle(known, url, TEXT if url[-1] != "2" else OTHER * 3, **facts)
        labels = known.labels()
        assert list(labels) == ["http://news.tea.com/7"], "the named source comes before the earlier date"
        assert (
            labels["http://news.tea.com/7"].score == 1
            and "http://www.river.cn/1" in labels["http://news.tea.com/7"].evidence
        )


def test_without_a_source_the_first_published_is_the_original_and_then_the_first_captured() -> None:
    known = fresh()
    settle(known, "http://a.cn/1", TEXT, published="2026-03-05T00:00+08:00", published_precision="day")
    settle(known, "http://b.cn/1", TEXT, published="2026-03-05T09:00+08:00", published_precision="minute")
    settle(known, "http://c.cn/1", TEXT, published="2031-01-01T00:00+08:00")
    assert set(known.labels()) == {"http://a.cn/1", "http://c.cn/1"}, "a day may end later than its morning"
    known = fresh()
    settle(known, "http://a.cn/1", TEXT, captured_at="2026-03-09T04:00:01+00:00")
    settle(known, "http://b.cn/1", TEXT, captured_at="2026-03-09T04:00:00+00:00")
    assert set(known.labels()) == {"http://a.cn/1"}


def test_copies_on_one_site_are_not_syndicated() -> None:
    known = fresh()
    for url in ("http://www.a.com.cn/1", "http://m.a.com.cn/1", "http://a.com.cn/print/1"):
        settle(known, url, TEXT)
    assert known.labels() == {}
    assert outlet_of("m.a.com.cn") == "a.com.cn" and outlet_of("x.gov.cn:8080") == "x.gov.cn"
    assert outlet_of("127.0.0.1:80") != outlet_of("127.0.0.1:81")


def test_a_label_falls_away_with_the_text_it_was_for() -> None:
    known = fresh()
    settle(known, "http://a.cn/1", TEXT, published="2026-03-05T08:00+08:00")
    settle(known, "http://b.cn/1", TEXT, published="2026-03-06T08:00+08:00")
    assert set(known.labels()) == {"http://b.cn/1"}
    settle(known, "http://b.cn/1", OTHER * 3)
    assert known.labels() == {}


def variants(seed: int) -> list[tuple[Facts, bytes]]:
    """Some families of texts: an original, edited copies, exact copies."""
    dice = random.Random(seed)
    found = []
    for family in range(4):
        sentences = ["".join(chr(dice.randrange(0x4E00, 0x5E00)) for _ in range(30)) for _ in range(20)]
        for copy in range(dice.randint(1, 5)):
            kept = [sentence for sentence in sentences if copy == 0 or dice.random() > 0.06]
            body = "。".join(kept)
            facts = Facts.of(row(f"http://s{copy}.cn/{family}", published=f"2026-03-0{dice.randint(1, 9)}T08:00+08:00"))
            found.append((facts, record_of(body, [body])))
    return found


def index_of(texts: Sequence[tuple[Facts, bytes]], at_once: bool) -> TextIndex:
    index = TextIndex(0.8)
    if at_once:
        index.load([(b"".join(record for _, record in texts), b"".join(facts.line() for facts, _ in texts))])
        return index
    for facts, record in texts:
        index.add(facts, record, index.meet(record))
    return index


def shown(index: TextIndex) -> set[tuple[str, str, frozenset[tuple[str, float]]]]:
    return {
        (cluster.head.url, cluster.why, frozenset((one.facts.url, one.similarity) for one in cluster.members))
        for cluster in clusters_of(index, index.groups())
    }


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), shuffle=st.randoms(use_true_random=False), at_once=st.booleans())
def test_clusters_do_not_depend_on_the_order_of_the_texts(seed: int, shuffle: random.Random, at_once: bool) -> None:
    texts = variants(seed)
    expected = shown(index_of(texts, at_once=False))
    shuffle.shuffle(texts)
    assert shown(index_of(texts, at_once)) == expected


@settings(max_examples=50, deadline=None)
@given(one=st.text(max_size=300), other=st.text(max_size=300))
def test_similarity_is_symmetric_and_one_with_itself(one: str, other: str) -> None:
    sketches = sketch_of(one), sketch_of(other)
    if sketches[0] and sketches[1]:
        score = similarity(sketches[0], sketches[1])
        assert score == similarity(sketches[1], sketches[0]) and 0 <= score <= 1
        assert similarity(sketches[0], sketches[0]) == 1
        some, others = (np.frombuffer(sketch, np.uint8).reshape(1, SIZE) for sketch in (sketches[0], sketches[1]))
        assert similarities(some, others).tolist() == [score], "one by one and many at once"


def test_more_texts_than_a_table_keeps_by_hand_are_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.duplicates.buckets._RECENT", 100)
    texts = variants(3)
    small, index = shown(index_of(texts, at_once=False)), index_of(texts, at_once=True)
    assert small == shown(index)
    for facts, record in texts:
        assert (index.meet(record).first is not None) and facts.url


def test_the_answers_do_not_depend_on_the_process() -> None:
    program = "from pipelines.duplicates.index import record_of as r; print(r('x', ['桥上的风很大，河水很急。']).hex())"
    said = {
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    # what lies on disk is compared with what is made today: another sketch of the same text wants another version
    sketch = sketch_of("桥上的风很大，河水很急。")
    assert sketch is not None and sketch[:8].hex() == "a612f2276bc5d9ad"


def test_bands_find_what_is_at_the_threshold() -> None:
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        count, rows = bands_for(threshold)
        assert (1 - threshold**rows) ** count <= 0.005 and count * rows <= 256
    assert bands_for(0.0)[1] == 1 and bands_for(1.0) == (1, 256)
    assert all(one[1] <= two[1] for one, two in pairwise(map(bands_for, (0.3, 0.5, 0.7, 0.9, 1.0))))


@settings(max_examples=100, deadline=None)
@given(links=st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40), parts=st.integers(1, 4))
def test_what_is_linked_has_one_root(links: list[tuple[int, int]], parts: int) -> None:
    linkage, groups = Linkage(20), [{number} for number in range(20)]
    for part in range(parts):
        some = np.array([one for one, _ in links[part::parts]], np.intp)
        linkage.join(some, np.array([other for _, other in links[part::parts]], np.intp))
    for one, other in links:
        both = groups[one] | groups[other]
        for number in both:
            groups[number] = both
    assert linkage.roots(np.arange(20)).tolist() == [min(group) for group in groups]


def test_a_run_asks_for_the_groups_that_it_has_a_part_in() -> None:
    known = fresh()
    for url, body in (("a", TEXT), ("b", TEXT), ("a", OTHER * 3), ("b", OTHER * 3)):
        settle(known, f"http://{url}.cn/{len(body)}", body)
    assert known.index.groups() == [[0, 1], [2, 3]]
    assert known.index.groups(since=2) == [[2, 3]] and known.index.groups(since=4) == []
    settle(known, "http://c.cn/1", TEXT + "完。")
    assert known.index.groups(since=4) == [[0, 1, 4]]
    known.index.forget(0)
    assert known.index.groups() == [[1, 4], [2, 3]] and TextIndex(0.8).groups() == []


def test_a_wording_that_very_many_share_takes_no_longer_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a bucket only the first are compared with the others, and what is linked already is compared no more."""
    monkeypatch.setattr("pipelines.duplicates.buckets.FULL", 4)
    known = fresh()
    for number in range(60):
        settle(known, f"http://a.cn/{number}", f"{TEXT}第{number}号。")
    assert known.index.groups() == [list(range(60))]
    assert sum(len(some) for some, _ in known.index._buckets.together()) <= 4 * 24 * 60


def test_a_page_without_a_text_of_its_own_may_be_the_original() -> None:
    known = fresh()
    for url, when in (("http://tea.com/1", "2026-03-09T05:00:00+00:00"), ("http://tea.com/2", "")):
        settle(known, url, TEXT if url[-1] == "1" else OTHER * 3, source="云江日报", captured_at=when)
    for number in range(2):
        settle(known, f"http://river.cn/{number}", "".join(reversed(OTHER)) * (number + 2), source="云江日报")
    twins = [
        Twin(url="http://river.cn/9", text_of="http://tea.com/1", captured_at="2026-03-09T06:00:00+00:00"),
        Twin(url="http://river.cn/8", text_of="http://gone.cn/1", captured_at="2026-03-09T06:00:00+00:00"),
    ]
    assert known.labels() == {}
    assert len(add_twins(known.index, twins)) == 1, "of what is not there nothing can be said"
    labels = known.labels()
    assert list(labels) == ["http://tea.com/1"] and "http://river.cn/9" in labels["http://tea.com/1"].evidence
