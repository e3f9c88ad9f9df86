"""Site pages: the articles of two invented outlets, each page as heavy as real ones, with the text that is right.

What a reader skips stands where a single page does not give it away: a notice between two paragraphs that every article
has, and teasers of other articles that go round, in whole sentences and without a link.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import attrs

_PAGE_CHARS = 60_000
_PLACES = ("远岚", "青川", "白石岭", "双洑", "临江", "南浦", "石门", "桐山", "云台", "柳溪", "东屿", "北郭")
_PEOPLE = ("沈青禾", "陆远", "方知行", "周一帆", "何听澜", "江若谷", "许明川", "叶知秋", "顾晚舟", "秦望")
_THINGS = (
    "旧厂房改造", "山塘清淤", "社区食堂", "公交线路调整", "古桥修缮", "稻种试验", "夜间门诊", "校车专线", "河道护岸",
    "渔港扩建", "老街管线", "茶园水肥", "地下停车场", "村级图书室", "污水管网", "养老服务点",
)  # fmt: skip
_OFFICES = ("市水务局", "市交通局", "区住建局", "市农科所", "街道办事处", "市文旅局", "县教育局", "市卫健委")
_SENTENCES: tuple[str, ...] = (
    "{month}月{day}日上午，{office}在{place}召开现场会，通报{thing}的进度。",
    "记者在现场看到，{count}名工人分成{few}组，正在{place}一侧安装最后的构件。",
    "负责这项工作的{person}说，{thing}从去年{month}月动工，前后改了{few}次方案。",
    "按照原来的计划，{thing}要花{amount}万元，实际只用去其中的{share}%。",
    "附近居民{person}住了{count}年，她说以前每逢下雨，水就漫到门口。",
    "{office}的数据显示，今年前{few}个月，{place}共处理同类问题{amount}件，比上年同期减少{share}%。",
    "“图纸上差一厘米，现场就可能差一米。”{person}指着{place}的断面图说。",
    "为了不影响出行，施工安排在夜里{few}点以后，早晨{few}点以前路面必须恢复。",
    "{person}带记者走了{few}公里，沿线{count}处隐患都挂上了编号牌。",
    "有人担心{thing}会抬高租金，{office}为此在{place}开了{few}场听证会。",
    "参与评审的专家认为，{place}的做法可以推广，但前提是每年留出{amount}万元的维护费。",
    "到{month}月底，{thing}已完成总量的{share}%，剩下的部分集中在{place}以北。",
    "{person}算过一笔账：一户一年省下{amount}元，全{place}就是一个不小的数目。",
    "这并不是{place}第一次做{thing}，{count}年前的那次因为资金不足停了下来。",
    "验收组抽查了{count}个点位，其中{few}个需要返工，返工期限是{few}天。",
    "{office}表示，相关材料将在{month}月{day}日以前公开，市民可以到{place}服务大厅查阅。",
)
_NOTICES = (
    "远岚新闻客户端第四版已经上线，在应用商店搜索“远岚新闻”即可下载，本地要闻和办事指南随时可看。",
    "临江热线开通二十年来接听了三十多万个电话，您身边的新鲜事和烦心事都可以告诉我们，一经采用即付酬金。",
)
_TEASERS = (
    "三代人守着一座渡口，渡船停了，他们把票根留成了一屋子的故事，也留住了半条江的回声。",
    "县城里的旧书店关门以前，老板把每一本没卖出去的书都写了一句话，再送给第一个推门的人。",
    "从海拔两千米的雷达站往下看，云是平的，人是小的，值班表上的名字换了一轮又一轮。",
    "一台停产的缝纫机为什么在网上被抢，修它的人说，答案不在机器里，而在用它的那双手上。",
)
_NAMES = (
    "要闻",
    "时政",
    "民生",
    "财经",
    "教育",
    "文化",
    "体育",
    "科技",
    "健康",
    "旅游",
    "视频",
    "专题",
    "图片",
    "公益",
)


@attrs.frozen(kw_only=True)
class SitePage:
    """A page and what is right about it."""

    url: str
    html: str
    title: str
    source: str
    author: str
    editor: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


def outlets() -> dict[str, Callable[[int], SitePage]]:
    """By name, what gives an outlet's page of a number; the same number gives the same page."""
    return {
        "boxes": lambda number: _page(number, "boxes", _boxes),
        "tables": lambda number: _page(number, "tables", _tables),
    }


