"""The pages of one article, and everything that only looks like its pager."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import Pagination, pagination, parse_html
from tests.crawler.newspages import BYLINE, TITLE, links, page, paragraphs

DAY = "http://a.example/2031/05/15/"
FIRST = DAY + "80001.html"


def pages(url: str, pager: str, *, after: str = "") -> Pagination | None:
    body = f"<h1>{TITLE}</h1>{BYLINE}{paragraphs(4)}<div class=page>{pager}</div>{after}<ul>{links(8)}</ul>"
    return pagination(parse_html(page(TITLE, body)), url)


def names(found: Pagination | None) -> list[str]:
    assert found is not None
    return [url.removeprefix(DAY) for url in found.pages]


THREE = ["80001.html", "80001_2.html", "80001_3.html"]


@pytest.mark.parametrize(
    ("name", "pager", "index"),
    [
        ("80001.html", "<b>1</b> <a href=80001_2.html>2</a> <a href=80001_3.html>3</a>", 0),
        ("80001.html", "<a href=80001_2.html>[2]</a><a href=80001_3.html>【3】</a><a href=80001_2.html>下一页</a>", 0),
        ("80001_2.html", "<a href=80001.html>1</a> 2 <a href=80001_3.html>3</a>", 1),
        ("80001_3.html", "<a href=80001.html>1</a> <a href=80001_2.html>2</a> 3 <a href=80001_2.html>上一页</a>", 2),
        ("80001.html", "<a href=80001_2.html>下一页</a> <a href=80001_3.html>尾页</a>", 0),
        ("80001.html", "<a href=80001_2.html>后一页 &gt;</a> <a href=80001_3.html>末页</a>", 0),
        ("80001_2.html", "<a href=80001.html>上一页</a> <a href=80001_3.html>下页</a>", 1),
        ("80001.html", "<a href=80001_2.html>第2页：到场的人</a> <a href=80001_3.html>第3页：后来的事</a>", 0),
    ],
)  # fmt: skip
def test_numbered_names(name: str, pager: str, index: int) -> None:
    found = pages(DAY + name, pager)
    assert names(found) == THREE
    assert found is not None and found.index == index and found.view_all is None


@pytest.mark.parametrize(
    ("url", "pager", "expected"),
    [
        (FIRST, "<a href=80001-2.html>2</a>", ["80001.html", "80001-2.html"]),
        (FIRST, "<a href='?page=2'>2</a>", ["80001.html", "80001.html?page=2"]),
        (FIRST + "?from=x", "<a href='?from=x&page=2'>2</a>", ["80001.html?from=x", "80001.html?from=x&page=2"]),
        (DAY + "tsg/", "<a href=2/>2</a><a href=3/>3</a>", ["tsg/", "tsg/2/", "tsg/3/"]),
        (DAY + "tsg/2/", "<a href=../>1</a><a href=../3/>3</a>", ["tsg/", "tsg/2/", "tsg/3/"]),
        (DAY + "tsg", "<a href=tsg/2>2</a>", ["tsg", "tsg/2"]),
        (FIRST, "<a href=80001_1.html>2</a><a href=80001_2.html>3</a>", ["80001.html", "80001_1.html", "80001_2.html"]),
        (DAY + "80001_0.html", "<a href=80001_1.html>2</a>", ["80001_0.html", "80001_1.html"]),
        (DAY + "80001_1.html", "<a href=80001_2.html>2</a>", ["80001_1.html", "80001_2.html"]),
        (FIRST, "<a href=80001_p2.html>2</a>", ["80001.html", "80001_p2.html"]),
        (FIRST, "<script>createPageHTML(3, 0, '80001', 'html')</script>",
         ["80001.html", "80001_1.html", "80001_2.html"]),
        (FIRST, "<a href=80001_2.html>2</a>…<a href=80001_5.html>5</a>",
         ["80001.html", *(f"80001_{n}.html" for n in range(2, 6))]),
    ],
)  # fmt: skip
def test_ways_of_numbering(url: str, pager: str, expected: list[str]) -> None:
    found = pages(url, pager)
    assert names(found) == expected
    assert found is not None and found.pages[found.index] == url


def test_rel_next_counts() -> None:
    html = page(TITLE, f"<h1>{TITLE}</h1>{BYLINE}{paragraphs(4)}", "<link rel=next href=80001_2.html>")
    assert names(pagination(parse_html(html), FIRST)) == THREE[:2]


@pytest.mark.parametrize(
    ("url", "pager"),
    [
        (FIRST, "<a href=80000.html>上一篇</a><a href=80002.html>下一篇</a>"),
        (FIRST, "<a href=80002.html>下一页</a>"),
        (DAY + "t20310515_4.html", "<a href=t20310515_5.html>下一篇</a>"),
        (DAY + "content_31.htm", "<a href=content_32.htm>下一页</a>"),
        (FIRST, "<a href=/>首页</a> <a href=index_2.html>2</a> <a href=index_3.html>3</a>"),
        (FIRST, "<a href=80001_2.html>相关图片</a>"),
        (FIRST, "<div id=comments><a href='?page=2'>2</a><a href='?page=3'>3</a></div>"),
        (FIRST, "<div class='pinglun-list'><p><a href='?page=2'>下一页</a></p></div>"),
        (FIRST, "<div>网友评论（37）</div><div><a href='?p=2'>2</a></div>"),
        (FIRST, "<a href=80001_7.html>2</a><a href=80001_9.html>3</a>"),
        (FIRST, "<a href='javascript:go(2)'>2</a>"),
        (DAY + "index.html", "<a href=index_2.html>2</a>"),
        (DAY + "list_1.html", "<a href=list_2.html>2</a><a href=list_3.html>3</a>"),
    ],
)  # fmt: skip
def test_what_is_no_pager_of_the_article(url: str, pager: str) -> None:
    assert pages(url, pager) is None


@pytest.mark.parametrize("text", ["余下全文", "阅读全文", "在本页阅读全文", "点击查看全文 >>", "单页阅读", "View all"])
def test_view_all(text: str) -> None:
    found = pages(FIRST, f"<a href=80001_2.html>2</a><a href=80001_all.html>{text}</a>")
    assert found is not None and found.view_all == DAY + "80001_all.html" and len(found.pages) == 2
    alone = pages(FIRST, f"<a href='80001.html?all'>{text}</a>")
    assert alone == Pagination(pages=(FIRST,), index=0, view_all=FIRST + "?all")


@pytest.mark.parametrize("href", ["80002.html", "http://b.example/80001_all.html", "/", "javascript:all()"])
def test_full_text_of_something_else(href: str) -> None:
    assert pages(FIRST, f"<a href='{href}'>阅读全文</a>") is None


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=10))
def test_never_raises(url: str, href: str, text: str) -> None:
    found = pages("http://a.example/" + url, f"<a href='{href}'>{text}</a><a href='{url}_2'>2</a>")
    assert found is None or found.pages[found.index]


@given(st.integers(2, 100), st.sampled_from(["_", "-"]), st.integers(1, 100))
def test_any_number_of_pages(last: int, mark: str, at: int) -> None:
    """Whichever page is looked at, the same pages are found in the same order."""
    at = min(at, last)
    urls = [FIRST] + [f"{DAY}80001{mark}{n}.html" for n in range(2, last + 1)]
    shown = {1, 2, last, at - 1, at + 1} & set(range(1, last + 1)) - {at}
    found = pages(urls[at - 1], "".join(f"<a href='{urls[n - 1]}'>{n}</a>" for n in sorted(shown)))
    assert found is not None and list(found.pages) == urls and found.index == at - 1
