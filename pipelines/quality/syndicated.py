"""Syndicated: a text that was taken over from another outlet, told by all who have it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import attrs

from pipelines.document import QualityLabel
from pipelines.duplicates.facts import Facts, outlet_of, outlet_of_url

NAME = "syndicated"
_AT_HOME = 0.5
"""Share of an outlet's texts with a source that must name this one, before the name is taken as its own."""
_LEAST = 2
"""Texts it takes to tell."""
_NEVER = datetime.max.replace(tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Head:
    """The text that the others of a cluster are copies of, as far as can be told."""

    facts: Facts
    why: str


def homes_of(sources: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """By the name of a source the outlet whose own it seems to be: the one that it is the usual source of.

    `sources`: by site and source how many texts there are.
    """
    named: dict[str, Counter[str]] = defaultdict(Counter)
    for (site, source), count in sources.items():
        named[outlet_of(site)][source] += count
    homes: dict[str, tuple[float, str]] = {}
    for outlet in sorted(named):
        for source, count in named[outlet].items():
            share = count / named[outlet].total()
            if count >= _LEAST and share >= _AT_HOME and share > homes.get(source, (0.0, ""))[0]:
                homes[source] = (share, outlet)
    return {source: outlet for source, (_, outlet) in homes.items()}


def head_of(texts: Sequence[Facts], homes: Mapping[str, str]) -> Head:
    """The one that most of the others name, by original URL or source; else the first published; else captured.

    `texts` have each another URL, in any order; `homes` is from all texts there are.
    """
    named = _named(texts, homes)
    best = max(named.values(), default=0)
    considered = [text for text in texts if named.get(text.url, 0) == best]
    first = min(considered, key=lambda text: (published(text), captured(text), text.url))
    others = [text for text in considered if text is not first]
    if best:
        why = "named by the others as their source" if best > 1 else "named by another one as its source"
    elif published(first) < min(map(published, others)):
        why = f"published first ({first.published})"
    else:
        why = f"captured first ({first.captured_at})"
    return Head(facts=first, why=why)


def _named(texts: Sequence[Facts], homes: Mapping[str, str]) -> Counter[str]:
    """How many of the texts name each of them, by URL; a text of the same outlet does not count."""
    by_outlet: dict[str, list[Facts]] = defaultdict(list)
    for text in texts:
        by_outlet[text.outlet].append(text)
    urls = {text.url for text in texts}
    named: Counter[str] = Counter()
    for text in texts:
        origin = text.original_url or ""
        outlet = outlet_of_url(origin) if origin else homes.get(text.source or "", "")
        if outlet == text.outlet:
            continue
        if origin in urls:
            named[origin] += 1
        else:
            named.update(other.url for other in by_outlet.get(outlet, ()))
    return named


def published(text: Facts) -> datetime:
    """When it surely was published: a day without a clock counts as its end, and what came later than we as unknown."""
    when = moment(text.published)
    if text.published_precision == "day" and when != _NEVER:
        when += timedelta(days=1)
    return when if when <= captured(text) + timedelta(days=1) else _NEVER


def captured(text: Facts) -> datetime:
    return moment(text.captured_at)


def moment(said: str | None) -> datetime:
    """A time as rows have it; the last there is where none is known."""
    try:
        when = datetime.fromisoformat(said or "")
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return _NEVER


def label(text: Facts, head: Head, similarity: float) -> QualityLabel | None:
    """For a text of a cluster; None for the head and for what its own outlet has once more."""
    if text.outlet == head.facts.outlet:
        return None
    how = "the same text as" if similarity == 1 else f"{similarity:.0%} in common with"
    evidence = f"{how} {head.facts.url}, which was {head.why}"
    return QualityLabel(name=NAME, score=round(similarity, 3), evidence=evidence)
