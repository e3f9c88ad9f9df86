"""Links as a browser would resolve them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import FoundLink, page_links, parse_html
from crawler.urls import absolute, ascii_host

BASE = "http://news.example.cn/gn/index.html"


def found(html: str, encoding: str = "utf-8") -> list[FoundLink]:
    return page_links(parse_html(html), BASE, encoding)


def urls(html: str, encoding: str = "utf-8") -> list[str]:
    return [link.url for link in found(html, encoding)]


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("a.html", "http://news.example.cn/gn/a.html"),
        ("/a.html#top", "http://news.example.cn/a.html"),
        ("../../../a/./b/../c.html", "http://news.example.cn/a/c.html"),
        ("//b.example/x", "http://b.example/x"),
        ("?page=2", "http://news.example.cn/gn/index.html?page=2"),
        ("HTTP://News.Example.CN:80/A", "http://news.example.cn/A"),
        ("https://b.example:443", "https://b.example/"),
        ("http://b.example:8080/", "http://b.example:8080/"),
        ("\n\thttp://b.example/\r\nx.html ", "http://b.example/x.html"),
        ("\u3000http://b.example/x.html\u3000", "http://b.example/x.html"),
        ("http://b.example/x.html，", "http://b.example/x.html"),
        ("ｈｔｔｐ：／／b.example／x", "http://b.example/x"),
        ("http：//b.example/x", "http://b.example/x"),
        ("\\a\\b.html", "http://news.example.cn/a/b.html"),
        ("http:\\\\b.example\\x", "http://b.example/x"),
        ("/中文 页.html", "http://news.example.cn/%E4%B8%AD%E6%96%87%20%E9%A1%B5.html"),
        ("/%D6%D0.html?q=%d6", "http://news.example.cn/%D6%D0.html?q=%d6"),
        ("http://新闻.中国/", "http://xn--efvy88h.xn--fiqs8s/"),
        ("/a|b[1]{2}.html", "http://news.example.cn/a|b[1]%7B2%7D.html"),
        ("/x?a='b'\"c\"<d>", "http://news.example.cn/x?a=%27b%27%22c%22%3Cd%3E"),
        ("/x?a=1&amp;b=2", "http://news.example.cn/x?a=1&b=2"),
    ],
)
def test_resolved(href: str, url: str) -> None:
    assert urls(f'<a href="{href.replace(chr(34), "&quot;")}">x</a>') == [url]


@pytest.mark.parametrize(
    "href",
    ["javascript:void(0)", "mailto:a@b.example", "data:text/html,x", "tel:110", "ftp://b.example/", "about:blank", "",
     "#top", "http://", "http://[::1", "http://a.example:99999/", "http://a b.example/", "http://a..b/"],
)  # fmt: skip
def test_dropped(href: str) -> None:
    assert urls(f'<a href="{href}">x</a>') == []


@pytest.mark.parametrize(
    ("encoding", "query"),
    [("utf-8", "%E9%A3%9E"), ("gbk", "%B7%C9"), ("gb2312", "%B7%C9"), ("gb18030", "%B7%C9"), ("big5", "%26%2339134%3B"),
     ("utf-16", "%E9%A3%9E"), ("no-such-thing", "%E9%A3%9E")],
)  # fmt: skip
def test_queries_are_encoded_as_the_page_is(encoding: str, query: str) -> None:
    """The path never is (URL standard: path in UTF-8, query in the document's encoding)."""
    assert urls("<a href='/云?q=飞'>x</a>", encoding) == [f"http://news.example.cn/%E4%BA%91?q={query}"]


def test_base_frames_areas() -> None:
    html = """<base href="/deep/er/"><base href="/second/"><map><area href=a.html alt="云江"></map>
        <iframe src="b.html"></iframe><a href="c.html"><img alt="  图 说 "></a>
        <a title=题 href=d.html></a><a name=e>e</a>"""
    assert [(link.url.removeprefix("http://news.example.cn/deep/er/"), link.text) for link in found(html)] == [
        ("a.html", "云江"), ("b.html", ""), ("c.html", "图 说"), ("d.html", "题"),
    ]  # fmt: skip


def test_feeds_are_flagged() -> None:
    html = """<link rel="alternate" type="application/rss+xml; charset=gbk" href="/rss.xml" title="云江新闻">
        <link rel="ALTERNATE" type="application/atom+xml" href="/atom"><link rel="alternate" hreflang="en" href="/en/">
        <link rel="stylesheet" type="text/css" href="/s.css"><a href="/rss.xml">RSS</a>"""
    assert [(link.url[22:], link.feed, link.text) for link in found(html)] == [
        ("/rss.xml", True, "云江新闻"), ("/atom", True, ""),
    ]  # fmt: skip


def test_nofollow_needs_all_links_to_a_url() -> None:
    html = "<a rel='external nofollow' href=/a>甲</a><a rel=nofollow href=/b></a><a href=/b>乙</a>"
    assert [(link.text, link.nofollow) for link in found(html)] == [("甲", True), ("乙", False)]
    assert found("<meta name=ROBOTS content='index, NOFOLLOW'><a href=/a>x</a>")[0].nofollow


def test_broken_pages_still_give_links() -> None:
    deep = "<div>" * 6000 + "<a href=/deep.html>深</a>" + "</div>" * 6000 + "<p><a href=/after.html>后</a>"
    assert urls(deep) == ["http://news.example.cn/deep.html", "http://news.example.cn/after.html"]
    assert urls("<a href=/a\x00.html>x\x00</a>") == ["http://news.example.cn/a.html"]
    assert urls('<?xml version="1.0" encoding="gb2312"?><html><a href="/a">云</a>') == ["http://news.example.cn/a"]
    assert len(urls(f"<a href=/{1}>x</a>" * 5_000)) == 1


def test_a_missing_or_bad_base() -> None:
    tree = parse_html("<base href='http://['><a href='x'>x</a><a href='http://b.example/'>y</a>")
    assert [link.url for link in page_links(tree, "")] == ["http://b.example/"]
    assert [link.url for link in page_links(tree, "http://[")] == ["http://b.example/"]


@given(st.text(), st.text(), st.sampled_from(["utf-8", "gbk", "big5", "utf-16", "hz", "\x00", "base64", ""]))
def test_any_href_is_plain_or_nothing(href: str, base: str, encoding: str) -> None:
    url = absolute(href, base, encoding)
    assert url is None or (url.isascii() and url.startswith(("http://", "https://")) and "#" not in url)
    for prefix in ("http://", "http://a.example/", "//", "?", "https://[", "http://a.example:"):
        found = absolute(prefix + href, "http://b.example/x", encoding)
        if found is not None:
            assert found.isascii() and not any(char.isspace() for char in found)
            assert absolute(found) == found, "plain once, plain for good"


@given(st.text())
def test_any_text_parses(html: str) -> None:
    page_links(parse_html(html), BASE)


@given(st.text())
def test_any_host(host: str) -> None:
    plain = ascii_host(host)
    assert plain is None or plain.isascii()
