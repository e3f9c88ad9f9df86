"""The quality labels: given where due, silent where not, and cheap on what is made to cost."""

from __future__ import annotations

import time

import pytest

from benchmarks.labels import Case, cases
from pipelines.content.outline import Outline
from pipelines.content.segments import segments_of
from pipelines.content.tree import parse_html
from pipelines.document import CharsetDecision, QualityLabel
from pipelines.process import process
from pipelines.quality import Reading, labels_over
from pipelines.quality import labels_of as labels_of_reading
from pipelines.quality.swaps import suspects, weigh
from tests.pipelines.pages import STORY, capture_of, page_of

CASES = cases()


def labels_of(case: Case) -> set[str]:
    return {label.name for label in process([capture_of(case.html, status=case.status)]).labels}


@pytest.mark.parametrize("case", [c for c in CASES if not c.due], ids=lambda case: case.name)
def test_an_honest_page_has_no_label(case: Case) -> None:
    assert labels_of(case) == set()


@pytest.mark.parametrize("case", [c for c in CASES if c.way in ("page", "spun by hand", "stuffed by hand") and c.due],
                         ids=lambda case: case.name)  # fmt: skip
def test_a_page_has_the_labels_it_is_due(case: Case) -> None:
    assert labels_of(case) == case.due


def test_a_spinner_is_told_by_what_it_exchanges() -> None:
    written, spun = "去年老人因为医院的服务问题没有及时检查", "客岁白叟因为病院的办事题目没有实时查抄"
    assert weigh(spun).weight > 15 > 0 > weigh(written).weight
    assert "客岁 for 去年" in weigh(spun).swapped
    assert len(suspects(spun)) >= 6 and not suspects("第三季度的收入")


def test_a_word_is_odd_by_its_neighbours() -> None:
    assert "结构 for 机关" in weigh("公安结构公布了案情").swapped
    assert weigh("公安机关公布了案情").swapped == () == weigh("这座桥的结构很简单").swapped


def test_that_a_page_stops_is_no_fault_where_another_follows() -> None:
    stops = QualityLabel(name="truncated_article", score=0.5, evidence="stops within a sentence")
    cut = QualityLabel(name="truncated_article", score=0.9, evidence="the capture broke off: length")
    assert labels_over([(stops,), ()]) == () == labels_over([(), (stops,), ()])
    assert labels_over([(), (stops,)]) == (stops,) and labels_over([(cut,), ()]) == (cut,)


LONG = {
    "one character": "字" * 1_000_000,
    "brackets": "字（hàn" * 150_000,
    "syllables": "字de" * 300_000,
    "swaps": "客岁白叟病院" * 160_000,
    "offers": "云江娱乐城。" * 150_000,
    "titles": "云溪北坡发现新泉眼。" * 90_000,
    "dots": "…" * 1_000_000,
    "latin": "ÔÆÏª" * 250_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_line_of_a_million_characters_costs_little(name: str) -> None:
    html = page_of((LONG[name], *STORY))
    tree = parse_html(html)
    assert tree is not None
    text = LONG[name]
    reading = Reading(
        url="http://news.example/", status=200, html=html, tree=tree, charset=_UTF8, truncated=None,
        segments=segments_of(Outline(tree)), blocks=(text, *STORY),
        title=text[:80], doc_title=text[:200], original_url=None,
    )  # fmt: skip
    began = time.process_time()
    labels_of_reading(reading)
    assert time.process_time() - began < 3


_UTF8 = CharsetDecision(declared=None, detected=None, used="utf-8", replaced=0.0)
