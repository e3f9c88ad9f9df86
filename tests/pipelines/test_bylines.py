"""Bylines as Chinese outlets write them, and what only looks like a fact."""

from __future__ import annotations

import pytest

from tests.pipelines.bylines import Case, check
from tests.pipelines.pages import STORY

TITLE = "云溪北坡发现新泉眼 两个村庄或将受益"
MAINLAND = {
    "all labelled": Case(
        line="<div>2026-03-06 09:30 来源：云溪日报 作者：沈青禾 编辑：陆远</div>",
        source="云溪日报",
        author=("沈青禾",),
        editor="陆远",
        published="2026-03-06 09:30",
    ),
    "spans": Case(
        line="<div><span>来源：</span><a href='#'>云溪日报</a> <span>2026年03月06日09:30</span></div>",
        source="云溪日报",
        published="2026-03-06 09:30",
    ),
    "date and bare source": Case(
        line="<div>2026年03月06日 09:30 <span>云溪晚报</span></div>",
        source="云溪晚报",
        published="2026-03-06 09:30",
    ),
    "source before the date": Case(
        line="<div><span>云溪观察</span><span>2026年03月06日07:17</span></div>",
        source="云溪观察",
        published="2026-03-06 07:17",
    ),
    "source two lines down": Case(
        line="<div>2026-03-06 09:30</div><div>来源：云溪发布</div>",
        source="云溪发布",
        published="2026-03-06 09:30",
    ),
    "label and value apart": Case(
        line="<div>发布时间：</div><div>2026-03-06</div><div>来源：</div><div>云溪县水务局</div>",
        source="云溪县水务局",
        published="2026-03-06",
    ),
    "newspaper in its site": Case(
        line="<div>2026年03月06日05:10 | 来源：<a href='#'>云溪网－云溪日报</a></div>",
        source="云溪网－云溪日报",
        published="2026-03-06 05:10",
    ),
    "book title marks": Case(
        line="<div>来源：云溪网-《云溪日报》 2026-03-06 03:15</div>",
        source="云溪网-《云溪日报》",
        published="2026-03-06 03:15",
    ),
    "brackets": Case(
        line="<div>NEWS.YUNXI.EXAMPLE 2026年3月6日09:30 来源：[<a href='#'>云溪网</a>]</div>",
        source="云溪网",
        published="2026-03-06 09:30",
    ),
    "two characters set apart": Case(
        line="<div>2026-03-06 作者：沈 青 来源：云溪网</div>",
        source="云溪网",
        author=("沈青",),
        published="2026-03-06",
    ),
    "label set apart": Case(
        line="<div>来 源：云溪网　作 者：沈青禾　发布时间：2026-03-06</div>",
        source="云溪网",
        author=("沈青禾",),
        published="2026-03-06",
    ),
    "reporters in a line of their own": Case(
        line="<div>本报记者 沈青禾 陆 远</div><div>2026年03月06日06:58</div>",
        author=("沈青禾", "陆远"),
        published="2026-03-06 06:58",
    ),
    "names alone": Case(
        line="<div>沈青禾　陆远</div><div>2026年03月06日06:58</div>",
        author=("沈青禾", "陆远"),
        published="2026-03-06 06:58",
    ),
    "reporter and correspondent": Case(
        line="<div>2026-03-06 09:30 云溪日报</div>",
        lead="本报讯（记者 沈青禾 通讯员 何晓 宋平）",
        source="云溪日报",
        author=("沈青禾",),
        published="2026-03-06 09:30",
    ),
    "agency dateline": Case(
        line="<div>2026-03-06 09:30:12 来源：新华网</div>",
        lead="新华社云溪3月6日电（记者沈青禾、陆远）",
        source="新华网",
        author=("沈青禾", "陆远"),
        published="2026-03-06 09:30",
    ),
    "agency dateline, names only": Case(
        line="<div>2026-03-06 03:15 来源：云溪网</div>",
        lead="新华社云溪3月5日电（沈青禾、陆远）",
        source="云溪网",
        author=("沈青禾", "陆远"),
        published="2026-03-06 03:15",
    ),
    "sign-off": Case(
        line="<div>2026-03-06 09:30</div>",
        end="（记者 沈青禾 陆远）",
        author=("沈青禾", "陆远"),
        published="2026-03-06 09:30",
    ),
    "sign-off with correspondents and the editor in its tail": Case(
        line="<div>2026-03-06 09:30</div>",
        end="（记者 沈青禾 通讯员 何晓）",
        tail="<div>[责任编辑：陆远]</div>",
        author=("沈青禾",),
        editor="陆远",
        published="2026-03-06 09:30",
    ),
    "sign-off, name only": Case(
        line="<div>2026-03-06</div>",
        end="（沈青禾）",
        author=("沈青禾",),
        published="2026-03-06",
    ),
    "hand and picture": Case(
        line="<div>文/图 沈青禾 陆远</div><div>2026-03-06</div>",
        author=("沈青禾", "陆远"),
        published="2026-03-06",
    ),
    "hand, picture apart": Case(
        line="<div>文/沈青禾 图/何晓</div><div>2026-03-06</div>",
        author=("沈青禾",),
        published="2026-03-06",
    ),
    "bars": Case(
        line="<div>作者丨沈青禾</div><div>编辑丨陆远</div><div>2026-03-06</div>",
        author=("沈青禾",),
        editor="陆远",
        published="2026-03-06",
    ),
    "credits of a public account": Case(
        line="<div>2026-03-06</div>",
        tail="<p>来源丨云溪日报</p><p>记者丨沈青禾</p><p>编辑丨陆远</p><p>校对丨何晓</p>",
        source="云溪日报",
        author=("沈青禾",),
        editor="陆远",
        published="2026-03-06",
    ),
    "account above the date": Case(
        line="<p>山里人看云溪</p><div>2026-03-06 10:20</div>",
        source="山里人看云溪",
        published="2026-03-06 10:20",
    ),
    "account linked, no date": Case(line="<div><a href='#'>掌上云溪</a></div>", source="掌上云溪"),
    "official account": Case(
        line=(
            "<p><a href='#'>云溪日报</a></p><p><span>2026-03-06 16:56"
            "</span><span>发布于云溪</span><span>云溪日报官方账号</span></p>"
        ),
        source="云溪日报",
        published="2026-03-06 16:56",
    ),
    "date without a year": Case(
        line="<p>山里人看云溪</p><div>发布时间：03-06<span>12:00</span></div>",
        head="<meta itemprop='dateUpdate' content='2026-03-06 12:00:57'>",
        source="山里人看云溪",
        published="2026-03-06 12:00",
    ),
    "year of the address": Case(
        line="<div>03-06 12:00 来源：云溪网</div>",
        url="http://news.example/2026/0306/c1-2.html",
        source="云溪网",
        published="2026-03-06 12:00",
    ),
    "short year": Case(
        line="<div>发布时间：26-03-06 23:16</div>",
        published="2026-03-06 23:16",
    ),
    "American order": Case(line="<div>发布日期： 3/26/2026 9:23:57 PM</div>", published="2026-03-26 21:23"),
    "afternoon": Case(
        line="<div>2026/3/6 下午3:05:10　来源：云溪网</div>", source="云溪网", published="2026-03-06 15:05"
    ),
    "weekday": Case(line="<div>2026年3月6日 星期五 09:30</div>", published="2026-03-06 09:30"),
    "posted below": Case(tail="<p>发表于 2026年3月6日 12:40 - (阅读:3727;评论:63)</p>", published="2026-03-06 12:40"),
    "blog": Case(
        line=(
            "<div>最新推荐文章于 2026-03-09 10:00:00 发布</div><div>"
            "<a href='#'>山里人</a> 于 2026-03-06 15:47:53 发布</div>"
        ),
        author=("山里人",),
        published="2026-03-06 15:47",
    ),
    "sender": Case(
        line="<div>发稿时间：2026-03-06 06:03:00 来源： 中国青年报</div>",
        source="中国青年报",
        published="2026-03-06 06:03",
    ),
    "office": Case(
        line="<div>发布日期：2026-03-06 浏览次数：<span>77</span> 信息来源：县水务局 【字体：大 中 小】</div>",
        source="县水务局",
        published="2026-03-06",
    ),
    "of an official": Case(
        line="<div>2026-03-06</div>",
        end="（作者：云溪大学水利研究所所长、研究员沈青禾）",
        author=("沈青禾",),
        published="2026-03-06",
    ),
    "foreign name": Case(
        line="<div>2026-03-06 作者：阿依·努尔 来源：云溪网</div>",
        source="云溪网",
        author=("阿依·努尔",),
        published="2026-03-06",
    ),
    "pen name": Case(
        line="<div>时间：2026-03-06 20:56 作者：<a>放飞&amp;心情</a></div>",
        author=("放飞&心情",),
        published="2026-03-06 20:56",
    ),
    "author on his own beside the source": Case(
        line="<div>2026-03-06 08:10 来源：云溪新闻网 <span>沈青禾</span></div>",
        source="云溪新闻网",
        author=("沈青禾",),
        published="2026-03-06 08:10",
    ),
    "many editors": Case(
        line="<div>2026-03-06</div>",
        tail="<div>（责编：沈青、陆远）</div>",
        editor="沈青、陆远",
        published="2026-03-06",
    ),
    "editor's number": Case(
        line="<div>2026-03-06</div>",
        tail="<p>责任编辑：陆远 YX099</p>",
        editor="陆远",
        published="2026-03-06",
    ),
    "editor below what is recommended": Case(
        line="<div>2026-03-06</div>",
        tail="<p>推荐阅读</p><p>2019-01-01</p><div>[责任编辑：陆远]</div>",
        editor="陆远",
        published="2026-03-06",
    ),
}


