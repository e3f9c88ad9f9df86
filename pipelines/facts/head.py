"""Head: what a page declares for machines: JSON-LD, OpenGraph and other meta elements, links."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import attrs
from lxml.html import HtmlElement

from pipelines.content.segments import squeeze

_ARTICLES = frozenset({
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "blogposting",
    "liveblogposting", "report", "socialmediaposting", "webpage",
})  # fmt: skip
_JSON_LIMIT = 400_000
_LONGEST = 5000
"""Characters of a declared value that are read."""


@attrs.frozen(kw_only=True)
class Head:
    """Everything declared, unjudged."""

    metas: Mapping[str, str]
    """First content of each meta name, property or itemprop, lower case."""
    tags: tuple[str, ...]
    """All `article:tag`."""
    article: Mapping[str, Any]
    """The JSON-LD object that describes the article; empty where there is none."""
    doc_title: str | None
    canonical: str | None


def read_head(tree: HtmlElement, url: str) -> Head:
    """Reads the declarations of a page; broken JSON is passed over."""
    metas: dict[str, str] = {}
    tags: list[str] = []
    for node in tree.iter("meta"):
        name = (node.get("name") or node.get("property") or node.get("itemprop") or "").lower().replace(" ", "")
        content = squeeze((node.get("content") or "")[:_LONGEST])
        if name and content:
            metas.setdefault(name, content)
            if name == "article:tag":
                tags.append(content)
    title = next((squeeze("".join(node.itertext())[:_LONGEST]) for node in tree.iter("title")), "")
    return Head(
        metas=metas, tags=tuple(dict.fromkeys(tags)), article=_article(tree), doc_title=title or None,
        canonical=_canonical(tree, metas, url),
    )  # fmt: skip


def text_value(value: object) -> str:
    """A JSON-LD value as text: a string, the name of an object, the first of a list; "" for anything else."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or ""
    return squeeze(value[:_LONGEST]) if isinstance(value, str) else ""


def text_values(value: object) -> tuple[str, ...]:
    """A JSON-LD value as texts, one for each of a list."""
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(text for item in values if (text := text_value(item))))


def _article(tree: HtmlElement) -> Mapping[str, Any]:
    fallback: Mapping[str, Any] = {}
    for node in tree.iter("script"):
        if "ld+json" not in (node.get("type") or "").lower():
            continue
        raw = (node.text or "")[:_JSON_LIMIT].strip()
        try:
            data = json.loads(raw, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            kinds = {kind.lower() for kind in text_values(item.get("@type"))}
            if kinds & (_ARTICLES - {"webpage"}):
                return item
            if ("webpage" in kinds and "datePublished" in item) or (
                not kinds and ("pubDate" in item or "datePublished" in item)
            ):
                fallback = fallback or item
    return fallback


def _objects(data: object) -> Iterator[Mapping[str, Any]]:
    queue = [data]
    for _ in range(200):
        if not queue:
            return
        item = queue.pop(0)
        if isinstance(item, list):
            queue.extend(item)
        elif isinstance(item, dict):
            yield item
            queue.extend(value for key, value in item.items() if key in ("@graph", "mainEntity", "mainEntityOfPage"))


def _canonical(tree: HtmlElement, metas: Mapping[str, str], url: str) -> str | None:
    for node in tree.iter("link"):
        if "canonical" in (node.get("rel") or "").lower().split() and node.get("href"):
            return absolute(node.get("href") or "", url)
    return absolute(metas["og:url"], url) if "og:url" in metas else None


def absolute(link: str, url: str) -> str | None:
    """A link of a page as a whole http URL; None for what is none."""
    try:
        whole = urljoin(url, link.strip())
        parts = urlsplit(whole)
    except ValueError:
        return None
    return whole if parts.scheme in ("http", "https") and parts.netloc else None
