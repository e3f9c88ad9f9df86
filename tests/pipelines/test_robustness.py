"""Whatever the bytes: no exception, no unbounded time or memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.charset import decode_page
from pipelines.content.tree import MAX_CELLS, MAX_CHARS, MAX_DEPTH, MAX_ELEMENTS, MAX_NODE, NOT_READ, parse_html
from pipelines.process import process
from tests.archives.samples import capture, ok
from tests.pipelines import fuzz, hostile
from tests.pipelines.pages import STORY, capture_of, page_of

SIZE = 0.01
"""Of the hostile pages, as a share of what `python -m tests.pipelines.hostile` reads."""


def test_spoiled_pages_are_read() -> None:
    assert list(fuzz.faults(iter(range(60)))) == []


def test_a_seed_gives_the_same_page_each_time() -> None:
    assert fuzz.spoiled(7) == fuzz.spoiled(7) != fuzz.spoiled(8)


def test_a_fault_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "LIMIT", 0.0)
    assert [seed for seed, _ in fuzz.faults(iter(range(2)))] == [0, 1]


def test_hostile_pages_take_neither_time_nor_memory() -> None:
    command = [sys.executable, "-m", "tests.pipelines.hostile", "--size", str(SIZE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert len(rows) == len(list(hostile.pages(SIZE)))
    assert [row for row in rows if row[1] > 6] == []


@pytest.mark.parametrize("tag", ["div", "font", "blockquote", "table><tr><td", "svg", "x-y"])
def test_a_text_below_any_depth_is_read(tag: str) -> None:
    body = page_of().replace("<div class='content'>", f"<{tag}>" * 100_000).encode()
    assert process([capture_of(body)]).blocks == STORY


def test_the_tree_is_bounded() -> None:
    tree = parse_html("<body>" + "<div>" * 1000 + "泉" + "</div>" * 1000 + f"<p>{'泉' * (2 * MAX_NODE)}</p>")
    assert tree is not None and max(len(list(element.iterancestors())) for element in tree.iter()) <= MAX_DEPTH
    assert max(len(element.text or "") for element in tree.iter()) == MAX_NODE
    row = parse_html("<table><tr>" + "<td>泉" * (2 * MAX_CELLS))
    assert row is not None and len(row.findall(".//td")) == MAX_CELLS
    many = parse_html("<p>泉" * (2 * MAX_ELEMENTS))
    assert many is not None and len(list(many.iter())) <= MAX_ELEMENTS + 1


@pytest.mark.parametrize("empty", ["<div class='x'></div>\n", "<p> </p>", "<div><span></span></div>"])
def test_empty_elements_hide_no_text(empty: str) -> None:
    document = process(
        [capture_of(page_of().replace("<div class='main'>", empty * MAX_ELEMENTS + "<div class='main'>"))]
    )
    assert document.blocks == STORY and document.labels == ()


_TOO_LARGE = {
    "30,000 elements": page_of(after="<b>泉</b>" * (MAX_ELEMENTS + 1)),
    "200,000 characters": page_of((*STORY, "山里的泉水清澈见底，" * (MAX_NODE // 10 + 1))),
    "1,000 cells": page_of(after="<table><tr>" + "<td>泉" * (MAX_CELLS + 1) + "</table>"),
    "6,000,000 characters": page_of(after="<!--" + "x" * MAX_CHARS + "-->"),
}


@pytest.mark.parametrize("bound", _TOO_LARGE)
def test_a_page_that_was_cut_says_so(bound: str) -> None:
    (label,) = process([capture_of(_TOO_LARGE[bound])]).labels
    assert label.name == "truncated_article" and bound in label.evidence and label.evidence.endswith(NOT_READ)


def test_a_page_that_was_cut_before_its_text_says_so() -> None:
    document = process([capture_of(page_of().replace("<div class='main'>", "<img><br>" * MAX_ELEMENTS))])
    assert document.blocks == () and "30,000 elements" in (document.problem or "")


def test_a_long_style_is_no_text_that_was_cut() -> None:
    assert process([capture_of(page_of(head=f"<style>{'a{b:c}' * MAX_NODE}</style>"))]).labels == ()


def test_no_file_is_read_for_an_entity() -> None:
    page = "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + page_of(
        (*STORY, "&x;" * 9)
    )
    assert "root:" not in "".join(process([capture_of(page)]).blocks)


_PIECES = st.one_of(
    st.sampled_from(fuzz._TAGS).map(lambda tag: f"<{tag}>"),
    st.sampled_from(fuzz._TAGS).map(lambda tag: f"</{tag.split()[0]}>"),
    st.sampled_from([*fuzz._WORDS, *STORY]),
    st.text(max_size=20),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_PIECES, max_size=40), st.sampled_from(["utf-8", "gb18030", "utf-16", "big5"]))
def test_any_markup_is_read(pieces: list[str], codec: str) -> None:
    document = process([capture_of("".join(pieces).encode(codec, "ignore"))])
    assert all(block == block.strip() and block for block in document.blocks)


@given(
    st.binary(max_size=400),
    st.sampled_from(fuzz._TYPES),
    st.sampled_from([b"", *(b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\xfe\xff")]),
)
def test_any_bytes_become_the_same_text_each_time(body: bytes, content_type: str, mark: bytes) -> None:
    assert decode_page(mark + body, content_type) == decode_page(mark + body, content_type)


@pytest.mark.parametrize("attribute", ["a{}", "a{}=x", "a{}='>'", 'a{}="<p>"', "a{} = 1"])
def test_a_tag_of_sixty_thousand_attributes_costs_no_more_than_its_length(attribute: str) -> None:
    crowd = "\n".join(attribute.format(number) for number in range(60_000))
    text = "渡口的台阶改成了缓坡，轮椅可以一直推到船边，摆渡的老周说这是今年最要紧的一件事。" * 3
    page = f"<html><body><div {crowd}><h1>渡口改坡</h1><p>{text}</p></div></body></html>"
    began = time.process_time()
    document = process([capture("http://news.example/1.html", ok(page.encode()))])
    assert time.process_time() - began < 5
    assert text in document.blocks
