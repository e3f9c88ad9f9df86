"""ProgressSnapshot: where a crawl stands at one moment, and how that looks in a line and on a terminal."""

from __future__ import annotations

import attrs
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

HOSTS_SHOWN = 8
UNKNOWN = "—"


@attrs.frozen(kw_only=True)
class HostProgress:
    """Where one host stands."""

    host: str
    queued: int = 0
    active: int = 0
    done: int = 0
    failed: int = 0
    state: str = ""
    """"done", "delay 1 s", ...: what holds it up; "" where nothing does."""

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Sorts the busiest host first."""
        return (-self.active, -self.queued, -self.done - self.failed, self.host)


@attrs.frozen(kw_only=True)
class ProgressSnapshot:
    """Where the crawl stands at one moment."""

    pages: int = 0
    texts: int = 0
    rate: float = 0.0
    """Pages a second of late; of the whole run once it is over."""
    queued: int = 0
    active: int = 0
    failed: int = 0
    received: int = 0
    """Bytes."""
    elapsed: float = 0.0
    """Seconds."""
    eta: float | None = None
    """Seconds until the queue is empty; None where it does not shrink."""
    hosts: tuple[HostProgress, ...] = ()


def progress_line(snapshot: ProgressSnapshot) -> str:
    """The snapshot in one line, for a log."""
    eta = f", ETA {clock(snapshot.eta)}" if snapshot.eta is not None else ""
    return (
        f"progress: {snapshot.pages} pages, {snapshot.texts} texts, {snapshot.rate:.1f}/s, {snapshot.queued} queued, "
        f"{snapshot.active} active, {snapshot.failed} failed{eta}"
    )


def progress_view(snapshot: ProgressSnapshot) -> RenderableType:
    """The snapshot as a picture for a terminal of 60 columns or more."""
    return Group(_totals(snapshot), _host_table(snapshot.hosts)) if snapshot.hosts else _totals(snapshot)


def _totals(snapshot: ProgressSnapshot) -> Text:
    """What there is, and below it how it goes on."""
    there = _line(
        (f"{snapshot.pages:,} pages", "bold"),
        (f"{snapshot.texts:,} texts", "bold green"),
        (f"{snapshot.failed:,} failed", "bold red" if snapshot.failed else ""),
        (_size(snapshot.received), ""),
    )
    going = _line(
        (f"{snapshot.rate:.1f}/s", ""),
        (f"{snapshot.queued:,} queued", ""),
        (f"{snapshot.active:,} active", ""),
        (clock(snapshot.elapsed), "dim"),
        (f"ETA {UNKNOWN if snapshot.eta is None else clock(snapshot.eta)}", ""),
    )
    return Text("\n").join((there, going))


def _line(*parts: tuple[str, str]) -> Text:
    # No-break spaces: a number never parts from its word where a narrow terminal folds the line.
    return Text("  ").join(Text(words.replace(" ", "\u00a0"), style) for words, style in parts)


def _host_table(hosts: tuple[HostProgress, ...]) -> Table:
    ranked = sorted(hosts, key=lambda host: host.rank)
    more = len(ranked) - HOSTS_SHOWN
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("host", overflow="ellipsis", no_wrap=True, max_width=60)
    for name in ("queued", "active", "done", "failed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for host in ranked[:HOSTS_SHOWN]:
        failed = Text(f"{host.failed:,}", "red" if host.failed else "")
        state = Text(host.state, "dim")
        table.add_row(
            Text(_readable(host.host)), f"{host.queued:,}", f"{host.active:,}", f"{host.done:,}", failed, state
        )
    if more > 0:
        table.add_row(Text(f"+{more:,} more", "dim"))
    return table


def _readable(host: str) -> str:
    """A host as its readers write it: xn--fiqs8s is 中国."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def clock(seconds: float) -> str:
    """A length of time as 0:07, 12:34 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _size(count: float) -> str:
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"
