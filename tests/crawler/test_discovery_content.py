"""What a body is, whatever its headers say."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import Kind, describe, sniff
from crawler.discovery.content import unpack

RSS = '<?xml version="1.0" encoding="{}"?><rss version="2.0"><channel><title>云江新闻</title></channel></rss>'
SITEMAP = (
    b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://a.example/</loc></url></urlset>'
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<!DOCTYPE html><title>x</title>", Kind.HTML),
        (b"<!-- saved -->\n<HTML><body>", Kind.HTML),
        (b"\xef\xbb\xbf\r\n<div>x</div>", Kind.HTML),
        ("云江<p>一段<br>".encode("gb18030"), Kind.HTML),
        (b"Warning: include() failed<br />\n<html>", Kind.HTML),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html xmlns="x">', Kind.HTML),
        ("<html><p>字</p></html>".encode("utf-16"), Kind.HTML),
        (b"<html>\x00\x00<p>nulls</p></html>" * 9, Kind.HTML),
        (RSS.format("utf-8").encode(), Kind.FEED),
        (RSS.format("gb2312").encode("gb2312"), Kind.FEED),
        (b"\n\n" + RSS.format("utf-8").encode(), Kind.FEED),
        (b"Notice: undefined\n<rss><channel>", Kind.FEED),
        (b'<!-- x --><feed xmlns="http://www.w3.org/2005/Atom">', Kind.FEED),
        (b'<a10:feed xmlns:a10="http://www.w3.org/2005/Atom">', Kind.FEED),
        (b'<rdf:RDF xmlns="http://purl.org/rss/1.0/"><channel>', Kind.FEED),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', Kind.FEED),
        (SITEMAP, Kind.SITEMAP),
        (gzip.compress(SITEMAP), Kind.SITEMAP),
        (gzip.compress(gzip.compress(SITEMAP)), Kind.SITEMAP),
        (b'<?xml version="1.0"?><?xml-stylesheet href="s.xsl"?><ns:urlset xmlns:ns="x">', Kind.SITEMAP),
        (b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">', Kind.SITEMAP_INDEX),
        (b"http://a.example/1\r\nhttp://a.example/2\r\n", Kind.URL_LIST),
        (b"%PDF-1.7\n<html>", Kind.OTHER),
        (b"\x89PNG\r\n\x1a\n<html>", Kind.OTHER),
        (b"\xff\xd8\xff\xe0JFIF<p>", Kind.OTHER),
        (b"PK\x03\x04<html>", Kind.OTHER),
        (b'{"a": "<p>x</p>"}', Kind.OTHER),
        (b'{"a": 1}', Kind.OTHER),
        (b"body { color: red }", Kind.OTHER),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><a/></svg>", Kind.OTHER),
        (b"", Kind.OTHER),
    ],
)
def test_by_content(body: bytes, kind: Kind) -> None:
    assert sniff(body) is kind
    assert sniff(body, "image/jpeg" if kind is not Kind.OTHER else "application/octet-stream") is kind


def test_the_header_only_breaks_ties() -> None:
    assert sniff("没有标签的一段字".encode(), "text/html; charset=utf-8") is Kind.HTML
    assert sniff("没有标签的一段字".encode(), "text/plain") is Kind.OTHER
    assert sniff("没有标签的一段字".encode(), "", "http://a.example/1.html") is Kind.HTML
    assert sniff(b"%PDF-1.4", "text/html") is Kind.OTHER
    assert sniff(b"document.write('<div>x</div>')", "application/javascript") is Kind.OTHER
    assert sniff(bytes(range(32)) * 9, "text/html") is Kind.OTHER


@pytest.mark.parametrize(
    ("body", "claimed", "what"),
    [
        (b"%PDF-1.7", "text/html", "application/pdf"),
        (b"\xff\xd8\xff", "", "image/jpeg"),
        (b"RIFF....WEBPVP8", "", "image/webp"),
        (b"....ftypmp42", "", "video/mp4"),
        (b"\x00\x01\x02\x03" * 20, "text/html", "application/octet-stream"),
        (b"\x00\x01\x02\x03" * 20, "application/x-thing; v=1", "application/x-thing"),
        (b'{"a": 1}', "", "application/json"),
        (b"body {}", "text/css", "text/css"),
        (b"words", "", "text/plain"),
        (b"<html>", "", "text/html"),
        (b"", "text/html", "an empty body"),
    ],
)
def test_describe(body: bytes, claimed: str, what: str) -> None:
    assert describe(body, claimed) == what


def test_a_gzip_bomb_is_cut() -> None:
    bomb = gzip.compress(b"<p>" + b" " * (20 << 20))
    assert len(unpack(bomb, 1 << 20)) == 1 << 20
    assert sniff(bomb) is Kind.HTML


def test_a_torn_gzip_gives_what_came_before() -> None:
    whole = gzip.compress(SITEMAP * 200, compresslevel=0)
    assert unpack(whole[:-500]).startswith(SITEMAP)
    assert unpack(gzip.compress(b"one") + gzip.compress(b"two") + b"junk") == b"onetwo"


@given(st.binary(max_size=400), st.text(max_size=20), st.text(max_size=20))
def test_any_bytes_are_something(body: bytes, content_type: str, url: str) -> None:
    assert sniff(body, content_type, url) in Kind
    assert describe(body, content_type)
    assert sniff(b"\x1f\x8b" + body) in Kind
