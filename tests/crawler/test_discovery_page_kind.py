"""Articles are told from listings on pages of our own invention, with and without their address."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery import page_kind, pagination, parse_html
from tests.crawler import newspages

LISTINGS, ARTICLES = newspages.listings(), newspages.articles()


@pytest.mark.parametrize("name", LISTINGS)
def test_listing(name: str) -> None:
    url, html = LISTINGS[name]
    judged = page_kind(parse_html(html), url)
    assert judged.kind == "listing" and judged.score < 0.5, judged.why


@pytest.mark.parametrize("name", ARTICLES)
def test_article(name: str) -> None:
    url, html = ARTICLES[name]
    judged = page_kind(parse_html(html), url)
    assert judged.kind == "article" and judged.score >= 0.5, judged.why


def test_few_mistakes_without_an_address() -> None:
    """The address helps, but the page itself must nearly do."""
    listings = [name for name, (_, html) in LISTINGS.items() if page_kind(parse_html(html)).kind != "listing"]
    articles = [name for name, (_, html) in ARTICLES.items() if page_kind(parse_html(html)).kind != "article"]
    assert len(listings) <= 0.05 * len(LISTINGS), listings
    assert len(articles) <= 0.1 * len(ARTICLES), articles


@pytest.mark.parametrize("name", LISTINGS)
def test_no_listing_is_taken_for_a_page_of_an_article(name: str) -> None:
    url, html = LISTINGS[name]
    assert pagination(parse_html(html), url) is None


@pytest.mark.parametrize("html", ["", "<html></html>", "<p>稍候</p>", "<script>var a = '" + "字" * 500 + "'</script>"])
def test_nothing_to_read(html: str) -> None:
    assert page_kind(parse_html(html), "http://a.example/1.html").kind == "empty"


def test_a_list_that_says_so_is_one() -> None:
    url, html = ARTICLES["very short"]
    assert page_kind(parse_html(html), url).kind == "article"
    says = '<script type="application/ld+json">{"@graph": [{"@type": ["CollectionPage"]}]}</script></head>'
    assert page_kind(parse_html(html.replace("</head>", says)), url).score < 0.6


def test_why_names_the_grounds() -> None:
    url, html = ARTICLES["plain"]
    why = page_kind(parse_html(html), url).why
    assert "characters of prose" in why and "title with a date" in why and "address of an article" in why


def test_cheap() -> None:
    """A front page of some 170 headlines takes milliseconds; the bound leaves room for a busy machine."""
    url, html = LISTINGS["portal front page"]
    tree = parse_html(html)
    taken = []
    for _ in range(5):
        begun = time.process_time()
        page_kind(tree, url)
        taken.append(time.process_time() - begun)
    assert min(taken) < 0.1


@given(st.text(), st.text())
def test_any_text_is_judged(html: str, url: str) -> None:
    assert 0 <= page_kind(parse_html(html), url).score <= 1


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<a href=x>",
                "</a>",
                "<table>",
                "<tr>",
                "字，。",
                "<h1>",
                "<form>",
                "<!--",
                "<script>",
                "</script>",
                "\x00",
                "2031-05-15",
                "&#0;",
            ]
        ),
        max_size=60,
    )
)
def test_any_tag_soup_is_judged(pieces: list[str]) -> None:
    tree = parse_html("".join(pieces))
    assert page_kind(tree, "http://a.example/").kind in ("article", "listing", "empty")
    pagination(tree, "http://a.example/x_2.html")
