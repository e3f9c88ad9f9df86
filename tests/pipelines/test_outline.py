"""A page's body, read once: bounded trees, what boxes hold, what stays after something is dropped."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement

from pipelines.content.outline import Outline
from pipelines.content.segments import segments_of
from pipelines.content.tree import MAX_DEPTH, MAX_ELEMENTS, parse_html


def outline(body: str) -> Outline:
    tree = parse_html(f"<html><body>{body}</body></html>")
    assert tree is not None
    return Outline(tree)


def depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors()) + 1


@pytest.mark.parametrize("tag", ["div", "span", "dfn", "p", "q"])
def test_a_tree_is_bounded_whatever_it_nests(tag: str) -> None:
    tree = parse_html(f"<html><body>{f'<{tag}>文' * 100_000}")
    assert tree is not None
    elements = list(tree.iter())
    assert len(elements) <= MAX_ELEMENTS + 1
    assert max(map(depth, (elements[-1], elements[len(elements) // 2]))) <= MAX_DEPTH


def test_what_no_reader_sees_is_out_of_the_markup() -> None:
    tree = parse_html("<?xml version='1.0'?><html><body>a\x00b\x1b[31mc\ufffed\uffffe\ud800f&#27;[0mg</body></html>")
    assert tree is not None and tree.text_content() == "abcdefg"


def test_boxes_weigh_what_they_hold() -> None:
    page = outline("<div><p>春雨落在田里，新苗都绿了。</p><a href='/1'>山城茶市</a>外面</div><script>var 春</script>尾")
    page.weigh()
    box, paragraph, link = page.boxes[1:]
    assert (paragraph.weight, paragraph.prose, paragraph.sentences) == (11, 11, 1)
    assert (link.weight, link.linked) == (4, 4)
    assert (box.weight, box.linked, page.root.weight) == (17, 4, 18)


def test_a_dropped_box_is_gone_from_weights_segments_and_copy_but_not_from_the_page() -> None:
    page = outline("<p>第一段。</p><ul><li>甲</li><li>乙</li></ul>其后的话<p style='display: none'>藏起来的</p>")
    page.drop(page.boxes[2])
    page.weigh()
    assert [segment.text for segment in segments_of(page)] == ["第一段。", "其后的话"]
    assert page.kept().text_content() == "第一段。其后的话"
    assert page.root.weight == 11
    assert page.root.element.text_content() == "第一段。甲乙其后的话藏起来的"
    assert not any("gone" in name for element in page.root.element.iter() for name in element.attrib)
