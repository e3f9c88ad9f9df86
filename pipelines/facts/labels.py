"""Labels: what a short line calls its facts (来源：, 责任编辑：, 文/), and what stands behind each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product

from pipelines.content.wording import BARE_CREDIT, BARE_ROLE
from pipelines.facts.names import has_surname

LONGEST = 400
"""Characters of a line that are read: a byline is shorter."""
_REACH = 24
"""Characters before its end in which a label begins, white space counted."""
_END = re.compile(r"[:：/／╱|｜丨︱\t]")
_HAN = re.compile("[\u3400-\u9fff]")
_SIGNED = frozenset({"author", "editor", "source"})
"""Fields whose labels also end in a bar or a slash, and that need neither where the label is an element of its own."""

# Field, what may stand before, the word, what may stand behind.
_WORDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "editor",
        "|责任|責任|值班|网络|網路|执行|執行|本文|文章|栏目|网页|内容|内容责任|新媒体|微信|版面|实习|见习|本期|网站|首席",
        "编辑|編輯|责编|責編|責任編輯|责任编辑|小编",
        "",
    ),
    ("editor", "", "责编|責編|責任編集|편집", ""),
    (
        "source",
        "|信息|新闻|新聞|文章|消息|本文|稿件|内容|資料|资料|原文|訊息|作品|文稿|转载|轉載",
        "来源|來源",
        "|于|於|网站|媒体|单位|單位|机构",
    ),
    (
        "source",
        "",
        "稿源|出处|出處|出自|转载自|轉載自|转自|轉自|摘自|原载|原載|发布机构|发布单位|发文机关|发文机构|出典|提供元|출처",
        "",
    ),
    ("author", "|本文|文章|原文", "作者|撰文|撰稿|撰稿人|采写|採寫|撰写|执笔|执笔人|執筆|執筆者|著者|筆者|文字|글", ""),
    (
        "author",
        "|本报|本報|本网|本刊|本台|见习|实习|實習|特约|特約|全媒体|首席|融媒体|新华社|文/",
        "记者|記者|特派员|特派員|特约撰稿人|评论员",
        "",
    ),
    ("author", "", "文|图文|圖文|文图|原创|原創|取材・文|文・写真|기자", ""),
    ("contributor", "本报|本報|", "通讯员|通訊員|摄影记者|实习生", ""),
    ("modified", "|最后|最後|最近|最新", "更新|修改|修訂|修订", "|时间|時間|日期|于|於|日時|日"),
    (
        "modified",
        "",
        "最終更新|最終更新日|수정|최종수정|최종업데이트|Updated|Last updated|Last Updated|Last modified",
        "",
    ),
    (
        "published",
        "|文章|信息|首次|稿件",
        "发布|发表|发稿|刊发|上传|出版|發佈|發布|發表|上稿|添加|录入|建立|公布|发文",
        "|时间|日期|于|時間|於",
    ),
    ("published", "", "时间|時間|日期|公開|公開日|公開日時|配信|配信日|掲載日|投稿日|입력|기사입력|등록|게재|승인", ""),
    ("published", "", "Published|Posted|Published on|Posted on|Date|Publish Date|Published Time", ""),
    ("category", "|所属|新闻|文章|所属|分", "类别|栏目|分类|频道|欄目|類別|分類|专栏", ""),
    ("tags", "|文章|本文|新闻", "标签|標籤|关键词|关键字|關鍵詞|關鍵字|Tags|tags|TAG|TAGS|キーワード", ""),
    ("original", "|信息|文章|新闻|本文", "原文|原始", "|地址|链接|網址|连结|連結|网址|出处|连接"),
    (
        "",
        "",
        (
            "图片来源|圖片來源|图源|圖源|数据来源|數據來源|资金来源|视频来源|素材来源|照片来源|题图|配图|"
            "字号|字號|字体|字體|字型|校对|审核|审校|审读|监制|摄影|攝影|供图|图片|圖片|选稿|收藏|分享|"
            "分享到|打印|热度|点赞|热线|电话|電話|原标题|声明|统筹|排版|制作|发布人|发布者|单位|编号|文号|"
            "主编|主編|终审|初审|复审|签发|设计|视频|编审|翻译|策划|作品|地址|链接|图|圖|译|譯|编译|出品|"
            "出品人|运营|总监制|作者单位|联系|微信|微博|邮箱|信箱|题目|标题|標題|副标题|来稿|导语|"
            "发布会时间|截稿时间|作者简介|編譯|核稿|撮影|写真|聞き手|사진"
        ),
        "",
    ),
    (
        "",
        (
            "截止|有效|报名|报名截止|活动|举办|会议|开会|开标|北京|比赛|播出|首播|上映|生产|出生|考试|开放|营业|演出|开庭|起始|结束|开始|"
            "截稿|办公|工作|服务|当前|现在"
        ),
        "时间|日期|時間",
        "",
    ),
    (
        "",
        "浏览|阅读|点击|人气|评论|查看|访问|跟贴|瀏覽|閱讀|點閱|回复|点击率",
        "",
        "|次数|量|数|人数",
    ),
)
# Words that say something else where a character precedes them that is no other label's value: 图片来源, 北京时间.
_ALONE = frozenset({
    "来源", "來源", "出处", "出處", "时间", "時間", "日期", "文", "原文", "文字", "图", "圖", "译", "譯", "发布",
    "发表", "公布", "更新", "修改", "添加", "建立", "分类", "专栏", "频道", "栏目", "地址", "单位", "公開", "出版",
    "글", "입력", "등록", "수정", "승인", "게재", "Date", "Updated", "Posted", "Published", "tags",
})  # fmt: skip


@cache
def _labels() -> Mapping[str, str]:
    """Each label, without white space, and its field."""
    found: dict[str, str] = {}
    for field, before, words, behind in _WORDS:
        for parts in product(before.split("|"), words.split("|"), behind.split("|")):
            found.setdefault("".join("".join(parts).split()), field)
    found.pop("", None)
    return found


def labelled(line: str) -> list[tuple[str, str]]:
    """Field and value of each label of a line; a value runs to the next label. Tabs part inline elements.

    A label ends in a colon; an author's, editor's or source's also in a bar or a slash, and it needs neither where it
    is an element of its own, or where names and roles are the whole line: 编辑 何静 审核 李明. Labels are looked up
    backwards from what ends them: linear in the line.
    """
    line = line[:LONGEST]
    if (bare := BARE_CREDIT.match(line)) and has_surname("".join(bare["name"].split())):
        line = BARE_ROLE.sub(r"\1：", line)
    marks = list(_marks(line))
    ends = [*(start for start, _, _ in marks), len(line)][1:]
    return [(field, line[at:end].strip()) for (_, at, field), end in zip(marks, ends, strict=True) if field]


def _marks(line: str) -> Iterator[tuple[int, int, str]]:
    """Start of a label, end of what closes it, and its field."""
    last = 0
    for end in _END.finditer(line):
        at = end.start()
        if line[at - 1 : at].isdigit():  # a clock, a date
            continue
        start, word = _word_before(line, at, last)
        if not word:
            continue
        field, mark = _labels()[word], end.group()
        if mark not in ":：" and not ((field in _SIGNED or not field) and _stands_alone(line, start, end.end(), mark)):
            continue
        yield start, end.end(), field
        last = end.end()


def _word_before(line: str, end: int, last: int) -> tuple[int, str]:
    """Start and letters of the longest label that ends at `end` and begins not before `last`; white space in it is
    left out. -1 and "" for none."""
    word, found, begin = "", "", -1
    first = max(last, end - _REACH)
    if line[first:end].rstrip()[-1:] not in _last_letters():
        return begin, found
    labels = _labels()
    for i in range(end - 1, first - 1, -1):
        letter = line[i]
        if letter == "\t" and word:
            break
        if letter.isspace():
            continue
        word = letter + word
        if len(word) > 2 * _REACH:
            break
        if word in labels and not (word in _ALONE and _joined(line, i, last)):
            found, begin = word, i
    return begin, found


@cache
def _last_letters() -> frozenset[str]:
    return frozenset(label[-1] for label in _labels())


def _joined(line: str, at: int, last: int) -> bool:
    return last == 0 < at and line[at - 1].isalpha()


def _stands_alone(line: str, start: int, end: int, mark: str) -> bool:
    """Whether a label without a colon is one: it begins its part of the line, and a name follows."""
    before, word = line[start - 1 : start], line[start : end - 1].strip()
    if word in _COLON_ONLY:
        return False
    if mark == "\t":
        return end - start > 2 and before in ("", "\t", "|", "｜", " ")
    return before in _OPENINGS and (mark in "丨︱|｜" or bool(_HAN.match(line, end)))


_COLON_ONLY = frozenset({"原创", "原創", "글", "기자", "출처"})
_OPENINGS = frozenset(["", *"\t（(【[〔 |｜"])