def redesigned(number: int) -> SitePage:
    """A page of the first outlet after it changed its layout."""
    return _page(number, "boxes", _redesign)


@attrs.frozen(kw_only=True)
class _Story:
    number: int
    title: str
    day: str
    author: str
    editor: str
    paragraphs: tuple[str, ...]
    notice: str
    teasers: tuple[str, ...]
    chance: random.Random


def _page(number: int, outlet: str, layout: Callable[[_Story], str]) -> SitePage:
    chance = random.Random(f"{outlet} {number}")
    paragraphs = tuple(
        "".join(_sentence(chance) for _ in range(chance.randint(2, 4))) for _ in range(chance.randint(7, 16))
    )
    story = _Story(
        number=number,
        title=f"{chance.choice(_PLACES)}{chance.choice(_THINGS)}进入收尾 {chance.randint(3, 90)}个点位月底验收",
        day=f"2026-{chance.randint(1, 6):02d}-{chance.randint(1, 28):02d} {chance.randint(7, 22):02d}:{number % 60:02d}",
        author=chance.choice(_PEOPLE[:5]),
        editor=chance.choice(_PEOPLE[5:]),
        paragraphs=paragraphs,
        notice=_NOTICES[outlet == "tables"],
        teasers=tuple(chance.sample(_TEASERS, 2)),
        chance=chance,
    )
    return SitePage(
        url=f"http://{outlet}.example/2026/content_{100000 + number}.html", html=layout(story), title=story.title,
        source="远岚日报", author=story.author, editor=story.editor, paragraphs=paragraphs,
    )  # fmt: skip


def _sentence(chance: random.Random) -> str:
    return chance.choice(_SENTENCES).format(
        month=chance.randint(1, 12), day=chance.randint(1, 28), office=chance.choice(_OFFICES),
        place=chance.choice(_PLACES), thing=chance.choice(_THINGS), person=chance.choice(_PEOPLE),
        count=chance.randint(11, 96), few=chance.randint(2, 9), amount=chance.randint(100, 9000),
        share=chance.randint(5, 95),
    )  # fmt: skip


