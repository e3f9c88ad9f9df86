"""Reading: everything the quality measures look at, gathered once."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from lxml.html import HtmlElement

from pipelines.content.segments import Segment
from pipelines.document import CharsetDecision


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

    @property
    def text(self) -> str:
        return "\n".join(self.blocks)

    @property
    def shown(self) -> str:
        """All visible text, a segment a line."""
        return "\n".join(segment.text for segment in self.segments)
