"""Site models: the articles of outlets that no single page gives away, read alone and by the model of their site."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from hashlib import sha256

import attrs
import trafilatura

from archives.capture import Capture
from benchmarks.demopages import capture_of
from benchmarks.table import Cell, Report, Table, mean
from pipelines.boilerplate import SiteModel
from pipelines.document import Document
from pipelines.process import process
from pipelines.rules import ExtractRules
from pipelines.study import study
from tests.demo.score import bigram_f1
from tests.sitepages import SitePage, outlets, redesigned

LEARNED, READ = 8, 30
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"


@attrs.frozen(kw_only=True)
class LearnedSite:
    """An outlet whose model was learned from some pages, and others to read."""

    model: SiteModel
    pages: Sequence[SitePage]
    captures: Sequence[Capture]


def learned_site(name: str, read: int = READ) -> LearnedSite:
    """An outlet of tests/sitepages.py. Raises RuntimeError where nothing is learned."""
    make = outlets()[name]
    sample = [_captured(make(number)) for number in range(LEARNED)]
    model = study(f"{name}.example", "BENCH", sample, ExtractRules())
    if model is None:
        raise RuntimeError(f"no site model is learned for the outlet {name}")
    pages = [make(number) for number in range(LEARNED, LEARNED + read)]
    return LearnedSite(model=model, pages=pages, captures=[_captured(page) for page in pages])


def measure(pool: Executor) -> Report:
    """Text and facts with and without the model, on pages it was not learned from; and whether a new layout is seen."""
    rows: list[tuple[Cell, ...]] = []
    figures: dict[str, float] = {}
    digest = sha256()
    for own_rows, own_figures, own_digest in pool.map(_measure, outlets()):
        rows += own_rows
        figures |= own_figures
        digest.update(own_digest)
    seen, unfounded = pool.submit(_measure_drift).result()
    figures |= {"drift_seen": seen, "drift_silence": 1 - unfounded}
    columns = ("outlet and reader", "pages", "F1", "least F1", "facts right")
    note = f"learned from {LEARNED} pages of each outlet, read on others"
    text = Table(title="Site models: with and without", note=note, columns=columns, rows=tuple(rows))
    shares = (("of a new layout", seen), ("of the learned layout", unfounded))
    drift = Table(title="Site models: template_drift", columns=("pages", "labelled"), rows=shares)
    return Report(tables=(text, drift), figures=figures, digest="sha256:" + digest.hexdigest())


def _measure(name: str) -> tuple[list[tuple[Cell, ...]], dict[str, float], bytes]:
    """The rows and figures of an outlet, and the digest of its pages."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    site = learned_site(name)
    alone = [process([capture]) for capture in site.captures]
    known = [process([capture], None, site.model) for capture in site.captures]
    by_engine = [_f1(page, trafilatura.extract(page.html) or "") for page in site.pages]
    rows: list[tuple[Cell, ...]] = [(f"{name}: trafilatura", len(by_engine), mean(by_engine), min(by_engine), None)]
    figures: dict[str, float] = {}
    for reader, documents in (("page by page", alone), ("by the site model", known)):
        scores = [_f1(page, "".join(read.blocks)) for page, read in zip(site.pages, documents, strict=True)]
        facts = mean([_facts(page, read) for page, read in zip(site.pages, documents, strict=True)])
        rows.append((f"{name}: ours, {reader}", len(scores), mean(scores), min(scores), facts))
        figures[f"{name}_{reader}_f1".replace(" ", "_")] = mean(scores)
    figures |= {f"{name}_least_f1": min(scores), f"{name}_facts": facts}
    return rows, figures, sha256("".join(page.html for page in site.pages).encode()).digest()


def _measure_drift() -> tuple[float, float]:
    """Share of pages with the label: of a new layout, and of the learned one."""
    boxes = learned_site("boxes")
    seen = mean([_drifted(redesigned(number), boxes.model) for number in range(20)])
    return seen, mean([_drifted(page, boxes.model) for page in boxes.pages])


def _f1(page: SitePage, text: str) -> float:
    return bigram_f1(text, page.text)


def _facts(page: SitePage, document: Document) -> float:
    found = (document.title, document.source, document.author, document.editor)
    wanted = (page.title, page.source, (page.author,), page.editor)
    return sum(one == other for one, other in zip(found, wanted, strict=True)) / len(wanted)


def _drifted(page: SitePage, model: SiteModel) -> bool:
    return any(label.name == "template_drift" for label in process([_captured(page)], None, model).labels)


def _captured(page: SitePage) -> Capture:
    return capture_of(page.url, _HEAD + page.html.encode())
