"""Process: archived exchanges to a document. Pure and deterministic: no clock, no network, no state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata

import attrs
import charset_normalizer
from lxml import etree

from archives.capture import Capture
from pipelines import extraction
from pipelines.boilerplate import SiteModel
from pipelines.content.segments import key
from pipelines.document import Document, Note, Provenance, QualityLabel, site_of
from pipelines.facts.titles import is_heading_of
from pipelines.quality import labels_over
from pipelines.reading import read_page
from pipelines.repair import without_notes
from pipelines.rules import ExtractRules
from pipelines.version import text_version


def process(captures: Sequence[Capture], rules: ExtractRules | None = None, model: SiteModel | None = None) -> Document:
    """What an article says, from the captures of its pages in page order, by the model of its site where there is one.

    Never raises for what the bytes are: a page that cannot be read gives a document without blocks and with labels.
    Raises ValueError where there is no capture, RulesError where a rule cannot be used.
    """
    if not captures:
        raise ValueError("process() needs at least one capture")
    rules = rules or ExtractRules()
    first = read_page(captures[0], rules, model)
    pages = [first]
    blocks = list(first.blocks)
    meta = first.meta
    for capture in captures[1:]:
        further = read_page(capture, rules, model)
        pages.append(further)
        blocks += _continued(further.blocks, blocks, meta.title)
        # What signs an article off stands on its last page.
        for field in ("author", "editor", "source"):
            meta.settle(field, getattr(further.meta, field), further.meta.origins.get(field, ""))
    labels, notes = labels_over([page.labels for page in pages]), tuple[Note, ...]()
    if rules.strip_pinyin and any(label.name == "annotated_pinyin" for label in labels):
        bare, notes = without_notes(blocks)
        blocks = list(bare)
        labels = tuple(_counting(label, len(notes)) for label in labels)
    return Document(
        url=captures[0].url, canonical_url=meta.canonical_url, original_url=meta.original_url,
        site=site_of(captures[0].url),
        title=meta.title, author=meta.author, source=meta.source, editor=meta.editor, published=meta.published,
        published_precision=meta.published_precision, modified=meta.modified, category=meta.category, tags=meta.tags,
        lang=meta.lang, blocks=tuple(blocks), origins=meta.origins, charset=first.page.charset,
        labels=labels, removed_notes=notes, problem=first.problem,
        captured_at=captures[0].started, provenance=_provenance(rules, model),
    )  # fmt: skip


def _counting(label: QualityLabel, removed: int) -> QualityLabel:
    """The label of annotated pinyin with the number of notes that were taken out; any other as it is."""
    if label.name != "annotated_pinyin":
        return label
    return attrs.evolve(label, evidence=f"{label.evidence}; {removed} taken out")


def _continued(blocks: Sequence[str], before: Sequence[str], title: str | None) -> list[str]:
    """The blocks of a later page without the title, the byline and the lead that every page repeats."""
    seen = {key(block) for block in before}
    at = 0
    while at < len(blocks) and (is_heading_of(blocks[at], title) or key(blocks[at]) in seen):
        at += 1
    return [block for block in blocks[at:] if len(key(block)) < 40 or key(block) not in seen]


def _provenance(rules: ExtractRules, model: SiteModel | None) -> Provenance:
    return Provenance(
        extractor=extraction.ENGINE,
        versions=dict(_versions()),
        rules_digest=rules.digest(),
        model_digest=model.digest() if model else None,
    )


@cache
def _versions() -> Mapping[str, str]:
    return {
        "text": text_version(),
        "trafilatura": extraction.VERSION,
        "lxml": etree.__version__,
        "libxml2": ".".join(map(str, etree.LIBXML_VERSION)),
        "charset-normalizer": charset_normalizer.__version__,
        "rjieba": metadata.version("rjieba"),  # loaded where it is needed only
    }
