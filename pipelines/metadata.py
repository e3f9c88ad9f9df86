"""Metadata: title, source, author, editor, dates and the rest, each with the place it was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from itertools import pairwise

import attrs
from lxml.html import HtmlElement

from pipelines.content.segments import Segment, key, squeeze
from pipelines.content.tree import CJK, text_of
from pipelines.facts import byline, declared
from pipelines.facts.byline import Line
from pipelines.facts.credits import authors_in_text
from pipelines.facts.dates import CHINA, Stamp, find_stamp, find_yearless
from pipelines.facts.head import Head, absolute, text_value
from pipelines.facts.labels import labelled
from pipelines.facts.names import known, outlet
from pipelines.facts.titles import find_title, fit_title, is_heading_of, overlap
from pipelines.rules import ExtractRules
from pipelines.selection import select

_SOURCES = ("source", "contentsource", "mediaid", "article:source", "weibo:webpage:source")
_ZONES: dict[str | None, tzinfo] = {
    None: CHINA,
    "zh": CHINA,
    "ja": timezone(timedelta(hours=9)),
    "ko": timezone(timedelta(hours=9)),
}
_BEFORE, _AFTER = 5, 14
_LONG = 300
"""Characters from which a segment is no byline."""


@attrs.define(kw_only=True)
class Metadata:
    """What a page states about its article; None and empty where it states nothing."""

    title: str | None = None
    author: tuple[str, ...] = ()
    source: str | None = None
    editor: str | None = None
    published: datetime | None = None
    published_precision: str | None = None
    modified: datetime | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    canonical_url: str | None = None
    original_url: str | None = None
    lang: str | None = None
    origins: dict[str, str] = attrs.field(factory=dict)
    pen_name: tuple[str, ...] = ()
    """What a byline gives for the author where it is no person: used if no person turns up."""

    def settle(self, field: str, value: object, origin: str) -> None:
        """Sets a field that is still unknown and notes where it was read; an empty value changes nothing."""
        if value and not getattr(self, field):
            setattr(self, field, value)
            self.origins[field] = origin

    def refine(self, stamp: Stamp, zone: tzinfo, origin: str) -> None:
        """Sets the time of publication if it is unknown, or known to its day only and `stamp` is finer."""
        if self.published and self.published_precision == "day" and stamp.precision != "day":
            days = {stamp.when.date(), stamp.when.astimezone(zone).date()}
            if self.published.date() in days and stamp.when.time() != time():  # midnight only stands for the day
                self.published = None
        self.settle_stamp(stamp, origin)

    def settle_stamp(self, stamp: Stamp | None, origin: str) -> None:
        """Sets the time of publication if it is still unknown, with its precision."""
        if stamp and self.published is None:
            self.settle("published", stamp.when, origin)
            self.published_precision = stamp.precision


def read_title(tree: HtmlElement, head: Head, page: Sequence[Segment], rules: ExtractRules) -> tuple[str | None, str]:
    """The title and where it was read. `page` is all that the page shows."""
    if rules.title:
        for node in select(tree, rules.title, "title"):
            if text := fit_title(squeeze(text_of(node))):
                return text, "rules"
    title, origin = find_title(tree, head, page)
    return (fitting, origin) if (fitting := fit_title(title or "")) else (None, "")


def read_metadata(
    tree: HtmlElement,
    head: Head,
    page: Sequence[Segment],
    main: Sequence[Segment],
    title: tuple[str | None, str],
    url: str,
    rules: ExtractRules,
) -> Metadata:
    """Reads what a page states. `page` is all that it shows, `main` its main text, by which bylines are told from
    other short lines."""
    found = Metadata(canonical_url=head.canonical)
    found.settle("title", title[0], title[1])
    found.lang = _language(tree, main)
    zone, shown_first = _ZONES.get(found.lang, UTC), found.lang in (None, "zh")
    if not shown_first:
        _read_declared(found, head, zone)
    before, after = _lines(page, main, title[0], zone, worded=found.lang not in _ZONES)
    _read_labelled(found, before, "byline", zone)
    names, where = authors_in_text([segment.text for segment in main])
    found.settle("author", names, where)
    _read_bare(found, before, zone, sources=shown_first)
    _read_yearless(found, before, declared.days(head, url, zone), zone)
    _read_labelled(found, after, "sign-off", zone)
    _read_declared(found, head, zone)
    _read_marked(found, tree, zone, people=not shown_first)
    if shown_first and found.source is None:
        _read_account(found, before, main)
    found.settle("author", found.pen_name, "byline")
    if not shown_first:
        found.settle("author", *declared.offices(head))
    if found.modified and found.published and found.modified < found.published:
        found.modified = None
    _read_crumbs(found, page, title[0])
    _read_keywords(found, head, main)
    _read_original(found, page, url)
    found.settle("source", rules.source, "rules")
    return found


def _lines(
    page: Sequence[Segment], main: Sequence[Segment], title: str | None, zone: tzinfo, *, worded: bool
) -> tuple[list[Line], list[Line]]:
    """The short segments that stand before and after the main text, those next to the title first."""
    start, end = _span(page, main)
    headings = _headings(page[: start + 2], title)
    titles = {i for i in headings if len(page[i].text) < len(title or "") + 6}  # not with a byline behind them
    near: list[int] = []
    for i in headings[::-1][:3] or [max(0, start - 8)]:
        near += [*range(i, min(start, i + 12)), *range(max(0, i - _BEFORE), i)]
    near += range(max(0, start - 4), start)
    below = {j for i in headings for j in range(i, i + 5)}
    before = [
        Line.of(page[i], zone=zone, below=i in below, worded=worded)
        for i in dict.fromkeys(near)
        if len(page[i].text) < _LONG and i not in titles
    ]
    # A byline may have been taken into the text, and a credit may close it.
    before += [
        Line.of(page[i], zone=zone, below=i in below, inside=True, worded=worded)
        for i in range(start, min(start + 3, len(page)))
        if len(page[i].text) < 90 and i not in titles
    ]
    after = [segment for segment in page[max(start, end - 3) : end] if len(segment.text) < 120]
    foreign = False
    for segment in page[end : end + _AFTER]:
        foreign = foreign or (len(segment.text) < 24 and bool(_OTHERS.search(segment.text)))
        if len(segment.text) < _LONG and (not foreign or _EDITED.search(segment.text)):
            after.append(segment)
    return before, [Line.of(segment, zone=zone, worded=worded) for segment in after]


_OTHERS = re.compile(
    "^(?:作者最新|相关|相關|推荐|推薦|热门|熱門|最新|延伸|猜你|更多|热点|排行|网友|網友|评论|評論|精彩|大家都在|回复|跟帖|発|関連|관련|Related|Comments)"
)

"""What heads a list of other things than the article: the facts below it are theirs, but for the editor's name."""
_EDITED = re.compile("责任编辑|責任編輯|责编")


