"""Tally: what each host gave in this process's share of a run."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import attrs

from archives.capture import Capture


@attrs.define(kw_only=True)
class HostTally:
    """Running figures of one host."""

    fetched: int = 0
    texts: int = 0
    received: int = 0
    """Bytes of responses, as they came over the wire."""
    fetch_ms: int = 0
    timed: int = 0

    @property
    def mean_latency_ms(self) -> float | None:
        return self.fetch_ms / self.timed if self.timed else None


class Tally:
    """Counts exchanges as they are archived, and texts as they are written."""

    def __init__(self) -> None:
        self.hosts: dict[str, HostTally] = {}
        self.statuses: Counter[str] = Counter()

    def exchange(self, capture: Capture) -> None:
        host = self._host(capture.url)
        if capture.response is None:
            return
        host.fetched += 1
        host.received += capture.response.size
        self.statuses[str(capture.status or "none")] += 1
        if capture.fetch_ms is not None:
            host.fetch_ms += capture.fetch_ms
            host.timed += 1

    def text(self, url: str) -> None:
        self._host(url).texts += 1

    @property
    def received(self) -> int:
        return sum(host.received for host in self.hosts.values())

    @property
    def fetched(self) -> int:
        return sum(host.fetched for host in self.hosts.values())

    def _host(self, url: str) -> HostTally:
        return self.hosts.setdefault(urlsplit(url).netloc, HostTally())
