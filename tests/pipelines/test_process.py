"""process(): right on ordinary pages, calm on any bytes, the same every time."""

from __future__ import annotations

import gzip
import time
import zlib

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.coding import decode_content
from pipelines.errors import RulesError
from pipelines.process import process
from pipelines.row import document_row
from pipelines.rules import ExtractRules
from pipelines.textfile import render_text
from tests.pipelines.pages import STORY, capture_of, page_of


def test_an_ordinary_page_gives_its_text_and_what_it_states() -> None:
    document = process([capture_of(page_of())])
    assert document.blocks == STORY
    assert document.title == "云溪北坡发现新泉眼 两个村庄或将受益"
    assert (document.source, document.author, document.editor) == ("云溪日报", ("沈青禾",), "陆远")
    assert document.published is not None and document.published.isoformat() == "2026-03-06T09:30:00+08:00"
    assert document.published_precision == "minute"
    assert document.origins["source"] == "byline"
    assert document.labels == ()


@pytest.mark.parametrize(
    ("byline", "source", "author", "editor"),
    [
        ("<p><span>2026年03月06日 09:30</span><span>云溪日报</span></p>", "云溪日报", (), None),
        ("<p>文／沈青禾 编辑／陆远 <time>2026-03-06 09:30</time></p>", None, ("沈青禾",), "陆远"),
        ("<ul><li>来源:<a href='/x'>云溪日报</a></li><li>时间:2026-03-06 09:30</li></ul>", "云溪日报", (), None),
        ("<p>作者:佚名 来源:不详 2026-03-06 09:30</p>", None, (), None),
        ("<p>26-03-06 09:30&nbsp;&nbsp;来源：云溪日报&nbsp;&nbsp;编辑：陆远、何川</p>", "云溪日报", (), "陆远、何川"),
    ],
)
def test_bylines_of_other_makes(byline: str, source: str | None, author: tuple[str, ...], editor: str | None) -> None:
    document = process([capture_of(page_of(byline=byline))])
    assert (document.source, document.author, document.editor) == (source, author, editor)
    assert document.published is not None and document.published.strftime("%Y-%m-%d %H:%M") == "2026-03-06 09:30"


def test_the_dateline_names_the_reporter_and_the_photographer_is_no_author() -> None:
    told = (f"本报云溪3月6日讯（记者 沈青禾）{STORY[0]}", *STORY[1:])
    assert process([capture_of(page_of(told, byline=""))]).author == ("沈青禾",)
    shown = (*STORY, "泉眼周围的苔藓。新华社记者 沈青禾 摄")
    assert process([capture_of(page_of(shown, byline=""))]).author == ()


def test_a_date_is_never_taken_from_a_rights_notice() -> None:
    assert process([capture_of(page_of(byline=""))]).published is None


def test_a_hijackers_title_is_not_the_articles() -> None:
    page = page_of(title="金鼎棋牌官网_金鼎娱乐城注册_金鼎彩票投注_百家乐开户", byline="")
    document = process([capture_of(page)])
    assert document.title is None
    assert [label.name for label in document.labels] == ["hijacked_title"]
    assert document.blocks == STORY


def test_pages_of_one_article_are_joined_without_what_they_repeat() -> None:
    pages = [page_of(STORY[:2]), page_of(STORY[2:])]
    document = process([capture_of(page, f"http://news.example/a/1_{i}.html") for i, page in enumerate(pages)])
    assert document.blocks == STORY


def test_lists_and_tables_keep_their_lines_in_one_block() -> None:
    extra = (
        "</p><table border=1><tr><th>村庄</th><th>人口</th></tr><tr><td>上溪</td><td>412</td></tr>"
        "<tr><td>下溪</td><td>387</td></tr></table><ul><li>第一步，复检水质，由县水务局负责。</li><li>第二步，"
        "公示结果。</li></ul><p>"
    )
    document = process([capture_of(page_of((*STORY[:2], extra, *STORY[2:])))])
    assert "村庄 | 人口\n上溪 | 412\n下溪 | 387" in document.blocks
    assert "第一步，复检水质，由县水务局负责。\n第二步，公示结果。" in document.blocks


def test_line_breaks_make_paragraphs() -> None:
    page = page_of(("<br><br>　　".join(STORY),))
    assert process([capture_of(page)]).blocks == STORY


