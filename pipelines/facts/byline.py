"""Byline: labelled and bare facts in the short lines around an article, and in its first and last sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import attrs

from pipelines.facts.dates import Stamp, find_stamp
from pipelines.facts.names import has_surname, is_person, known, outlet, people

_LABELS = (
    ("editor", r"(?:责\s?任|責任|值班|网络|执行|本文|文章|栏目)?编\s?辑|(?:責任|責|執行|網路)?編輯|责\s?编|責編"),
    (
        "source",
        (
            r"(?:信息|新闻|文章|消息|本文|稿件|内容|资料|資料)?(?:来\s?源|來\s?源)(?:于|网站|媒体)?|稿源|出处|出處|"
            r"转载自|轉載自|转自"
        ),
    ),
    (
        "author",
        (
            r"(?:本文|文章)?作\s?者|撰\s?文|撰稿(?:人)?|采写|(?:本报|本网|见习|实习|特约|全媒体|首席)?(?:记\s?者|"
            r"記\s?者)|文字"
        ),
    ),
    ("contributor", r"通讯员|通訊員"),
    ("modified", r"(?:最后|最近|最新)?(?:更新|修改)(?:时间|日期|于|時間|於)?"),
    (
        "published",
        (
            r"(?:(?:发\s?布|发\s?表|发\s?稿|刊发|上传|出版|發佈|發布|發表|上稿|添加|录入|建立)(?:时间|日期|于|時間|於)?|"
            r"(?<![\u3400-\u9fff])(?:时\s?间|日\s?期|時間))"
        ),
    ),
    ("category", r"(?:所属|新闻|文章)?(?:类别|栏目|分类|频道|欄目|類別|分類)"),
    ("tags", r"(?:文章|本文)?(?:标签|標籤|关键[词字]|關鍵[詞字])|[Tt]ags?"),
    ("original", r"(?:信息|文章|新闻)?(?:原文|原始)(?:地址|链接|网址|出处|连接)"),
    (
        "",
        (
            r"(?:浏览|阅读|点击|人气|评论|查看|访问|跟贴|瀏覽|閱讀|點閱)(?:次数|量|数|人数)?|字\s?号|字体|校对|审核|"
            r"审校|审读|监制|摄影|供图|"
            r"图片|选稿|录入|收藏|分享|打印|热度|点赞|热线|电话|原标题|快照\S{0,4}|声明|统筹|排版|制作|发布人|发布者|"
            r"单位|编号|文号|主编|"
            r"终审|初审|复审|签发|设计|视频|编审|翻译|策划|作品|地址|链接"
        ),
    ),
)
_SLASHED = frozenset({"editor", "author"})
_LABEL = re.compile(
    "|".join(
        f"(?P<f{i}>(?:{pattern})\\s*" + (r"(?:[:：]|[／╱](?=[\u3400-\u9fff]))" if field in _SLASHED else "[:：]") + ")"
        for i, (field, pattern) in enumerate(_LABELS)
    )
    # A label that an inline element parts from its value needs no colon.
    + "|"
    + "|".join(f"(?P<f{i}b>(?<![^\\t|｜]) ?(?:{pattern})\\s*(?=\\t))" for i, (_, pattern) in enumerate(_LABELS[:4]))
)
_BARE_AUTHOR = re.compile(
    r"(?:^|[\s\t（(【\[|｜/])(?:文|撰文|采写|圖文|图文|文字)\s?[/／╱丨|｜]\s*(?P<after>[^\t|｜]{2,24})|"
    r"(?:^|[\s\t（(【\[|｜]|[报網网社台])(?:见习|实习|本报|本网|全媒体|首席|特约)?(?:记者|"
    r"記者)\s*(?P<reporter>[\u3400-\u9fff、 ]{2,16})"
    r"(?=$|[\t|｜／/╱）)】\]\s]|报道|報導|20)"
)
_RIGHTS = re.compile(r"©|copyright|版权|版權|ICP|快照", re.IGNORECASE)
_PINYIN = re.compile(r"[（(]\s*[a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ]{1,7}\s*[）)]")
_CUT = re.compile(
    r"\t|\s{2,}|[|｜【】\[\]<>]|\s*[（(]?(?:20|19)\d\d[-年/.]|字号|分享|打印|评论|收藏|关注|举报|我要|查看|原文|"
    r"微信|点击|浏览|人气"
)
_OUTLET = re.compile(
    r"(?:报|報|网|網|社|台|臺|新闻|新聞|日报|晚报|在线|客户端|周刊|週刊|杂志|雜誌|频道|传媒|财经|观察|发布|电视|"
    r"电台|中心|政府|委员会|"
    r"新浪|搜狐|腾讯|网易|凤凰|央视|公众号|News|Post|Times|Daily)(?:\S{0,6})$"
)


@attrs.frozen(kw_only=True)
class Found:
    """One fact and where it was read."""

    field: str
    value: str
    origin: str


def labelled(line: str) -> Iterator[tuple[str, str]]:
    """Field and value of each `label:` in a line; the value runs to the next label. Tabs part inline elements."""
    marks = list(_LABEL.finditer(line))
    ends = [mark.start() for mark in marks[1:]] + [len(line)]
    for mark, end in zip(marks, ends, strict=False):
        field = _LABELS[int((mark.lastgroup or "f0").strip("fb"))][0]
        value = line[mark.end() : end].strip()
        if field:
            yield field, value


def source_of(value: str) -> str | None:
    """The outlet a labelled value names."""
    value = value.strip()
    cut = _CUT.search(value)
    value = value[: cut.start()] if cut else value
    if len(value) > 16 and " " in value:
        value = value.split(" ")[0]
    return outlet(value)


def authors_of(value: str) -> tuple[str, ...]:
    """The persons a labelled value names."""
    value = re.split(r"[|｜【】\[\]<>]|(?:20|19)\d\d[-年/.]|发布于|字号|分享|通讯员|摄影|实习生", value.strip())[0]
    value = re.sub(r"^[^\s、，,]{0,8}?(?:记者|記者|评论员|撰稿人)\s*", "", value)
    value = re.sub(r"[（(][^）)]*[）)]?", "", value)
    return people(value.replace("\t", " "))


def pen_name_of(value: str) -> tuple[str, ...]:
    """The pen name or office a labelled value gives in place of persons, as it stands."""
    first = re.split(r"[\t|｜【】\[\]<>（(]|\s{2,}|发布于|(?:20|19)\d\d[-年/.]", value.strip())[0].strip(" :：,，;；")
    fit = 2 <= len(first) <= 20 and known(first) and not re.search(r"[。，！？]|https?:|^\d+$|整理|整合|转载", first)
    return (first,) if fit else ()


def editors_of(value: str) -> str | None:
    """The editor or editors a labelled value names, joined by 、."""
    value = re.split(r"[|｜【】\[\]<>）)]", value.strip())[0].replace("\t", " ")
    value = re.sub(r"(?:_|\bN?\d+).*$", "", value).strip()
    if names := people(value):
        return "、".join(names)
    first = value.split(" ")[0].strip(" :：,，;；。")
    return first if 1 < len(first) <= 12 and known(first) and not re.search(r"[。，！？]", first) else None


def bare_authors(line: str) -> tuple[str, ...]:
    """Authors in a byline that has no label for them: 文/张三, 记者 张三, 記者王小明／台北報導."""
    match = _BARE_AUTHOR.search(line)
    if not match:
        return ()
    value = match["after"] or match["reporter"] or ""
    if re.search(r"[摄攝]|[图圖]$", value):  # a photographer's credit
        return ()
    return authors_of(re.split(r"[\t（(]|报道|報導|编辑", value)[0])


def stamp_in(lines: Iterable[str]) -> Stamp | None:
    """The first date of short lines that are no rights notice."""
    for line in lines:
        if len(line) < 160 and not _RIGHTS.search(line) and (stamp := find_stamp(line)):
            return stamp
    return None


def bare_source(line: str, *, titled: bool) -> str | None:
    """The outlet that stands next to a date without a label. In a line right under the title (`titled`) the piece
    beside the date is it; elsewhere only a name that reads like an outlet's."""
    stamp = find_stamp(line)
    if stamp is None or len(line) > 90 or _RIGHTS.search(line):
        return None
    before, after = re.split(r"[\t|｜]|\s+", line[: stamp.at]), re.split(r"[\t|｜]|\s+", line[stamp.end :])
    for piece in [*filter(None, after), *filter(None, before[::-1])]:
        name = outlet(piece)
        if name and len(name) <= 16 and _OUTLET.search(name) and not _NO_OUTLET.search(name):
            return name
    beside = ([piece for piece in before if piece][-1:], [piece for piece in after if piece][:1])
    for piece in (piece for side in beside for piece in side if titled and "\t" in line):
        name = outlet(piece)
        if (
            name
            and len(name) <= 12
            and not _NO_OUTLET.search(name)
            and not has_surname(name)
            and re.search("[\u3400-\u9fff]", name)
        ):
            return name
    return None


