"""Byline: what the short lines around an article say of it, with a label and without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import tzinfo

import attrs

from pipelines.content.segments import Segment
from pipelines.facts.dates import CHINA, Stamp, find_stamp
from pipelines.facts.labels import LONGEST, labelled
from pipelines.facts.names import has_surname, is_person, is_word, known, outlet, people
from pipelines.facts.titles import overlap


@attrs.frozen(kw_only=True, eq=False)
class Line:
    """A short segment, taken apart once."""

    text: str
    """Its pieces, parted by tabs."""
    segment: Segment
    pairs: Sequence[tuple[str, str]]
    """Its labels' fields, and the values behind them."""
    stamp: Stamp | None
    """Its first date, if it is a date of the article's."""
    below: bool = False
    """Whether it stands right under the title."""
    inside: bool = False
    """Whether it stands in the main text."""

    @classmethod
    def of(
        cls, segment: Segment, *, zone: tzinfo = CHINA, below: bool = False, inside: bool = False, worded: bool = False
    ) -> Line:
        """Reads a segment; `zone` and `worded` as for `find_stamp`."""
        text = "\t".join(segment.pieces)[:LONGEST]
        stamp = find_stamp(text, zone, worded=worded)
        if stamp and (_is_lead(text, stamp) or _NO_DATE.search(text)):
            stamp = None
        return cls(text=text, segment=segment, pairs=labelled(text), stamp=stamp, below=below, inside=inside)


_NO_DATE = re.compile(
    r"©|\(c\)|copyright|版权|版權|著作權|ICP|快照|推荐|推薦|相关|相關|上一篇|下一篇|截止|报名|有效期|活动时间|北京时间|今天是|当前时间|"
    r"举办时间|成立于|創立|All rights",
    re.IGNORECASE,
)


def _is_lead(text: str, stamp: Stamp) -> bool:
    """Whether a date belongs to a sentence, and so to what the article tells."""
    after, before = text[stamp.end : stamp.end + 40], text[max(0, stamp.at - 12) : stamp.at]
    return bool(_SENTENCE.match(after) or _MID_SENTENCE.search(before)) and stamp.precision == "day"


_SENTENCE = re.compile(
    r"[，,](?! *\d)|(?:至|到|起|以来|前|后|，|上午|下午|晚|凌晨|消息|讯|电|報導|报道)[^\t]{4,}|[^\t|｜]{0,38}[。！？]"
)
_MID_SENTENCE = re.compile(r"[，。；,](?![\t ])[^\t|｜]{0,10}$|(?:截至|截止|将于|於|在|自|从)$")
_CUT = re.compile(
    r"\t|\s{2,}|[|｜【】\[\]<>]|\s*[（(]?(?:20|19)\d\d[-年/.]|字号|分享|打印|评论|收藏|关注|举报|我要|查看|原文|"
    r"微信|点击|浏览|人气|发布时间|\s作者|\s·\s"
)
_OUTLET = re.compile(
    r"(?:报|報|网|網|社|台|臺|新闻|新聞|日报|晚报|在线|客户端|周刊|週刊|杂志|雜誌|频道|传媒|财经|观察|发布|电视|电台|中心|政府|委员会|"
    r"新浪|搜狐|腾讯|网易|凤凰|央视|公众号|号外|快讯|商报|论坛|News|Post|Times|Daily)(?:\S{0,6})$"
)
_BAR = re.compile(
    r"[|｜【】\[\]<>]|(?:20|19)\d\d[-年/.]|发布于|字号|分享|通讯员|通訊員|摄影|實習生|实习生|出自|校对|审核"
)
_OFFICE = re.compile(r"^[^\s、，,]{0,10}?(?:记者|記者|特派员|评论员|撰稿人)[:：\s]{0,3}")
_NOTE = re.compile(r"[（(][^）)]{0,60}[）)]?")
_STANDING = re.compile(
    r"(?:研究员|教授|院长|主任|博士|秘书长|所长|主席|总裁|会长|分析师|学者|作家|律师|书记|部长|研究生|导师|专家|评论员)\s?(?P<name>[\u3400-\u9fff]{2,4})$"
)
_OFFICE_FIRST = re.compile(r"\S{1,10}(?:网|網|报|報|社|新闻|新聞|周刊|杂志|频道|客户端|中心|工作室) ")
_DOING = re.compile(r"(?<=[\u3400-\u9fff]{2})(?:编译|編譯|整理|撰文|采写|报道|報導|编辑|口述|译|文)$")


