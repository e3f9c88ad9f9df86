"""Pages in the layouts that outlets use, written for the tests, each with the text that a reader would copy out."""

# ruff: noqa: E501

from __future__ import annotations

from tests.pipelines.pages import STORY

TITLE = "云溪北坡发现新泉眼 两个村庄或将受益"
_LINKS = "".join(f"<li><a href='/c/{i}.html'>云溪县第{i}批春季造林任务提前完成</a></li>" for i in range(1, 8))
_P = "".join(f"<p>{text}</p>" for text in STORY)
_INDENTED = "<br>\n".join(f"　　{text}" for text in STORY)


def _page(body: str, head: str = "", lang: str = "zh-CN", title: str = TITLE) -> str:
    return (
        f"<!DOCTYPE html><html lang='{lang}'><head><meta charset='utf-8'><title>{title}</title>{head}</head>"
        f"<body>{body}</body></html>"
    )


CHINESE: dict[str, tuple[str, tuple[str, ...]]] = {
    "messenger's hidden body": (
        _page(
            f"<div id='page-content'><h1 class='rich_media_title' id='activity-name'>{TITLE}</h1>"
            "<div id='meta_content'><span>原创</span> <span>沈青禾</span> <a href='#'>云溪日报</a> <em>2026-03-06 09:30</em></div>"
            "<div class='rich_media_content' id='js_content' style='visibility: hidden; opacity: 0;'>"
            "<section><section><p><span style='letter-spacing:1px'><br></span></p></section>"
            + "".join(f"<section><span><span style='font-size:15px'>{t}</span></span></section>" for t in STORY)
            + "<section><p>长按识别二维码关注我们</p></section></section></div>"
            "<div class='qr_code_pc'><p>微信扫一扫<br>关注该公众号</p></div></div>"
        ),
        STORY,
    ),
    "portal with captions in centred boxes": (
        _page(
            f"<div class='post_main'><h1 class='post_title'>{TITLE}</h1><div class='post_info'>2026-03-06 09:30:11　来源: "
            "<a href='#'>云溪日报</a> 举报</div><div class='post_body'>"
            f"<p>（原标题：云溪县发现泉眼）</p><p>{STORY[0]}</p>"
            "<p class='f_center'><img src='1.jpg'><br>护林员查看泉眼。 云溪日报 图</p>"
            f"<p>{STORY[1]}</p><p>{STORY[2]}</p><p>{STORY[3]}</p><p>本文来源：云溪日报 责任编辑：吴桐_NS1</p></div>"
            "<div class='post_statement'><p>特别声明：以上内容(如有图片或视频亦包括在内)为自媒体平台“山野号”用户上传并发布，本平台仅提供信息存储服务。</p>"
            "</div><div class='post_comment'><h3>网友跟贴</h3><p>暂无跟贴</p></div></div>"
        ),
        ("（原标题：云溪县发现泉眼）", STORY[0], "护林员查看泉眼。 云溪日报 图", *STORY[1:]),
    ),
    "portal that goes back to its front page": (
        _page(
            f"<div class='text'><div class='text-title'><h1>{TITLE}</h1><div class='article-info'><span>2026-03-06 09:30</span>"
            "<span>来源: <a href='#'>云溪日报</a></span></div></div>"
            f"<article class='article' id='mp-editor'><p>原标题：{TITLE}</p>{_P}<p>责任编辑：</p>"
            "<a href='//m.example/'>返回首页，查看更多</a></article>"
            "<div class='statement'>声明：该文观点仅代表作者本人，本平台系信息发布平台，仅提供信息存储空间服务。</div>"
            "<div class='bottom-relate-wrap'><h3>推荐阅读</h3><ul>" + _LINKS + "</ul></div></div>"
        ),
        STORY,
    ),
    "portal with shares, tools and a tail of notices": (
        _page(
            f"<div class='main-content'><h1 class='main-title'>{TITLE}</h1><div class='top-bar'><span class='date'>2026年03月06日 09:30</span>"
            "<span class='source'>云溪日报</span><div class='tool-bar'>缩小字体 放大字体 收藏 微博 微信 分享</div></div>"
            f"<div class='article' id='artibody'>{_P}<p class='show_author'>责任编辑：吴桐 </p>"
            "<p>海量资讯、精准解读，尽在山野财经APP</p></div>"
            "<div class='keywords'><span>关键字 :</span> <a href='#'>泉眼</a> <a href='#'>护林</a></div>"
            "<div class='blk-related'><h2>相关新闻</h2><ul>" + _LINKS + "</ul></div>"
            "<p>投资有风险，入市需谨慎。以上内容不构成投资建议。</p></div>"
        ),
        STORY,
    ),
    "newspaper of Taiwan": (
        _page(
            "<div class='story'><h1>北坡發現新泉眼 兩村可望受惠</h1><div class='author'>2026/03/06 09:30　記者沈青禾／雲溪報導</div>"
            "<div class='body'><p>▲護林員查看泉眼。（圖／記者沈青禾攝）</p>"
            "<p>記者沈青禾／雲溪報導</p><p>三月六日清晨，雲溪縣的護林員在北坡發現一處新的泉眼，水溫常年維持在攝氏十一度上下，周圍的苔蘚沒有結冰。</p>"
            "<p>縣水務局當天派人取樣，初步檢測顯示，泉水的礦物質含量高於山下的水井，可以供兩個村莊飲用。</p>"
            "<p><strong>▶看更多：</strong><a href='/x/1'>春季造林任務提前完成 山區再添十萬株新苗</a></p>"
            "<p>「我在這片山裡走了二十年，從來沒有見過它。」護林員說，去年秋天的小地震也許讓水換了一條路。</p>"
            "<p><strong>延伸閱讀</strong></p><p><a href='/x/2'>雲溪縣水庫水位創新高 農民安心春耕</a></p>"
            "<p><a href='/x/3'>老井乾涸三年 村民盼新水源</a></p>"
            "<p>水務局計畫在四月底之前完成水質複檢，之後再決定是否修建引水管道，工程預算約為六十萬元。</p>"
            "<p>📣不用抽 不用搶 現在用APP看新聞 保證天天中獎　點我下載APP</p>"
            "<p>※ 珍惜生命，若需諮商或相關協助可撥生命線專線「1995」或張老師服務專線「1980」</p>"
            "<p>本文版權所有，未經授權，不得轉載，違者必究。</p></div>"
            "<div class='more'><h3>其他人也在看</h3><ul>" + _LINKS + "</ul></div></div>",
            lang="zh-TW",
            title="北坡發現新泉眼 兩村可望受惠",
        ),
        (
            "▲護林員查看泉眼。（圖／記者沈青禾攝）",
            "記者沈青禾／雲溪報導",
            "三月六日清晨，雲溪縣的護林員在北坡發現一處新的泉眼，水溫常年維持在攝氏十一度上下，周圍的苔蘚沒有結冰。",
            "縣水務局當天派人取樣，初步檢測顯示，泉水的礦物質含量高於山下的水井，可以供兩個村莊飲用。",
            "「我在這片山裡走了二十年，從來沒有見過它。」護林員說，去年秋天的小地震也許讓水換了一條路。",
            "水務局計畫在四月底之前完成水質複檢，之後再決定是否修建引水管道，工程預算約為六十萬元。",
        ),
    ),
    "printed paper's page in nested tables": (
        _page(
            "<table width='1000'><tr><td width='300'><table><tr><td>第A03版：县域</td></tr><tr><td>"
            + "".join(f"<div><a href='content_{i}.htm'>春耕备耕第{i}篇通讯稿件标题</a></div>" for i in range(9))
            + "</td></tr></table></td><td><table><tr><td><div class='xilan_time'>2026年03月06日 星期五</div></td></tr>"
            f"<tr><td><table><tr><td align='center'><strong>{TITLE}</strong></td></tr><tr><td align='center'>本报记者 沈青禾</td></tr></table>"
            f"<div id='ozoom'><founder-content>{_P.replace('<p>', '<p>　　')}</founder-content></div></td></tr>"
            "<tr><td><a href='#'>上一篇</a> <a href='#'>下一篇</a> 放大 缩小 默认</td></tr></table></td></tr></table>"
        ),
        STORY,
    ),
    "printed paper's page with line breaks": (
        _page(
            f"<div class='detail'><h1>{TITLE}</h1><h3></h3><div class='detail-art' id='ozoom'>　　本报云溪3月6日电 {STORY[0]}<br>\n"
            + "<br>\n".join(f"　　{text}" for text in STORY[1:])
            + "</div></div><div class='nav-list'><ul>"
            + _LINKS
            + "</ul></div>"
        ),
        (f"本报云溪3月6日电 {STORY[0]}", *STORY[1:]),
    ),
    "government's page": (
        _page(
            "<div class='position'>当前位置：<a href='/'>首页</a> &gt; <a href='/zw'>政务公开</a></div>"
            f"<div class='xl'><h1>{TITLE}</h1><div class='xl-xx'>发布时间：2026-03-06 09:30 信息来源：县水务局 浏览次数：<span>128</span> 【字体："
            "<a href='#'>大</a> <a href='#'>中</a> <a href='#'>小</a>】</div>"
            f"<div class='TRS_Editor'><div class='TRS_Editor'><style>.x{{color:red}}</style>{_P}"
            "<p align='right'>云溪县水务局</p><p align='right'>2026年3月6日</p></div></div>"
            "<div class='fj'><a href='1.doc'>附件：水质检测报告.doc</a></div>"
            "<div class='dy'>【打印本页】 【关闭窗口】</div></div>"
            "<div class='footer'>主办：云溪县人民政府办公室 备案号：滇ICP备05000001号</div>"
        ),
        (*STORY, "云溪县水务局", "2026年3月6日"),
    ),
    "farm of a content system": (
        _page(
            f"<div class='viewbox'><div class='title'><h2>{TITLE}</h2></div><div class='info'><small>时间:</small>2026-03-06 09:30"
            "<small>来源:</small>网络<small>作者:</small>admin<small>点击:</small>88次</div>"
            f"<div class='content'><table width='100%'><tr><td>{_INDENTED}<br></td></tr></table></div>"
            "<div class='dede_pages'><ul class='pagelist'></ul></div><div class='newdigg'>顶一下 (3) 100% 踩一下 (0) 0%</div>"
            "<div class='handle'><div class='context'><ul><li>上一篇：<a href='/1'>春季造林任务提前完成</a></li>"
            "<li>下一篇：<a href='/2'>老井干涸三年</a></li></ul></div></div>"
            "<p>更多“泉眼”的相关内容请关注云溪网。</p>"
            "<div class='mt1'><dl class='tbox'><dt><strong>相关文章</strong></dt><dd><ul>"
            + _LINKS
            + "</ul></dd></dl></div></div>"
        ),
        STORY,
    ),
    "film under a player": (
        _page(
            f"<div class='con'><h1>{TITLE}</h1><div class='time'>2026-03-06 09:30 来源：云溪日报</div>"
            "<div class='playerWrap'><div class='mplayer'><div>正在为您切换到高清 480P,请稍候...</div><div>00:00/01:45</div>"
            "<div>倍速</div><ul><li>2.0X</li><li>1.5X</li><li>1.0X</li></ul><ul><li>超清</li><li>高清</li><li>标清</li></ul>"
            f"<div>循环播放</div><div>很抱歉，当前视频播放失败</div></div></div>{_P}</div>"
        ),
        STORY,
    ),
    "rights are the topic": (
        _page(
            f"<div class='con'><h1>{TITLE}</h1><div class='time'>2026-03-06 09:30 来源：云溪日报</div><div class='c'>"
            f"<p>{STORY[0]}</p><p>{STORY[1]}</p><p>办案法官说，未经授权转载他人的调查报道，即使注明作者，也可能构成侵权。</p>"
            f"<p>市民可以拨打全国统一的举报电话反映水源污染。</p><p>{STORY[2]}</p><p>{STORY[3]}</p><p>{STORY[0][:40]}。</p>"
            "<p>本网注明“来源：云溪网”的作品，版权所有，未经授权不得转载。</p></div></div>"
        ),
        (
            STORY[0],
            STORY[1],
            "办案法官说，未经授权转载他人的调查报道，即使注明作者，也可能构成侵权。",
            "市民可以拨打全国统一的举报电话反映水源污染。",
            STORY[2],
            STORY[3],
            f"{STORY[0][:40]}。",
        ),
    ),
}