def bare_person(line: str) -> tuple[str, ...]:
    """A person who stands as a piece of his own in a line with a date."""
    if find_stamp(line) is None or len(line) > 120 or _RIGHTS.search(line):
        return ()
    pieces = (re.sub(r"[\[\]（()）\s]", "", piece) for piece in re.split(r"\t|\[|\]", line))
    return tuple(piece for piece in pieces if is_person(piece) and has_surname(piece))[:1]


_NO_OUTLET = re.compile(
    r"[:：]|时间|時間|日期|发布|发表|来自|首页|字[号体]|大小|分享|收藏|评论|点击|浏览|阅读|打印|举报|关注|更新|星期|"
    r"周[一二三四五六日]|"
    r"正文|编辑|作者|记者|記者|報導|报道|原创|转载|来源|赞|跟帖|播报|文章|查看|人气|热度|次$|\d+条|我要|上午|下午"
)


_NAMES = r"(?P<names>[\u3400-\u9fff·、，, \u3000]{2,40}?)"
_DATELINES = (
    re.compile(
        r"[（(【〔][^）)】〕]{0,16}?(?:记者|記者|特派员|作者|撰稿人)\s*[:：]?\s*"
        + _NAMES
        + r"\s*(?=[）)】〕／/╱|]|通讯员|通訊員|文/|报道|實習|实习生)"
    ),
    re.compile(r"\d日(?:电|電|讯|訊)\s*[（(]\s*" + _NAMES + r"\s*[）)]"),
    re.compile(
        r"^[\W_]*[^。，；]{0,14}?(?:记者|記者|作者)\s*[:：]?\s*"
        + _NAMES
        + r"\s*(?:$|[／/╱](?!摄|攝)|通讯员|报道$|報導|文/|来源|(?=\d+月))"
    ),
    re.compile(
        r"^[\W_]*(?:文|撰文|采写|作者)\s*[:：/／丨|｜]\s*" + _NAMES + r"\s*(?:$|[）)】\]|｜]|[，,]\s*编辑|编辑|图|摄)"
    ),
    re.compile(r"^[【〔（(]" + _NAMES + r"[／╱/]\s*\S{1,8}(?:報導|报道)"),
)
_SIGN_OFFS = (
    re.compile(
        r"[（(【](?:[^（()）]{0,12}(?:记者|記者)|作者|文|撰文|文/图|采写)\s*[:：/／]?\s*"
        + _NAMES
        + r"\s*(?:摄影报道|报道)?[）)】]\W*$"
    ),
    re.compile(
        r"^\W*[^。，；]{0,12}?(?:记者|記者|作者|采写|撰文|撰稿|文)\s*[:：/／丨|｜ ]\s*"
        + _NAMES
        + r"\s*(?:$|编辑|责编|来源|/)"
    ),
    re.compile(r"[。！？”…]\s*[（(]\s*" + _NAMES + r"\s*[）)]\W*$"),
)


def authors_in_text(blocks: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Authors in the dateline or the sign-off of the main text, and which of the two."""
    for line in "\n".join(blocks[:6]).split("\n")[:7]:
        head = _PINYIN.sub("", line[:140])
        for pattern in _DATELINES:
            match = pattern.search(head)
            if match and match.start() < 70 and (names := people(match["names"])) and not _picture_credit(head, match):
                return names, "dateline"
    for line in "\n".join(blocks[-3:]).split("\n")[:-5:-1]:
        tail = _PINYIN.sub("", line[-160:])
        for pattern in _SIGN_OFFS:
            if (match := pattern.search(tail)) and (names := people(match["names"])) and all(map(is_person, names)):
                return names, "sign-off"
    return (), ""


def _picture_credit(line: str, match: re.Match[str]) -> bool:
    """Whether it is the photographer who is named: （新华社记者 张三 摄）."""
    return (
        bool(re.match(r"\s*[摄攝图圖]", line[match.end("names") :])) or "摄" in match["names"] or "攝" in match["names"]
    )
