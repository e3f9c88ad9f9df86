"""Twins: URLs without a text of their own, since another one of their run has the same to the byte."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import attrs

from pipelines.document import site_of
from pipelines.duplicates.facts import Facts
from pipelines.duplicates.index import TextIndex
from pipelines.quality.syndicated import moment


@attrs.frozen(kw_only=True)
class Twin:
    """A page whose text lies under another one's URL."""

    url: str
    text_of: str
    """The URL that the text lies under."""
    captured_at: str


def add_twins(index: TextIndex, twins: Iterable[Twin], start: int = 0) -> list[int]:
    """Adds each twin to an index, as one more with the text that it shares; gives their numbers.

    The texts are looked for from number `start` on; of those of one URL the one captured next to the twin.
    """
    wanted = sorted(twins, key=lambda twin: twin.url)
    urls = {twin.text_of for twin in wanted}
    texts: dict[str, list[tuple[int, Facts]]] = defaultdict(list)
    for number in range(start, len(index)) if urls else ():
        if not index.is_gone(number) and (facts := index.facts(number)).url in urls:
            texts[facts.url].append((number, facts))
    return [index.repeat(*_nearest(twin, texts[twin.text_of])) for twin in wanted if twin.text_of in texts]


def _nearest(twin: Twin, texts: Iterable[tuple[int, Facts]]) -> tuple[int, Facts]:
    """The number of the text that a twin shares, and the twin's own facts: what the text says holds for both."""
    when = moment(twin.captured_at)
    number, facts = min(texts, key=lambda text: (abs(moment(text[1].captured_at) - when), text[0]))
    return number, attrs.evolve(
        facts, url=twin.url, site=site_of(twin.url), original_url=None, captured_at=twin.captured_at
    )
