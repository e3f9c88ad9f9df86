"""Site profiles: one outlet each, written in TOML, read strictly. docs/how-to-add-a-site.md explains every key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import attrs
from lxml import etree

from crawler.errors import ConfigError
from crawler.hosts import HostSet
from crawler.urls import absolute, ascii_host, has_credentials, without_credentials
from pipelines.rules import ExtractRules

_NAME = re.compile(r"[\w.-]+")


@attrs.frozen(kw_only=True)
class CrawlRules:
    """What a profile says about crawling its site."""

    seeds: tuple[str, ...] = ()
    """Where a run starts: front page, sections, feeds, sitemaps."""
    allow_hosts: tuple[str, ...] = ()
    """Hosts in scope besides the seeds': "a.example.com", "*.example.com", "example.com:8080"."""
    deny: tuple[str, ...] = ()
    """Regular expressions, searched in the URL: a match is out of scope."""
    max_depth: int | None = None
    """Links followed from a seed, at most; None for the crawl's own setting."""
    follow_subdomains: bool = False
    """Whether everything below the seeds' hosts is in scope."""
    obey_nofollow: bool = False
    """Whether links marked rel=nofollow are left alone."""
    delay: float | None = None
    """Seconds between two requests to one host; None for the crawl's own setting."""
    due_every: float = 0.0
    """Hours between two runs of this site; 0 for every run."""


@attrs.frozen(kw_only=True)
class SiteProfile:
    """One outlet: where to start, how far to go, how to read its pages."""

    name: str
    crawl: CrawlRules
    extract: tuple[ExtractRules, ...] = ()

    @property
    def hosts(self) -> HostSet:
        """The hosts this profile speaks for."""
        return HostSet.of(self.crawl.seeds, self.crawl.allow_hosts, subdomains=self.crawl.follow_subdomains)


def load_profiles(folder: Path) -> dict[str, SiteProfile]:
    """Every `*.toml` in a folder, by name, in order of file names. Raises ConfigError."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except OSError as error:
        raise ConfigError(
            str(folder), "folder", folder.name, f"cannot be read ({_why(error)}); name a folder"
        ) from None
    profiles: dict[str, SiteProfile] = {}
    for path in files:
        profile = load_profile(path)
        same = next((name for name in profiles if name.casefold() == profile.name.casefold()), None)
        if same is not None:
            raise ConfigError(str(path), "name", profile.name, f'"{same}" is taken already; choose another name')
        profiles[profile.name] = profile
    return profiles


def load_profile(path: Path) -> SiteProfile:
    """One profile. Raises ConfigError naming file, key and value."""
    table = _Table(str(path), "", _read_toml(path), {"name": _name, "crawl": _is_table, "extract": _is_tables})
    values = table.read()
    if "name" not in values:
        raise table.wrong("name", None, f'is missing; write name = "{path.stem}"')
    if values["name"] != path.stem:
        raise table.wrong("name", values["name"], f'must be the file\'s own; write name = "{path.stem}"')
    crawl = _Table(str(path), "crawl.", values.get("crawl", {}), CRAWL_KEYS)
    crawl_values = crawl.read()
    if not crawl_values.get("seeds"):
        raise crawl.wrong("seeds", crawl_values.get("seeds"), "names no page to start from; write at least one URL")
    versions = [
        _Table(str(path), f"extract[{number}].", item, EXTRACT_KEYS).read()
        for number, item in enumerate(values.get("extract", ()), start=1)
    ]
    _check_dates(str(path), versions)
    return SiteProfile(
        name=values["name"],
        crawl=CrawlRules(**crawl_values),
        extract=tuple(ExtractRules(**version) for version in versions),
    )


def profile_for(profiles: Mapping[str, SiteProfile], url: str) -> SiteProfile | None:
    """The profile that speaks for a URL's host, the closest match first; None where none does."""
    ranked = [(profile.hosts.rank(url), profile) for profile in profiles.values()]
    best = max(ranked, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] else None


def rules_for(profile: SiteProfile | None, captured_on: date) -> ExtractRules:
    """The extract rules in force on a day: the version that ends next, else the one without an end."""
    day = captured_on.date() if isinstance(captured_on, datetime) else captured_on
    versions = profile.extract if profile else ()
    in_force = [rules for rules in versions if rules.valid_until is None or rules.valid_until >= day]
    return min(in_force, key=lambda rules: rules.valid_until or date.max, default=ExtractRules())


def choose_sites(profiles: Mapping[str, SiteProfile], names: str | None) -> list[SiteProfile]:
    """The profiles of a comma-separated list, each once, in the order given; all for None. Raises ConfigError."""
    if names is None:
        return list(profiles.values())
    wanted = [name for name in re.split(r"[\s,，]+", names) if name]
    there = ", ".join(profiles) or "there are none yet, see docs/how-to-add-a-site.md"
    if not wanted:
        raise ConfigError("command line", "sites", names, f"names no site; choose from: {there}")
    for name in wanted:
        if name not in profiles:
            folded = {known.casefold(): known for known in profiles}
            close = difflib.get_close_matches(name.casefold(), folded, n=1)
            hint = f'did you mean "{folded[close[0]]}"? ' if close else ""
            raise ConfigError("command line", "sites", name, f"no such site; {hint}choose from: {there}")
    return [profiles[name] for name in dict.fromkeys(wanted)]


class _WrongError(Exception):
    """What is wrong with a value, and what to do."""


Reader = Callable[[Any], Any]