def _span(page: Sequence[Segment], main: Sequence[Segment]) -> tuple[int, int]:
    """Where on the page the main text begins and ends."""
    prose = {segment.text for segment in main if len(segment.text) > 20 and segment.links < 0.5}
    texts = prose or {segment.text for segment in main}
    inside = [i for i, segment in enumerate(page) if segment.text in texts]
    if not inside and texts:  # spaced otherwise
        keys = {key(text) for text in texts}
        inside = [i for i, segment in enumerate(page) if key(segment.text) in keys]
    if not inside:
        return len(page), len(page)
    start, texts = inside[0], {segment.text for segment in main[:5]}
    while start and page[start - 1].text in texts:
        start -= 1
    return start, inside[-1] + 1


def _headings(segments: Sequence[Segment], title: str | None) -> list[int]:
    letter = key(title or "")[:1]
    return [i for i, one in enumerate(segments) if letter in one.text[:40].lower() and is_heading_of(one.text, title)]


def _read_labelled(found: Metadata, lines: Sequence[Line], origin: str, zone: tzinfo) -> None:
    for i, line in enumerate(lines):
        if line.segment.links > 0.8 and len(line.text) > 40 and not _TAG_LINE.match(line.text):
            continue
        for at, (field, value) in enumerate(line.pairs):
            if not value and at == len(line.pairs) - 1 and i + 1 < len(lines) and len(lines[i + 1].text) < 40:
                value = lines[i + 1].text  # a label at the end of a line: its value is an element of its own
            if origin == "byline" or field not in ("modified", "category"):
                _settle_labelled(found, field, value, origin, zone)
        if origin != "byline" and line.stamp and _SENT.search(line.text[: line.stamp.at]):
            found.settle_stamp(line.stamp, origin)


_TAG_LINE = re.compile(r"\W{0,3}(?:标签|標籤|关键|關鍵|[Tt]ag)")
_SENT = re.compile(r"(?:发表|发布|發表|發佈|發布|刊登|发稿|首发)(?:于|於|在)?\s*$")


