"""`crawl`: one crawl run, from seeds to archive, texts and report."""

from __future__ import annotations

import argparse
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode


class Command(CommandMixin, ScrapyCrawl):
    """Scrapy's crawl, with everything checked first and an exit code that tells how it went."""

    def syntax(self) -> str:
        return "news -s COLLECTION=NAME [-a sites=a,b] [-a urls=U,U] [-a seed_list=FILE] [-a follow=true|false]"

    def short_desc(self) -> str:
        return "Crawl sites or URLs into a collection: archive, texts, report"

    def long_desc(self) -> str:
        return (
            "Crawls into the collection named by -s COLLECTION=NAME. Without -a every site profile that is due is "
            "crawled; -a urls=… and -a seed_list=FILE take front pages, sections, feeds, sitemaps or articles, told "
            "apart by what comes back; -a follow=false fetches exactly these. The same command after a kill goes on "
            "with the interrupted run. Exit codes: 0 clean, 1 crash, 2 usage or configuration, 3 findings (a seed that "
            "could not be had, coverage not reconciled, too many pages that left their site's model: "
            "EXTRACT_DRIFT_ALARM), 4 another run holds the lock, 5 stopped early, resumable."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.crawllog import quieten

        quieten()  # before Scrapy introduces itself
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one spider: crawl news")
        self.guarded(lambda: self._crawl(args[0], opts))

    def _crawl(self, spider: str, opts: argparse.Namespace) -> int:
        import logging

        from crawler.conclusion import conclude
        from crawler.crawllog import keep_log
        from crawler.errors import ConfigError
        from crawler.run import Run

        assert self.crawler_process is not None and self.settings is not None
        known = self.crawler_process.spider_loader.list()
        if spider not in known:
            raise ConfigError("crawl", "spider", spider, f"there is no such spider; there are {', '.join(known)}")
        crawler = self._create_crawler(spider)
        if not crawler.settings.get("COLLECTION"):
            raise ConfigError("-s", "COLLECTION", "", "name the collection to write to: -s COLLECTION=NAME")
        plan = crawler.spidercls.plan(crawler.settings, opts.spargs)  # type: ignore[attr-defined]
        run = Run.open(crawler.settings, plan)
        logging.raiseExceptions = False  # where the disk is full the log is too: no traceback for each line of it
        with keep_log(run.folder / "crawl.log"):
            print(
                f"{'going on with' if run.resumed else 'starting'} run {run.run} in {run.collection.path}",
                file=sys.stderr,
            )
            crawler.settings.set("RUN", run, priority="cmdline")
            try:
                self.crawler_process.crawl(crawler, **opts.spargs)
                self.crawler_process.start()
            finally:
                failed = self.crawler_process.bootstrap_failed or crawler._stats is None
                code = ExitCode.CRASH if failed else None
                code = conclude(run, crawler, code)
        return int(code)
