"""Seeds as users write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ConfigError
from crawler.seeds import read_seeds


@pytest.mark.parametrize(
    ("urls", "seeds"),
    [
        ("http://a.example/", ["http://a.example/"]),
        ("http://a.example,https://b.example", ["http://a.example/", "https://b.example/"]),
        ("http://a.example/ ,\n https://b.example/，http://c.example/,", ["http://a.example/", "https://b.example/", "http://c.example/"]),
        ("http://a.example/1,2,3.html", ["http://a.example/1,2,3.html"]),
        ("http://a.example/,http://a.example,http://A.example:80/#x", ["http://a.example/"]),
        ("http://中文.example/路?q=云", ["http://xn--fiq228c.example/%E8%B7%AF?q=%E4%BA%91"]),
        ("http://127.0.0.1:8000/x http://[::1]:80/", ["http://127.0.0.1:8000/x", "http://[::1]/"]),
    ],
)  # fmt: skip
def test_urls(urls: str, seeds: list[str]) -> None:
    assert read_seeds(urls, None) == seeds


@pytest.mark.parametrize(
    ("urls", "said"),
    [
        ("", "holds no URL"), (" , ", "holds no URL"), ("a.example/x", "https://a.example/x"),
        ("/x", "not a whole URL"),
        ("ftp://a.example/", "ftp: is not crawled"), ("file:///etc/passwd", "file: is not crawled"),
        ("http://", "no host"), ("http://a.example:99999/", "no host"), ("http://a..b/", "no host"),
        ("localhost:8000", "not a whole URL"),
    ],
)  # fmt: skip
def test_urls_that_are_none(urls: str, said: str) -> None:
    with pytest.raises(ConfigError, match=r"^command line: urls = ") as raised:
        read_seeds(urls, None)
    assert said in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "seeds.txt"
    text = "# 种子\r\nhttp://a.example/\r\n\r\n  http://b.example/云  \r\n\u3000# more\rhttp://a.example/\nhttp://c.example/"
    path.write_bytes(text.encode(encoding))
    assert read_seeds(None, str(path)) == ["http://a.example/", "http://b.example/%E4%BA%91", "http://c.example/"]
    assert read_seeds("http://d.example http://c.example/", str(path))[:2] == ["http://d.example/", "http://c.example/"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no URL"),
        (b"\xef\xbb\xbf# only a comment\n\n", "holds no URL"),
        (b"http://a.example/\n\nwww.b.example\n", 'line 3 = "www.b.example": not a whole URL'),
        (b"http://a.example/ http://b.example/\n", "line 1 = "),
        (b"mailto:a@b.example", "line 1 = "),
        (b"\x7fELF\x00\x00\x01", "not a text file"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "seeds.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        read_seeds(None, str(path))
    assert str(path) in str(raised.value) and said in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:geheim@a.example/", "https://geheim@a.example", "http://user:ge/heim@a.example/",
        "user:geheim@a.example", "ftp://user:geheim@a.example/", "http://user:geheim@a..b/",
    ],
)  # fmt: skip
def test_a_password_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    path = tmp_path / "seeds.txt"
    path.write_text(url, encoding="utf-8")
    for urls, file in ((url, None), (None, str(path))):
        with pytest.raises(ConfigError) as raised:
            read_seeds(urls, file)
        assert "heim" not in str(raised.value) and "a." in str(raised.value), raised.value
    with pytest.raises(ConfigError, match="carries a user name or password"):
        read_seeds("http://user:geheim@a.example/", None)


def test_no_file(tmp_path: Path) -> None:
    for name in (str(tmp_path / "none"), str(tmp_path), "", "\x00"):
        with pytest.raises(ConfigError, match="cannot be read"):
            read_seeds(None, name)


def test_nothing_asked_for() -> None:
    assert read_seeds(None, None) == []


@given(st.text())
def test_any_text_is_seeds_or_a_config_error(text: str) -> None:
    for urls in (text, "http://" + text):
        try:
            assert all(seed.isascii() for seed in read_seeds(urls, None))
        except ConfigError as error:
            _one_line(error)


def _one_line(error: ConfigError) -> None:
    assert "\n" not in str(error)