@attrs.frozen
class _Table:
    """One TOML table and the reader of each key it may have."""

    file: str
    prefix: str
    values: Mapping[str, Any]
    readers: Mapping[str, Reader]

    def read(self) -> dict[str, Any]:
        read = {}
        for key, value in self.values.items():
            reader = self.readers.get(key)
            if reader is None:
                raise self.wrong(key, value, f"no such key; {self._hint(key)}")
            try:
                read[key] = reader(value)
            except _WrongError as error:
                raise self.wrong(key, value, str(error)) from None
        return read

    def wrong(self, key: str, value: object, what: str) -> ConfigError:
        if key == "seeds" and isinstance(value, list):
            value = [_shown(item) for item in value]
        return ConfigError(self.file, self.prefix + key, value, what)

    def _hint(self, key: str) -> str:
        close = difflib.get_close_matches(key, self.readers, n=1)
        return f'did you mean "{close[0]}"?' if close else "the keys are: " + ", ".join(self.readers)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise ConfigError(str(path), "file", path.name, f"cannot be read ({_why(error)})") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(str(path), f"line {line}", path.name, "is not UTF-8; save the file as UTF-8") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(str(path), text, str(error)) from None
    except (RecursionError, ValueError) as error:
        raise ConfigError(str(path), "file", path.name, f"is not TOML ({error})") from None


def _toml_error(file: str, text: str, message: str) -> ConfigError:
    what, _, _ = message.partition(" (at ")
    lines = text.split("\n")
    place = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line, column = (int(place[1]), int(place[2])) if place else (len(lines), len(lines[-1]) + 1)
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    return ConfigError(file, f"line {line}, column {column}", shown, f"is not TOML: {what}; correct this line")


def _check_dates(file: str, versions: list[dict[str, Any]]) -> None:
    seen: set[date | None] = set()
    for number, version in enumerate(versions, start=1):
        until = version.get("valid_until")
        if until in seen:
            raise ConfigError(
                file, f"extract[{number}].valid_until", until and until.isoformat(),
                "two versions end on the same day; give each its own, and leave it out of today's only",
            )  # fmt: skip
        seen.add(until)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _is_table(value: Any) -> Any:
    if not isinstance(value, dict):
        raise _WrongError("must be a table; write it as [crawl]")
    return value


def _is_tables(value: Any) -> Any:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _WrongError("must be a list of tables; write each as [[extract]]")
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _WrongError("must be text in quotes")
    if not value.strip():
        raise _WrongError("is empty; write a value or remove the key")
    return value


def _name(value: Any) -> str:
    if not _NAME.fullmatch(_string(value)):
        raise _WrongError("may hold letters, digits, dot, hyphen and underscore only; rename it")
    return str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongError("must be true or false, without quotes")
    return value


def _number(least: float, most: float) -> Reader:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise _WrongError(f"must be a number from {least:g} to {most:g}, without quotes")
        return float(value)

    return read


def _whole(least: int, most: int) -> Reader:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _WrongError(f"must be a whole number from {least} to {most}, without quotes")
        return value

    return read


def _list_of(reader: Reader) -> Reader:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _WrongError("must be a list; write it in square brackets")
        items = []
        for number, item in enumerate(value, start=1):
            try:
                items.append(reader(item))
            except _WrongError as error:
                shown = _shown(item) if reader is _url else item
                raise _WrongError(f"item {number} ({shown!r}) {error}") from None
        return tuple(dict.fromkeys(items))

    return read


def _url(value: Any) -> str:
    url = absolute(_string(value))
    if url is None:
        raise _WrongError("is not a URL; write it whole, with http:// or https://")
    if has_credentials(url):
        raise _WrongError("carries a user name or password, and is never fetched with it; write the URL without")
    return url


def _shown(value: Any) -> Any:
    return without_credentials(value) if isinstance(value, str) else value


def _host(value: Any) -> str:
    wildcard, host, port = re.fullmatch(r"(\*\.)?(.*?)(:\d{1,5})?", _string(value).strip(), re.DOTALL).groups("")  # type: ignore[union-attr]
    plain = ascii_host(host)
    if plain is None or "*" in plain or (port and int(port[1:]) > 65535):
        raise _WrongError(
            'is not a host; write "news.example.com", "*.example.com" or "example.com:8080", without http://'
        )
    return wildcard + plain + ("" if port in (":80", ":443") else port)


def _regex(value: Any) -> str:
    try:
        re.compile(_string(value))
    except (re.error, RecursionError, OverflowError) as error:
        raise _WrongError(f"is not a regular expression ({error}); use Python's syntax in single quotes") from None
    return str(value)


def _xpath(value: Any) -> str:
    try:
        found = etree.XPath(_string(value))(etree.XML("<html/>"))
    except etree.LxmlError as error:
        raise _WrongError(f"is not an XPath 1.0 expression ({error}); correct it") from None
    if not isinstance(found, list):
        raise _WrongError("does not select elements; write a path such as //div[@id='content']")
    return str(value)


def _date(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _WrongError("must be a date without quotes and without time, such as 2023-06-30")
    return value


CRAWL_KEYS: Mapping[str, Reader] = {
    "seeds": _list_of(_url),
    "allow_hosts": _list_of(_host),
    "deny": _list_of(_regex),
    "max_depth": _whole(0, 100),
    "follow_subdomains": _flag,
    "obey_nofollow": _flag,
    "delay": _number(0, 3600),
    "due_every": _number(0, 8784),
}
"""How each key of [crawl] is read."""
EXTRACT_KEYS: Mapping[str, Reader] = {
    "valid_until": _date,
    "main": _xpath,
    "remove": _list_of(_xpath),
    "title": _xpath,
    "source": _string,
    "strip_pinyin": _flag,
}
"""How each key of [[extract]] is read."""
