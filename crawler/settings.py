"""Every setting of the crawl, with its default and why. Override any with `-s NAME=VALUE`."""

from __future__ import annotations

from typing import Any

BOT_NAME = "newsarchive"
SPIDER_MODULES = ["crawler.spiders"]
COMMANDS_MODULE = "crawler.commands"

# --- Where things lie -------------------------------------------------------------------------------------------
COLLECTIONS_DIR = "collections"
"""Folder that holds the collections."""
COLLECTION = ""
"""Name of the collection a crawl writes to: letters, digits, dot, dash, underscore. Required."""
SITES_DIR = "crawler/sites"
"""Folder of site profiles, one TOML file an outlet."""

# --- Who we are, how we behave ----------------------------------------------------------------------------------
CONTACT = ""
"""An address or a page where the owner of a site reaches you; becomes part of the User-Agent. Required off loopback."""
USER_AGENT = ""
"""Sent as it is where set; otherwise made of our name, version and CONTACT."""
ROBOTSTXT_OBEY = True
DOWNLOAD_DELAY = 1.0
"""Seconds between two requests to one host. On a loopback address there is none unless this is set by hand."""
DOWNLOAD_DELAY_JITTER = 0.0
"""Share of the delay by which it varies at random, 0..1; at 0 it is a floor."""
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 8
DOWNLOAD_TIMEOUT = 60
"""Seconds for one exchange, connect to last byte."""
DOWNLOAD_MAXSIZE = 256 << 20
"""Bytes of one response; a longer one is kept as far as it came, marked as truncated by length. 0: no limit."""
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 10
"""Redirects in a row before a chain counts as a trap."""
CRAWL_MAX_DEPTH = 5
"""Links followed from a seed that was named by hand; a site profile has its own max_depth."""
CRAWL_MAX_PAGES_PER_ARTICLE = 40
"""Pages of one paginated article that are joined."""

# --- Archive ----------------------------------------------------------------------------------------------------
ARCHIVE_MAX_FILE = 1 << 30
"""Bytes after which a WARC file is closed and the next begun."""
ARCHIVE_SPOOL_LIMIT = 2 << 20
"""Bytes of one message kept in memory before it goes to a temporary file."""
ARCHIVE_QUEUE = 64
"""Exchanges that may wait for the writer; beyond that downloads wait too."""
ARCHIVE_OPERATOR = ""
"""Who runs this crawl, for the warcinfo record; CONTACT where empty."""
ARCHIVE_SIGNING_KEY = ""
"""File with the ed25519 key that signs the chain. Empty: one is made inside the collection on first use."""

# --- Text -------------------------------------------------------------------------------------------------------
EXTRACT_WORKERS = 2
"""Processes that make texts from archived records."""
EXTRACT_TIME_LIMIT = 30.0
"""Seconds for one article; then its worker is replaced, the capture stays and the page has no text."""
EXTRACT_MEMORY_LIMIT = 2048
"""MiB of memory for one worker."""
EXTRACT_RECYCLE_AFTER = 2000
"""Articles after which a worker is replaced by a fresh one."""
EXTRACT_NEAR_DUPLICATE = 0.8
"""Similarity (0..1) from which two texts are listed as near duplicates."""
EXTRACT_MODEL_PAGES = 8
"""Articles of a site from which its model is learned, in the crawl; 0 reads every page by itself."""
EXTRACT_DRIFT_ALARM = 0.3
"""Share (0..1) of a site's pages that may leave its model before the run ends with a finding."""

# --- Replay -----------------------------------------------------------------------------------------------------
REPLAY_SOURCE = ""
"""Collection that answers instead of the network; `crawl replay -a source=NAME` sets it."""
REPLAY_POLICY = "sequence"
"""Which of several captures of a URL answers: sequence (each in turn), closest (to REPLAY_DATE), last."""
REPLAY_DATE = ""
"""For the policy closest: ISO 8601."""

# --- Frontier ---------------------------------------------------------------------------------------------------
FRONTIER_LEASE_SECONDS = 1800
"""How long a URL may be in work before it is queued again."""

# --- Guards: stop early, lose nothing ---------------------------------------------------------------------------
GUARD_MIN_FREE_DISK = 256
"""MiB that must stay free where the collection lies."""
GUARD_MAX_MEMORY = 0
"""MiB of resident memory of the crawl process; 0 for no limit."""
GUARD_MAX_SECONDS = 0
"""Seconds a run may take; 0 for no limit. The next run goes on."""

# --- What a person sees -----------------------------------------------------------------------------------------
PROGRESS = "auto"
"""auto: a live view on a terminal, plain log lines elsewhere; plain: always lines; off: nothing."""
PROGRESS_INTERVAL = 10.0
"""Seconds between progress lines."""
LOG_LEVEL = "INFO"
"""For the screen. `runs/RUN/crawl.log` always has at least INFO."""
LOG_FORMATTER = "crawler.logformat.LineLogFormatter"
LOG_SHORT_NAMES = True
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"
LOG_DATEFORMAT = "%H:%M:%S"

# --- How the parts are wired: not for changing ------------------------------------------------------------------
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
DOWNLOAD_HANDLERS: dict[str, Any] = {
    "http": "crawler.download.capture.CaptureDownloadHandler",
    "https": "crawler.download.capture.CaptureDownloadHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}
SCHEDULER = "crawler.frontier.scheduler.FrontierScheduler"
EXTENSIONS: dict[str, Any] = {
    "crawler.extensions.run.RunExtension": 0,
    "crawler.archiving.Archiver": 1,
    "crawler.download.playback.Playback": 2,
    "crawler.extensions.guards.GuardExtension": 500,
    "crawler.extensions.progress.ProgressExtension": 600,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
}
ITEM_PIPELINES = {
    "pipelines.items.ExtractPipeline": 100,
    "pipelines.items.DuplicatePipeline": 200,
    "pipelines.items.TextPipeline": 300,
}
DOWNLOADER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.politeness.RobotsMiddleware": 100,
    "crawler.politeness.PaceMiddleware": 90,
    "crawler.recrawl.RecrawlMiddleware": 95,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
}
SPIDER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # an error answer is an outcome too
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # the scope says why a URL is too long
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # depth lives in the frontier
}
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",  # never zstd: replay tools in use cannot show it
}
REFERRER_POLICY = "no-referrer"
REMOTE_CONTROL_ENABLED = False  # no door into a running crawl
COMPRESSION_ENABLED = False  # pages are read from the archive, where their bodies lie as they came
COOKIES_ENABLED = False  # a page is archived as a stranger sees it
AUTOTHROTTLE_ENABLED = False
CONCURRENT_ITEMS = 16
STATS_DUMP = False  # the run report says it better