def _settle_labelled(found: Metadata, field: str, value: str, origin: str, zone: tzinfo) -> None:
    if field == "source":
        found.settle("source", byline.source_of(value), origin)
    elif field == "author":
        if origin == "byline" or not found.pen_name or byline.is_office(found.pen_name[0]):
            found.settle("author", byline.authors_of(value), origin)
        found.pen_name = found.pen_name or byline.pen_name_of(value)
    elif field == "editor":
        found.settle("editor", byline.editors_of(value), origin)
    elif field == "published":
        found.settle_stamp(find_stamp(value[:60], zone), origin)
    elif field == "modified":
        stamp = find_stamp(value[:60], zone)
        found.settle("modified", stamp and stamp.when, origin)
    elif field == "category":
        name = value.split("\t")[0].split(" ")[0]
        found.settle("category", name if known(name) and len(name) <= 12 else None, origin)
    elif field == "tags":
        tags = [tag for tag in _TAG_PARTING.split(value) if known(tag) and len(tag) <= 20]
        found.settle("tags", tuple(dict.fromkeys(tags)), origin)


_TAG_PARTING = re.compile(r"[\s,，、;；|/]+")


def _read_bare(found: Metadata, before: Sequence[Line], zone: tzinfo, *, sources: bool) -> None:
    """What stands in the byline without a label."""
    for line in before:
        if len(line.text) > 160:
            continue
        if line.segment.links <= 0.9 or len(line.text) < 30:
            found.settle("author", byline.bare_authors(line.text), "byline")
        if line.segment.links > 0.9:
            continue
        if line.stamp and (changed := _changed(line, zone)):
            found.settle("modified", changed.when, "byline")
        if line.stamp and changed is not line.stamp:
            found.settle_stamp(line.stamp, "byline")
        if sources:
            found.settle("source", byline.bare_source(line), "byline")
        if line.below:
            found.settle("author", byline.bare_person(line), "byline")
            found.pen_name = found.pen_name or byline.poster(line)
    for line in before:
        found.settle("author", byline.lone_names(line), "byline")


def _changed(line: Line, zone: tzinfo) -> Stamp | None:
    """The line's stamp where it is that of a change (before or behind it stands 更新), or the one that follows it and
    is: 입력 2026.03.12. 오전 8:30 수정 2026.03.12. 오후 1:05."""
    stamp, text = line.stamp, line.text
    if stamp is None or _CHANGED.search(text[max(0, stamp.at - 10) : stamp.at]):
        return stamp
    if word := _CHANGED.search(text[stamp.end : stamp.end + 8]):
        at = stamp.end + word.end()
        following = find_stamp(text[at : at + 40], zone)
        if following and following.at <= _LABEL_END:
            return following
        if _FOLLOWING.match(text, at):  # 发布 2026-03-06 10:20 更新 11:05
            return None
        return stamp if word.start() <= 2 else None
    return None


_FOLLOWING = re.compile(r"[\s:：于於]{0,4}\d")
_LABEL_END = 6
"""Characters between what says that a date is one of a change and the date: 时间：."""


_CHANGED = re.compile("更新|修改|修訂|修订|[Uu]pdated|수정")


def _read_yearless(found: Metadata, before: Sequence[Line], years: Sequence[datetime], zone: tzinfo) -> None:
    """A date that needs its year from elsewhere: 发布时间：10-08 12:00."""
    for line in before:
        if found.published is None and line.below and len(line.text) < 60 and years:
            found.settle_stamp(find_yearless(line.text, years, zone), "byline")


def _read_declared(found: Metadata, head: Head, zone: tzinfo) -> None:
    """JSON-LD and meta elements: for a Chinese page after what it shows, for others the first word."""
    for stamp, origin in declared.published(head, zone):
        found.refine(stamp, zone, origin)
    for stamp, origin in declared.modified(head, zone):
        found.settle("modified", stamp.when, origin)
    for names, origin in declared.authors(head):
        if "、".join(names) not in (found.editor, found.source):
            found.settle("author", names, origin)
    for name in _SOURCES:
        found.settle("source", byline.source_of(_SOURCE_LABEL.sub("", head.metas.get(name, "")[:100])), f"meta:{name}")
    author = head.metas.get("article:author", "")[:100]
    if re.search("报|网|社|新闻|财经|电视", author):
        found.settle("source", outlet(author), "meta:article:author")
    found.settle(
        "category", text_value(head.article.get("articleSection")) or head.metas.get("article:section"), "head"
    )
    found.settle("tags", head.tags, "meta:article:tag")


