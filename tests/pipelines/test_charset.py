"""decode_page(): the right characters for right, missing and wrong declarations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.charset import codec_of, decode_page
from tests.pipelines.pages import STORY

HANS = "".join(STORY)
HANT = (
    "三月六日清晨，護林員在北坡發現一處新的泉眼，水溫常年保持在攝氏十一度上下，周圍的苔蘚沒有結冰。"
    "縣水務局當天派人取樣，檢測顯示水質良好，可以供兩個村莊飲用，這是二十年來的第一次。"
)
JA = (
    "三月六日の朝、森林の監視員が北の斜面で新しい泉を見つけた。水温は一年を通して十一度前後で、"
    "周りの苔は凍っていなかった。町は水質の検査を始めるという。"
)
KO = (
    "삼월 육일 아침 산림 감시원이 북쪽 비탈에서 새로운 샘을 발견했다. "
    "물의 온도는 일 년 내내 십일 도 안팎이며 주변의 이끼는 얼지 않았다고 한다."
)


def page(text: str, label: str | None) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    return f"<html><head>{meta}<title>{text[:12]}</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize("label", ["right", None, "utf-8", "iso-8859-1", "gb2312", "big5"])
@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (HANS, "gb18030"),
        (HANS, "utf-8"),
        (HANT, "big5hkscs"),
        (JA, "cp932"),
        (JA, "euc_jp"),
        (KO, "cp949"),
        (HANS, "utf-16-le"),
        (HANT, "utf-16-be"),
    ],
)
def test_text_comes_through_whatever_is_declared(text: str, codec: str, label: str | None) -> None:
    source = page(text, codec if label == "right" else label)
    found, decision = decode_page(source.encode(codec))
    assert found == source
    assert decision.used == codec and decision.replaced == 0


def test_the_decision_says_how() -> None:
    assert decode_page(page(HANS, "gbk").encode("gb18030"))[1].declared == "gbk"
    assert decode_page(HANS.encode(), "text/html; charset=UTF-8")[1].detected is None
    wrong = decode_page(page(HANS, "gb2312").encode())[1]
    assert (wrong.declared, wrong.detected, wrong.used) == ("gb2312", "utf-8", "utf-8")


def test_a_mark_settles_it_and_is_no_character() -> None:
    for codec in ("utf-8-sig", "utf-16", "utf-32"):
        assert decode_page(HANS.encode(codec), "text/html; charset=big5")[0] == HANS


def test_a_few_broken_bytes_leave_utf8() -> None:
    body = (HANS.encode() + b"\xff\xe4\xb8") + HANS.encode() * 5 + "泉".encode()[:2]
    text, decision = decode_page(body, "text/html; charset=gbk")
    assert decision.used == "utf-8" and 0 < decision.replaced < 0.02 and text.startswith(HANS)


def test_western_and_cyrillic_pages_keep_what_they_declare() -> None:
    french = "Une nouvelle source a été découverte près du col, à l’été dernier déjà pressentie. " * 4
    assert decode_page(page(french, "iso-8859-1").encode("cp1252"))[0] == page(french, "iso-8859-1")
    russian = "Новый источник нашли шестого марта на северном склоне горы. " * 4
    assert decode_page(page(russian, "windows-1251").encode("cp1251"))[0] == page(russian, "windows-1251")
    japanese = page(JA, "iso-2022-jp")
    assert decode_page(japanese.encode("iso2022_jp"))[0] == japanese


@pytest.mark.parametrize(
    ("label", "codec"),
    [("GB2312", "gb18030"), ("x-sjis", "cp932"), ("latin-1", "cp1252"), ("hex", None), ("zip", None), ("no", None)],
)
def test_labels_are_read_as_browsers_read_them(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


@given(
    st.binary(max_size=2000),
    st.one_of(
        st.just(""), st.text(max_size=40), st.sampled_from(["a; charset=utf-7", "a; charset=rot13", "a; charset=idna"])
    ),
)
def test_any_bytes_become_text(body: bytes, content_type: str) -> None:
    text, decision = decode_page(body, content_type)
    assert isinstance(text, str) and 0 <= decision.replaced <= 1


@given(
    st.sampled_from(
        [
            "base64",
            "bz2",
            "zip",
            "uu",
            "quopri",
            "hex",
            "unicode_escape",
            "raw_unicode_escape",
            "punycode",
            "undefined",
            "utf-16",
            "cp037",
        ]
    ),
    st.binary(max_size=300),
)
def test_labels_that_are_no_charsets_do_no_harm(label: str, body: bytes) -> None:
    decode_page(f"<meta charset={label}>".encode() + body)


def test_a_stray_byte_in_a_short_declared_page_changes_nothing() -> None:
    body = "<meta charset=utf-8><title>简讯</title><p>明天有雨。".encode() + b"\xb0</p>"
    text, decision = decode_page(body)
    assert decision.used == "utf-8" and "明天有雨。\ufffd" in text
    legacy = "<meta charset=utf-8><title>简讯</title><p>明天有雨,请带伞。</p>".encode("gb18030")
    assert decode_page(legacy)[1].used == "gb18030"
