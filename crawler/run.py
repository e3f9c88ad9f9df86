"""Run: everything one crawl run holds open, from the lock to the report."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings

from archives.collection import Collection
from archives.texts import TextStore
from crawler import version
from crawler.archiving import Archiver
from crawler.errors import ConfigError
from crawler.frontier.base import Frontier, Link, Outcome
from crawler.frontier.errors import LedgerError
from crawler.frontier.sqlite import SqliteFrontier
from crawler.ledger import LEDGER
from crawler.lock import RunLock
from crawler.plan import CrawlPlan, user_agent
from crawler.profiles import SiteProfile
from crawler.scope import Scope
from pipelines.duplicates.settlement import RunSettlement
from pipelines.sitemodels import SiteModels
from pipelines.workers import ExtractionPool

logger = logging.getLogger(__name__)


def run_of(crawler: Crawler) -> Run:
    """The run that the crawl command opened for this crawler."""
    run = crawler.settings.get("RUN")
    if not isinstance(run, Run):
        raise ConfigError("crawl", "RUN", run, "start a crawl with the crawl command, which opens the collection first")
    return run


class Run:
    """One crawl run. Opened before Scrapy starts, closed after it ended; every part reaches the others through it."""

    def __init__(
        self, *, plan: CrawlPlan, lock: RunLock, collection: Collection, frontier: Frontier, settings: BaseSettings
    ) -> None:
        self.plan, self.collection, self.frontier, self.settings = plan, collection, frontier, settings
        self._lock = lock
        begun = frontier.begin_run(new_run_id(), plan.arguments)
        self.run = begun.run
        self.resumed = begun.resumed
        self.started = datetime.now(UTC)
        self.scope = Scope.for_plan(plan.seeds, plan.profiles, follow=plan.follow, max_depth=plan.max_depth)
        self.folder = collection.path / "runs" / self.run
        self.folder.mkdir(parents=True, exist_ok=True)
        self.texts: TextStore = collection.texts(self.run)
        self.settlement = RunSettlement(collection, self.texts, settings.getfloat("EXTRACT_NEAR_DUPLICATE"))
        self.pool = ExtractionPool(
            workers=settings.getint("EXTRACT_WORKERS"),
            time_limit=settings.getfloat("EXTRACT_TIME_LIMIT"),
            memory_limit=settings.getint("EXTRACT_MEMORY_LIMIT"),
            recycle_after=settings.getint("EXTRACT_RECYCLE_AFTER"),
        )
        self.models = SiteModels(
            collection.path,
            self.run,
            self.pool,
            pages=settings.getint("EXTRACT_MODEL_PAGES"),
            alarm=settings.getfloat("EXTRACT_DRIFT_ALARM"),
        )
        self.extraction_seconds: list[float] = []
        self.archiver = Archiver(collection, waiting=settings.getint("ARCHIVE_QUEUE"))
        self.tally = self.archiver.tally
        self.findings: list[str] = []
        self.stopped_by: str | None = None
        """Why the run ended early, as one line for a person."""
        self._stopper: Callable[[], None] | None = None

    @classmethod
    def open(cls, settings: BaseSettings, plan: CrawlPlan) -> Run:
        """Takes the lock, recovers what a crash left, goes on with an unfinished run or begins one.

        Raises ConfigError, LockedError, LedgerError or an ArchiveError.
        """
        folder, name = collections_folder(settings), settings["COLLECTION"]
        collection = Collection.create(folder, name, signing_key=signing_key(settings))
        lock = RunLock(collection.path)
        lock.acquire()
        with ExitStack() as opened:
            opened.callback(lock.release)
            collection.chain.check_key()
            lease = settings.getfloat("FRONTIER_LEASE_SECONDS")
            frontier = opened.enter_context(closing(SqliteFrontier(collection.path / LEDGER, lease=lease)))
            run = cls(plan=plan, lock=lock, collection=collection, frontier=frontier, settings=settings)
            for recovery in collection.start_writing(run.warcinfo(), max_size=settings.getint("ARCHIVE_MAX_FILE")):
                logger.warning(
                    "a crash left %s open: %d bytes kept, %d cut", recovery.file, recovery.kept, recovery.cut
                )
            run.add_seeds()
            opened.pop_all()  # from here on the run closes what it holds
        run.archiver.start()
        return run

    def add_seeds(self) -> None:
        """Queues the seeds of what is due; they are fetched again in every run."""
        seeds = [seed for site in self.plan.sites if self._is_due(site) for seed in site.crawl.seeds]
        links = (Link(url=seed, depth=0, priority=100, seed=True) for seed in (*seeds, *self.plan.listed))
        self.frontier.add(links, again=True)

    def _is_due(self, site: SiteProfile) -> bool:
        """Whether a site's `due_every` hours have passed since a run last ended one of its seeds."""
        rows = [row for seed in site.crawl.seeds if (row := self.frontier.row(seed)) is not None]
        if self.resumed or not rows or not site.crawl.due_every:
            return True
        due = max(row.changed_at for row in rows) + timedelta(hours=site.crawl.due_every)
        if due > self.started:
            logger.info("%s is not due before %s", site.name, due.isoformat(timespec="minutes"))
            return False
        return True

    def finish(self, outcomes: Mapping[str, Outcome]) -> None:
        """Notes what became of URLs; only called once their exchanges are synced and their text is written.

        A ledger that cannot be written stops the run: called from signal handlers, whose errors Scrapy swallows.
        """
        try:
            self.frontier.finish(outcomes)
        except LedgerError as error:
            self.stop(str(error))

    def stop(self, why: str) -> None:
        """Ends the crawl in good order: what is under way is finished, the rest stays queued."""
        if self.stopped_by is None:
            self.stopped_by = why
            logger.error("stopping early: %s", why)
            if self._stopper is not None:
                self._stopper()

    def when_stopped(self, stopper: Callable[[], None]) -> None:
        """`stopper` is what ends the engine."""
        self._stopper = stopper

    def warcinfo(self) -> dict[str, str]:
        """Fields of the warcinfo record (ISO 28500:2017, 6.2)."""
        settings = self.settings
        return {
            "software": f"newsarchive/{version()}",
            "isPartOf": self.collection.path.name,
            "description": f"run {self.run}",
            "operator": settings.get("ARCHIVE_OPERATOR") or settings.get("CONTACT") or "unnamed",
            "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
            "http-header-user-agent": user_agent(settings, version()),
        }

    def warc_files(self) -> list[Path]:
        """The WARC files that this process wrote to, oldest first."""
        return [self.collection.path / "archive" / name for name in sorted(self.archiver.files)]

    def close(self) -> None:
        """Ends the workers and the writer, closes the WARC files and the ledger, lets go of the lock."""
        self.pool.close()
        self.archiver.stop()
        try:
            self.collection.stop_writing()
        finally:
            self.frontier.close()
            self._lock.release()


def new_run_id() -> str:
    """`YYYYMMDDTHHMMSSZ-xxxx`: the time in UTC, and four random hex digits."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + "-" + secrets.token_hex(2)


def collections_folder(settings: BaseSettings) -> Path:
    """Where collections lie."""
    folder = Path(settings["COLLECTIONS_DIR"])
    return folder if folder.is_absolute() else Path.cwd() / folder


def signing_key(settings: BaseSettings) -> Path | None:
    """The file with the key that signs the chain; None leaves it to the environment or the collection's own."""
    named: str = settings.get("ARCHIVE_SIGNING_KEY") or ""
    return Path(named) if named else None
