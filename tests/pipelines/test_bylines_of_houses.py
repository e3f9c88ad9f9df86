"""Bylines by the habits of many houses: portals, newspapers, science sites, schools, public accounts."""

from __future__ import annotations

import pytest

from tests.pipelines.bylines import Case, check
from tests.pipelines.pages import STORY

TITLE = "云溪北坡发现新泉眼 两个村庄或将受益"
HOUSES = {
    "portal": Case(
        line="<div>2026-03-06 09:30:20　来源: <a href='#'>云溪网</a><a href='#'>举报</a></div>",
        source="云溪网",
        published="2026-03-06 09:30",
    ),
    "portal and place": Case(
        line="<div>2026-03-06 09:30:20 来源：云溪日报客户端 · 云溪</div>",
        source="云溪日报客户端",
        published="2026-03-06 09:30",
    ),
    "counts": Case(
        line="<div>2026年03月06日 12:10:20<br>来源：云溪新闻客户端 <em>11</em>人参与 <em>2</em>评论</div>",
        source="云溪新闻客户端",
        published="2026-03-06 12:10",
    ),
    "reporter of a house": Case(
        line="<div>云溪新闻记者 沈青禾 实习生 何晓</div><div>2026-03-06 09:30 来源：云溪新闻 字号</div>",
        source="云溪新闻",
        author=("沈青禾",),
        published="2026-03-06 09:30",
    ),
    "dots": Case(
        line="<div><a href='#'>新山村</a> · 2026年03月06日 10:20 · <span>关注</span></div>",
        source="新山村",
        published="2026-03-06 10:20",
    ),
    "year apart": Case(
        line="<div><span>2026</span> <span>03/06</span> <span>20:13:40</span> <span>来源：云溪网</span></div>",
        source="云溪网",
        published="2026-03-06 20:13",
    ),
    "source, bar, date": Case(
        line="<div>来源：云视网 | 2026年03月06日 10:20:30</div>", source="云视网", published="2026-03-06 10:20"
    ),
    "a house and its man": Case(
        line="<div>2026年03月06日 10:20 来源于 <a href='#'>云溪网</a></div>",
        lead="文｜云溪周刊 沈青禾（实习）",
        source="云溪网",
        author=("沈青禾",),
        published="2026-03-06 10:20",
    ),
    "man and date": Case(
        line="<div><span>沈青禾</span> <span>2026-03-06 10:20:30</span></div>",
        author=("沈青禾",),
        published="2026-03-06 10:20",
    ),
    "square bullet": Case(
        line="<div>□ 本报记者 沈青禾</div><div>2026-03-06</div>", author=("沈青禾",), published="2026-03-06"
    ),
    "black bullet": Case(line="<div>■沈青禾</div><div>2026-03-06</div>", author=("沈青禾",), published="2026-03-06"),
    "bullet and reporter": Case(
        line="<div>2026-03-06</div><p>■本报记者 沈青禾 陆远</p>", author=("沈青禾", "陆远"), published="2026-03-06"
    ),
    "media reporters": Case(
        line="<div>2026-03-06</div><p>云溪日报全媒体记者 沈青禾</p>", author=("沈青禾",), published="2026-03-06"
    ),
    "machines": Case(
        line="<div>2026-03-06 10:20:30 [ 云溪在线 原创 ] 作者：<a href='#'>沈青禾</a> | 责编：陆远</div>",
        author=("沈青禾",),
        editor="陆远",
        published="2026-03-06 10:20",
        source="云溪在线",
    ),
    "copy source": Case(
        line="<div>2026年03月06日 10:20 77 次阅读 稿源：<a href='#'>云溪社</a> 0 条评论</div>",
        source="云溪社",
        published="2026-03-06 10:20",
    ),
    "pen name and editor": Case(
        line="<div>2026-03-06 10:20:30 出处：云溪科技 作者：山上人Q 编辑：山上人Q <a href='#'>评论(0)</a></div>",
        source="云溪科技",
        author=("山上人Q",),
        editor="山上人Q",
        published="2026-03-06 10:20",
    ),
    "school": Case(
        line="<div>时间：2026-03-06 作者：宣传部 来源：学校办公室 点击：<span>123</span>次</div>",
        source="学校办公室",
        author=("宣传部",),
        published="2026-03-06",
    ),
    "all hands": Case(
        line="<div>2026-03-06</div>",
        tail="<p>撰稿：沈青禾 摄影：何晓 编辑：陆远 审核：宋平</p>",
        author=("沈青禾",),
        editor="陆远",
        published="2026-03-06",
    ),
    "in the charge of": Case(
        line="<div>2026-03-06 09:30 来源：云溪网 作者：沈青禾责任编辑：陆远</div>",
        source="云溪网",
        author=("沈青禾",),
        editor="陆远",
        published="2026-03-06 09:30",
    ),
    "no space anywhere": Case(
        line="<div>发布时间：2026-03-06 09:30作者：沈青禾来源：云溪网责任编辑：陆远</div>",
        source="云溪网",
        author=("沈青禾",),
        editor="陆远",
        published="2026-03-06 09:30",
    ),
    "source last, name first": Case(
        line="<div><span>沈青禾</span><span>云溪晚报</span><span>2026-03-06 09:30</span></div>",
        source="云溪晚报",
        author=("沈青禾",),
        published="2026-03-06 09:30",
    ),
    "reprinted from": Case(
        line="<div>2026-03-06 09:30 转载自：云溪日报</div>", source="云溪日报", published="2026-03-06 09:30"
    ),
    "original": Case(
        line="<div>2026-03-06</div><p>原创：沈青禾 云溪山里人</p>", author=("沈青禾",), published="2026-03-06"
    ),
    "commentator": Case(line="<div>2026-03-06 本报评论员 沈青禾</div>", author=("沈青禾",), published="2026-03-06"),
    "day, slash": Case(line="<div>2026/03/06</div><div>云溪时报</div>", source="云溪时报", published="2026-03-06"),
    "date and hour in lines": Case(
        line="<ul><li>2026-03-06</li><li>09:30</li><li>来源：云溪网</li></ul>",
        source="云溪网",
        published="2026-03-06 09:30",
    ),
    "table": Case(
        line="<table><tr><td>来源：云溪网</td><td>作者：沈青禾</td><td>2026-03-06 09:30</td></tr></table>",
        source="云溪网",
        author=("沈青禾",),
        published="2026-03-06 09:30",
    ),
    "special correspondent": Case(
        line="<div>2026-03-06</div>", lead="【云溪时报驻外特派记者 沈青禾】", author=("沈青禾",), published="2026-03-06"
    ),
    "writes": Case(line="<div>2026-03-06</div>", end="（作者系云溪大学教授）", published="2026-03-06"),
    "signed with a dash": Case(line="<div>2026-03-06 撰文 | 沈青禾</div>", author=("沈青禾",), published="2026-03-06"),
}


@pytest.mark.parametrize("case", HOUSES.values(), ids=HOUSES)
def test_bylines_of_many_houses(case: Case) -> None:
    check(case, STORY, TITLE, case.url)
