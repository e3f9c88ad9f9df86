"""PageReading: what a fetched page is and where it leads, read from its bytes alone."""

from __future__ import annotations

from pathlib import Path

import attrs
from lxml import etree

from archives.capture import RecordLocation
from archives.collection import Collection
from crawler.discovery import (
    FoundLink,
    Kind,
    Pagination,
    describe,
    feed_links,
    page_kind,
    page_links,
    pagination,
    parse_html,
    sitemap_links,
    sniff,
)
from pipelines.charset import decode_page
from pipelines.coding import decode_content

LARGEST_PAGE = 16 << 20
"""Bytes of HTML up to which links and text are looked for; a larger body is archived all the same."""
_SPARSE = 1200
_PLAINLY = 0.15
"""Below this score a page is no article, whoever asked for it."""


@attrs.frozen(kw_only=True)
class PageReading:
    """What a body turned out to be, with the links to go on with."""

    kind: Kind
    what: str
    """For a person: "html article", "feed", "application/pdf", ..."""
    links: tuple[FoundLink, ...] = ()
    article_score: float = 0.0
    """0..1: how much the page looks like an article; 0.5 and above is one."""
    characters: int = 0
    """Of text that is no markup or script, roughly."""
    siblings: Pagination | None = None
    """Set where the page is one of several of the same article."""

    @property
    def is_html(self) -> bool:
        return self.kind is Kind.HTML

    @property
    def sparse(self) -> bool:
        """Whether there is so little to read that the page may be a wall, or say that there is no such page."""
        return self.characters < _SPARSE

    @property
    def article(self) -> bool:
        return self.article_score >= 0.5

    @property
    def plainly_no_article(self) -> bool:
        return self.article_score < _PLAINLY

    @property
    def first_page(self) -> str | None:
        """The article's page 1, where this is a later one."""
        return self.siblings.pages[0] if self.siblings and self.siblings.index > 0 else None

    @property
    def next_page(self) -> str | None:
        """The article's page after this one."""
        if self.siblings is None or self.siblings.index + 1 >= len(self.siblings.pages):
            return None
        return self.siblings.pages[self.siblings.index + 1]


@attrs.frozen(kw_only=True)
class ReadingTask:
    """A page to be read, by where its record lies."""

    collection: Path
    location: RecordLocation
    url: str


def read_archived(task: ReadingTask) -> PageReading:
    """Reads a page from the archive; work for a worker process, because a page can be made to take for ever.

    Raises ArchiveError where the record cannot be read.
    """
    capture = Collection.open(task.collection.parent, task.collection.name).read(task.location)
    if capture.response is None:
        return PageReading(kind=Kind.OTHER, what="no answer")
    with capture.response.open_entity() as entity:
        body = entity.read(LARGEST_PAGE + 1)
    coding = capture.response.head.get("Content-Encoding") or ""
    return read_page(decode_content(body, coding, LARGEST_PAGE + 1), capture.content_type, task.url)


def read_page(body: bytes, content_type: str, url: str) -> PageReading:
    """Reads a body whose content coding is already removed. Never raises on any bytes."""
    kind = sniff(body, content_type, url)
    if kind is Kind.HTML and len(body) > LARGEST_PAGE:
        return PageReading(kind=Kind.OTHER, what=f"more than {LARGEST_PAGE >> 20} MiB are too much for a page")
    if kind is Kind.HTML:
        return _read_html(body, content_type, url)
    if kind is Kind.FEED:
        return PageReading(kind=kind, what="feed", links=tuple(feed_links(body, url)))
    if kind is Kind.OTHER:
        return PageReading(kind=kind, what=describe(body, content_type))
    pages, children = sitemap_links(body, url)
    deeper = (FoundLink(url=child, feed=True) for child in children)
    return PageReading(kind=kind, what="sitemap", links=(*pages, *deeper))


def _read_html(body: bytes, content_type: str, url: str) -> PageReading:
    html, charset = decode_page(body, content_type)
    tree = parse_html(html)
    judged = page_kind(tree, url)
    siblings = pagination(tree, url, charset.used) if judged.kind == "article" else None
    own: set[str | None] = {*siblings.pages, siblings.view_all} if siblings else set()
    return PageReading(
        kind=Kind.HTML,
        what=f"html {judged.kind} ({judged.why})",
        links=tuple(link for link in page_links(tree, url, charset.used) if link.url not in own),
        characters=_characters(tree),
        article_score=judged.score if judged.kind != "empty" else 0.0,
        siblings=siblings,
    )


def _characters(tree: etree._Element) -> int:
    unseen = {"script", "style", "noscript", "template", etree.Comment, etree.ProcessingInstruction}
    return sum(
        len((node.text or "").strip()) * (node.tag not in unseen) + len((node.tail or "").strip())
        for node in tree.iter()
    )
