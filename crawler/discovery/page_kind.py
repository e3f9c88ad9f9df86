"""Page kind: an article told from a list of links, without knowing the site.

An article has sentences that follow one another outside links, below a title and near a date. A listing has headlines
that are links, each perhaps with a date and an abstract of its own.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import attrs
from lxml import etree

from crawler.discovery.runs import Run, text_runs

_ARTICLE_TYPES = frozenset({"newsarticle", "article", "reportagenewsarticle", "blogposting", "analysisnewsarticle"})
_LIST_TYPES = frozenset({"itemlist", "collectionpage", "searchresultspage"})
_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*[01]?\d\s*[-/.月]\s*[0-3]?\d"
    r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? [0-3]?\d,? (?:19|20)\d\d"
    r"|\b[0-3]?\d\.? (?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? (?:19|20)\d\d"
    r"|(?:来源|來源|作者|记者|記者|责任编辑|责编)\s*[:：]",
    re.IGNORECASE,
)
LISTING_NAME = re.compile(
    r"^(?:index|default|home|main|list|node|col|channel|category|class|more|search|tags?|topics?|special|feed|rss|roll)"
    r"(?:[_-]?\d{1,6})?(?:\.\w{2,5})?$",
    re.IGNORECASE,
)
_LISTING_FOLDER = re.compile(
    r"/(?:tags?|category|categories|channels?|lists?|search|topics?|columns?|authors?|page)(?:/|$)", re.I
)
_TOPIC_FOLDER = re.compile(r"/(?:special|zhuanti|ztbd|zt)(?:/|$)", re.IGNORECASE)
_ARTICLE_PATH = re.compile(
    r"\d{5,}[^/]*$|/(?:19|20)\d\d[-/]?[01]\d(?:[-/]?[0-3]\d)?/[^/]+$|[a-z0-9]+(?:-[a-z0-9]+){3,}/?(?:\.s?html?)?$"
    r"|/[^/]*[0-9a-f]{16,}[^/]*$|(?:article|content|detail|story|news|view|show|read)[^/]*\d+\.\w+$",
    re.IGNORECASE,
)
_ARTICLE_QUERY = re.compile(r"(?:^|&)(?:\w*id|aid|sn|newsid|tid|article)=\w*\d{2,}", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class PageKind:
    """What a page is, and by what it was told."""

    kind: Literal["article", "listing", "empty"]
    score: float
    """0..1: how sure it is an article; 0.5 and above is one."""
    why: str
    """What it was told by, short enough to print."""


@attrs.define
class _Sums:
    """What the runs of a page add up to, in Chinese characters."""

    prose: float = 0
    """The longest stretch of sentences that at most two headline links in a row break up."""
    unbroken: float = 0
    """The longest that none does."""
    abstracts: float = 0
    abstract_count: int = 0
    headlines: float = 0
    headline_count: int = 0
    text: float = 0


def page_kind(tree: etree._Element, url: str = "") -> PageKind:
    """Whether a page is an article, a listing (front page, section, tag, search) or has nothing to read."""
    runs = text_runs(tree)
    sums = _add_up(runs)
    if sums.text < 40 and sums.headline_count < 3:
        return PageKind(kind="empty", score=0.0, why=f"{sums.text:.0f} characters of text")
    grounds = [*_by_text(sums), *_by_heading(tree, runs), *_by_metadata(tree), *_by_url(url)]
    score = 1 / (1 + math.exp(-sum(points for points, _ in grounds)))
    kind: Literal["article", "listing"] = "article" if score >= 0.5 else "listing"
    why = "; ".join(f"{ground} {points:+.1f}" for points, ground in grounds)
    return PageKind(kind=kind, score=round(score, 3), why=why)


def _add_up(runs: list[Run]) -> _Sums:
    sums = _Sums()
    stretch = unbroken = 0.0
    broken_by = 0
    after_headline = False
    for run in runs:
        sums.text += run.size
        if run.is_headline:
            sums.headline_count += 1
            sums.headlines += run.link_size
            broken_by += 1
            unbroken = 0.0
            after_headline = True
            if broken_by > 2:
                stretch = 0.0
        elif run.is_prose and (after_headline or run.opening_link >= 8):
            sums.abstracts += run.size
            sums.abstract_count += 1
            after_headline = False
        elif run.is_prose:
            stretch += run.size
            unbroken += run.size
            broken_by = 0
            sums.prose, sums.unbroken = max(sums.prose, stretch), max(sums.unbroken, unbroken)
        elif run.size - run.link_size >= 6 and not _DATE.search(run.text):
            after_headline = False
    return sums


def _by_text(sums: _Sums) -> Iterator[tuple[float, str]]:
    prose = sums.unbroken if sums.abstract_count >= 4 else sums.prose
    points = 2.0 if prose >= 400 else 1.2 if prose >= 150 else 0.0 if prose >= 60 else -1.0
    yield points, f"{prose:.0f} characters of prose"
    if sums.headline_count >= 8:
        share = prose / (prose + sums.headlines)
        yield (
            (0.7 if share > 0.5 else 0.0 if share > 0.15 else -0.7 if share > 0.05 else -1.0),
            f"{sums.headline_count} headline links",
        )
    if sums.abstract_count >= 4 and sums.abstracts > prose:
        yield -1.5, f"{sums.abstract_count} abstracts"


def _by_heading(tree: etree._Element, runs: list[Run]) -> Iterator[tuple[float, str]]:
    """A title that is no link, with a date or byline near it."""
    at = _title_run(tree, runs)
    if at is None:
        return
    below = takewhile(lambda run: not run.is_headline, runs[at + 1 : at + 9])
    if any(_DATE.search(run.text) for run in (*runs[max(0, at - 2) : at + 1], *below) if not run.is_headline):
        yield 1.5, "title with a date"
    else:
        yield 0.1, "title"


def _title_run(tree: etree._Element, runs: list[Run]) -> int | None:
    title = _squeezed("".join(map(str, next((element.itertext() for element in tree.iter("title")), iter(())))))
    for at, run in enumerate(runs):
        text = _squeezed(run.text)
        if len(text) < 6 or run.link_size * 2 > run.size:
            continue
        if run.heading == 1 or (len(text) >= 6 and title.startswith(text[:40])) or (run.heading == 2 and text in title):
            return at
    return None


def _by_metadata(tree: etree._Element) -> Iterator[tuple[float, str]]:
    """What the page says of itself: Open Graph, schema.org."""
    types = set()
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        content = (meta.get("content") or "").strip().lower()
        if name == "og:type":
            types.add(content)
        elif name in ("article:published_time", "publishdate", "og:release_date") and content:
            types.add("article")
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            types |= _json_types(script.text or "")
    if types & _LIST_TYPES:
        yield -1.5, "says it is a list"
    elif types & _ARTICLE_TYPES:
        yield (1.5 if types & _ARTICLE_TYPES == {"article"} else 2.0), "says it is an article"
    elif "website" in types:
        yield -0.3, "says it is a website"


def _json_types(text: str) -> set[str]:
    """The types of the top things in a JSON-LD block."""
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return set(re.findall(r'"@type"\s*:\s*"(\w+)"', text.lower())[:1])
    things: list[Any] = data if isinstance(data, list) else [data]
    for thing in things[:20]:
        if isinstance(thing, dict) and isinstance(thing.get("@graph"), list):
            things = things + thing["@graph"]
    found = set()
    for thing in things[:50]:
        kinds = thing.get("@type") if isinstance(thing, dict) else None
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if isinstance(kind, str):
                found.add(kind.lower())
    return found


def _by_url(url: str) -> Iterator[tuple[float, str]]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    path = unquote(parts.path)[-2000:]
    name = path.rstrip("/").rpartition("/")[2]
    if not parts.netloc:
        return
    if path in ("", "/") and not parts.query:
        yield -2.5, "address of a front page"
    elif LISTING_NAME.match(name) or _LISTING_FOLDER.search(path):
        yield -1.0, "address of a listing"
    elif _ARTICLE_PATH.search(path) or _ARTICLE_QUERY.search(parts.query):
        yield 0.7, "address of an article"
    elif _TOPIC_FOLDER.search(path):
        yield -0.7, "address of a topic"
    elif path.endswith("/"):
        yield -0.5, "address of a folder"


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()
