"""RunRecord: what one run did and how it ended, as run.json for machines and report.html for people."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import attrs
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from scrapy.settings import BaseSettings, default_settings

from crawler import settings as our_settings

Verdict = Literal["complete", "interrupted", "findings"]

FAILURES_KEPT = 100
"""Failures a record names one by one; the ledger has them all."""
MASK = "***"

_SECRET_NAME = re.compile(r"KEY|PASSWORD|PASSWD|TOKEN|SECRET|CREDENTIAL|AUTHORIZATION|^(SET-)?COOKIE$", re.IGNORECASE)
_URL_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s\"']*@")
_QUERY_SECRET = re.compile(
    r"([?&](?:[^=&#\s]*(?:password|passwd|token|secret)[^=&#\s]*|(?:[^=&#\s]*[_-])?(?:api)?key)=)[^&#\s\"',]+",
    re.IGNORECASE,
)
_TEMPLATES = Path(__file__).parent.parent / "templates"


def hide_credentials(text: str) -> str:
    """`text` with the user and password of every URL in it masked."""
    return _URL_CREDENTIALS.sub(f"{MASK}@", text)


@attrs.frozen(kw_only=True)
class HostFigures:
    """What one host gave."""

    host: str
    fetched: int
    texts: int
    failed: int
    received: int
    """Bytes, as they came over the wire."""
    mean_latency_ms: float | None
    """None where nothing came back."""


@attrs.frozen(kw_only=True)
class ModelFigures:
    """The site model in force for a site, and how the pages of this process fitted it."""

    site: str
    digest: str
    fitted: int
    drifted: int
    """Pages that did not fit, and were read the full way."""


@attrs.frozen(kw_only=True)
class Failure:
    """A URL that could not be fetched, and why."""

    url: str = attrs.field(converter=hide_credentials)
    reason: str = attrs.field(converter=hide_credentials)


@attrs.frozen(kw_only=True)
class Timings:
    """How long a step took, over all its calls."""

    count: int
    mean_ms: float
    p95_ms: float
    max_ms: float

    @classmethod
    def of(cls, milliseconds: Iterable[float]) -> Timings | None:
        """Figures of some durations (95th percentile by nearest rank); None where there are none."""
        values = sorted(milliseconds)
        if not values:
            return None
        rank = -(-95 * len(values) // 100)
        return cls(count=len(values), mean_ms=sum(values) / len(values), p95_ms=values[rank - 1], max_ms=values[-1])


@attrs.frozen(kw_only=True)
class WarcFile:
    """One closed file of `archive/`."""

    file: str
    size: int
    sha256: str
    """Hex."""


def _masked(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _mask(name, value) for name, value in values.items()}


def _by_name(counts: Mapping[int, int] | Mapping[str, int]) -> dict[str, int]:
    return {str(name): count for name, count in counts.items()}


def _first_failures(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    return tuple(failures)[:FAILURES_KEPT]


def _without_credentials(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(hide_credentials(line) for line in lines)


@attrs.frozen(kw_only=True)
class RunRecord:
    """One run. Secrets in settings, arguments and URLs are masked as the record is made.

    Counts, texts, labels and failures are of the whole run; what a process measures (times, responses, bytes, hosts'
    fetches) is of the last start where the run was resumed.
    """

    run: str
    collection: str
    started: datetime
    finished: datetime
    resumed: int = 0
    """How often the run was gone on with after an interruption."""
    arguments: Mapping[str, object] = attrs.field(factory=dict, converter=_masked)
    settings: Mapping[str, object] = attrs.field(factory=dict, converter=_masked)
    """Those that differ from the defaults: see `changed_settings`."""
    versions: Mapping[str, str] = attrs.field(factory=dict)
    counts: Mapping[str, int] = attrs.field(factory=dict)
    """URLs by ledger state."""
    texts: int = 0
    labels: Mapping[str, int] = attrs.field(factory=dict)
    """Documents by quality label."""
    hosts: tuple[HostFigures, ...] = ()
    models: tuple[ModelFigures, ...] = ()
    failures: tuple[Failure, ...] = attrs.field(default=(), converter=_first_failures)
    """The first `FAILURES_KEPT`."""
    failures_total: int = 0
    statuses: Mapping[str, int] = attrs.field(factory=dict, converter=_by_name)
    """Responses by HTTP status code."""
    received: int = 0
    """Bytes, as they came over the wire."""
    pages_per_minute: float = 0.0
    extraction: Timings | None = None
    warcs: tuple[WarcFile, ...] = ()
    log: str | None = None
    """The run's log, a file beside run.json."""
    findings: tuple[str, ...] = attrs.field(default=(), converter=_without_credentials)
    verdict: Verdict = attrs.field(validator=attrs.validators.in_(("complete", "interrupted", "findings")))
    exit_code: int

    @property
    def seconds(self) -> float:
        return max(0.0, (self.finished - self.started).total_seconds())

    @property
    def fetched(self) -> int:
        return sum(self.statuses.values())


