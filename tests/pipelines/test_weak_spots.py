"""Pages on which text is easily lost or overrun: line breaks only, many comments, very short articles, odd credits."""

from __future__ import annotations

import pytest

from pipelines.process import process
from tests.pipelines.pages import STORY, capture_of, page_of

REMARKS = (
    "这个泉眼我小时候就见过，当时村里的老人都说喝了能长寿，没想到现在才被发现，真是太可惜了。",
    "支持！希望尽快通水，村里人等了很多年了，每年夏天都要去山下挑水喝，实在是不方便。",
    "建议先把水质检测的报告公布出来，大家看了才能放心，不要急着修管道，六十万也不是小数目。",
)
ROWS = {
    "div": "<div class='x{c}'><div>山里人{i}</div><div>2026-03-07 10:{i:02d}</div><div>{t}</div>"
    "<div><a href='#'>回复</a> <a href='#'>赞({i})</a></div></div>",
    "li": "<li><b>山里人{i}</b> <span>03-07 10:{i:02d}</span><p>{t}</p><a href='#'>回复</a> 赞({i})</li>",
    "p": "<p>山里人{i} 2026-03-07 10:{i:02d}</p><p>{t}</p><p>回复 赞({i})</p>",
}
SHARE = "<div><span>分享到：</span><a href='#'>微信</a><a href='#'>微博</a><a href='#'>QQ空间</a></div>"
RELATED = "<div><h3>相关新闻</h3><ul>{}</ul></div>".format(
    "".join(f"<li><a href='/b/{i}.html'>云溪县召开春季森林防火工作会议第{i}场</a></li>" for i in range(9))
)
DATED = "<div>2026-03-06 09:30 来源：云溪日报</div>"


@pytest.mark.parametrize("kind", sorted(ROWS))
@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
def test_readers_comments_do_not_outvote_a_short_article(kind: str, named: bool) -> None:
    rows = "".join(ROWS[kind].format(c=7, i=i, t=REMARKS[i % 3]) for i in range(40))
    page = page_of(STORY[:2], after=f"<ul>{rows}</ul>" if kind == "li" else f"<div>{rows}</div>")
    if not named:
        page = page.replace("class='main'", "").replace("class='content'", "")
    assert process([capture_of(page)]).blocks == STORY[:2]


@pytest.mark.parametrize("table", [True, False], ids=["table", "div"])
def test_line_breaks_alone_make_paragraphs_and_dated_teasers_below_are_not_among_them(table: bool) -> None:
    teaser = "<h2>{}</h2><div>{}<br><br></div><div>2026-03-05 08:{:02d}:00<br><br></div>"
    feed = "".join(teaser.format(f"春季造林任务完成过半 第{i}批", REMARKS[i % 3] * 2, i) for i in range(9))
    text = "<div class='q1'>" + "<br><br>\n".join(STORY) + "<br><br>责任编辑：吴桐<br><br></div>"
    page = page_of((), byline=DATED, after=text + f"<div class='q2'>{feed}</div>")
    if table:
        page = page.replace("<body>", "<body><table><tr><td>").replace("</body>", "</td></tr></table></body>")
    document = process([capture_of(page)])
    assert document.blocks == STORY
    assert document.editor == "吴桐"


def test_the_hours_of_a_live_report_are_no_feed() -> None:
    hours = tuple(f"{8 + i}:30 {text}" for i, text in enumerate(STORY))
    assert process([capture_of(page_of(hours, byline=DATED))]).blocks == hours


def test_an_article_of_two_sentences_is_one() -> None:
    told = ("云溪图书馆六日恢复开放。", "读者凭身份证入馆。")
    document = process([capture_of(page_of(told, title="云溪图书馆今日恢复开放", byline=DATED, after=SHARE + RELATED))])
    assert document.blocks == told
    assert document.labels == ()


@pytest.mark.parametrize(
    "form",
    [
        "<figure><img src='/{i}.jpg'><figcaption>{t}</figcaption></figure>",
        "<p><img src='/{i}.jpg'></p><p>{t}</p>",
        "<div><img src='/{i}.jpg'><br>{t}</div>",
        "<p><img src='/{i}.jpg'></p><p>{t}。沈青禾 摄</p>",
    ],
)
def test_a_photo_pages_captions_are_its_text(form: str) -> None:
    captions = ("晨雾中的云溪古桥", "渔民在江边收网", "孩子们在沙滩上放风筝", "夜色里的灯会")
    shown = "".join(form.format(i=i, t=text) for i, text in enumerate(captions))
    page = page_of((), title="云溪春色入画来", byline=DATED, after=f"<div>{shown}</div>{SHARE}{RELATED}")
    assert process([capture_of(page)]).blocks == tuple(text + "。沈青禾 摄" * ("摄" in form) for text in captions)


def test_a_list_of_headlines_under_a_date_is_no_brief_article() -> None:
    page = page_of((), title="云溪县要闻列表", byline=DATED, after=RELATED)
    document = process([capture_of(page)])
    assert document.blocks == ()
    assert [label.name for label in document.labels] == ["listing_page"]


def test_an_interview_keeps_its_first_question() -> None:
    told = (
        "记者：今年开江早吗？",
        "沈青禾：比往年早了大约五天，江面上的冰三月初就开始松动了，渔船已经下水。",
        *STORY[:2],
    )
    document = process([capture_of(page_of(told, byline=DATED))])
    assert document.blocks == told


@pytest.mark.parametrize("inside", [True, False], ids=["inside", "below"])
@pytest.mark.parametrize(
    "invitation",
    ["扫描二维码关注云溪日报微信公众号", "请长按识别下方二维码，关注“云溪日报”官方微信公众号，获取更多资讯。"],
)
def test_a_closing_line_of_credits_is_a_byline_and_an_invitation_is_nothing(invitation: str, inside: bool) -> None:
    credit = "[责任编辑：吴桐]"
    text = (*STORY, invitation, *([credit] if inside else []))
    document = process([capture_of(page_of(text, byline=DATED, after="" if inside else f"<div>{credit}</div>"))])
    assert document.blocks == STORY
    assert document.editor == "吴桐"


def test_a_sentence_about_a_public_account_stays() -> None:
    told = (*STORY, "市民可扫描车站的二维码，关注“云溪出行”公众号预约班车，首日已有两百人使用。")
    assert process([capture_of(page_of(told))]).blocks == told


def test_a_title_without_end_is_none() -> None:
    assert process([capture_of(page_of(title="云溪" * 200))]).title is None
    page = page_of().replace("<title>", "<title>" + "泉眼_" * 200).replace("h1>", "div>")
    assert len(process([capture_of(page)]).title or "") <= 300


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("\x1b[1;31m云溪北坡\x1b[0m发现新泉眼\x1b]0;别的标题\x07", "云溪北坡发现新泉眼"),
        ("&#27;[31m云溪北坡&#x1b;[0m发现新泉眼", "云溪北坡发现新泉眼"),
        ("[31m云溪北坡[0m发现新泉眼]0;别的标题", "云溪北坡发现新泉眼"),
        ("云溪射击赛[10m气手枪]今日决出冠军", "云溪射击赛[10m气手枪]今日决出冠军"),
        ("云溪北" + "\u0301\u0302" * 50 + "坡发现新泉眼", "云溪北" + "\u0301\u0302" * 4 + "坡发现新泉眼"),
    ],
)
def test_a_title_holds_no_escapes_and_no_piles_of_marks(written: str, read: str) -> None:
    document = process([capture_of(page_of(title=written))])
    assert document.title == read
    assert document.blocks == STORY