def source_of(value: str) -> str | None:
    """The outlet a labelled value names."""
    value = value[:LONGEST].lstrip("\t :：[【<")
    cut = _CUT.search(value)
    value = value[: cut.start()] if cut else value
    if len(value) > 16 and " " in value:
        value = value.split(" ")[0]
    return outlet(value)


def authors_of(value: str) -> tuple[str, ...]:
    """The persons a labelled value names: in its first piece, and in those after it that are plainly names."""
    value = _NOTE.sub("", _OFFICE.sub("", _BAR.split(value[:LONGEST].strip())[0]))
    first, *others = [piece for piece in value.split("\t") if piece.strip(" 、，,/；;")] or [""]
    first = first.strip(" 。）)")
    names = people(first) or people(_DOING.sub("", first))
    if not names and _OFFICE_FIRST.match(first):
        names = people(first.partition(" ")[2])
    if not names and (match := _STANDING.search(first)):
        return (match["name"],) if is_person(match["name"]) else ()
    for piece in others:
        further = people(_NOTE.sub("", piece)) if names else ()
        if not further or not all(map(has_surname, further)):
            break
        names += further
    return tuple(dict.fromkeys(names))


def pen_name_of(value: str) -> tuple[str, ...]:
    """The pen name or office a labelled value gives in place of persons, as it stands."""
    first = _PEN_END.split(value[:LONGEST].strip())[0].strip(" :：,，;；")
    fit = 2 <= len(first) <= 20 and known(first) and not _NO_PEN_NAME.search(first)
    return (first,) if fit else ()


_PEN_END = re.compile(r"[\t|｜【】\[\]<>（(]|\s{2,}|发布于|(?:20|19)\d\d[-年/.]")
_NO_PEN_NAME = re.compile(r"[。，！？?=\"]|https?:|^\d+$|整理|整合|转载|轉載|责任|記者$|记者$")


def editors_of(value: str) -> str | None:
    """The editor or editors a labelled value names, joined by 、."""
    value = _EDITOR_END.split(value[:LONGEST].strip())[0].replace("\t", " ")
    value = _STAFF_NUMBER.sub("", value).strip()
    if names := people(value):
        return "、".join(names)
    first = value.split(" ")[0].strip(" :：,，;；。")
    return first if 1 < len(first) <= 12 and known(first) and not _NO_EDITOR.search(first) else None


_EDITOR_END = re.compile(r"[|｜【】\[\]<>）)]|(?:20|19)\d\d[-年/.]")
_STAFF_NUMBER = re.compile(r"(?:_|\b[A-Z]{0,2}\d+).*$")
_NO_EDITOR = re.compile("[。！？、]|上传|视频|讨论|本文|推荐|分享")