def changed_settings(settings: BaseSettings) -> dict[str, object]:
    """The settings in force that are neither ours nor Scrapy's defaults, with their secrets masked."""
    defaults = vars(default_settings) | vars(our_settings)
    changed = {str(name): value for name, value in settings.items() if value != defaults.get(name, attrs.NOTHING)}
    changed.pop("SETTINGS_MODULE", None)  # Scrapy's own note of where it read them
    return _masked(changed)


def _mask(name: str, value: object) -> object:
    """A setting as JSON can hold it, without secrets. Nothing set is no secret: None, "" and booleans stay."""
    if value is None or value == "" or isinstance(value, bool):
        return value
    if isinstance(value, BaseSettings | Mapping):
        return {str(key): _mask(_name(key), inner) for key, inner in value.items()}
    if _SECRET_NAME.search(name):
        return MASK
    if isinstance(value, list | tuple | set | frozenset):
        return [
            _mask(name, inner) for inner in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)
        ]
    if isinstance(value, int | float):
        return value
    return _QUERY_SECRET.sub(rf"\1{MASK}", hide_credentials(_name(value)))


def _name(value: object) -> str:
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def write_run_json(path: Path, record: RunRecord) -> None:
    """Writes run.json whole or not at all. Raises OSError."""
    data = attrs.asdict(record, value_serializer=lambda _instance, _field, value: _stamp(value))
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=2, default=str)
    # A lone surrogate of a stranger's URL becomes \udXXX, which JSON reads back as it was.
    _replace(path, (text + "\n").encode("utf-8", "backslashreplace"))


def write_report_html(path: Path, record: RunRecord) -> None:
    """Writes report.html whole or not at all. Raises OSError."""
    _replace(path, render_report(record).encode("utf-8", "replace"))


def render_report(record: RunRecord) -> str:
    """The report as one HTML page that needs nothing else; its links are relative to `runs/RUN/`."""
    return _environment().get_template("report.html").render(run=record, bar=_bar(record.counts)).lstrip()


def _stamp(value: object) -> object:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _replace(path: Path, data: bytes) -> None:
    """New content under an old name: written beside it, synced, renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


_ORDER = (
    "archived", "unchanged", "duplicate", "redirected", "excluded_robots", "excluded_scope", "excluded_trap",
    "gone", "blocked", "failed", "leased", "queued", "discovered",
)  # fmt: skip


@attrs.frozen(kw_only=True)
class _Segment:
    """One stretch of the bar of states; a percentage of its length."""

    state: str
    count: int
    start: float
    width: float
    share: float


def _bar(counts: Mapping[str, int], smallest: float = 1.2) -> list[_Segment]:
    """States that hold URLs, in the order of a URL's good fortune; none so narrow that it cannot be seen."""
    shown = sorted(
        ((str(state), count) for state, count in counts.items() if count > 0),
        key=lambda pair: (_ORDER.index(pair[0]) if pair[0] in _ORDER else len(_ORDER), pair[0]),
    )
    total = sum(count for _, count in shown)
    widths = [max(smallest, 100 * count / total) for _, count in shown]
    segments, start = [], 0.0
    for (state, count), width in zip(shown, widths, strict=True):
        width = 100 * width / sum(widths)
        segments.append(_Segment(state=state, count=count, start=start, width=width, share=100 * count / total))
        start += width
    return segments


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    environment.filters |= {
        "amount": _amount, "size": _size, "span": _span, "ms": _ms, "moment": _moment, "path": _path, "shown": _shown,
    }  # fmt: skip
    return environment


def _visible(value: object) -> object:
    """Strangers' text with control and direction characters made visible, so that it cannot pose as other text."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "".join(c if c == "\n" or unicodedata.category(c) not in _UNSEEN else f"\\u{ord(c):04x}" for c in value)
    return value


_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


def _amount(number: float) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}"


def _size(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def _ms(milliseconds: float | None) -> str:
    return (
        "—" if milliseconds is None else f"{milliseconds:,.1f} ms" if milliseconds < 10 else f"{milliseconds:,.0f} ms"
    )


def _span(seconds: float, hour: str = "h", minute: str = "min", second: str = "s") -> str:
    """A length of time, with the words for its units."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} {hour} {minutes:02} {minute}"
    if minutes:
        return f"{minutes} {minute} {rest:02} {second}"
    return f"{seconds:.1f} {second}" if seconds < 10 else f"{rest} {second}"


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _path(name: str) -> str:
    return quote(name, safe="")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
