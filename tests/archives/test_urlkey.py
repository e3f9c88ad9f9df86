"""urlkey agrees with what other archives' tools make of the same URLs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives.urlkey import urlkey

TABLE = [json.loads(line) for line in Path(__file__).with_name("urlkeys.jsonl").read_text("utf-8").splitlines()]


def test_the_table_of_keys() -> None:
    """urlkeys.jsonl: URLs, half of them thrown together at random, and the keys that surt 0.3.1 gives them."""
    wrong = [(url, key, urlkey(url)) for url, key in TABLE if urlkey(url) != key]
    assert len(TABLE) > 500 and wrong == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.example.com/", "https://EXAMPLE.com:443"),
        ("http://127.0.0.2:8080/a/", "http://127.0.0.2:8080/a"),
        ("http://example.com/?b=2&a=1", "http://example.com/?a=1&b=2"),
        ("http://example.com/%E6%96%B0", "http://example.com/新"),
    ],
)
def test_the_same_page_has_one_key(one: str, other: str) -> None:
    assert urlkey(one) == urlkey(other)


def test_ports_keep_pages_apart() -> None:
    assert urlkey("http://127.0.0.2:8080/") != urlkey("http://127.0.0.2:8081/") != urlkey("http://127.0.0.2/")


@given(st.text() | st.text().map(lambda tail: "http://" + tail) | st.text().map(lambda tail: "http://a.b/" + tail))
def test_a_key_is_one_ascii_word_whatever_the_url(url: str) -> None:
    key = urlkey(url)
    assert key and key.isascii() and not any(character.isspace() for character in key)