_ENGLISH = (
    "A spring that nobody had charted was found on the northern slope above Yunxi on Friday, the county said.",
    "Rangers took samples before noon, and a first test showed more minerals than in the wells of the two villages below.",
    "“I have walked these hills for twenty years and never seen it,” said the ranger who found it.",
    "The county plans to finish its tests by the end of April and will then decide whether to build a pipe.",
)
_JAPANESE = (
    "雲渓県の北斜面で六日、これまで知られていなかった泉が見つかったと県が発表した。",
    "県は当日に水を採取し、最初の検査では麓の井戸よりも鉱物の量が多いことが分かった。",
    "「この山を二十年歩いてきたが、一度も見たことがない」と見回りの職員は話している。",
)
_KOREAN = (
    "윈시현 북쪽 비탈에서 지금까지 알려지지 않은 샘이 6일 발견됐다고 현이 밝혔다.",
    "현은 이날 물을 떠서 검사했고, 산 아래 우물보다 미네랄이 많다는 결과를 얻었다.",
    "“이 산을 20년 동안 걸었지만 한 번도 본 적이 없다”고 산림 감시원은 말했다.",
)


def _story(paragraphs: tuple[str, ...], title: str, lang: str, amid: str = "", after: str = "") -> str:
    first, *rest = (f"<p>{text}</p>" for text in paragraphs)
    links = "".join(f"<li><a href='/n/{i}'>Another headline of the day, number {i}</a></li>" for i in range(9))
    return _page(
        f"<nav><ul>{links}</ul></nav><main><h1>{title}</h1><div class='byline'>By A. Writer</div>"
        f"<div class='body'>{first}{amid}{''.join(rest)}{after}</div></main><footer>© 2026</footer>",
        lang=lang,
        title=title,
    )