def _boxes(story: _Story) -> str:
    body = [f'<p style="text-indent: 2em;">{text}</p>' for text in story.paragraphs]
    insert = "".join(f'<p style="text-indent: 2em;">{text}</p>' for text in story.teasers)
    body.insert(len(body) // 2, f'<p style="text-indent: 2em;">{story.notice}</p>')
    body.insert(len(body) // 3, f'<div class="c-pick">{insert}</div>')
    return _whole(
        story,
        f"""<div class="header"><div class="logo"><a href="/">远岚网</a></div><ul class="nav">{_links(14)}</ul></div>
<div class="wrap"><div class="main"><div class="crumb"><a href="/">首页</a> &gt; <a href="/yw/">要闻</a> &gt; 正文</div>
<h1 class="title">{story.title}</h1>
<div class="info"><span>{story.day}</span><span>来源：远岚日报</span><span>作者：{story.author}</span></div>
<div class="article-{story.number}" id="content">{"".join(body)}</div>
<div class="sign">责任编辑：{story.editor}</div><div class="share"><a href="#">微信</a><a href="#">微博</a></div>
<div class="comments"><h3>网友评论</h3>{_comments(story.chance)}</div></div>
<div class="side">{_lists(story.chance, "h3")}</div></div><div class="footer"><ul>{_links(20)}</ul>
<p>远岚网 版权所有 未经许可不得转载 互联网新闻信息服务许可证</p></div>""",
    )


def _tables(story: _Story) -> str:
    lines = [f"　　{text}<br>\n<br>\n" for text in story.paragraphs]
    lines.insert(len(lines) // 2, f"　　{story.notice}<br>\n<br>\n")
    cells = "".join(f"<td><a href='/l{n}/'>{name}</a></td>" for n, name in enumerate(_NAMES))
    return _whole(
        story,
        f"""<table width=960 align=center><tr>{cells}</tr></table>
<table width=960><tr><td width=660 valign=top><table width=100%><tr><td>当前位置：<a href="/">首页</a> → <a href="/ms/">民生</a></td></tr>
<tr><td align=center><font size=5><b>{story.title}</b></font></td></tr>
<tr><td align=center>{story.day}　来源：远岚日报　作者：{story.author}</td></tr>
<tr><td><div id=zoom><font>{"".join(lines)}</font></div></td></tr><tr><td align=right>责任编辑：{story.editor}</td></tr>
<tr><td>{_comments(story.chance)}</td></tr></table></td><td width=300 valign=top>{_lists(story.chance, "b")}</td></tr></table>
<table width=960><tr><td align=center>{_links(20, "td")}</td></tr><tr><td>临江热线 版权所有</td></tr></table>""",
    )


def _redesign(story: _Story) -> str:
    body = "".join(f"<p>{text}</p>" for text in story.paragraphs)
    return _whole(
        story,
        f"""<header><nav><ul>{_links(10)}</ul></nav></header><main><article><h1>{story.title}</h1>
<p class="meta">{story.day} 来源：远岚日报 作者：{story.author} 责任编辑：{story.editor}</p><section class="text">{body}</section></article>
<aside>{_lists(story.chance, "h4")}</aside></main><footer><p>远岚网 版权所有</p></footer>""",
    )


def _whole(story: _Story, body: str) -> str:
    head = f"""<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{story.title}_远岚网</title>
<meta name="keywords" content="远岚,要闻,本地"><style>{_style()}</style></head><body>"""
    script = _script(story.chance, max(0, _PAGE_CHARS - len(head) - len(body)))
    return f"{head}<script>{script}</script>{body}</body></html>"


def _links(count: int, tag: str = "li") -> str:
    return "".join(
        f'<{tag}><a href="/s{n}/" target="_blank">{_NAMES[n % len(_NAMES)]}频道</a></{tag}>' for n in range(count)
    )


def _lists(chance: random.Random, heading: str) -> str:
    """Boxes of headlines beside the article."""
    boxes = []
    for name in ("今日要目", "图片新闻", "本周热点", "专题策划", "记者手记", "各地动态", "便民信息"):
        items = "".join(
            f'<li><a href="/2026/content_{chance.randint(1, 9999)}.html" title="">{chance.choice(_PLACES)}'
            f"{chance.choice(_THINGS)}{chance.choice(('开工', '过半', '见效', '受访', '延期'))}</a><span>{chance.randint(1, 12)}-"
            f"{chance.randint(1, 28)}</span></li>\n"
            for _ in range(12)
        )
        boxes.append(f'<div class="box"><{heading}>{name}</{heading}><ul class="list">{items}</ul></div>')
    return "".join(boxes)


def _comments(chance: random.Random) -> str:
    said = ("支持一下", "希望早点完工，我们这边等了好几年了。", "路过", "说得好，就怕后面没人管。", "沙发")
    return "".join(
        f'<div class="c-item"><img src="/u.png"><span class="u">网友{chance.randint(1000, 9999)}</span><p>{chance.choice(said)}</p>'
        f'<a href="#">回复</a><a href="#">顶({chance.randint(0, 90)})</a></div>'
        for _ in range(24)
    )


def _style() -> str:
    return "".join(f".c{n}{{margin:{n % 9}px;padding:0 {n % 7}px;color:#{n * 31 % 4096:03x}}}\n" for n in range(200))


def _script(chance: random.Random, size: int) -> str:
    lines: list[str] = []
    length = 0
    while length < size:
        lines.append(
            f'window.slot_{chance.randrange(5000)}=function(a){{return a&&a.id==="{chance.getrandbits(48):x}"}};\n'
        )
        length += len(lines[-1])
    return "".join(lines)
