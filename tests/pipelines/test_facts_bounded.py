"""Facts are read in bounded time from any text: a line without end, a title without end, and whatever else."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.facts import byline, declared
from pipelines.facts.credits import authors_in_text
from pipelines.facts.dates import dates_in_url, find_stamp, find_yearless, parse_stamp
from pipelines.facts.labels import labelled
from pipelines.facts.names import outlet, people
from pipelines.facts.titles import fit_title
from tests.pipelines.bylines import read
from tests.pipelines.pages import STORY, page_of

READERS: dict[str, Callable[[str], Any]] = {
    "labelled": labelled,
    "find_stamp": lambda text: find_stamp(text[:400]),
    "find_stamp, worded": lambda text: find_stamp(text[:400], UTC, worded=True),
    "find_yearless": lambda text: find_yearless(text[:400], [datetime(2026, 3, 6, tzinfo=UTC)]),
    "dates_in_url": lambda text: list(dates_in_url(text)),
    "parse_stamp": parse_stamp,
    "people": people,
    "outlet": outlet,
    "source_of": byline.source_of,
    "authors_of": byline.authors_of,
    "pen_name_of": byline.pen_name_of,
    "editors_of": byline.editors_of,
    "bare_authors": byline.bare_authors,
    "authors_in_text": lambda text: authors_in_text([text]),
    "names_in": lambda text: declared.names_in((text,)),
    "fit_title": fit_title,
}
UNITS = (
    "来源：", "编 ", "记者 ", "文/", "（记者", "王", "王 ", "、", "2", "2026-", "2026年3月", "1/2/", "a", "A. ", "By ",
    " ", "\t", "|", ":", "[", "《", "(", "月6日", "日电（", "。（", "/", "-", "_", "\u0301", "\x1b[",
)  # fmt: skip
MANY = 1_000_000
SECONDS = 0.5
"""Far above what each needs (some milliseconds), far below what a quadratic one would take."""


@pytest.mark.parametrize("name", READERS)
def test_a_line_without_end_costs_little(name: str) -> None:
    for unit in UNITS:
        line = unit * (MANY // len(unit))
        start = time.process_time()
        READERS[name](line)
        assert time.process_time() - start < SECONDS, repr(unit)


@pytest.mark.parametrize("unit", ["来源：", "记者 王", "2026-03-06 ", "云溪 - ", "A b "])
@pytest.mark.parametrize("place", ["title", "byline", "meta", "text", "tail"])
def test_a_page_with_a_line_without_end_costs_little(place: str, unit: str) -> None:
    line = unit * (200_000 // len(unit))
    head = f"<meta name='author' content='{line}'><meta property='og:title' content='{line}'>"
    page = page_of(
        (*STORY, line) if place == "text" else STORY,
        title=line if place == "title" else "云溪北坡发现新泉眼 两个村庄或将受益",
        byline=f"<div>{line}</div>" if place == "byline" else "",
        head=head if place == "meta" else "",
        after=f"<div>{line}</div>" if place == "tail" else "",
    )
    start = time.process_time()
    read(page, STORY)
    assert time.process_time() - start < 4 * SECONDS


WORDS = st.sampled_from(
    [*UNITS, "来源：云溪网", "作者：沈青禾", "2026-03-06 09:30", "更新", "记者沈青禾／台北報導", "기자", "©", "\n"]
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=30).map("".join))
def test_no_line_is_an_error(line: str) -> None:
    for reader in READERS.values():
        reader(line)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=20).map("".join),
    st.lists(st.one_of(WORDS, st.text(max_size=8)), max_size=20).map("".join),
)
def test_no_page_is_an_error(line: str, declared_value: str) -> None:
    value = declared_value.replace("'", "")
    metas = "".join(f"<meta name='{name}' content='{value}'>" for name in ("author", "pubdate", "source"))
    head = f"{metas}<link rel='canonical' href='{value}'>"
    found = read(
        page_of(byline=f"<div>{line}</div>", head=head, after=f"<p>{line}</p>"), STORY, f"http://news.example/{value}"
    )
    assert found.published is None or found.published.tzinfo is not None
