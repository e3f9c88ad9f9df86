"""News pages of our own invention, in the manner of Chinese portals and provincial sites: listings and articles."""

# ruff: noqa: E501 - fixture pages are long lines, as on the real web

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

_PLACES = ("云江", "青岚", "白鹭洲", "石桥", "南湾", "望河", "松坪", "东麓")
_WHO = ("图书馆", "地铁三号线", "农科站", "博物馆", "少年宫", "污水处理厂", "社区食堂", "气象台", "渔港", "小学")
_DID = (
    "今起延长开放时间 首日接待三千人",
    "完成改造 居民出行少绕两公里",
    "公布新规 明年一月一日施行",
    "迎来返乡高峰 志愿者连夜值守",
    "启用雨水回收系统",
    "举办开放日活动（组图）",
    "发布蓝色预警 局地有大到暴雨",
    "新增夜间班次",
)
_SENTENCES = (
    "记者从现场了解到，改造工程历时十个月，共更换管线四千余米，沿线商铺在施工期间照常营业。",
    "负责人介绍，新规在征求意见阶段收到建议二百一十六条，其中七成被采纳。",
    "“以前过河要绕一大圈，现在走路十分钟就到。”住在附近的退休教师何桂兰说。",
    "根据安排，第二批设施将于下月投入使用，届时每天可以多接待约一千二百人。",
    "专家提醒，近期昼夜温差较大，市民出行应及时增减衣物，山区道路注意防滑。",
    "截至当天十八时，各窗口共办理业务五百余件，平均等候时间比去年缩短一半。",
    "当地还计划在沿河步道增设座椅和照明，并为老人和孩子留出专门的活动场地。",
    "据统计，今年前三季度全市共新增绿地十六公顷，新建口袋公园九处。",
)
_FOOT = (
    '<div class="footer"><a href="/about.html">关于我们</a> | <a href="/ad.html">广告服务</a> | <a href="/law.html">法律声明</a>'
    "<p>版权所有 云江在线 未经书面授权，禁止复制、转载或建立镜像。云ICP备00000000号，举报电话：000-0000000</p></div>"
)
_NAV = "<div class=nav>" + "".join(
    f'<a href="/{name}/">{text}</a> '
    for name, text in (("gn", "国内"), ("gj", "国际"), ("sh", "社会"), ("cj", "财经"), ("ty", "体育"), ("yl", "文娱"))
) + "</div>"  # fmt: skip


