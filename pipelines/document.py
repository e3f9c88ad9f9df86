"""Document: what a page says, cleaned, with the grounds for every part of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

import attrs

LABELS = (
    "hijacked_title", "keyword_stuffing", "spun_text", "annotated_pinyin", "mojibake", "snapshot_copy",
    "syndicated", "soft_404", "challenge_page", "login_wall", "truncated_article", "listing_page", "template_drift",
)  # fmt: skip
"""Every label there is."""
TEXTLESS = frozenset({"challenge_page", "soft_404"})
"""Labels whose pages get no text file."""


@attrs.frozen(kw_only=True)
class QualityLabel:
    """One thing found to be wrong or odd about a page. It never deletes the page."""

    name: str
    score: float
    """0..1: how sure."""
    evidence: str
    """What it was seen by, short enough to print."""


@attrs.frozen(kw_only=True)
class Note:
    """A reading in brackets that was taken out of the text."""

    block: int
    """Number of the block of main text, from 0."""
    at: int
    """Characters of that block, as it is now, before the place where it stood."""
    text: str
    """The note with its brackets."""


@attrs.frozen(kw_only=True)
class CharsetDecision:
    """How bytes became characters."""

    declared: str | None
    """The label that header or page declares, as written; None where neither does."""
    detected: str | None
    """What the bytes look like by themselves; None where nothing had to be guessed."""
    used: str
    """The Python codec that made the text."""
    replaced: float
    """Share of characters that became U+FFFD, 0..1."""
    by: str = "content"
    """What settled it: "bom", "header", "meta", "content" or "charset-normalizer". A declaration that the content does
    not bear out settles nothing."""
    rivals: Mapping[str, float] = attrs.field(factory=dict)
    """The codecs that came next, and how many bits a byte more the page would take under them; none where there was no
    doubt."""
    undone: str | None = None
    """A wrong decoding from before the page was published that was undone: "utf-8 as gb18030"; None where none was."""


@attrs.frozen(kw_only=True)
class Page:
    """One archived page, decoded."""

    url: str
    captured_at: datetime
    status: int
    html: str
    charset: CharsetDecision


@attrs.frozen(kw_only=True)
class Provenance:
    """Which code and which rules made a document; an audit tells drift from tampering by it."""

    extractor: str
    """"trafilatura" for the engine, or the name of the way that stood in for it."""
    versions: Mapping[str, str]
    rules_digest: str
    model_digest: str | None


@attrs.frozen(kw_only=True)
class Document:
    """What one article says. Unknown is None or empty, never a guess dressed as a fact."""

    url: str
    canonical_url: str | None = None
    original_url: str | None = None
    """The page that a snapshot says it was taken from."""
    site: str
    """Host (and port, where not the default) of the URL."""
    title: str | None = None
    author: tuple[str, ...] = ()
    source: str | None = None
    editor: str | None = None
    published: datetime | None = None
    """Always with a zone; a Chinese page without one is +08:00."""
    published_precision: str | None = None
    """"day", "minute" or "second": what the page really says."""
    modified: datetime | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    lang: str | None = None
    blocks: tuple[str, ...] = ()
    """Main text, a paragraph each; a list or a table is one block with its lines kept. Empty: no main text."""
    origins: Mapping[str, str] = attrs.field(factory=dict)
    """For each metadata field that is known: where it was read ("byline", "meta:author", "json-ld", ...)."""
    charset: CharsetDecision
    labels: tuple[QualityLabel, ...] = ()
    removed_notes: tuple[Note, ...] = ()
    """What the repair of `annotated_pinyin` took out of the blocks, in order; `pipelines.repair` puts it back."""
    problem: str | None = None
    """Why there was nothing to read: "an empty body", "not a page (application/pdf)"; None where there was."""
    captured_at: datetime
    provenance: Provenance

    @property
    def has_text(self) -> bool:
        """Whether this document gets a text file."""
        return bool(self.blocks) and not any(label.name in TEXTLESS for label in self.labels)


def site_of(url: str) -> str:
    """Host of a URL, with the port where it is not the scheme's own."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.hostname or "") + (f":{port}" if port and port != usual else "")