@pytest.mark.parametrize("case", MAINLAND.values(), ids=MAINLAND)
def test_bylines_of_the_mainland(case: Case) -> None:
    check(case, STORY, TITLE, case.url)


TRAPS = {
    "rights notice": Case(tail="<div>Copyright © 2019-01-01 云溪网 版权所有</div>"),
    "picture's source": Case(line="<div>2026-03-06</div><div>图片来源：云溪图库</div>", published="2026-03-06"),
    "photographer": Case(line="<div>2026-03-06</div><h3>泉眼。（记者沈青禾／摄影）</h3>", published="2026-03-06"),
    "photographer in the text": Case(line="<div>2026-03-06</div>", end="云溪网记者 沈青禾 摄", published="2026-03-06"),
    "labels without values": Case(
        line="<div>2026-03-06 09:30 来源： 作者： 责任编辑：陆远</div>",
        editor="陆远",
        published="2026-03-06 09:30",
    ),
    "unknown ones": Case(line="<div>来源：互联网 作者：佚名 2026-03-06</div>", published="2026-03-06"),
    "outlet for an author": Case(
        line="<div>2026-03-06 来源：云溪网</div>",
        head="<meta name='author' content='云溪网'>",
        source="云溪网",
        published="2026-03-06",
    ),
    "editor for an author": Case(
        line="<div>2026-03-06 来源：云溪网</div>",
        head="<meta name='author' content='陆远'>",
        tail="<div>责编：陆远</div>",
        source="云溪网",
        editor="陆远",
        published="2026-03-06",
    ),
    "dates of others": Case(
        tail="<h3>相关新闻</h3><ul><li><a href='#'>云溪春季造林</a> 2026-03-05</li><li>云溪开江 2026-03-04</li></ul>"
    ),
    "impossible date": Case(line="<div>2026-02-31 09:30</div>"),
    "event in the lead": Case(lead="2025年12月1日，县里立了项。"),
    "the clock": Case(
        line="<div>今天是2026年3月9日 星期一</div><div>2026-03-06 09:30</div>", published="2026-03-06 09:30"
    ),
    "the capital's time": Case(
        line="<div>北京时间：2026-03-09 08:00</div><div>2026-03-06</div>", published="2026-03-06"
    ),
    "until when": Case(
        line="<div>报名时间：2026-05-01至2026-05-20</div><div>发布时间：2026-03-06</div>", published="2026-03-06"
    ),
    "until when, behind another label": Case(line="<div>来源：云溪网 截止日期：2026-05-01</div>", source="云溪网"),
    "what else has a source": Case(line="<div>2026-03-06</div><div>收入来源：云溪茶叶</div>", published="2026-03-06"),
    "changed": Case(
        line="<div>2026-03-06 15:10:53 来源：云溪网</div><div>最后更新: 2026-03-06 15:14:21</div>",
        source="云溪网",
        published="2026-03-06 15:10",
    ),
    "section for a name": Case(line="<div>文化</div><div>2026-03-06 09:30</div>", published="2026-03-06 09:30"),
    "subheading": Case(
        line="<p>护林员说水温常年保持在十一摄氏度上下</p><div>2026-03-06 09:30</div>",
        published="2026-03-06 09:30",
    ),
    "place for a name": Case(line="<div>2026-03-06 09:30 <span>江西</span></div>", published="2026-03-06 09:30"),
    "share buttons": Case(
        line="<div>2026-03-06 09:30</div><div>分享到：</div><div><a href='#'>微信</a><a href='#'>微博</a></div>",
        published="2026-03-06 09:30",
    ),
    "words": Case(line="<div>3160字 <span>2026年03月06日 07:15</span></div>", published="2026-03-06 07:15"),
    "markup for a value": Case(
        line='<div>作者： size="20" 来源： size="20" 发布日期：2026-03-06</div>',
        published="2026-03-06",
    ),
    "questions": Case(line="<div>2026-03-06</div>", lead="记者：今年开江早吗？", published="2026-03-06"),
    "comments": Case(
        line="<div>2026-03-06</div>",
        tail="<h3>网友评论</h3><div>作者：山里人 发表于 2026-03-08 10:00</div>",
        published="2026-03-06",
    ),
}


@pytest.mark.parametrize("case", TRAPS.values(), ids=TRAPS)
def test_what_only_looks_like_a_fact(case: Case) -> None:
    check(case, STORY, TITLE, case.url)