ABROAD: dict[str, tuple[str, tuple[str, ...]]] = {
    "links to others and a newsletter amid the text": (
        _story(
            _ENGLISH, "Uncharted spring found above Yunxi", "en",
            amid="<p><a href='/x'>READ MORE: Yunxi plants a hundred thousand trees</a></p>"
            "<div class='newsletter-box'><h3>Morning Brief</h3><p>Sign up for our newsletter. It is free. You can leave at any time.</p></div>"
            "<div class='teaser'><a href='/y'>Old well dry for a third year, villagers say</a><p>They hope for a new source.</p></div>",
            after="<p>CLICK HERE TO GET THE YUNXI NEWS APP</p>",
        ),
        _ENGLISH,
    ),
    "a quotation by itself": (
        _story(_ENGLISH[:3], "Uncharted spring found above Yunxi", "en", amid=f"<blockquote><p>{_ENGLISH[3]}</p></blockquote>"),
        (_ENGLISH[0], _ENGLISH[3], *_ENGLISH[1:3]),
    ),
    "Japanese with a wall": (
        _story(
            _JAPANESE, "北斜面で新しい泉見つかる", "ja",
            after="<p>この記事は会員限定です。</p><h2>関連記事</h2><ul><li><a href='/1'>春の植林が予定より早く終わる</a></li></ul>",
        ),
        _JAPANESE,
    ),
    "Korean with rights": (
        _story(
            _KOREAN, "북쪽 비탈에서 새 샘 발견", "ko",
            after="<p>저작권자 ⓒ 윈시일보, 무단 전재 및 재배포 금지</p><h3>관련기사</h3><p><a href='/1'>봄철 나무 심기 일찍 끝나</a></p>",
        ),
        _KOREAN,
    ),
}  # fmt: skip

