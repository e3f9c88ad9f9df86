"""ReplaySpider: the crawl again, with an archive as the only network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from scrapy.settings import BaseSettings

from archives.collection import Collection
from crawler.errors import ConfigError
from crawler.ledger import Ledger
from crawler.plan import CrawlPlan, plan_crawl
from crawler.run import collections_folder
from crawler.spiders.news import NewsSpider

_HANDLER = "crawler.download.replay.ReplayDownloadHandler"


class ReplaySpider(NewsSpider):
    """Reads pages as NewsSpider does; every answer comes from the collection named by `-a source=NAME`."""

    name = "replay"
    custom_settings = {  # noqa: RUF012 - Scrapy's name for it
        "DOWNLOAD_HANDLERS": {"http": _HANDLER, "https": _HANDLER, "file": None, "ftp": None, "s3": None, "data": None},
        "DOWNLOAD_DELAY": 0,
    }

    @classmethod
    def plan(cls, settings: BaseSettings, arguments: Mapping[str, str]) -> CrawlPlan:
        """The seeds in the source's ledger, followed as in its newest run.

        Raises ConfigError, CollectionError, LedgerError.
        """
        source = arguments.get("source", "")
        if not source:
            raise ConfigError("-a", "source", source, "name the collection to replay: -a source=NAME")
        if source == settings["COLLECTION"]:
            raise ConfigError("-a", "source", source, "cannot be replayed into itself; give another COLLECTION")
        with Ledger.of(Collection.open(collections_folder(settings), source)) as ledger:
            runs = ledger.runs()
            seeds = [row.url for row in ledger.rows() if row.seed]
        if not runs or not seeds:
            raise ConfigError("-a", "source", source, "holds no crawl run to replay")
        settings.set("REPLAY_SOURCE", source, priority="cmdline")
        before: dict[str, Any] = dict(runs[-1].arguments)
        again = {"urls": " ".join(seeds), "follow": str(before.get("follow", "true"))}
        return attrs.evolve(plan_crawl(settings, again, visiting=False), arguments=dict(arguments))
