"""Clusters: the texts of a collection that are copies of one another, the one they were copied from first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from pipelines.duplicates.facts import Facts
from pipelines.duplicates.index import TextIndex
from pipelines.quality.syndicated import captured, head_of, homes_of, published

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""


def unwatched(done: int, total: int) -> None:
    """Progress that nobody looks at."""


@attrs.frozen(kw_only=True)
class Member:
    """A text of a cluster."""

    number: int
    """In the index."""
    facts: Facts
    similarity: float
    """To the head, 0..1; 1 where the main text is the same."""


@attrs.frozen(kw_only=True)
class Cluster:
    """Texts of several URLs that are copies of one another, exactly or nearly, or linked by others that are."""

    members: tuple[Member, ...]
    """The head first, then in the order of publication; of a URL the text that was captured first."""
    why: str
    """Why the head is the head: it was ..."""

    @property
    def head(self) -> Facts:
        return self.members[0].facts

    @property
    def outlets(self) -> int:
        return len({member.facts.outlet for member in self.members})

    def __str__(self) -> str:
        """A line for the head, and one for each of the others."""
        first, *others = self.members
        lines = [f"{first.facts.url} {_told(first.facts)}: {self.why}"]
        return "\n".join(lines + [f"  {one.similarity:6.1%} {one.facts.url} {_told(one.facts)}" for one in others])

    def to_json(self) -> dict[str, Any]:
        return {
            "head": self.head.url,
            "why": self.why,
            "outlets": self.outlets,
            "members": [
                {**attrs.asdict(member.facts), "similarity": round(member.similarity, 3)} for member in self.members
            ],
        }


def _told(facts: Facts) -> str:
    known = (facts.source, facts.published, f"captured {facts.captured_at}")
    return f"({', '.join(one for one in known if one)})"


def clusters_of(index: TextIndex, groups: Sequence[Sequence[int]], progress: Progress = unwatched) -> Iterator[Cluster]:
    """The clusters that groups of an index make; a group with one URL alone is none.

    `progress` is told how many groups were looked into, and of how many.
    """
    homes: Mapping[str, str] | None = None
    for done, group in enumerate(groups, 1):
        progress(done, len(groups))
        texts = _one_a_url(index, group)
        if len(texts) < 2:
            continue
        if homes is None:
            homes = homes_of(index.sources())
        head = head_of([facts for facts, _ in texts], homes)
        first = next(index.record(number) for facts, number in texts if facts is head.facts)
        members = [
            Member(number=number, facts=facts, similarity=index.alike(index.record(number), first))
            for facts, number in texts
        ]
        members.sort(key=lambda one: (one.facts is not head.facts, published(one.facts), one.facts.url))
        yield Cluster(members=tuple(members), why=head.why)


def _one_a_url(index: TextIndex, group: Sequence[int]) -> list[tuple[Facts, int]]:
    texts = sorted(
        ((index.facts(number), number) for number in group),
        key=lambda pair: (pair[0].url, captured(pair[0]), index.record(pair[1])),
    )
    return [pair for at, pair in enumerate(texts) if at == 0 or pair[0].url != texts[at - 1][0].url]
