"""Process: archived exchanges to a document. Pure and deterministic: no clock, no network, no state."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import attrs
import charset_normalizer
from lxml import etree

from archives.capture import Capture
from pipelines import extraction
from pipelines.charset import decode_page
from pipelines.coding import LIMIT, decode_content
from pipelines.content.prepare import lay_open
from pipelines.content.segments import segments_of
from pipelines.content.tree import body_of, parse_html, weight
from pipelines.content.views import key
from pipelines.document import CharsetDecision, Document, Page, Provenance, QualityLabel
from pipelines.facts.head import Head, read_head
from pipelines.facts.titles import HIJACKED, hijack_score, honest_title, is_heading_of
from pipelines.metadata import Metadata, read_metadata, read_title
from pipelines.quality import Reading, labels_of
from pipelines.rules import ExtractRules
from pipelines.textfile import clean_block
from pipelines.version import text_version

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


def process(captures: Sequence[Capture], rules: ExtractRules | None = None, model: None = None) -> Document:
    """What an article says, from the captures of its pages in page order.

    Never raises for what the bytes are: a page that cannot be read gives a document without blocks and with labels.
    Raises ValueError where there is no capture, RulesError where a rule cannot be used.
    """
    if not captures:
        raise ValueError("process() needs at least one capture")
    rules = rules or ExtractRules()
    first = _read(captures[0], rules)
    blocks = list(first.blocks)
    meta = first.meta
    for capture in captures[1:]:
        further = _read(capture, rules)
        blocks += _continued(further.blocks, blocks, meta.title)
        # What signs an article off stands on its last page.
        for field in ("author", "editor", "source"):
            meta.settle(field, getattr(further.meta, field), further.meta.origins.get(field, ""))
    return Document(
        url=captures[0].url, canonical_url=meta.canonical_url, original_url=meta.original_url,
        site=site_of(captures[0].url),
        title=meta.title, author=meta.author, source=meta.source, editor=meta.editor, published=meta.published,
        published_precision=meta.published_precision, modified=meta.modified, category=meta.category, tags=meta.tags,
        lang=meta.lang, blocks=tuple(blocks), origins=meta.origins, charset=first.page.charset, labels=first.labels,
        captured_at=captures[0].started, provenance=_provenance(rules),
    )  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class _Read:
    """One page, read."""

    page: Page
    meta: Metadata
    blocks: tuple[str, ...]
    labels: tuple[QualityLabel, ...]


def _read(capture: Capture, rules: ExtractRules) -> _Read:
    page, problem = decode_capture(capture)
    tree = None if problem else parse_html(page.html)
    if tree is None:
        why = problem or "no markup"
        label = QualityLabel(name="mojibake", score=1.0, evidence=f"nothing to read: {why}")
        return _Read(page=page, meta=Metadata(), blocks=(), labels=(label,))
    # A site model cuts its furniture out of the tree here, and tells extract_main_content that it did (`contained`).
    lay_open(tree)
    head, shown = read_head(tree, page.url), segments_of(body_of(tree))
    title = read_title(tree, head, shown, rules)
    main = extraction.extract_main_content(tree, rules, title[0])
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
    )  # fmt: skip
    labels = labels_of(reading)
    if any(label.name == "listing_page" for label in labels) or _is_stub(labels, blocks):
        blocks = ()
    return _Read(page=page, meta=meta, blocks=blocks, labels=labels)


def _is_stub(labels: Sequence[QualityLabel], blocks: Sequence[str]) -> bool:
    """Whether a wall has left nothing of the article but its own words."""
    return weight("".join(blocks)) < _WALL_TEXT and any(label.name == "login_wall" for label in labels)


_WALL_TEXT = 60
_ERROR_TEXT = 300
"""Weight of text below which a page sent with an error status is the error's, not an article's."""


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


def _continued(blocks: Sequence[str], before: Sequence[str], title: str | None) -> list[str]:
    """The blocks of a later page without the title, the byline and the lead that every page repeats."""
    seen = {key(block) for block in before}
    at = 0
    while at < len(blocks) and (is_heading_of(blocks[at], title) or key(blocks[at]) in seen):
        at += 1
    return [block for block in blocks[at:] if len(key(block)) < 40 or key(block) not in seen]


def _provenance(rules: ExtractRules) -> Provenance:
    versions = {
        "text": text_version(),
        "trafilatura": extraction.VERSION,
        "lxml": etree.__version__,
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "charset-normalizer": charset_normalizer.__version__,
    }
    return Provenance(extractor=extraction.ENGINE, versions=versions, rules_digest=rules.digest(), model_digest=None)


def site_of(url: str) -> str:
    """Host of a URL, with the port where it is not the scheme's own."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.hostname or "") + (f":{port}" if port and port != usual else "")
