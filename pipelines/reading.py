"""Reading: one archived page to its main text, the facts about it, and its labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import attrs
from lxml.html import HtmlElement

from archives.capture import Capture
from pipelines import extraction
from pipelines.boilerplate import LEAST, SiteModel
from pipelines.charset import decode_page
from pipelines.coding import LIMIT, decode_content
from pipelines.content.outline import Outline
from pipelines.content.prepare import lay_open
from pipelines.content.segments import Segment, segments_of
from pipelines.content.tree import parse_bounded, parse_html, weight
from pipelines.content.views import is_prose
from pipelines.document import CharsetDecision, Page, QualityLabel
from pipelines.facts.head import Head, read_head
from pipelines.facts.titles import HIJACKED, hijack_score, honest_title
from pipelines.metadata import Metadata, read_metadata, read_title
from pipelines.quality import Reading, labels_of, template_drift
from pipelines.rules import ExtractRules
from pipelines.textfile import clean_block

_NOT_TEXT = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x00\x18ftyp",
    b"\x7fELF",
)
_WALL_TEXT = 60
_ERROR_TEXT = 300
"""Weight of text below which a page sent with an error status is the error's, not an article's."""


@attrs.frozen(kw_only=True, eq=False)
class PageRead:
    """What one page says."""

    page: Page
    meta: Metadata = attrs.field(factory=Metadata)
    blocks: tuple[str, ...] = ()
    labels: tuple[QualityLabel, ...] = ()
    problem: str | None = None
    """Why there was nothing to read, or not all that might hold a text; None where there was."""
    tree: HtmlElement | None = None
    """The page laid open; None where there was nothing to parse."""
    shown: Sequence[Segment] = ()
    """All that it shows."""


def read_page(capture: Capture, rules: ExtractRules, model: SiteModel | None = None) -> PageRead:
    """Reads a page by the model of its site, and the full way where there is none or the page does not fit it.

    Raises RulesError for a rule that cannot be used.
    """
    page, problem = decode_capture(capture)
    tree, cut = (None, None) if problem else parse_bounded(page.html)
    if tree is None:
        return PageRead(page=page, problem=problem or "no markup")
    if model is None or rules.main:
        return _read(page, tree, cut, capture, rules)
    container = model.fit(tree)
    if container is not None:
        read = _read(page, tree, cut, capture, rules, model, container)
        if _is_whole(read, container):
            return read
        tree = parse_html(page.html)  # the model has cut into the other one
        assert tree is not None
    read = _read(page, tree, cut, capture, rules)
    if not read.blocks:
        return read
    return attrs.evolve(read, labels=(*read.labels, template_drift.label(found=container is not None)))


def _read(
    page: Page,
    tree: HtmlElement,
    cut: str | None,
    capture: Capture,
    rules: ExtractRules,
    model: SiteModel | None = None,
    container: HtmlElement | None = None,
) -> PageRead:
    """Reads a tree, which is laid open for it; with a `container` the main text is looked for in there only."""
    outline = Outline(tree)
    lay_open(outline)
    head, shown = read_head(tree, page.url), segments_of(outline)
    title = read_title(tree, head, shown, rules)
    if model is not None and container is not None:
        box = outline.box_of[container]
        main = extraction.extract_from_container(outline, box, rules, title[0], model.is_shared)
    else:
        main = extraction.extract_main_content(outline, rules, title[0])
    blocks = tuple(block for segment in main if (block := clean_block(segment.text)))
    if page.status >= 400 and weight("".join(blocks)) < _ERROR_TEXT:
        blocks = ()
    found = title[0]
    if found and _is_hijacked(title, head, blocks):
        title = honest_title(tree, head, blocks)
    meta = read_metadata(tree, head, shown, main, title, page.url, rules)
    reading = Reading(
        url=page.url, status=page.status, html=page.html, tree=tree, charset=page.charset, segments=shown,
        blocks=blocks,
        title=found, doc_title=head.doc_title or "", original_url=meta.original_url, truncated=capture.truncated,
        cut=cut,
    )  # fmt: skip
    labels = labels_of(reading)
    if any(label.name == "listing_page" for label in labels) or _is_stub(labels, blocks):
        blocks = ()
    problem = None if blocks else cut
    return PageRead(page=page, meta=meta, blocks=blocks, labels=labels, problem=problem, tree=tree, shown=shown)


def _is_whole(read: PageRead, container: HtmlElement) -> bool:
    """Whether the container gave a text, and no more prose stands beside it."""
    inside = set(container.iter())
    beside = sum(one.weight for one in read.shown if one.element not in inside and is_prose(one))
    return any(found >= max(LEAST, 2 * beside) for found in accumulate(map(weight, read.blocks)))


def _is_stub(labels: Sequence[QualityLabel], blocks: Sequence[str]) -> bool:
    """Whether a wall has left nothing of the article but its own words."""
    return any(label.name == "login_wall" for label in labels) and weight("".join(blocks)) < _WALL_TEXT


def _is_hijacked(title: tuple[str | None, str], head: Head, blocks: Sequence[str]) -> bool:
    told = [title[0] or ""] + ([head.doc_title or ""] if title[1] == "title" else [])
    return any(hijack_score(text, blocks)[0] >= HIJACKED for text in told)


def decode_capture(capture: Capture) -> tuple[Page, str | None]:
    """A capture's page with its content codings undone and its bytes decoded, and why it holds no text if so."""
    body, problem = b"", None
    if capture.response is None:
        problem = capture.failure or "no response"
    else:
        with capture.response.open_entity() as entity:
            raw = entity.read(LIMIT)
        body = decode_content(raw, capture.response.head.get("Content-Encoding") or "")
        kind = capture.content_type.split(";")[0].strip().lower()
        if not body:
            problem = "an empty body"
        elif body.startswith(_NOT_TEXT) or kind.startswith(("image/", "video/", "audio/", "application/pdf")):
            problem = f"not a page ({kind or 'no type'})"
    html, charset = ("", _NO_CHARSET) if problem else decode_page(body, capture.content_type)
    page = Page(url=capture.url, captured_at=capture.started, status=capture.status or 0, html=html, charset=charset)
    return page, problem


_NO_CHARSET = CharsetDecision(declared=None, detected=None, used="utf-8", replaced=0.0)
