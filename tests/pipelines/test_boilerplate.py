"""The site model: learned from a site's pages, cleaner than one page allows, and left where a page does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives.capture import Capture
from pipelines.boilerplate import DRIFT, SiteModel, name_of
from pipelines.content.tree import parse_html
from pipelines.errors import ModelError
from pipelines.process import process
from pipelines.rules import ExtractRules
from pipelines.study import study
from tests.archives.samples import capture, ok
from tests.demo.score import bigram_f1
from tests.sitepages import SitePage, outlets, redesigned

LEARNED = 8


def captured(page: SitePage) -> Capture:
    return capture(page.url, ok(page.html.encode()))


@cache
def model(outlet: str) -> SiteModel:
    found = study(f"{outlet}.example", "RUN", [captured(outlets()[outlet](n)) for n in range(LEARNED)], ExtractRules())
    assert found is not None
    return found


@pytest.mark.parametrize("outlet", list(outlets()))
def test_with_the_model_the_text_is_cleaner_and_the_facts_the_same(outlet: str) -> None:
    for number in range(20, 26):
        page = outlets()[outlet](number)
        alone, known = process([captured(page)]), process([captured(page)], None, model(outlet))
        assert bigram_f1("".join(alone.blocks), page.text) < 0.995
        assert known.blocks == page.paragraphs
        assert (known.title, known.source, known.author, known.editor, known.published, known.category) == (
            alone.title, alone.source, alone.author, alone.editor, alone.published, alone.category,
        )  # fmt: skip
        assert (known.title, known.author, known.editor) == (page.title, (page.author,), page.editor)
        assert known.labels == alone.labels == ()
        assert known.provenance.model_digest == model(outlet).digest()


def test_a_page_of_another_layout_is_read_the_full_way_and_labelled() -> None:
    page = redesigned(3)
    alone, known = process([captured(page)]), process([captured(page)], None, model("boxes"))
    assert known.blocks == alone.blocks
    assert [label.name for label in known.labels] == [DRIFT]
    assert "is not there" in known.labels[0].evidence


def test_a_container_that_holds_no_more_than_a_stub_is_left_for_the_prose_beside_it() -> None:
    page = outlets()["boxes"](30)
    moved = page.html.replace(
        'id="content">',
        'id="content"><p>本文共三页，全文见下，欢迎读者来信来电指正，编辑部谨启。</p></div><div class="late">',
    )
    known = process([captured(page)], None, model("boxes"))
    drifted = process([capture(page.url, ok(moved.encode()))], None, model("boxes"))
    assert known.labels == () and [label.name for label in drifted.labels] == [DRIFT]
    assert set(page.paragraphs) <= set(drifted.blocks)


def test_what_is_no_article_has_not_drifted() -> None:
    page = b"<html><body><div class=wrap><ul><li><a href=/1>a</a></li></ul></div></body></html>"
    assert process([capture("http://boxes.example/", ok(page))], None, model("boxes")).labels == ()


def test_a_rule_that_names_the_main_text_goes_before_the_model() -> None:
    page = outlets()["boxes"](31)
    rules = ExtractRules(main="//h1")
    assert process([captured(page)], rules, model("boxes")).blocks == process([captured(page)], rules).blocks


def test_rules_that_remove_hold_in_the_container_too() -> None:
    page = outlets()["boxes"](32)
    rules = ExtractRules(remove=("//div[@id='content']/p[1]",))
    assert process([captured(page)], rules, model("boxes")).blocks == page.paragraphs[1:]


def test_copies_of_one_article_teach_nothing() -> None:
    page = captured(outlets()["boxes"](1))
    assert study("s", "RUN", [page] * 12, ExtractRules()) is None


def test_too_few_pages_or_pages_without_a_place_in_common_teach_nothing() -> None:
    few = [captured(outlets()["boxes"](n)) for n in range(4)]
    assert study("s", "RUN", few, ExtractRules()) is None
    page = "<html><body>{}<p>{}</p></body></html>"
    mixed = []
    for number in range(8):
        text = "</p><p>".join(outlets()["boxes"](number).paragraphs)
        mixed.append(
            capture(f"http://x.example/{number}", ok(page.format(f"<div class=c{'abcdefgh'[number]}>", text).encode()))
        )
    found = study("s", "RUN", mixed, ExtractRules())
    assert found is None or not found.containers


def test_a_site_of_two_layouts_has_a_container_for_each() -> None:
    pages = [captured(make(n)) for n in range(8) for make in (outlets()["boxes"], lambda n: redesigned(100 + n))]
    found = study("s", "RUN", pages, ExtractRules())
    assert found is not None and len(found.containers) == 2
    for make in (outlets()["boxes"], redesigned):
        assert process([captured(make(40))], None, found).blocks == make(40).paragraphs


def test_a_new_model_knows_the_old_layout_still() -> None:
    fresh = study("s", "RUN2", [captured(redesigned(n)) for n in range(8)], ExtractRules())
    assert fresh is not None
    both = fresh.with_older(model("boxes"))
    assert process([captured(redesigned(50))], None, both).blocks == redesigned(50).paragraphs
    old = outlets()["boxes"](50)
    assert process([captured(old)], None, both).blocks == old.paragraphs
    assert process([captured(old)], None, fresh).labels[-1].name == DRIFT


def test_a_byline_stays_though_it_stands_where_others_have_furniture() -> None:
    page = outlets()["boxes"](33)
    swapped = page.html.replace('<div class="share">', '<div class="share"><p>（编辑：宋一鸣）</p>').replace(
        f"责任编辑：{page.editor}", ""
    )
    assert process([capture(page.url, ok(swapped.encode()))], None, model("boxes")).editor == "宋一鸣"


def test_json_gives_the_same_model_and_the_same_digest() -> None:
    again = SiteModel.from_json(model("boxes").to_json())
    assert again == model("boxes") and again.digest() == model("boxes").digest()
    assert (
        study("boxes.example", "RUN", [captured(outlets()["boxes"](n)) for n in range(LEARNED)], ExtractRules())
        == again
    )


def spoil(change: Callable[[dict[str, object]], object]) -> str:
    values = json.loads(model("boxes").to_json())
    change(values)
    return json.dumps(values)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{}", "{" * 100_000, '{"format": 1}',
        spoil(lambda values: values.update(format=2)),
        spoil(lambda values: values.update(containers="div")),
        spoil(lambda values: values.update(containers=[1])),
        spoil(lambda values: values.update(site=None)),
        spoil(lambda values: values.update(more="x")),
        spoil(lambda values: values.pop("shared")),
        spoil(lambda values: values.update(furniture={"div": float("inf")})),
        spoil(lambda values: values.update(furniture=["div"])),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        SiteModel.from_json(text)


@given(
    paths=st.lists(st.text(st.sampled_from("dipv.#~/2 é\n"), max_size=30), max_size=6),
    html=st.text(st.sampled_from("<>/ divptable=\"'ab"), max_size=200),
)
def test_no_model_and_no_page_raises(paths: list[str], html: str) -> None:
    odd = SiteModel(
        site="s", run="R", learned_from=(), containers=tuple(paths), furniture=dict.fromkeys(paths, 0),
        asides=tuple(paths),
        shared=tuple(paths),
    )  # fmt: skip
    process([capture("http://s.example/", ok(html.encode("utf-8", "replace")))], None, odd)


def test_names_say_what_is_the_same_in_every_page_of_a_layout() -> None:
    tree = parse_html(
        '<div id="post-881" class="a b"><p class="x9 y"></p><table><tr><td></td></tr></table><b></b></div>'
    )
    assert tree is not None
    assert [name_of(node) for node in tree.find("body").iter()] == [
        "body", "div#post-0", "p.x0", "div", "div", "div", "b",
    ]  # fmt: skip


def test_an_article_that_moved_into_what_was_furniture_is_not_lost() -> None:
    page = outlets()["boxes"](34)
    html = page.html.replace(
        'id="content">',
        'id="content"><p>本频道由远岚日报社与各区融媒体中心共同制作，欢迎读者提供线索，联系电话见页脚，来信请寄编辑部收。</p></div><div>',
    )
    body = "".join(f"<p>{text}</p>" for text in page.paragraphs)
    moved = html.replace('<div class="side">', f'<div class="side">{body}')
    for text in page.paragraphs:
        moved = moved.replace(f'<p style="text-indent: 2em;">{text}</p>', "")
    known = process([capture(page.url, ok(moved.encode()))], None, model("boxes"))
    assert [label.name for label in known.labels] == [DRIFT] and set(page.paragraphs) <= set(known.blocks)


def test_text_of_its_own_stays_though_its_block_is_called_as_teasers_are() -> None:
    page = outlets()["boxes"](35)
    first = f'<p style="text-indent: 2em;">{page.paragraphs[0]}</p>'
    own = page.html.replace(first, f'<div class="c-pick">{first}</div>')
    assert process([capture(page.url, ok(own.encode()))], None, model("boxes")).blocks == page.paragraphs


def test_furniture_of_a_new_layout_is_none_where_an_old_one_had_its_articles() -> None:
    above = model("boxes").containers[0].rpartition("/")[0]
    fresh = attrs.evolve(model("boxes"), containers=("main/article",), furniture={above: 9_000_000, "div.other": 5})
    assert above not in fresh.with_older(model("boxes")).furniture
    old = outlets()["boxes"](51)
    assert process([captured(old)], None, fresh.with_older(model("boxes"))).blocks == old.paragraphs
