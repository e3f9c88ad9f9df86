"""Declared: what JSON-LD, meta elements and marked-up elements state about the article, in the order it is believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo

from lxml.html import HtmlElement

from pipelines.content.segments import squeeze
from pipelines.content.tree import CJK
from pipelines.facts.dates import Stamp, dates_in_url, parse_stamp
from pipelines.facts.head import Head, text_values
from pipelines.facts.names import known, people
from pipelines.selection import select

_PUBLISHED = (
    "article:published_time", "publishdate", "pubdate", "publish_time", "publishtime", "datepublished",
    "og:release_date", "og:published_time", "og:article:published_time",
    "weibo:article:create_at", "apub:time", "news:published_time",
    "dc.date", "dc.date.issued", "dc.date.created", "dcterms.created", "dcterms.date", "dcterms.issued", "datepublish",
    "parsely-pub-date", "sailthru.date", "publish-date", "publication_date", "publisheddate", "article.published",
    "cxenseparse:recs:publishtime", "firstcreatetime", "ptime", "datecreated", "article:published", "date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "lastmodified", "last-modified", "dateupdate",
    "updatetime", "weibo:article:update_at", "dcterms.modified",
)  # fmt: skip
_AUTHORS = (
    "author",
    "article:author",
    "byl",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "sailthru.author",
    "authors",
)
_BY = re.compile(
    r"^(?:by|von|par|por|di|da|door|av|af|written by|posted by|reported by|analysis by|text|texte|autor|author|autore|"
    r"auteur)[:\s]\s?",
    re.IGNORECASE,
)
_PARTING = re.compile(r",| and | & | und | og | och | et | y | e | ve |;|\|| / ")
_POST = re.compile(r"\b(?:[Ee]ditor|[Ww]riter|[Rr]eporter|[Cc]orrespondent|[Ss]taff|[Pp]rofessor|[Bb]ureau|[Dd]esk)\b")
_NO_AUTHOR = re.compile(r"https?:|[@|]|^\d+$|\.(?:com|net|org)$")


def published(head: Head, zone: tzinfo) -> Iterator[tuple[Stamp, str]]:
    """When the article is said to have been published, and where that stands."""
    values = [(head.article.get("datePublished") or head.article.get("pubDate"), "json-ld")]
    values += [(head.metas.get(name), f"meta:{name}") for name in _PUBLISHED]
    for value, origin in values:
        if isinstance(value, str) and (stamp := parse_stamp(value, zone)):
            yield stamp, origin


def modified(head: Head, zone: tzinfo) -> Iterator[tuple[Stamp, str]]:
    """When it is said to have been changed last."""
    values = [(head.article.get("dateModified") or head.article.get("upDate"), "json-ld")]
    values += [(head.metas.get(name), f"meta:{name}") for name in _MODIFIED]
    for value, origin in values:
        if isinstance(value, str) and (stamp := parse_stamp(value, zone)):
            yield stamp, origin


def days(head: Head, url: str, zone: tzinfo) -> list[datetime]:
    """Every day that the head or the URL names: what the year of a date without one is told by."""
    stated = [stamp.when for stamp, _ in (*published(head, zone), *modified(head, zone))]
    return [*stated, *dates_in_url(url, zone)]


def authors(head: Head) -> Iterator[tuple[tuple[str, ...], str]]:
    """Who is said to have written it, persons only."""
    yield names_in(text_values(head.article.get("author"))), "json-ld"
    for name in _AUTHORS:
        if value := head.metas.get(name):
            yield names_in((value,)), f"meta:{name}"


def names_in(values: tuple[str, ...]) -> tuple[str, ...]:
    """The persons that declared values name; of Latin names those of two words and more."""
    names: list[str] = []
    for value in values:
        if CJK.search(value[:200]):
            names += people(value)
            continue
        value = _BY.sub("", value[:200].strip())
        if value and known(value) and not _NO_AUTHOR.search(value) and len(value) < 120:
            parts = [part.strip(" .") for part in _PARTING.split(value)]
            fit = [name for name in parts if known(name) and 1 < len(name.split()) < 6]
            names += [name for name in fit if name is parts[0] or not _POST.search(name)]
    return tuple(dict.fromkeys(names))


def offices(head: Head) -> tuple[tuple[str, ...], str]:
    """What is declared for the author where it is no person: an agency, an editorial office, a short sign."""
    values = [(text_values(head.article.get("author")), "json-ld")]
    values += [((head.metas[name],), f"meta:{name}") for name in _AUTHORS if name in head.metas]
    for found, origin in values:
        fit = [value for value in found if 1 < len(value) <= 40 and known(value) and not _NO_AUTHOR.search(value)]
        if fit:
            return tuple(dict.fromkeys(fit)), origin
    return (), ""


_SIGNED = (
    "//*[@rel='author' or @itemprop='author' or contains(@class,'byline') or contains(@class,'author')"
    " or contains(@class,'Author') or contains(@class,'autor')]"
    "[not(ancestor::footer or ancestor::nav or ancestor::aside)]"
)
_TIMES = "//time[@datetime] | //*[@itemprop='datePublished']"
_LOOKED_AT = 8


def signed(tree: HtmlElement) -> tuple[str, ...]:
    """The persons in elements that the markup itself calls byline or author."""
    for element in select(tree, _SIGNED, "byline")[:_LOOKED_AT]:
        text = squeeze("".join(element.itertext()))
        if CJK.search(text) and (match := _EASTERN_NAME.fullmatch(text)):
            if known(match["name"]) and not _EASTERN_OFFICE.search(match["name"]):
                return (match["name"],)
        elif (
            3 < len(text) < 80 and (names := names_in((_AFTER_NAME.split(text)[0],))) and all(map(_like_a_name, names))
        ):
            return names
    return ()


_AFTER_NAME = re.compile(
    r" (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d|"
    r"\d|\||•|·|,\s(?=[A-Z][a-z]+\s\d)|(?<=[a-z]),|\s[-–—]\s"
)
_NAME = re.compile(r"[^\W\d_a-z][\w'’.-]+(?: (?:[a-z]{1,3} )?[^\W\d_a-z][\w'’.-]*){1,3}")


_EASTERN_NAME = re.compile(
    r"(?:(?:取材・|写真・)?(?:文|執筆者?|筆者|著者|記者|ライター|投稿者)\s?[:：・=＝/／\s]?\s?)?"
    r"(?P<name>[\u3400-\u9fff々ヶ][\u3400-\u9fff\u3041-\u30ff々]{0,5}[ \u3000]?[\u3400-\u9fff\u3041-\u30ff々]{1,5})"
    r"(?:\s?(?:記者|著))?"
)
"""A name of characters and kana, of two parts or in one piece."""
_EASTERN_OFFICE = re.compile(
    "新聞|編集|記者|通信|報道|社$|部$|局$|班$|会$|委員|取材|著者|筆者|提供|一覧|について|の|は|を|に"
)


def _like_a_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text))


def timed(tree: HtmlElement, zone: tzinfo) -> Iterator[Stamp]:
    """The dates that the first time elements state."""
    for element in select(tree, _TIMES, "time")[:_LOOKED_AT]:
        value = element.get("datetime") or element.get("content") or ""
        if stamp := parse_stamp(value, zone):
            yield stamp
