"""Playback: which of an archive's exchanges answers a request when the archive is the only network."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

import attrs
from scrapy.exceptions import NotConfigured

from archives.capture import Capture, RecordLocation
from archives.collection import Collection
from archives.errors import ArchiveError
from archives.warc.records import warc_uri
from crawler.download.failures import TRIED_AGAIN
from crawler.errors import ConfigError, CrawlerError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

Policy = Literal["sequence", "closest", "last"]
"""Each exchange in its turn, the last one again and again; the one nearest to a date; the newest."""

_Key = tuple[str, str, bytes]


class NotInArchiveError(CrawlerError):
    """The archive has no exchange for a request. It is a failed download, and never an answer of our own making."""


@attrs.frozen(kw_only=True)
class _Recorded:
    """One download: its exchanges, the last of which ended it."""

    started: datetime
    locations: tuple[RecordLocation, ...]


class Playback:
    """The downloads of a collection, by method, URL and request body; read once, at the first request.

    As a Scrapy extension it is off unless `REPLAY_SOURCE` names a collection in `COLLECTIONS_DIR`. `REPLAY_POLICY` is
    a Policy, `REPLAY_DATE` the ISO 8601 date that "closest" wants.
    """

    def __init__(self, source: Collection, policy: Policy = "sequence", when: datetime | None = None) -> None:
        self._source, self._policy, self._when = source, policy, when
        self._recorded: dict[_Key, list[_Recorded]] | None = None
        self._turns: dict[_Key, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Playback:
        """Raises `ConfigError` for a policy or date that is none, `CollectionError` where there is no such source."""
        settings = crawler.settings
        if not (name := settings.get("REPLAY_SOURCE")):
            raise NotConfigured
        policy = str(settings.get("REPLAY_POLICY", "sequence"))
        if policy not in get_args(Policy):
            raise ConfigError("settings", "REPLAY_POLICY", policy, f"use one of {', '.join(get_args(Policy))}")
        when = _date(str(settings.get("REPLAY_DATE", ""))) if policy == "closest" else None
        source = Collection.open(Path(settings.get("COLLECTIONS_DIR", "collections")), str(name))
        return cls(source, cast("Policy", policy), when)

    def take(self, method: str, url: str, body: bytes = b"") -> list[Capture]:
        """The exchanges of the download that answers a request, the last of which ended it; revisits with their body.

        Raises `NotInArchiveError`.
        """
        if self._recorded is None:
            self._recorded = self._load()
        key = _key(method, url, body)
        if not (candidates := self._recorded.get(key)):
            raise NotInArchiveError(f"{self._source.name} has no {method} of {url}")
        chosen = self._choose(key, candidates)
        try:
            captures = [self._source.read(location) for location in chosen.locations]
        except ArchiveError as error:
            raise NotInArchiveError(
                f"{self._source.name} has {method} {url}, but it cannot be read: {error}"
            ) from error
        return [attrs.evolve(capture, location=None, revisit_of=None) for capture in captures]

    def _choose(self, key: _Key, candidates: Sequence[_Recorded]) -> _Recorded:
        if self._policy == "closest" and self._when is not None:
            when = self._when
            return min(candidates, key=lambda recorded: abs(recorded.started - when))
        if self._policy == "last":
            return max(candidates, key=lambda recorded: recorded.started)
        turn = self._turns.get(key, 0)
        self._turns[key] = turn + 1
        return candidates[min(turn, len(candidates) - 1)]

    def _load(self) -> dict[_Key, list[_Recorded]]:
        """Every download, in the order of time; an exchange that the pool repeated is part of the one after it."""
        recorded: dict[_Key, list[_Recorded]] = {}
        repeated: dict[_Key, tuple[RecordLocation, ...]] = {}
        for location in self._source.locations():
            try:
                capture = self._source.read(location, resolve=False)
            except ArchiveError as error:
                logger.warning("left out of the replay: %s", error)
                continue
            body = capture.request.entity() if capture.request else b""
            key = _key(capture.method, capture.url, body)
            locations = (*repeated.pop(key, ()), location)
            if capture.failure == TRIED_AGAIN:
                repeated[key] = locations
                continue
            recorded.setdefault(key, []).append(_Recorded(started=capture.started, locations=locations))
        for downloads in recorded.values():
            downloads.sort(key=lambda each: each.started)
        return recorded


def _key(method: str, url: str, body: bytes) -> _Key:
    return method, warc_uri(url), hashlib.sha256(body).digest() if body else b""


def _date(value: str) -> datetime:
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        what = 'give the date that REPLAY_POLICY=closest wants, as "2026-05-01T12:00:00Z"'
        raise ConfigError("settings", "REPLAY_DATE", value, what) from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
