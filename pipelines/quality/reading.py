"""Reading: everything the quality measures look at, gathered once and weighed once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import attrs
from lxml.html import HtmlElement

from pipelines.content.brief import below_byline
from pipelines.content.segments import Segment
from pipelines.content.tree import weight
from pipelines.document import CharsetDecision, QualityLabel

ENOUGH = 800
"""Weight of text from which no measure asks how much there is."""


@attrs.frozen(kw_only=True, eq=False)
class Reading:
    """One page as it was read."""

    url: str
    status: int
    html: str
    tree: HtmlElement | None
    charset: CharsetDecision
    segments: Sequence[Segment]
    """All visible text."""
    blocks: Sequence[str]
    """The main text."""
    title: str | None
    """The title as found, a hijacker's too."""
    doc_title: str
    original_url: str | None
    truncated: str | None
    """Why the capture is not whole (WARC-Truncated), None where it is."""
    cut: str | None = None
    """By which bounds the page was cut when it was parsed, None where it was not."""

    @cached_property
    def text(self) -> str:
        """The main text, a block a line."""
        return "\n".join(self.blocks)

    @cached_property
    def shown(self) -> str:
        """All visible text, a segment a line."""
        return "\n".join(segment.text for segment in self.segments)

    @cached_property
    def amount(self) -> int:
        """Weight of the main text, exact below `ENOUGH`."""
        return weight_up_to(self.text)

    @cached_property
    def shown_amount(self) -> int:
        """Weight of all visible text, exact below `ENOUGH`."""
        return weight_up_to(self.shown)

    @cached_property
    def is_told(self) -> bool:
        """Whether the page has an article's shape: text below its title as a heading and a date."""
        return bool(self.blocks) and below_byline(self.segments, self.title) > 0


def weight_up_to(text: str) -> int:
    """The weight of a text; of one far heavier than `ENOUGH`, of its beginning."""
    for part in (text[: 4 * ENOUGH], text[: 64 * ENOUGH]):  # whole pages of white space and digits weigh nothing
        if (found := weight(part)) >= ENOUGH or len(part) == len(text):
            return found
    return weight(text)


def label_of(name: str, score: float, evidence: str) -> QualityLabel:
    """A label with its score within 0..1, to the hundredth."""
    return QualityLabel(name=name, score=round(min(1.0, max(0.0, score)), 2), evidence=evidence)
