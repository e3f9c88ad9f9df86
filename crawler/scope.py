"""Scope: which URLs a crawl may fetch, and why not the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from crawler.hosts import HostSet, is_private_host, site_of
from crawler.profiles import CrawlRules, SiteProfile, profile_for
from crawler.urls import absolute, has_credentials

OutState = Literal["excluded_scope", "excluded_trap"]

MAX_DEPTH = 5
"""Links from a seed, where neither profile nor setting says otherwise."""
LONGEST_URL = 2000
MOST_SEGMENTS = 12
MOST_PARAMETERS = 20
_REPEATED = 3
_SESSION = re.compile(r"^(?:phpsessid|jsessionid|aspsessionid\w*|session_?id|sid|sessid)$", re.IGNORECASE)
_CALENDAR = re.compile(r"^(?:y|year|date|day|month|ym|cal|calendar)$", re.IGNORECASE)
_YEARS = range(1980, 2051)

NEVER_PAGES = frozenset({
    "jpg", "jpeg", "png", "gif", "webp", "bmp", "svg", "ico", "tif", "tiff", "psd", "avif", "heic", "mp3", "wav",
    "wma", "aac", "ogg", "flac", "m4a", "amr", "mp4", "m4v", "avi", "mov", "wmv", "flv", "mkv", "webm", "rmvb",
    "rm", "3gp", "m3u8", "ts", "swf", "zip", "rar", "7z", "gz", "tgz", "bz2", "xz", "tar", "iso", "dmg", "exe",
    "msi", "apk", "ipa", "deb", "rpm", "jar", "bin", "cab", "css", "js", "mjs", "map", "json", "woff", "woff2",
    "ttf", "otf", "eot", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "rtf", "csv",
    "epub", "mobi", "torrent", "ceb",
})  # fmt: skip
"""File name endings that are never a page; a seed may have them all the same."""
_FEED_OR_SITEMAP = re.compile(r"(?:sitemap|feed)[^/]*\.(?:xml|txt)?\.?(?:gz|json)$", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Verdict:
    """Whether a URL may be fetched."""

    in_scope: bool
    state: OutState | None = None
    """The ledger state of what is out; None for what is in."""
    reason: str = ""
    """Why it is out, or by what it is in, in a few words."""


@attrs.frozen(kw_only=True)
class SiteScope:
    """The hosts of some seeds and what one profile says about them."""

    hosts: HostSet
    deny: tuple[re.Pattern[str], ...]
    max_depth: int


@attrs.frozen(kw_only=True)
class Scope:
    """What one crawl may fetch."""

    seeds: frozenset[str]
    sites: tuple[SiteScope, ...]

    @classmethod
    def of(
        cls, seeds: Iterable[str], rules: CrawlRules | None = None, *, follow: bool = True, max_depth: int = MAX_DEPTH
    ) -> Scope:
        """The scope of one site. `seeds` as `read_seeds` or a profile gives them.

        With `follow` off only depth 0 is in scope; `max_depth` is for rules that name none.
        """
        urls = [url for seed in seeds if (url := absolute(seed))]
        return cls(seeds=frozenset(urls), sites=(_site(urls, rules or CrawlRules(), follow, max_depth),))

    @classmethod
    def for_plan(
        cls, seeds: Iterable[str], profiles: Mapping[str, SiteProfile], *, follow: bool = True,
        max_depth: int = MAX_DEPTH,
    ) -> Scope:  # fmt: skip
        """The scope of many seeds, each under the rules of the profile that speaks for its host, if one does."""
        groups: dict[str, tuple[CrawlRules, list[str]]] = {}
        for url in filter(None, map(absolute, seeds)):
            profile = profile_for(profiles, url)
            name, rules = (profile.name, profile.crawl) if profile else ("", CrawlRules())
            groups.setdefault(name, (rules, []))[1].append(url)
        return cls(
            seeds=frozenset(url for _, urls in groups.values() for url in urls),
            sites=tuple(_site(urls, rules, follow, max_depth) for rules, urls in groups.values()),
        )

    def with_seed(self, url: str) -> Scope:
        """This scope, and the host of one more seed: where a seed that moved house led to."""
        plain = absolute(url)
        if plain is None:
            return self
        follow = any(site.max_depth for site in self.sites)
        depth = max((site.max_depth for site in self.sites), default=MAX_DEPTH)
        return Scope(seeds=self.seeds | {plain}, sites=(*self.sites, _site([plain], CrawlRules(), follow, depth)))

    def check(self, url: str, *, via: str | None, depth: int) -> Verdict:
        """Whether `url`, found on `via` (None for a seed), `depth` links away from a seed, may be fetched.

        A redirect and a further page of an article keep the depth of the page they belong to. Names are not
        resolved here: a public name that leads to a private address is the downloader's to refuse.
        """
        plain = absolute(url)
        if plain is None:
            return _out("not an http or https URL")
        if has_credentials(plain):
            return _out("carries a user name or password")
        if plain in self.seeds and (via is None or not _crosses_inwards(plain, via)):
            return Verdict(in_scope=True, reason="seed")
        reason = self._outside(plain, via, depth)
        if reason is None and (trap := _trap(plain)):
            return _out(trap, "excluded_trap")
        return Verdict(in_scope=True, reason="host in scope") if reason is None else _out(reason)

    def _outside(self, url: str, via: str | None, depth: int) -> str | None:
        """Why a URL is out of scope; None where it is not."""
        parts = urlsplit(url)
        if is_private_host(parts.hostname or ""):
            if via is not None and _crosses_inwards(url, via):
                return "a public page leads to a private address"
            if not any(site_of(url) in site.hosts.sites for site in self.sites):
                return "a private address that is no seed's"
        site = max(self.sites, key=lambda site: site.hosts.rank(url), default=None)
        if site is None or not site.hosts.covers(url):
            return f"host {parts.netloc} is not in scope"
        if len(url) > LONGEST_URL:
            return f"longer than {LONGEST_URL} characters"
        if depth > site.max_depth:
            return f"more than {site.max_depth} links from a seed"
        ending = _ending(parts.path)
        if ending in NEVER_PAGES and not _FEED_OR_SITEMAP.search(parts.path):
            return f"a .{ending} file is not a page"
        denied = next((pattern.pattern for pattern in site.deny if pattern.search(url)), None)
        return f"denied by the site profile: {denied}" if denied is not None else None


def _site(urls: Iterable[str], rules: CrawlRules, follow: bool, max_depth: int) -> SiteScope:
    depth = max_depth if rules.max_depth is None else rules.max_depth
    return SiteScope(
        hosts=HostSet.of(urls, rules.allow_hosts, subdomains=rules.follow_subdomains),
        deny=tuple(re.compile(pattern) for pattern in rules.deny),
        max_depth=depth if follow else 0,
    )


def _out(reason: str, state: OutState = "excluded_scope") -> Verdict:
    return Verdict(in_scope=False, state=state, reason=reason)


def _crosses_inwards(url: str, via: str) -> bool:
    """Whether a link leads from a public page to a private address."""
    return is_private_host(_host(url)) and not is_private_host(_host(via))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _ending(path: str) -> str:
    name = unquote(path.rpartition("/")[2])
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def _trap(url: str) -> str | None:
    """By what a URL looks like one of endlessly many; None where it does not."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if len(segments) > MOST_SEGMENTS:
        return f"more than {MOST_SEGMENTS} path segments"
    names = Counter(segment for segment in segments if not segment.isdigit())
    if names and (most := names.most_common(1)[0])[1] >= _REPEATED:
        return f'path segment "{most[0][:40]}" repeated {most[1]} times'
    query = parse_qsl(parts.query[:LONGEST_URL], keep_blank_values=True)
    if len(query) > MOST_PARAMETERS:
        return f"more than {MOST_PARAMETERS} query parameters"
    keys = Counter(key.lower() for key, _ in query)
    if any(count >= 2 and _SESSION.match(key) for key, count in keys.items()):
        return "a session id that piles up"
    for key, value in query:
        year = re.match(r"(\d{4})(?!\d{3,})", value)
        if _CALENDAR.match(key) and year and int(year[1]) not in _YEARS:
            return f"calendar page of the year {year[1]}"
    return None
