"""Feeds and sitemaps, whole and broken."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import FoundLink, feed_links, sitemap_links
from crawler.discovery.dates import read_date

CHINA = timezone(timedelta(hours=8))
HOME = "http://news.example.cn/rss.xml"


def rss(items: str, encoding: str = "utf-8", head: str = "") -> bytes:
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"{head}><channel><title>三江</title>'
    return (text + f"<link>http://news.example.cn/</link>{items}</channel></rss>").encode(encoding)


def test_rss_2() -> None:
    items = """<item><title>图书馆 <![CDATA[延长 & 开放]]></title><link> http://news.example.cn/1.html </link>
        <pubDate>Thu, 15 May 2031 08:23:00 +0800</pubDate></item>
        <item><title>二</title><link><![CDATA[http://news.example.cn/a?x=1&y=2]]></link></item>
        <item><title>三</title><guid>http://news.example.cn/3.html</guid></item>
        <item><title>四</title><guid isPermaLink="false">http://news.example.cn/4.html</guid></item>
        <item><title>again</title><link>http://news.example.cn/1.html</link></item>"""
    assert feed_links(rss(items)) == [
        FoundLink(
            url="http://news.example.cn/1.html", text="图书馆 延长 & 开放",
            published=datetime(2031, 5, 15, 8, 23, tzinfo=CHINA),
        ),
        FoundLink(url="http://news.example.cn/a?x=1&y=2", text="二"),
        FoundLink(url="http://news.example.cn/3.html", text="三"),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["gb2312", "gbk", "gb18030", "big5", "utf-8", "utf-16"])
def test_charsets(encoding: str) -> None:
    (link,) = feed_links(rss("<item><title>三月</title><link>/1.html</link></item>", encoding))
    assert (link.url, link.text) == ("http://news.example.cn/1.html", "三月")


def test_gbk_that_says_gb2312_or_utf_8_or_nothing() -> None:
    body = rss("<item><title>朱镕</title><link>/1.html</link></item>", "gbk")
    for said in (b"gb2312", b"utf-8", b"x-unknown"):
        assert feed_links(body.replace(b'"gbk"', b'"' + said + b'"'))[0].text == "朱镕"
    assert feed_links(body.replace(b'<?xml version="1.0" encoding="gbk"?>', b""))[0].text == "朱镕"


def test_relative_links() -> None:
    item = "<item><link>1.html</link></item>"
    assert feed_links(rss(item))[0].url == "http://news.example.cn/1.html"
    assert feed_links(rss(item), "http://b.example/x/rss")[0].url == "http://b.example/x/1.html"
    based = rss(item, head=' xml:base="http://c.example/y/"')
    assert feed_links(based, HOME)[0].url == "http://c.example/y/1.html"
    inner = rss('<item xml:base="z/"><link>1.html</link></item>', head=' xml:base="http://c.example/y/"')
    assert feed_links(inner, HOME)[0].url == "http://c.example/y/z/1.html"


def test_rss_1_and_dublin_core() -> None:
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://a.example/"/>
        <item rdf:about="http://a.example/1"><title>一</title><dc:date>2031-05-15T00:23:00Z</dc:date></item></rdf:RDF>"""
    published = datetime(2031, 5, 15, 0, 23, tzinfo=UTC)
    assert feed_links(body.encode()) == [FoundLink(url="http://a.example/1", text="一", published=published)]


def test_atom() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="http://a.example/feed"/>
        <entry><title type="html">一</title><link rel="enclosure" href="/1.mp3"/><link rel="edit" href="/edit/1"/>
        <link type="application/json" href="/1.json"/><link rel="alternate" type="text/html" href="/1.html"/>
        <updated>2031-05-16T00:00:00Z</updated><published>2031-05-15T08:23:00+08:00</published></entry>
        <entry><title>二</title><id>http://a.example/2</id></entry><entry><id>urn:uuid:3</id></entry></feed>"""
    first, second = feed_links(body.encode())
    assert (first.url, first.published) == ("http://a.example/1.html", datetime(2031, 5, 15, 8, 23, tzinfo=CHINA))
    assert second.url == "http://a.example/2"


def test_json_feed() -> None:
    body = """\ufeff{"version": "https://jsonfeed.org/version/1.1", "home_page_url": "http://a.example/", "items": [
        {"id": 1, "url": "/1.html", "title": "一", "date_published": "2031-05-15T08:23:00+08:00"},
        {"external_url": "http://b.example/2"}, {"id": 3}, "four", {"url": 5}]}"""
    assert [(link.url, link.text) for link in feed_links(body.encode())] == [
        ("http://a.example/1.html", "一"), ("http://b.example/2", ""),
    ]  # fmt: skip


def test_broken_xml() -> None:
    body = """\n\n<?xml version="1.0"?><rss><channel><item><title>甲&nbsp;&乙 < 丙</title>
        <link>http://a.example/?a=1&b=2&copy=3</link></item><item><title>\x0b二</b></title><link>http://a.example/2</link>
        </item><item><link>http://a.example/3</link>"""
    assert [link.url for link in feed_links(body.encode())] == [
        "http://a.example/?a=1&b=2&copy=3", "http://a.example/2", "http://a.example/3",
    ]  # fmt: skip


def test_entities_are_not_expanded() -> None:
    """No billion laughs, no file read."""
    body = """<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>
        <rss><channel><item><title>x&b;&c;</title><link>http://a.example/</link></item></channel></rss>"""
    (link,) = feed_links(body.encode())
    assert "aaaa" not in link.text


NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def test_sitemap() -> None:
    body = f"""<?xml version="1.0"?><urlset {NAMESPACES} xmlns:image="http://x">
        <url><loc> http://a.example/1?a=1&amp;b=2 </loc><lastmod>2031-05-15</lastmod>
        <image:image><image:loc>http://a.example/1.jpg</image:loc></image:image></url>
        <url><loc>http://a.example/2</loc><lastmod>2031-05-17</lastmod><news:news><news:publication_date>2031-05-16T08:00:00+08:00
        </news:publication_date><news:title>二</news:title></news:news></url><url><loc>junk:x</loc></url><url/></urlset>"""
    assert sitemap_links(body.encode()) == (
        [
            FoundLink(url="http://a.example/1?a=1&b=2", published=datetime(2031, 5, 15, tzinfo=CHINA)),
            FoundLink(url="http://a.example/2", text="二", published=datetime(2031, 5, 16, 8, tzinfo=CHINA)),
        ],
        [],
    )
    assert sitemap_links(gzip.compress(body.encode())) == sitemap_links(body.encode())


def test_sitemap_index() -> None:
    body = f"<sitemapindex {NAMESPACES}><sitemap><loc>http://a.example/1.xml.gz</loc></sitemap><sitemap><loc>/2.xml</loc></sitemap></sitemapindex>"
    assert sitemap_links(body.encode(), "http://a.example/sitemap.xml") == (
        [], ["http://a.example/1.xml.gz", "http://a.example/2.xml"],
    )  # fmt: skip


def test_text_sitemap() -> None:
    pages, children = sitemap_links("\ufeffhttp://a.example/1\r\n# x\r\n\r\nhttp://a.example/中\n".encode())
    assert [link.url for link in pages] == ["http://a.example/1", "http://a.example/%E4%B8%AD"] and not children


def test_fifty_thousand_urls() -> None:
    urls = "".join(f"<url><loc>http://a.example/{n}</loc><lastmod>2031-05-15</lastmod></url>" for n in range(50_010))
    begun = time.perf_counter()
    pages, _ = sitemap_links(gzip.compress(f"<urlset {NAMESPACES}>{urls}</urlset>".encode(), 1))
    assert len(pages) == 50_000
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu, 15 May 2031 08:23:00 GMT", datetime(2031, 5, 15, 8, 23, tzinfo=UTC)),
        ("Thu, 15 May 2031 08:23:00 CST", datetime(2031, 5, 15, 8, 23, tzinfo=CHINA)),
        ("Thu May 15 08:23:00 CST 2031", datetime(2031, 5, 15, 8, 23, tzinfo=CHINA)),
        ("Thu, 15 May 2031 08:23:00 GMT+8", datetime(2031, 5, 15, 8, 23, tzinfo=CHINA)),
        ("2031-05-15T08:23:45.123Z", datetime(2031, 5, 15, 8, 23, 45, tzinfo=UTC)),
        ("2031-05-15T08:23:45+0800", datetime(2031, 5, 15, 8, 23, 45, tzinfo=CHINA)),
        ("2031-05-15 08:23", datetime(2031, 5, 15, 8, 23, tzinfo=CHINA)),
        ("2031年5月15日 08时23分", datetime(2031, 5, 15, 8, 23, tzinfo=CHINA)),
        ("2031/5/15", datetime(2031, 5, 15, tzinfo=CHINA)),
        ("2031-05", datetime(2031, 5, 1, tzinfo=CHINA)),
        ("2031-13-45", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, moment: datetime | None) -> None:
    assert read_date(text) == moment


@given(st.text())
def test_any_date(text: str) -> None:
    moment = read_date(text)
    assert moment is None or moment.tzinfo


@given(
    st.binary(),
    st.sampled_from(
        [
            b"",
            b"<rss><item>",
            b"<urlset><url><loc>",
            b'{"items": [',
            b"\x1f\x8b",
            b"<!DOCTYPE x [",
            b"<?xml encoding='idna'?>",
            b"<?xml encoding='utf-7'?><a>",
            b"\xff\xfe",
        ]
    ),
)
def test_any_bytes_are_read(body: bytes, head: bytes) -> None:
    feed_links(head + body)
    sitemap_links(head + body)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["items", "url", "title", "date_published", "home_page_url"]), inner)
        ),
        max_leaves=8,
    )
)
def test_any_json_is_read(data: object) -> None:
    import json

    feed_links(json.dumps(data).encode())
    feed_links(json.dumps({"items": [data]}).encode())
