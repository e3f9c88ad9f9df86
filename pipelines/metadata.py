"""Metadata: title, source, author, editor, dates and the rest, each with the place it was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

import attrs
from lxml.html import HtmlElement

from pipelines.content.segments import Segment, key, squeeze
from pipelines.content.tree import CJK, text_of
from pipelines.content.views import is_prose
from pipelines.facts import byline
from pipelines.facts.dates import CHINA, Stamp, parse_stamp
from pipelines.facts.head import Head, absolute, text_value, text_values
from pipelines.facts.names import known, outlet, people
from pipelines.facts.titles import find_title, fit_title, is_heading_of, overlap
from pipelines.rules import ExtractRules
from pipelines.selection import select

_PUBLISHED = (
    "article:published_time", "publishdate", "pubdate", "publish_time", "publishtime", "datepublished",
    "og:release_date",
    "og:published_time", "weibo:article:create_at", "apub:time", "news:published_time", "dc.date", "dc.date.issued",
    "dcterms.created", "datepublish", "parsely-pub-date", "sailthru.date", "date",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "lastmodified", "weibo:article:update_at")
_SOURCES = ("source", "contentsource", "mediaid", "article:source", "weibo:webpage:source")
_BEFORE, _AFTER = 5, 14


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


def read_title(tree: HtmlElement, head: Head, page: Sequence[Segment], rules: ExtractRules) -> tuple[str | None, str]:
    """The title and where it was read. `page` is all that the page shows."""
    if rules.title:
        for node in select(tree, rules.title, "title"):
            if text := fit_title(squeeze(text_of(node))):
                return text, "rules"
    title, origin = find_title(tree, head, "".join(segment.text for segment in page if is_prose(segment)))
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
    zone: tzinfo = CHINA if found.lang in (None, "zh") else UTC
    before, after = _surroundings(page, main, title[0])
    _read_bylines(found, before)
    _read_text(found, main, after)
    _read_bare(found, before, title[0])
    _read_tail(found, after)
    _read_declared(found, head, zone)
    found.settle("author", found.pen_name, "byline")
    _read_crumbs(found, page, title[0])
    _read_keywords(found, head, main)
    _read_original(found, page, url)
    found.settle("source", rules.source, "rules")
    return found


def _line(segment: Segment) -> str:
    return "\t".join(segment.pieces)


def _surroundings(
    page: Sequence[Segment], main: Sequence[Segment], title: str | None
) -> tuple[list[Segment], list[Segment]]:
    """The short segments that stand before and after the main text, those next to the title first."""
    texts = {key(segment.text) for segment in main if is_prose(segment)} or {key(segment.text) for segment in main}
    inside = [i for i, segment in enumerate(page) if key(segment.text) in texts]
    start, end = (inside[0], inside[-1] + 1) if inside else (len(page), len(page))
    headings = [i for i, segment in enumerate(page[:start]) if is_heading_of(segment.text, title)]
    near: list[int] = []
    for i in headings[::-1][:3] or [max(0, start - 8)]:
        near += [*range(i, min(start, i + 12)), *range(max(0, i - _BEFORE), i)]
    near += range(max(0, start - 4), start)
    before = [page[i] for i in dict.fromkeys(near) if len(page[i].text) < 300]
    # A byline may have been taken into the text, and a credit may close it.
    before += [segment for segment in page[start : start + 3] if len(segment.text) < 90]
    closing = [segment for segment in page[max(start, end - 3) : end] if len(segment.text) < 120]
    return before, closing + [segment for segment in page[end : end + _AFTER] if len(segment.text) < 300]


def _read_bylines(found: Metadata, before: Sequence[Segment]) -> None:
    for segment in before:
        if segment.links > 0.8 and len(segment.text) > 40:
            continue
        for field, value in _labelled(segment, before):
            _settle_labelled(found, field, value, "byline")


def _labelled(segment: Segment, following: Sequence[Segment]) -> list[tuple[str, str]]:
    """Labelled values of a segment; a label at its end takes the next segment for its value."""
    pairs = list(byline.labelled(_line(segment)))
    if pairs and not pairs[-1][1]:
        at = next((i for i, other in enumerate(following) if other is segment), -1)
        if 0 <= at < len(following) - 1 and len(following[at + 1].text) < 40:
            pairs[-1] = (pairs[-1][0], _line(following[at + 1]))
    return pairs


def _settle_labelled(found: Metadata, field: str, value: str, origin: str) -> None:
    if field == "source":
        found.settle("source", byline.source_of(value), origin)
    elif field == "author":
        found.settle("author", byline.authors_of(value), origin)
        found.pen_name = found.pen_name or byline.pen_name_of(value)
    elif field == "editor":
        found.settle("editor", byline.editors_of(value), origin)
    elif field == "published":
        _settle_stamp(found, byline.stamp_in([value[:60]]), origin)
    elif field == "modified":
        stamp = byline.stamp_in([value[:60]])
        found.settle("modified", stamp and stamp.when, origin)
    elif field == "category":
        name = value.split("\t")[0].split(" ")[0]
        found.settle("category", name if known(name) and len(name) <= 12 else None, origin)
    elif field == "tags":
        tags = [tag for tag in re.split(r"[\s,，、;；|/]+", value) if known(tag) and len(tag) <= 20]
        found.settle("tags", tuple(dict.fromkeys(tags)), origin)


def _settle_stamp(found: Metadata, stamp: Stamp | None, origin: str) -> None:
    if stamp and not found.published:
        found.settle("published", stamp.when, origin)
        found.published_precision = stamp.precision


def _read_text(found: Metadata, main: Sequence[Segment], after: Sequence[Segment]) -> None:
    blocks = [segment.text for segment in main]
    names, where = byline.authors_in_text(blocks)
    if names:
        found.settle("author", names, where)


def _read_bare(found: Metadata, before: Sequence[Segment], title: str | None) -> None:
    """What stands in the byline without a label."""
    below = 0
    for segment in before:
        below = 4 if is_heading_of(segment.text, title) else below - 1
        line = _line(segment)
        if len(segment.text) > 160 or segment.links > 0.9:
            continue
        if not any(field == "modified" for field, _ in byline.labelled(line)):
            _settle_stamp(found, byline.stamp_in([line]), "byline")
        found.settle("source", byline.bare_source(line, titled=below > 0), "byline")
        found.settle("author", byline.bare_authors(line) or (byline.bare_person(line) if below > 0 else ()), "byline")


def _read_tail(found: Metadata, after: Sequence[Segment]) -> None:
    for segment in after:
        if segment.links > 0.9 and not re.match(r"\W*(?:标签|標籤|关键|關鍵|[Tt]ag)", segment.text):
            continue
        for field, value in _labelled(segment, after):
            if field not in ("modified", "category"):
                _settle_labelled(found, field, value, "sign-off")


def _read_declared(found: Metadata, head: Head, zone: tzinfo) -> None:
    """JSON-LD and meta elements: for a Chinese page after what it shows, for others the first word."""
    article, metas = head.article, head.metas
    stamps = [(article.get("datePublished") or article.get("pubDate"), "json-ld")]
    stamps += [(metas.get(name), f"meta:{name}") for name in _PUBLISHED]
    for value, origin in stamps:
        stamp = parse_stamp(value, zone) if isinstance(value, str) else None
        if stamp is None:
            continue
        finer = found.published_precision == "day" and stamp.precision != "day"
        if found.published is None or (finer and stamp.when.astimezone(zone).date() == found.published.date()):
            found.published, found.published_precision = stamp.when, stamp.precision
            found.origins["published"] = origin
    for value, origin in [
        (article.get("dateModified"), "json-ld"),
        *((metas.get(name), f"meta:{name}") for name in _MODIFIED),
    ]:
        if isinstance(value, str) and (stamp := parse_stamp(value, zone)):
            found.settle("modified", stamp.when, origin)
    _settle_people(found, text_values(article.get("author")), "json-ld")
    for name in ("author", "article:author", "byl", "parsely-author", "dc.creator", "sailthru.author"):
        _settle_people(found, (metas.get(name, ""),), f"meta:{name}")
    for name in _SOURCES:
        found.settle("source", byline.source_of(re.sub(r"^来源[:：]", "", metas.get(name, ""))), f"meta:{name}")
    author = metas.get("article:author", "")
    if re.search("报|网|社|新闻|财经|电视", author):
        found.settle("source", outlet(author), "meta:article:author")
    found.settle("category", text_value(article.get("articleSection")) or metas.get("article:section"), "head")
    found.settle("tags", head.tags, "meta:article:tag")


def _settle_people(found: Metadata, values: Sequence[str], origin: str) -> None:
    names: list[str] = []
    for value in values:
        if CJK.search(value):
            names += people(value)
        elif value and known(value) and not re.search(r"https?:|[@|]", value) and len(value) < 60:
            names += [name for part in re.split(r",| and | & |;", value) if known(name := part.strip()) and " " in name]
    if names and "、".join(names) != (found.editor or ""):
        found.settle("author", tuple(dict.fromkeys(names)), origin)


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
    """The declared keywords, where they are few and the text has them: a long list is for search engines."""
    text = (found.title or "") + "".join(segment.text for segment in main)
    words = [word for word in re.split(r"[,，;；、|\s]+", head.metas.get("keywords", "")) if word]
    if 0 < len(words) <= 6 and all(2 <= len(word) <= 12 and overlap(word, text) >= 0.3 for word in words):
        found.settle("tags", tuple(dict.fromkeys(words)), "meta:keywords")


def _read_original(found: Metadata, page: Sequence[Segment], url: str) -> None:
    """The page a snapshot was taken from: 原文地址 and a link."""
    for segment in page:
        if (
            len(segment.text) > 200
            or "原" not in segment.text
            or not any(field == "original" for field, _ in byline.labelled(_line(segment)))
        ):
            continue
        links = [node.get("href") or "" for node in segment.element.iter("a")]
        links += re.findall(r"https?://[^\s\t，。]+", segment.text)
        for link in links:
            found.settle("original_url", absolute(link, url) if link.startswith(("http", "//")) else None, "page")


def _language(tree: HtmlElement, main: Sequence[Segment]) -> str | None:
    """The language by the text's script, else as declared."""
    text = "".join(segment.text for segment in main)[:4000]
    letters = len(re.findall(r"[^\W\d_]", text)) or 1
    if len(re.findall("[\u3041-\u30ff]", text)) > 0.08 * letters:
        return "ja"
    if len(re.findall("[\uac00-\ud7a3]", text)) > 0.2 * letters:
        return "ko"
    if len(CJK.findall(text)) > 0.2 * letters:
        return "zh"
    declared = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip().lower()
    primary = re.split("[-_]", declared)[0]
    return primary if re.fullmatch("[a-z]{2,3}", primary) else None