def test_a_row_has_the_fields_in_their_order() -> None:
    document = process([capture_of(page_of())])
    row = document_row(document, render_text(document), [capture_of(page_of())])
    fields = [
        "url",
        "canonical_url",
        "site",
        "title",
        "author",
        "source",
        "editor",
        "published",
        "modified",
        "category",
    ]
    assert list(row)[:14] == [*fields, "tags", "lang", "body_block", "text_digest"]
    assert row["published"] == "2026-03-06T09:30+08:00"
    assert row["body_block"] == 2 and row["captures"] == []


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "x-gzip", "gzip, br", "unknown"])
def test_content_codings_are_undone(coding: str) -> None:
    encoders = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
    body = page_of().encode()
    for name in coding.split(", "):
        body = encoders.get(name, bytes)(body)
    assert process([capture_of(body, coding=coding)]).blocks == STORY


def test_a_broken_off_body_gives_what_came_and_a_bomb_is_cut() -> None:
    body = page_of().encode() * 20
    packed = gzip.compress(body)
    assert body.startswith(decode_content(packed[: len(packed) // 2], "gzip")[:1000])
    assert len(decode_content(gzip.compress(bytes(8 << 20)), "gzip", limit=1 << 20)) == 1 << 20
    assert len(decode_content(brotli.compress(bytes(8 << 20)), "br", limit=1 << 20)) == 1 << 20
    assert decode_content(b"plain", "gzip") == b"plain"


BLOW_UPS = {
    "deep": b"<html><body>" + b"<div>" * 100_000 + "正文。".encode() * 100,
    "deep inline": b"<p>" + b"<b><font>" * 50_000 + "正文。".encode() * 100,
    "wide": b"<p>a" * 200_000,
    "zeros": bytes(3 << 20),
    "entities": b"<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><p>"
    + b"&b;" * 100_000,
    "no end": b"<p title='" + b"x" * (2 << 20),
    "one line": "字".encode() * 1_000_000,
    "brackets": b"<" * 1_000_000,
    "dashes": b"<title>" + b"- " * 100_000 + b"</title><p>" + b"(" * 100_000,
    "spaces": b"<h1>" + b" " * 500_000 + "来源".encode() * 50_000,
    "attributes": b"<div " + b"a=b " * 300_000 + b">",
    "empty": b"",
    "pdf": b"%PDF-1.7 \x00\x01",
}


@pytest.mark.parametrize("name", BLOW_UPS)
def test_pages_made_to_blow_up_do_not(name: str) -> None:
    began = time.process_time()
    document = process([capture_of(BLOW_UPS[name])])
    render_text(document)
    assert time.process_time() - began < 20


def test_what_cannot_be_read_says_why() -> None:
    document = process([capture_of(b"%PDF-1.7", content_type="application/pdf")])
    assert document.blocks == () and not document.has_text
    assert document.problem == "not a page (application/pdf)" and document.labels == ()
    assert process([capture_of(b"")]).problem == "an empty body"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=3000), st.sampled_from(["text/html", "text/html; charset=gbk", "text/html; charset=nonsense"])
)
def test_any_bytes_give_a_document(body: bytes, content_type: str) -> None:
    first = process([capture_of(body, content_type=content_type)])
    assert first == process([capture_of(body, content_type=content_type)])


_TAGS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<br>",
        "<table><tr><td>",
        "</table>",
        "<td>",
        "<ul><li>",
        "<h1>",
        "</h1>",
        "<a/href='/x'>",
        "</a>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<title>",
        "</title>",
        "<style>",
        "<body>",
        "</html>",
        "来源：",
        "作者:",
        "2026-03-06",
        "。",
        "相关阅读",
        "责任编辑：某某",
        "\0",
        "&nbsp;",
        "足够长也有标点的一句正文。",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_TAGS, max_size=60))
def test_any_soup_of_tags_gives_a_document(parts: list[str]) -> None:
    document = process([capture_of("".join(parts))])
    assert "\n\n\n" not in render_text(document).text


def test_a_rule_that_is_no_xpath_is_the_users_to_mend() -> None:
    with pytest.raises(RulesError, match="main"):
        process([capture_of(page_of())], ExtractRules(main="//div["))
    with pytest.raises(RulesError, match="title"):
        process([capture_of(page_of())], ExtractRules(title="count(//p)"))


def test_rules_say_where_to_look() -> None:
    page = page_of(after="<div class='x'><p>另一段不在正文里的话，由规则指定。</p></div>")
    assert process([capture_of(page)], ExtractRules(main="//div[@class='x']")).blocks == (
        "另一段不在正文里的话，由规则指定。",
    )
    rules = ExtractRules(remove=("//div[@class='content']/p[2]",), source="备用来源")
    document = process([capture_of(page_of(byline=""))], rules)
    assert document.blocks == (STORY[0], *STORY[2:]) and document.source == "备用来源"


def test_without_a_capture_there_is_nothing_to_read() -> None:
    with pytest.raises(ValueError):
        process([])
