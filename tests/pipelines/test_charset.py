"""decode_page(): the right characters for right, missing and wrong declarations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.charset import codec_of, decode_page
from pipelines.process import process
from tests.pipelines.pages import STORY, capture_of, page_of

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
    [
        ("GB2312", "gb18030"), ("x-sjis", "cp932"), ("latin-1", "cp1252"), ("hex", None), ("zip", None), ("no", None),
        ("big5-hkscs", "big5hkscs"), ("ks_c_5601-1987", "cp949"), ("iso-8859-9", "cp1254"), ("TIS-620", "cp874"),
        ("GB-2312", "gb18030"), ("utf_8", "utf-8"), ("x-user-defined", "cp1252"), ("cp037", None), ("utf-7", None),
    ],
)  # fmt: skip
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


@pytest.mark.parametrize("text", [HANS[:60], HANT[:60], JA[:60], KO[:60]])
@pytest.mark.parametrize("label", [None, "gb2312", "iso-8859-1"])
def test_a_stray_byte_in_a_short_page_of_utf8_leaves_it_utf8(text: str, label: str | None) -> None:
    whole = page(text, label).encode()
    for at in (whole.index(b"</title>"), whole.index(b"</p>")):
        assert decode_page(whole[:at] + b"\xff" + whole[at:])[1].used == "utf-8"


@pytest.mark.parametrize(("label", "codec"), [("gb2312", "gb18030"), ("big5", "big5hkscs"), ("shift_jis", "cp932")])
def test_a_headline_is_read_as_declared(label: str, codec: str) -> None:
    headline = {"gb2312": "通知", "big5": "通知書", "shift_jis": "運休のお知らせ"}[label]
    text, decision = decode_page(f"<meta charset={label}><title>{headline}</title>".encode(codec))
    assert headline in text and (decision.used, decision.by) == (codec, "meta")


def test_signs_in_utf8_are_no_headline_in_gbk() -> None:
    for signs in ("© 2026 ·", "Привет мир", "école"):
        assert signs in decode_page(f"<meta charset=gb2312><title>{signs}</title>".encode())[0]


def test_what_settled_it_is_on_record() -> None:
    told = {
        "bom": decode_page(HANS.encode("utf-16"))[1],
        "header": decode_page(HANS.encode("gbk"), "text/html; charset=gb2312")[1],
        "meta": decode_page(page(HANS, "gb2312").encode("gbk"), "text/html; charset=utf-8")[1],
        "content": decode_page(page(HANS, "big5").encode("gbk"))[1],
        "charset-normalizer": decode_page("Η νέα πηγή βρέθηκε στη βόρεια πλαγιά του βουνού".encode("cp1253"))[1],
    }
    assert {name: decision.by for name, decision in told.items()} == {name: name for name in told}
    rivals = told["content"].rivals
    assert "gb18030" not in rivals and len(rivals) == 3 and all(more > 0 for more in rivals.values())
    assert told["bom"].rivals == {} and told["content"].detected == "gb18030"


def test_a_mark_that_the_rest_does_not_bear_out_is_none() -> None:
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe"):
        text, decision = decode_page(mark + page(HANS, "gbk").encode("gbk"))
        assert text == page(HANS, "gbk") and decision.used == "gb18030"


def test_a_label_in_a_comment_declares_nothing() -> None:
    body = b"<!-- <meta charset=big5> --><meta charset='gbk'><title>" + "通知".encode("gbk") + b"</title>"
    assert decode_page(body)[1].declared == "gbk"


def test_wide_text_without_markup_is_read_where_it_is_declared() -> None:
    text, decision = decode_page(HANS.encode("utf-16-le"), "text/plain; charset=utf-16")
    assert text == HANS and decision.by == "header"
    assert decode_page(b"<p>plain</p>", "text/html; charset=utf-16")[0] == "<p>plain</p>"


def test_zeros_do_not_make_a_page_wide() -> None:
    body = page(HANS, "gbk").encode("gbk")
    assert decode_page(body + bytes(3000))[1].used == "gb18030"
    assert decode_page(bytes(3000))[1].used == "utf-8"


@pytest.mark.parametrize(
    ("codec", "body", "text"),
    [
        ("gbk", "价格为".encode("gbk") + b"\x80" + "五元，今天上涨。".encode("gbk"), "价格为€五元，今天上涨。"),
        ("euc-jp", "参加者は".encode("euc_jp") + b"\xad\xa1\xad\xea" + "です。".encode("euc_jp"), "参加者は①㈱です。"),
        ("windows-1252", b"\x93caf\xe9\x94 \x81", "“café” \x81"),
    ],
)
def test_characters_that_browsers_know_and_python_does_not(codec: str, body: bytes, text: str) -> None:
    assert decode_page(body, f"text/html; charset={codec}")[0] == text


# -- decoded wrong before it was published


def misread(text: str, as_codec: str, of: str = "utf-8") -> str:
    data = text.encode(of)
    if as_codec != "cp1252":
        return data.decode(as_codec, "replace")
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)


@pytest.mark.parametrize("text", [HANS, HANT, JA, KO], ids=["hans", "hant", "ja", "ko"])
@pytest.mark.parametrize("as_codec", ["cp1252", "latin-1"])
def test_utf8_that_was_read_as_latin_comes_back(text: str, as_codec: str) -> None:
    found, decision = decode_page(misread(page(text, "utf-8"), as_codec).encode())
    assert found == page(text, "utf-8") and decision.undone == "utf-8 as cp1252"


@pytest.mark.parametrize(("text", "codec"), [(HANS, "gb18030"), (HANT, "big5hkscs"), (JA, "euc_jp"), (KO, "cp949")])
def test_legacy_text_that_was_read_as_latin_comes_back(text: str, codec: str) -> None:
    found, decision = decode_page(misread(page(text, None), "latin-1", codec).encode())
    assert found == page(text, None) and decision.undone == f"{codec} as cp1252"


def test_utf8_that_was_read_as_gbk_comes_back_but_for_lost_bytes() -> None:
    whole = "云溪县的护林员在北坡发现新的泉眼，水温终年不变动"
    found, decision = decode_page(page(misread(whole, "gb18030"), "utf-8").encode())
    assert whole in found and decision.undone == "utf-8 as gb18030"
    found, decision = decode_page(page(misread(HANS, "gbk"), "utf-8").encode())
    assert 0 < decision.replaced < 0.2 and decision.undone and "护林员在北坡" in found


def test_what_stands_rightly_beside_mojibake_stays() -> None:
    for as_codec in ("cp1252", "gb18030"):
        body = page(HANS, "utf-8") + f"<p>{misread(HANS, as_codec)}</p>"
        found, decision = decode_page(body.encode())
        assert found.startswith(page(HANS, "utf-8")) and decision.undone


@pytest.mark.parametrize(
    "text",
    [
        "L’année « à » venir — déjà « été » : « voilà » l’élève « né »\xa0! ",
        "Ärzte, Öl und Übermut: „Größe“ ist – für viele – ‚schön‘… ",
        "A página só dirá não à ação: «é»… ",
        "锛是一种工具，用锛削木；鐨、銆、鈥三字今已少用，字典里仍有鐨字和銆字。",
    ],
)
def test_accents_quotes_and_rare_characters_are_no_mojibake(text: str) -> None:
    found, decision = decode_page(page(text * 4, "utf-8").encode())
    assert found == page(text * 4, "utf-8") and decision.undone is None


def test_mojibake_that_was_undone_is_labelled() -> None:
    document = process([capture_of(misread(page_of(), "cp1252"))])
    assert document.blocks == STORY
    assert [label.name for label in document.labels] == ["mojibake"]