def headlines() -> Iterator[str]:
    """Headlines without end, each different from its neighbours."""
    for n in count():
        yield _PLACES[n % 8] + _WHO[(n // 3) % 10] + _DID[(n * 5 + n // 7) % 8]


def prose(sentences: int, start: int = 0) -> str:
    """That many sentences in one piece."""
    return "".join(_SENTENCES[(start + n) % len(_SENTENCES)] for n in range(sentences))


def links(number: int, pattern: str = '<li><a href="{url}">{text}</a></li>', start: int = 0) -> str:
    """A list of headlines; `pattern` may use {url}, {text}, {date}, {abstract}, {n}."""
    lines = []
    for n, text in zip(range(start, start + number), headlines(), strict=False):
        url = f"/2031/0{n % 9 + 1}/t2031{n % 9 + 1:02d}15_{80000 + n}.html"
        date = f"2031-0{n % 9 + 1}-15 0{n % 9}:2{n % 9}"
        lines.append(pattern.format(url=url, text=text, date=date, abstract=prose(2, n), n=n))
    return "\n".join(lines)


def page(title: str, body: str, head: str = "") -> str:
    """A whole page around `body`, with navigation and foot."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{_NAV}{body}{_FOOT}</body></html>"
    )


TITLE = "云江图书馆今起延长开放时间 首日接待三千人"
BYLINE = '<div class="info">2031-05-15 08:23 来源：云江在线 作者：方晓棠 编辑：吴岱</div>'


def paragraphs(number: int, tag: str = "p") -> str:
    """Paragraphs of two sentences."""
    return "".join(f"<{tag}>　　{prose(2, 2 * n)}</{tag}>" for n in range(number))


def listings() -> dict[str, tuple[str, str]]:
    """Name → (URL, page) of pages that are not articles."""
    site = "http://www.yunjiang.example"
    boxes = "".join(
        f"<div class=box><h2><a href='/c{n}/'>频道{n}</a></h2><ul>{links(14, start=14 * n)}</ul></div>"
        for n in range(12)
    )
    table = "<table>" + links(40, "<tr><td>·<a href='{url}'>{text}</a></td><td>{date}</td></tr>") + "</table>"
    abstracts = links(
        15, "<div class=item><h3><a href='{url}'>{text}</a></h3><p>{abstract}</p><span>{date}</span></div>"
    )
    image_first = links(
        12,
        "<li><a href='{url}'><img src='/i{n}.jpg'></a><div><a href='{url}'>{text}</a><p>{abstract}<a href='{url}'>[详细]</a></p></div></li>",
    )
    two_paragraphs = links(
        8,
        "<div class=post><h2><a href='{url}'>{text}</a></h2><div>{date} 作者：方晓棠</div><p>{abstract}</p><p>{abstract}</p><a href='{url}'>阅读全文</a></div>",
    )
    results = links(
        10,
        "<div class=result><h3><a href='{url}'><em>图书馆</em>{text}</a></h3><div>{abstract}</div><cite>{url} {date}</cite></div>",
    )
    threads = (
        "<table>"
        + links(
            30,
            "<tr><td><a href='/thread-{n}-1-1.html'>{text}</a></td><td><a href='/u{n}'>网友{n}</a></td><td>{n}</td><td>{date}</td></tr>",
        )
        + "</table>"
    )
    wall = links(
        24, "<dl><dt><a href='{url}'><img src='/{n}.jpg' alt='{text}'></a></dt><dd><a href='{url}'>{text}</a></dd></dl>"
    )
    lead = f"<div class=lead><h1><a href='/2031/1.html'>{TITLE}</a></h1><p>{prose(2)}<a href='/2031/1.html'>[详细]</a></p></div>"
    intro = f"<div class=intro><b>导语：</b>{prose(4)}</div>"
    lines = links(60, "<p>[{date}] <a href='{url}'>{text}</a></p>")
    pager = "".join(f'<a href="index_{n}.html">{n}</a>' for n in range(1, 9)) + '<a href="index_2.html">下一页</a>'
    fronts = {
        "portal front page": ("/", page("云江在线_云江新闻门户", lead + boxes)),
        "portal front page, named": ("/index.html", page("云江在线_云江新闻门户", boxes)),
        "front page with announcements": ("/", page("云江在线", f"<div class=gg><p>公告：{prose(3)}</p></div>{boxes}")),
        "table section": ("/gn/index.html", page("国内新闻_云江在线", f"<h1>国内新闻</h1>{table}{pager}")),
        "table section, folder": ("/gn/", page("国内新闻_云江在线", table + pager)),
        "table section, column number": ("/node_7123.htm", page("云江要闻-云江日报", table)),
        "table section, odd address": ("/xwzx/tzgg", page("通知公告-石桥县人民政府", f"<h2>通知公告</h2>{table}")),
        "list with abstracts": ("/tech/", page("科技频道_云江在线", abstracts + pager)),
        "list with abstracts, page 2": ("/tech/index_2.html", page("科技频道_云江在线", abstracts + pager)),
        "list with abstracts and dates first": (
            "/col/col1021/index.html",
            page("时政要闻", links(20, "<div>{date}</div><div><a href='{url}'>{text}</a></div><div>{abstract}</div>")),
        ),
        "list with pictures": ("/ent/list.shtml", page("文娱频道", f"<ul>{image_first}</ul>")),
        "tag page": ("/tag/图书馆", page("图书馆_标签_云江在线", f"<h1>标签：图书馆</h1>{abstracts}")),
        "tag page with a description": (
            "/tags/1024.html", page("图书馆", f"<h1>图书馆相关新闻报道</h1><p>{prose(2)}</p>{abstracts}")),
        "search page": ("/search?q=%E5%9B%BE%E4%B9%A6%E9%A6%86", page("图书馆 - 站内搜索", f"<p>找到相关结果约 1,204 条，用时 0.03 秒，以下是第 1 页。</p>{results}")),
        "search page, script name": ("/so.php?wd=tushuguan&p=1", page("搜索：图书馆", results)),
        "rolling news": ("/roll/20310515.html", page("滚动新闻_2031年05月15日", f"<h1>滚动新闻</h1>{lines}")),
        "forum board": ("/forum-37-1.html", page("百姓话题 - 云江论坛", threads)),
        "forum front page": ("/bbs/", page("云江论坛", f"<p>欢迎来到云江论坛，请文明发言，遵守法律法规。</p>{threads}")),
        "picture wall": ("/photo/", page("图片频道_云江在线", wall)),
        "special topic": ("/zt/2031/tsg/", page("专题：图书馆的一天_云江在线", intro + boxes)),
        "special topic with a banner": (
            "/special/tsg.html", page("图书馆的一天", f"<h1>图书馆的一天</h1>{intro}<ul>{links(60)}</ul>")),
        "author page": ("/author/fangxiaotang", page("方晓棠_作者主页", f"<h1>方晓棠</h1><p>{prose(1)}</p>{abstracts}")),
        "blog front page": ("/blog/", page("望河札记", two_paragraphs)),
        "blog archive of a month": ("/2031/05/", page("2031年5月 - 望河札记", f"<h1>2031年5月</h1>{two_paragraphs}")),
        "column with description": (
            "/column/118", page("河畔观察_专栏", f"<h1>河畔观察</h1><div class=desc>{prose(3)}</div><ul>{links(30)}</ul>")),
        "mobile front page": ("/m/", page("云江在线手机版", links(30, "<a href='{url}'><h3>{text}</h3><p>{abstract}</p><span>{date}</span></a>"))),
        "newspaper layout": ("/html/2031-05/15/node_2.htm", page("云江日报 第01版：要闻", f"<ul>{links(7)}</ul><a href='node_3.htm'>下一版</a>")),
        "one-line news": (
            "/yw/t80001.html", page("一句话新闻", "<div>一句话新闻（滚动）</div><div>2031年05月15日 来源：云江日报</div><div>" + links(12, "　　<a href='{url}'>{text}</a>。{abstract}……<a href='{url}'>[详细]</a><br><br>") + "</div>")),
        "short section": ("/jyxx/", page("教育信息", f"<ul>{links(6)}</ul>")),
        "site map": ("/map.html", page("网站地图", "".join(f"<a href='/c{n}/'>栏目{n}</a> " for n in range(120)))),
        "video channel": ("/video/", page("视频_云江在线", links(20, "<li><a href='{url}' title='{text}'><img src=v.jpg></a><a href='{url}'>{text}</a><em>02:1{n}</em></li>"))),
    }  # fmt: skip
    return {name: (site + path, text) for name, (path, text) in fronts.items()}


def articles() -> dict[str, tuple[str, str]]:
    """Name → (URL, page) of pages that are articles."""
    title = f"<h1>{TITLE}</h1>"
    related = f"<div class=rel><h3>相关新闻</h3><ul>{links(40)}</ul></div>"
    heavy = f"<div class=hot>{links(15, '<div><a href={url}>{text}</a><p>{abstract}</p></div>')}</div>"
    head_title = TITLE + "_云江在线"
    site = "http://www.yunjiang.example/2031/05/15/t20310515_80001.html"
    broken = "<br><br>".join(f"　　{prose(2, 2 * n)}" for n in range(6))
    replies = "".join(f"<div class=reply><a href='/u{n}'>网友{n}</a> 2031-05-15 {prose(1, n)}</div>" for n in range(12))
    captions = "".join(
        f"<p><img src='/p{n}.jpg'></p><p>图为读者在阅览区看书。云江在线记者 方晓棠 摄</p>" for n in range(5)
    )
    rows = "".join(f"<tr><td>{n}</td><td>石桥镇第{n}小学</td><td>何某某</td><td>合格</td></tr>" for n in range(40))
    spans = "".join(f"<div><div><p><span>　　{prose(2, 2 * n)}</span></p></div></div>" for n in range(6))
    linked = f"<p>　　{prose(2)}</p>" + "".join(
        f"<p><a href='/r{n}.html'>延伸阅读：{TITLE}</a></p><p>{prose(3, n)}</p>" for n in range(3)
    )
    return {
        "plain": (site, page(head_title, title + BYLINE + paragraphs(6))),
        "lists heavier than the text": (site, page(head_title, f"{related}{title}{BYLINE}{paragraphs(4)}{related}{related}")),
        "recommendations with abstracts": (site, page(head_title, f"{title}{BYLINE}{paragraphs(3)}{heavy}")),
        "short, among lists": (site, page(head_title, f"{title}{BYLINE}<p>　　{prose(2)}</p>{related}")),
        "very short": (site, page(head_title, f"{title}{BYLINE}<p>　　{prose(1)}</p>{related}")),
        "no h1, table layout": (
            "http://www.yunjiang.example/news/2031-05/15/content_80001.htm",
            page(head_title, f"<table><tr><td><font size=5><b>{TITLE}</b></font></td></tr><tr><td>2031年05月15日 来源：云江日报</td></tr><tr><td>{broken}</td></tr></table><table><tr><td>{related}</td></tr></table>"),
        ),
        "lines by br": (site, page(head_title, f"{title}{BYLINE}<div>{broken}</div>{related}")),
        "nested wrappers": (site, page(head_title, f"{title}{BYLINE}{spans}{related}")),
        "photo story": (site, page(head_title, f"{title}{BYLINE}{captions}{related}")),
        "photo story, one caption": (site, page(head_title, f"{title}{BYLINE}<img src=a.jpg><p>5月15日，读者在图书馆里看书。</p>{related}")),
        "video": (site, page(head_title, f"{title}{BYLINE}<video src=a.mp4></video><p>视频：{prose(1)}</p>{related}")),
        "forum thread": ("http://bbs.yunjiang.example/thread-4411-1-1.html", page(TITLE + " - 百姓话题 - 云江论坛", f"<h1><a href='/thread-4411-1-1.html'>{TITLE}</a></h1><div>楼主 发表于 2031-5-15 08:23</div><div>{broken}</div>{replies}")),
        "announcement with a table": (site, page(head_title, f"{title}{BYLINE}<p>　　{prose(2)}</p><table>{rows}</table>{related}")),
        "links between paragraphs": (site, page(head_title, title + BYLINE + linked + related)),
        "no date": (site, page(head_title, title + paragraphs(4) + related)),
        "identifier only in the query": ("http://www.yunjiang.example/show.asp?id=80001", page(head_title, title + BYLINE + paragraphs(4) + related)),
        "named by index": ("http://www.yunjiang.example/2031/tushuguan/index.html", page(head_title, title + BYLINE + paragraphs(5))),
        "address unknown": ("", page(head_title, title + BYLINE + paragraphs(3) + related)),
        "schema.org": (
            "http://www.yunjiang.example/a/b8f1", page(head_title, f"<h1>{TITLE}</h1><p>{prose(1)}</p>{related}",
            '<meta property="og:type" content="article"><script type="application/ld+json">{"@type":"NewsArticle"}</script>'),
        ),
        "newspaper": ("http://www.yunjiang.example/html/2031-05/15/content_3.htm", page("云江日报", f"<div class=t>{TITLE}</div><div>云江日报 2031年05月15日 星期四</div><div>{paragraphs(3)}</div><ul>{links(9)}</ul>")),
        "in a form": (site, page(head_title, f"<form action=x>{title}{BYLINE}{paragraphs(4)}{related}</form>")),
    }  # fmt: skip