_HAND = "(?:文|撰文|采写|採寫|圖文|图文|文字)"
_BARE_AUTHOR = re.compile(
    rf"(?:^|[\s（(【\[〔|｜/]){_HAND}\s?(?:[/／╱丨|｜]\s?(?:图|圖)?)\s?(?P<hand>[^\t|｜／/]{{2,24}})|"
    rf"(?:^|[\s（(【\[〔]){_HAND}\s?[/／╱丨]\s?[图圖]\s(?P<both>[\u3400-\u9fff 、]{{2,24}})|"
    r"(?:^[\u3400-\u9fffA-Za-z]{0,10}|[\s（(【\[〔|｜:：□■◎●▲◆○]|[报報网網社台者闻聞])"
    r"(?:见习|实习|實習|本报|本網|本网|全媒体|首席|特约|特派)?"
    r"(?:记者|記者|特派員|评论员|評論員)[:：\s]?"
    r"(?P<reporter>[\u3400-\u9fff、 ]{2,24}?)"
    r"(?=$|[\t|｜／/╱）)】\]〕]|[\d一二三四五六七八九十]{1,3}日|报道|報導|文[/／]|20)|"
    r"(?:中心|[组組])\s?[／╱/]\s?(?P<desk>[\u3400-\u9fff、]{2,12}?)(?:綜合|综合|整理)?(?:報導|报道)|"
    r"(?:^|[【\[〔（(])(?:編譯|编译|實習記者|特約記者)?(?P<filed>[\u3400-\u9fff、]{2,12})(?<!中心)(?<![组組])[／/╱][^\s\t／/]{1,8}(?:報導|报道|特稿|電$)|"
    r"(?:^|[\s\t=\]])(?P<korean>[\uac00-\ud7a3]{2,4}) ?기자"
)
_PICTURE = re.compile(r"\s?[/／╱]?\s?(?:摄|攝|图|圖|影|供图|提供|翻攝)")
_PLACED = re.compile(
    "(?P<name>[\u3400-\u9fff]{2,4}?)(?:台北|臺北|新北|台中|台南|高雄|桃園|基隆|新竹|苗栗|彰化|南投|雲林|嘉義|屏東|宜蘭|花蓮|台東|臺東|澎湖|金門|馬祖|"
    "東京|北京|上海|香港|華盛頓|紐約|洛杉磯|舊金山|倫敦|巴黎|柏林|布魯塞爾|首爾|曼谷|新加坡|雪梨|河內|雅加達|新德里|綜合)$"
)
_DISPATCH = re.compile(r"[\d一二三四五六七八九十]{1,3}日")


def bare_authors(line: str) -> tuple[str, ...]:
    """Authors in a byline that has no label for them: 文/张三, 记者 张三, 記者王小明／台北報導, 홍길동 기자."""
    for match in _BARE_AUTHOR.finditer(line[:LONGEST]):
        after = line[match.end() : match.end() + 6]
        if korean := match["korean"]:
            return (korean,)
        value = match["hand"] or match["both"] or match["reporter"] or match["desk"] or match["filed"] or ""
        if _PICTURE.match(after) or _PICTURE_END.search(value) or (match["filed"] and not has_surname(value[:3])):
            continue
        if _DISPATCH.match(after) and (placed := _PLACED.match(value)):
            value = placed["name"]
        if names := authors_of(_AFTER_NAMES.split(value)[0]):
            return names
    return ()


_PICTURE_END = re.compile(r"[摄攝]|[图圖]$")
_AFTER_NAMES = re.compile(r"[\t（(]|报道|報導|编辑|發自|发自|专题|实习")


def bare_source(line: Line) -> str | None:
    """The outlet that stands next to a date without a label. In a line right under the title the piece beside the date
    is it; elsewhere only a name that reads like an outlet's."""
    stamp, text = line.stamp, line.text
    if stamp is None or len(text) > 90:
        return None
    before, after = _PIECES.split(text[: stamp.at]), _PIECES.split(text[stamp.end :])
    for piece in [*filter(None, after), *filter(None, before[::-1])]:
        name = outlet(piece)
        if name and len(name) <= 16 and _OUTLET.search(name) and not _NO_OUTLET.search(name):
            return name
    if line.below and "\t" in text:
        named = [[piece for piece in side if _LETTER.search(piece)] for side in (before, after)]
        for piece in (*named[0][-1:], *named[1][:1]):
            name = outlet(piece)
            if name and len(name) <= 16 and _is_account(name):
                return name
    return None


def next_source(line: Line) -> str | None:
    """The outlet that is all there is in the line after the date's."""
    name = outlet(line.text)
    fit = name and 2 < len(name) <= 16 and not line.inside and not line.pairs and name not in _SECTIONS
    return name if fit and name and _OUTLET_END.search(name) and not _NO_OUTLET.search(name) else None


_OUTLET_END = re.compile(
    "(?:报|報|网|網|社|台|臺|新闻|新聞|在线|客户端|周刊|週刊|杂志|雜誌|频道|传媒|发布|融媒|融媒体|观察|快讯|News|Times|Daily|Post)$"
)


