"""CrawlPlan: what the user asked for, checked whole before anything is opened or fetched."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import attrs
from scrapy.settings import BaseSettings

from crawler.errors import ConfigError
from crawler.extensions.progress import progress_settings
from crawler.profiles import SiteProfile, choose_sites, load_profiles
from crawler.seeds import read_seeds

_SPIDER_ARGUMENTS = frozenset({"sites", "urls", "seed_list", "follow"})
_NUMBERS = (
    "DOWNLOAD_DELAY", "CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN", "DOWNLOAD_TIMEOUT", "DOWNLOAD_MAXSIZE",
    "RETRY_TIMES", "REDIRECT_MAX_TIMES", "CRAWL_MAX_DEPTH", "CRAWL_MAX_PAGES_PER_ARTICLE", "ARCHIVE_MAX_FILE",
    "ARCHIVE_SPOOL_LIMIT", "ARCHIVE_QUEUE", "EXTRACT_WORKERS", "EXTRACT_TIME_LIMIT", "EXTRACT_MEMORY_LIMIT",
    "EXTRACT_RECYCLE_AFTER", "EXTRACT_NEAR_DUPLICATE", "EXTRACT_MODEL_PAGES", "EXTRACT_DRIFT_ALARM",
    "FRONTIER_LEASE_SECONDS", "GUARD_MIN_FREE_DISK",
    "GUARD_MAX_MEMORY", "GUARD_MAX_SECONDS", "PROGRESS_INTERVAL",
)  # fmt: skip
_LEAST = {
    **dict.fromkeys((
        "CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN", "ARCHIVE_QUEUE", "EXTRACT_WORKERS",
        "EXTRACT_RECYCLE_AFTER", "CRAWL_MAX_PAGES_PER_ARTICLE", "FRONTIER_LEASE_SECONDS", "ARCHIVE_MAX_FILE",
    ), 1),
    "EXTRACT_MEMORY_LIMIT": 256,  # with less no worker comes up
}  # fmt: skip
_MOST = {"EXTRACT_NEAR_DUPLICATE": 1, "EXTRACT_DRIFT_ALARM": 1}
_FRACTIONS = frozenset({
    "DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT", "EXTRACT_TIME_LIMIT", "EXTRACT_NEAR_DUPLICATE", "EXTRACT_DRIFT_ALARM",
    "FRONTIER_LEASE_SECONDS",
    "GUARD_MAX_SECONDS", "PROGRESS_INTERVAL",
})  # fmt: skip
_SENT = ("CONTACT", "USER_AGENT")


@attrs.frozen(kw_only=True)
class CrawlPlan:
    """Seeds and the profiles they are crawled by."""

    listed: tuple[str, ...]
    """URLs named by the user."""
    sites: tuple[SiteProfile, ...]
    """The profiles that are crawled."""
    profiles: Mapping[str, SiteProfile]
    """Every profile there is: also a page of a URL list is read by its outlet's rules."""
    follow: bool
    max_depth: int
    """For what comes of `listed`; a profile has its own."""
    arguments: Mapping[str, str]

    @property
    def seeds(self) -> tuple[str, ...]:
        """Where the run starts, each URL once."""
        return tuple(dict.fromkeys([*(seed for site in self.sites for seed in site.crawl.seeds), *self.listed]))


def plan_crawl(settings: BaseSettings, arguments: Mapping[str, str], *, visiting: bool = True) -> CrawlPlan:
    """Reads profiles and seeds; with `visiting` off nobody is asked, and no contact is needed.

    Raises ConfigError, in one line, for whatever cannot be used.
    """
    check_numbers(settings)
    check_sent(settings)
    progress_settings(settings)
    unknown = sorted(set(arguments) - _SPIDER_ARGUMENTS)
    if unknown:
        raise ConfigError("-a", unknown[0], arguments[unknown[0]], f"no such argument; there are {_listed()}")
    folder = _sites_folder(settings)
    profiles = load_profiles(folder)
    urls, seed_list, sites = (arguments.get(key) for key in ("urls", "seed_list", "sites"))
    chosen: tuple[SiteProfile, ...] = ()
    listed = tuple(read_seeds(urls, seed_list)) if urls is not None or seed_list is not None else ()
    if sites is not None or not listed:
        chosen = tuple(choose_sites(profiles, sites))
    if not listed and not chosen:
        raise ConfigError(
            str(folder), "sites", "", "there is no site profile here: name URLs with -a urls=…, or add a profile"
        )
    plan = CrawlPlan(
        listed=listed,
        sites=chosen,
        profiles=profiles,
        follow=_truth("follow", arguments.get("follow", "true")),
        max_depth=settings.getint("CRAWL_MAX_DEPTH"),
        arguments=dict(arguments),
    )
    if visiting:
        _require_contact(settings, plan.seeds)
    return plan


def is_loopback(url: str) -> bool:
    """Whether a URL's host is written as a loopback address or as localhost."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def user_agent(settings: BaseSettings, version: str) -> str:
    """USER_AGENT where set, else our name with the contact."""
    given: str = settings.get("USER_AGENT") or ""
    contact: str = settings.get("CONTACT") or ""
    return given or f"newsarchive/{version}" + (f" (+{contact})" if contact else "")


def check_numbers(settings: BaseSettings) -> None:
    """Refuses a number that is none, or is below what makes sense."""
    for name in _NUMBERS:
        value, least = settings.get(name), _LEAST.get(name, 0)
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ConfigError("-s", name, value, "is not a number") from None
        if not math.isfinite(number):
            raise ConfigError("-s", name, value, "is not a number that can be counted to")
        if not number >= least:
            raise ConfigError("-s", name, value, f"must be at least {least}")
        if number > _MOST.get(name, number):
            raise ConfigError("-s", name, value, f"must be at most {_MOST[name]}")
        if name not in _FRACTIONS and not _is_whole(value):
            raise ConfigError("-s", name, value, "must be a whole number")


def _is_whole(value: object) -> bool:
    try:
        return int(value) == float(value)  # type: ignore[call-overload, arg-type, no-any-return]
    except ValueError:
        return False


def check_sent(settings: BaseSettings) -> None:
    """Refuses what cannot stand in a header line (RFC 9110, 5.5): a line break would begin another header."""
    for name in _SENT:
        value = str(settings.get(name) or "")
        if not (value.isascii() and value.isprintable()):
            what = "is sent in a header line: write it in ASCII, without line breaks and other control characters"
            raise ConfigError("-s", name, ascii(value)[1:-1], what)


def _require_contact(settings: BaseSettings, seeds: tuple[str, ...]) -> None:
    agent = user_agent(settings, "")
    outside = next((seed for seed in seeds if not is_loopback(seed)), None)
    if outside is not None and "@" not in agent and "://" not in agent:
        raise ConfigError(
            "-s", "CONTACT", settings.get("CONTACT", ""),
            f"{outside} is not yours to visit unnamed: give a mail address or a page about you",
        )  # fmt: skip


def _sites_folder(settings: BaseSettings) -> Path:
    folder = Path(settings["SITES_DIR"])
    return folder if folder.is_absolute() else Path.cwd() / folder


def _truth(key: str, value: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if value.lower() not in known:
        raise ConfigError("-a", key, value, "say true or false")
    return known[value.lower()]


def _listed() -> str:
    return ", ".join(sorted(_SPIDER_ARGUMENTS))