FORMS: dict[str, tuple[str, str]] = {
    "list": ("<ul><li>上午取样</li><li>下午送检</li></ul>", "上午取样\n下午送检"),
    "nested list": (
        "<ol><li>取样<ul><li>北坡三处</li><li>南坡一处</li></ul></li><li>送检</li></ol>",
        "取样\n北坡三处\n南坡一处\n送检",
    ),
    "definitions": (
        "<dl><dt>泉眼</dt><dd>水温十一摄氏度</dd><dt>水井</dt><dd>水温十五摄氏度</dd></dl>",
        "泉眼\n水温十一摄氏度\n水井\n水温十五摄氏度",
    ),
    "table with a caption and a wide cell": (
        (
            "<table><caption>水质</caption><tr><th>项目</th><th>泉眼</th><th>水井</th></tr><tr><td>温度</td><td>11</td><td>15</td></tr>"
            "<tr><td colspan='2'>合计</td><td>26</td></tr></table>"
        ),
        "水质\n项目 | 泉眼 | 水井\n温度 | 11 | 15\n合计 | 26",
    ),
    "code": (
        "<pre><code>def deep(x):\n    if x:\n        return 1\n    return 2</code></pre>",
        "def deep(x):\n    if x:\n        return 1\n    return 2",
    ),
    "verse": ("<p>山中何所有<br>岭上多白云<br>只可自怡悦</p>", "山中何所有\n岭上多白云\n只可自怡悦"),
    "words split by markup": (
        "<p>护<b>林</b>员&shy;说，这&#8203;里的泉<wbr>水与<ruby>浥<rp>(</rp><rt>yì</rt><rp>)</rp></ruby>谷的水不同。</p>",
        "护林员说，这里的泉水与浥(yì)谷的水不同。",
    ),
}
