"""The item pipeline: an article's records become a document, are compared with the others, and get a text file."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Protocol

import attrs
from scrapy.crawler import Crawler

from archives.capture import RecordLocation
from archives.collection import Collection
from archives.errors import ArchiveError
from archives.texts import TextStore
from pipelines.document import site_of
from pipelines.duplicates.settlement import RunSettlement
from pipelines.errors import ExtractionError
from pipelines.rules import ExtractRules
from pipelines.shelf import rules_shelf
from pipelines.sitemodels import SiteModels
from pipelines.workers import Extracted, ExtractionPool, ExtractionTask

logger = logging.getLogger(__name__)


class TextRun(Protocol):
    """What the pipeline needs of the run it belongs to."""

    collection: Collection
    texts: TextStore
    settlement: RunSettlement
    pool: ExtractionPool
    models: SiteModels
    extraction_seconds: list[float]
    """Wall time in the worker, one number an article."""


def text_run(crawler: Crawler) -> TextRun:
    """The run that the crawl command handed to this crawler."""
    run: TextRun = crawler.settings["RUN"]
    return run


@attrs.frozen(kw_only=True)
class FetchedPage:
    """A page that was fetched and archived."""

    url: str
    location: RecordLocation
    status: int
    captured_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    claimed: bool = True
    """False for a further page whose URL has its outcome already: it was fetched once more, for the article's sake."""


@attrs.define(kw_only=True, repr=False)
class ArticleItem:
    """An article on its way from archived records to a text file."""

    pages: tuple[FetchedPage, ...]
    """In page order."""
    only_labels: str | None = None
    """Set where the page is read for its labels alone, and gets no text: what it is instead of an article."""
    rules: ExtractRules = attrs.field(factory=ExtractRules)
    extracted: Extracted | None = None
    failure: str | None = None
    """Why there is no document."""
    same_text_as: str | None = None
    """URL whose text is the same to the byte; this one gets no second file."""
    text_file: str | None = None
    unkept: str | None = None
    """Why a text there was could not be written: the medium refused, and nothing is settled."""

    @property
    def url(self) -> str:
        """Of its first page."""
        return self.pages[0].url

    @property
    def has_text(self) -> bool:
        """Whether there is a text to be compared and written."""
        return self.only_labels is None and self.extracted is not None and bool(self.extracted.text)

    def __repr__(self) -> str:
        """Short: Scrapy puts it into log lines."""
        return f"<article {self.url}>"


class ExtractPipeline:
    """Has a worker process make the document; the crawl goes on meanwhile."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler, self._run = crawler, text_run(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ExtractPipeline:
        return cls(crawler)

    async def process_item(self, item: ArticleItem) -> ArticleItem:
        locations = tuple(page.location for page in item.pages)
        try:
            model = self._run.models.digest_for(site_of(item.url), item.rules)
            task = ExtractionTask(
                collection=self._run.collection.path, locations=locations, rules=item.rules, model=model
            )
            item.extracted = await asyncio.wrap_future(self._run.pool.submit(task))
        except OSError as error:
            item.unkept = f"a site model cannot be written: {error}"
        except ExtractionError as error:
            item.failure = str(error)
            self._crawler.stats.inc_value("texts/failed")
            logger.warning("no text for %s: %s", item.url, error)
        else:
            self._run.extraction_seconds.append(item.extracted.seconds)
            if item.has_text:
                self._run.models.note(item.extracted.document, locations, item.rules)
        return item


class DuplicatePipeline:
    """Compares each text with the collection's others: exact copies are named, near ones listed."""

    def __init__(self, crawler: Crawler) -> None:
        self._settlement = text_run(crawler).settlement

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DuplicatePipeline:
        return cls(crawler)

    def process_item(self, item: ArticleItem) -> ArticleItem:
        if not item.has_text:
            return item
        assert item.extracted is not None
        row = item.extracted.row
        doubles = self._settlement.settle(row, item.extracted.text, item.extracted.document.blocks)
        item.same_text_as = doubles.same_text_as
        row["duplicate_of"] = doubles.duplicate_of
        row["near_duplicates"] = doubles.near_duplicates
        return item


class TextPipeline:
    """Writes the text file and its row."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._texts = text_run(crawler).texts
        self._rules = rules_shelf(text_run(crawler).collection.path)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TextPipeline:
        return cls(crawler)

    def process_item(self, item: ArticleItem) -> ArticleItem:
        if item.has_text and item.same_text_as is None:
            assert item.extracted is not None
            try:
                self._rules.keep(item.rules)
                item.text_file = self._texts.put(item.extracted.text, item.extracted.row)
            except (ArchiveError, OSError) as error:
                item.unkept = f"a text cannot be written: {error}"
                return item
            self._crawler.stats.inc_value("texts/written")
            for label in item.extracted.document.labels:
                self._crawler.stats.inc_value(f"labels/{label.name}")
        return item