_PIECES = re.compile(r"[\t|｜]|\s+")
_NO_OUTLET = re.compile(
    r"[:：，,；]|时间|時間|日期|发布于|发布$|发表|来自|首页|字[号体]|大小|分享|收藏|评论|点击|浏览|阅读|打印|举报|关注|更新|星期|"
    r"周[一二三四五六日]|^\W|^第|^\d+\W*\S$|"
    r"正文|编辑|作者|记者|記者|報導|报道$|原创|转载|来源|赞|跟帖|播报|文章|查看|人气|热度|次$|字$|\d+条|我要|上午|下午|讯$|订阅|粉丝|楼|回复"
)
_SHARE_WORDS = (
    "facebook twitter line google weibo wechat email e-mail print pdf html xml rss share app by qq qzone a aa x plurk"
)
_SHARING = frozenset(_SHARE_WORDS.split())


def _is_account(name: str) -> bool:
    """Whether a name that stands alone can be that of a channel or account that published the article."""
    if _NO_OUTLET.search(name) or has_surname(name) or is_word(name) or name.lower() in _SHARING:
        return False
    return bool(_HAN.search(name)) or (len(name) > 3 and name[0].isalpha())


_HAN = re.compile("[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W_]")
_SECTION_NAMES = (
    "正文 导读 摘要 要闻 时政 新闻 国内 国际 社会 财经 体育 娱乐 科技 教育 军事 文化 健康 旅游 汽车 房产 评论 "
    "观点 视频 图片 专题 滚动 综合 首页 返回 头条 推荐 热点 原创 转载 生活 即時 政治 地方 政務 公告 通知 目录 "
    "全文 简体 繁體 列印 字級 收听 播报 语音 朗读 小字号 大字号 举报 关注 登录"
)
_SECTIONS = frozenset(_SECTION_NAMES.split())


def account(lines: Sequence[Line], text: str, *, dated: bool) -> str | None:
    """The channel or account that stands alone between the title and the date, or (as a link) the `text`."""
    if len(lines) != 1 or lines[0].pairs or "\t" in lines[0].text:
        return None
    name = outlet(lines[0].text)
    if name is None or not 2 < len(name) <= 16 or name in _SECTIONS or not (dated or lines[0].segment.links > 0.5):
        return None
    if len(name) > 6 and lines[0].segment.links < 0.5 and overlap(name, text) > 0.5:  # a subheading
        return None
    return name if _is_account(name) and not _PHRASE.search(name) else None


_PHRASE = re.compile(r"[\s！？!?、（(%]|\d{3}|第.{1,3}[期章节]|请|您|你|怎么|如何")


def poster(line: Line) -> tuple[str, ...]:
    """Who posted it, as he calls himself: 山里人 于 2024-05-06 15:47 发布."""
    match = line.stamp and _POSTED.fullmatch(line.text[: line.stamp.at])
    return pen_name_of(match["name"]) if match and line.below else ()


_POSTED = re.compile(r"(?P<name>[^\t]{2,24})[\t ](?:于|於|发表于|發表於|发布于|發佈於)\s?")


def is_office(name: str) -> bool:
    """Whether a pen name is an outlet's rather than somebody's."""
    return bool(_OUTLET.search(name))


def bare_person(line: Line) -> tuple[str, ...]:
    """A person who stands as a piece of his own in a line with a date."""
    if line.stamp is None or len(line.text) > 120:
        return ()
    pieces = (_MARKS.sub("", piece) for piece in _CELLS.split(line.text))
    return tuple(piece for piece in pieces if is_person(piece) and has_surname(piece))[:1]


_MARKS = re.compile(r"[\[\]（()）\s]")
_CELLS = re.compile(r"\t|\[|\]")


def lone_names(line: Line) -> tuple[str, ...]:
    """Persons who are all there is in a line right under the title."""
    text = line.text
    if not line.below or not 2 <= len(text) <= 24 or line.segment.kind in ("list", "table"):
        return ()
    names = people(text.replace("\t", " "))
    whole = sum(map(len, names)) == len(_BETWEEN.sub("", text))
    surnamed = [name for name in names if has_surname(name)]
    # A name of two characters is a word as often as not, except where the text itself begins with it.
    sure = line.inside or any(len(name) > 2 for name in surnamed)
    return names if whole and sure and len(surnamed) * 2 >= len(names) > 0 else ()


_BETWEEN = re.compile(r"[\s、，,/;；□■◎●▲◆○]+")
