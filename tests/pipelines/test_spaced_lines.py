"""Lines without a colon or with a date's dots that are bylines and credits, and lines like them that are text."""

from __future__ import annotations

import pytest

from pipelines.content.trim import is_furniture
from pipelines.facts.labels import labelled
from pipelines.facts.names import known, outlet, people
from pipelines.process import process
from tests.pipelines.pages import STORY, capture_of, page_of

UNSIGNED = "<div>2026-03-06 09:30　云溪晚报　记者 赵明月</div>"


@pytest.mark.parametrize(
    ("line", "editor"),
    [
        ("编辑 何静", "何静"),
        ("责编 何静", "何静"),
        ("編輯　何靜", "何靜"),
        ("（编辑 何 静）", "何静"),
        ("编辑 何静 审核 李明", "何静"),
        ("编辑 何静、罗一平 校对 李明", "何静、罗一平"),
    ],
)
@pytest.mark.parametrize("broken", [False, True], ids=["paragraph", "line break"])
def test_an_editors_name_after_a_space_is_a_credit(line: str, editor: str, broken: bool) -> None:
    told = (*STORY[:-1], f"{STORY[-1]}<br>{line}") if broken else (*STORY, line)
    document = process([capture_of(page_of(told, byline=UNSIGNED))])
    assert (document.blocks, document.editor, document.author) == (STORY, editor, ("赵明月",))


@pytest.mark.parametrize(
    "sentence",
    [
        "编辑 何静说，这一稿改了十一遍才定下来。",
        "编辑走访了五所学校",
        "编辑 们对这份稿子的意见很不一致，最后由主编决定。",
        "责编何静与作者商量了三个月，书名才定下来，又过了一年才付印。",
    ],
)
def test_a_sentence_that_begins_with_an_editor_stays(sentence: str) -> None:
    assert not is_furniture(sentence)
    assert labelled(sentence) == []


@pytest.mark.parametrize("name", ["赵明月", "张旭日", "李延年", "于洋", "何月"])
def test_names_that_end_or_begin_as_dates_and_phrases_do(name: str) -> None:
    assert people(name) == (name,)


@pytest.mark.parametrize(
    "words", ["三月", "去年", "今年", "上半年", "本月", "星期日", "十一日", "近日", "于北京", "少年", "百年"]
)
def test_dates_are_no_names(words: str) -> None:
    assert people(words) == ()


def test_a_korean_byline_gives_both_dates_and_is_no_paragraph() -> None:
    story = (
        "운계면 북쪽 산기슭에서 6일 아침 새로운 샘이 발견됐다. 산림 감시원은 물의 온도가 십일 도 안팎이라고 말했다.",
        "군청 수도과는 첫 검사에서 마실 수 있는 물로 나왔으며 두 마을에 물을 대는 방안을 검토하고 있다고 밝혔다.",
        "감시원은 이십 년 동안 이 산을 다녔지만 처음 보는 일이라고 전했다. 군은 사월까지 검사를 마칠 계획이다.",
    )
    html = (
        "<html lang=ko><title>운계면에서 새로운 샘 발견 - 운계일보</title><h1>운계면에서 새로운 샘 발견</h1>"
        "<div>입력 2026.03.12. 오전 8:30 수정 2026.03.12. 오후 1:05 김철수 기자</div>"
        f"<div class=article_body>{'<br><br>'.join(story)}</div></html>"
    )
    document = process([capture_of(html, content_type="text/html; charset=utf-8")])
    assert document.blocks == story
    assert document.author == ("김철수",)
    assert document.published is not None
    assert document.modified is not None
    assert document.published.isoformat() == "2026-03-12T08:30:00+09:00"
    assert document.modified.isoformat() == "2026-03-12T13:05:00+09:00"


def test_a_change_told_by_its_clock_leaves_the_date_that_of_publication() -> None:
    byline = "<div>2026-03-06 09:30 更新 11:05　云溪晚报</div>"
    document = process([capture_of(page_of(byline=byline))])
    assert document.published is not None
    assert document.published.isoformat() == "2026-03-06T09:30:00+08:00"


def test_a_value_with_lost_characters_says_nothing() -> None:
    assert not known("云溪日\ufffd")
    assert outlet("云溪日\ufffd") is None
    page = page_of(byline="<div>2026-03-06 09:30 来源：云溪日\ufffd 作者：沈青\ufffd 编辑：陆\ufffd</div>")
    document = process([capture_of(page, content_type="text/html; charset=utf-8")])
    assert (document.source, document.author, document.editor) == (None, (), None)


def test_a_title_that_was_read_as_gbk_comes_back_with_the_text() -> None:
    title = "渡口的台阶要改成缓坡"
    page = page_of(title=title).encode().decode("gbk", "replace")
    document = process([capture_of(page, content_type="text/html; charset=utf-8")])
    assert document.charset.undone == "utf-8 as gb18030"
    assert document.title is not None
    assert document.title.startswith("渡口的台阶")
    assert not set(document.title) - set(title) - {"\ufffd"}


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Bridge repairs begin",
        "Also read: Two villages wait for water",
        "Sign up here for our daily briefing.",
        "Subscribe to our weekly digest",
        "更多雲溪時報報導",
    ],
)
def test_pointers_elsewhere_are_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "Read more books, the minister said: it helps.",
        "Residents who sign up for our daily walks get a map, the ranger said.",
        "Sign up for the army was the order of the day in 1914.",
        "更多的新聞",
        "更多居民說，這是他們第一次看到這樣的報導",
    ],
)
def test_sentences_like_pointers_are_not(line: str) -> None:
    assert not is_furniture(line)