_SOURCE_LABEL = re.compile("^来源[:：]")


def _read_marked(found: Metadata, tree: HtmlElement, zone: tzinfo, *, people: bool) -> None:
    """What the markup itself marks as time or author."""
    if found.published is None or found.published_precision == "day":
        for stamp in declared.timed(tree, zone):
            found.refine(stamp, zone, "time")
    if people and not found.author:
        found.settle("author", declared.signed(tree), "byline")


def _read_account(found: Metadata, before: Sequence[Line], main: Sequence[Segment]) -> None:
    """The account that published, where nothing names a source."""
    between: list[Line] = []
    for line in before:
        if (
            not line.below
            or line.inside
            or line.stamp
            or len(line.text) > 40
            or any(field == "published" for field, _ in line.pairs)
        ):
            break
        between.append(line)
    dated = any(line.stamp or line.pairs for line in before[len(between) :][:1])
    text = "".join(segment.text for segment in main[:20])
    found.settle("source", byline.account(between, text, dated=dated), "byline")
    for line, following in pairwise(before):
        if line.stamp and line.below and following.below:
            found.settle("source", byline.next_source(following), "byline")


def _read_crumbs(found: Metadata, page: Sequence[Segment], title: str | None) -> None:
    """The section that the trail at the head of the page ends in: 首页 > 教育 > 正文."""
    for segment in page[:60]:
        if not (_TRAIL.search(segment.text) and re.search("首页|首頁|位置", segment.text)) or len(segment.text) > 120:
            continue
        crumbs = [squeeze(text_of(node)) for node in segment.element.iter("a")]
        crumbs = [crumb for crumb in crumbs if crumb in segment.text and not is_heading_of(crumb, title)]
        if len(crumbs) > 1 and 2 <= len(crumbs[-1]) <= 10 and crumbs[-1] not in ("首页", "首頁", "正文"):
            found.settle("category", crumbs[-1], "breadcrumb")
            return


_TRAIL = re.compile(r"[>＞»›→]|\s[/-]\s")


def _read_keywords(found: Metadata, head: Head, main: Sequence[Segment]) -> None:
    """The declared keywords, where they are few and the text has most of them: a long list is for search engines."""
    text = (found.title or "") + "".join(segment.text for segment in main)
    words = [word for word in re.split(r"[,，;；、|\s]+", head.metas.get("keywords", "")) if word]
    taken_up = {word for word in words if overlap(word, text) >= 0.3}
    fit = all(2 <= len(word) <= (12 if word in taken_up else 6) for word in words)
    if 0 < len(words) <= 6 and 2 * len(taken_up) >= len(set(words)) and fit:
        found.settle("tags", tuple(dict.fromkeys(words)), "meta:keywords")


def _read_original(found: Metadata, page: Sequence[Segment], url: str) -> None:
    """The page a snapshot was taken from: 原文地址 and a link."""
    for segment in page:
        if (
            len(segment.text) > 200
            or "原" not in segment.text
            or not any(field == "original" for field, _ in labelled("\t".join(segment.pieces)))
        ):
            continue
        links = [node.get("href") or "" for node in segment.element.iter("a")]
        links += re.findall(r"https?://[^\s\t，。]+", segment.text)
        for link in links:
            found.settle("original_url", absolute(link, url) if link.startswith(("http", "//")) else None, "page")


_NO_LETTERS = re.compile(r"[\W\d_]+")
_SCRIPTS = (
    (re.compile("[\u3041-\u30ff]+"), 0.08, "ja"), (re.compile("[\uac00-\ud7a3]+"), 0.2, "ko"),
    (re.compile(f"{CJK.pattern}+"), 0.2, "zh"),
)  # fmt: skip
"""By runs, and of the letters the share from which a text is in the language."""


def _language(tree: HtmlElement, main: Sequence[Segment]) -> str | None:
    """The language by the text's script, else as declared."""
    text = "".join(segment.text for segment in main[:40])[:1500]
    for script, share, language in _SCRIPTS:
        found = sum(map(len, script.findall(text)))
        if found > share * len(text) or (found and found > share * len(_NO_LETTERS.sub("", text))):
            return language
    declared = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip().lower()
    primary = re.split("[-_]", declared)[0]
    return primary if re.fullmatch("[a-z]{2,3}", primary) else None
