"""Demo pages: how right our own outlets' pages come out, without network or crawl."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any

import attrs

from archives.capture import Capture, WireMessage
from benchmarks.table import Cell, Report, Table, mean, share
from crawler.discovery import page_kind, parse_html
from pipelines.charset import decode_page
from pipelines.document import LABELS, Document
from pipelines.duplicates.index import TextIndex
from pipelines.duplicates.settlement import Settlement, relabelled
from pipelines.process import process
from pipelines.quality.syndicated import NAME
from pipelines.row import document_row
from pipelines.textfile import render_text
from tests.demo.article import BEIJING, load_articles
from tests.demo.gold import Gold
from tests.demo.outlets import build_outlets
from tests.demo.score import bigram_f1

PORT = 8000
"""Stands in the pages' links; nothing listens there."""
FIELDS = ("title", "source", "author", "editor", "published", "category", "tags")
_TAKEN = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
_KINDS = {"article": "article", "part": "article", "front": "listing", "section": "listing", "listing": "listing"}
"""What a page of the gold is, in the words of page_kind."""
_LISTS = ("front", "section")
"""Pages that a crawl follows and does not read as articles."""


@attrs.frozen(kw_only=True)
class Case:
    """What a crawl would hand to process() as one, with the right answer."""

    gold: Gold
    wires: tuple[tuple[str, bytes], ...]
    """URL and response of each page, in page order."""
    html: str
    """The first page's characters as they were before they became bytes."""
    bodies: tuple[bytes, ...]
    """Of each page, before any content coding."""
    content_type: str

    def captures(self) -> list[Capture]:
        return [capture_of(url, wire) for url, wire in self.wires]


@attrs.frozen(kw_only=True)
class Outcome:
    """How one case came out."""

    outlet: str
    url: str
    kind: str
    f1: float | None
    """None for what should give no text."""
    textless: bool
    """Whether no text was given; a crawl asks for none where a page is a listing."""
    fields: Mapping[str, str]
    """Of an article: "right", "missed" (nothing found), "invented" (nothing to find) or "wrong"."""
    wrong: tuple[str, ...]
    found: frozenset[str]
    """Labels."""
    due: frozenset[str]
    page_kind: str
    charset_right: bool
    charset: str
    document: Document


def capture_of(url: str, wire: bytes) -> Capture:
    """A capture as the crawl would have made it of that answer."""
    return Capture(url=url, started=_TAKEN, request=None, response=WireMessage.of(wire))


def demo_cases() -> list[Case]:
    """A case for every page of the outlets that a reader could open, further pages with their first."""
    cases = []
    for outlet in build_outlets(PORT).values():
        parts: dict[str, list[Gold]] = {}
        for answer in outlet.gold:
            if answer.part_of:
                parts.setdefault(answer.part_of, []).append(answer)
        for answer in outlet.gold:
            if answer.kind not in (*_KINDS, "soft_404", "challenge", "login_wall"):
                continue
            response = outlet.responses[answer.url.removeprefix(outlet.base)]
            pages = [answer, *parts.get(answer.url, ())]
            wires = [(page.url, outlet.responses[page.url.removeprefix(outlet.base)]) for page in pages]
            cases.append(
                Case(
                    gold=answer,
                    wires=tuple((url, page.wire(outlet.manner)) for url, page in wires),
                    html=_characters(response.body, outlet.codec),
                    bodies=tuple(page.body for _, page in wires),
                    content_type=response.content_type or "",
                )
            )
    return cases


def _characters(body: bytes, codec: str) -> str:
    """A page as it was written: in its outlet's codec, but for a few in UTF-8, which no other text is by accident."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(codec)


def gold_digest(cases: Iterable[Case]) -> str:
    """Of pages and right answers: changes with every byte of either, not with how a machine's zlib packs them."""
    digest = hashlib.sha256()
    for case in cases:
        gold = json.dumps(attrs.asdict(case.gold), sort_keys=True, ensure_ascii=False)
        for part in (gold.encode("utf-8"), case.content_type.encode(), *case.bodies):
            digest.update(hashlib.sha256(part).digest())
    return "sha256:" + digest.hexdigest()


def judge(case: Case) -> Outcome:
    """Runs one case through all that reads it, and compares."""
    gold = case.gold
    document = process(case.captures())
    text, charset = decode_page(case.bodies[0], case.content_type)
    kind = page_kind(parse_html(text), gold.url).kind
    verdicts = _fields(document, gold) if gold.kind == "article" else {}
    return Outcome(
        outlet=gold.outlet,
        url=gold.url,
        kind=gold.kind,
        f1=None if gold.text is None or gold.part_of else bigram_f1("".join(document.blocks), "".join(gold.text)),
        textless=not document.has_text or (gold.kind in _LISTS and kind == "listing"),
        fields={name: verdict for name, (verdict, _) in verdicts.items()},
        wrong=tuple(line for _, line in verdicts.values() if line),
        found=frozenset(label.name for label in document.labels) - ({"listing_page"} if gold.kind in _LISTS else set()),
        due=frozenset(gold.labels),
        page_kind=kind,
        charset_right=text == case.html,
        charset=charset.used,
        document=document,
    )


def measure(pool: Executor, cases: Sequence[Case] | None = None) -> Report:
    """The whole gold, or some of it."""
    cases = demo_cases() if cases is None else cases
    outcomes = settled(list(pool.map(judge, cases, chunksize=4)))
    articles = [outcome for outcome in outcomes if outcome.f1 is not None]
    tables = (_by_outlet(articles), _by_field(articles), _by_label(outcomes), _by_page(outcomes))
    return Report(
        tables=tables, figures=_figures(outcomes, articles), digest=gold_digest(cases), complaints=_complaints(outcomes)
    )


def settled(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes with the label that all texts together tell, as at the end of a crawl that met them so."""
    settlement, rows = Settlement(TextIndex(0.8)), list[dict[str, Any] | None]()
    for outcome in outcomes:
        rendered = render_text(outcome.document)
        row = document_row(outcome.document, rendered, ())
        rows.append(None if outcome.f1 is None or not outcome.document.has_text else row)
        if rows[-1] is not None:
            settlement.settle(row, rendered.text, outcome.document.blocks)
    labels = settlement.labels()
    fresh = (row and relabelled(row, labels.get(row["url"])) for row in rows)
    return [
        attrs.evolve(outcome, found=outcome.found | {NAME}) if row else outcome
        for outcome, row in zip(outcomes, fresh, strict=True)
    ]


def _fields(document: Document, gold: Gold) -> dict[str, tuple[str, str]]:
    verdicts = {}
    for name in FIELDS:
        found, right = getattr(document, name) or None, getattr(gold, name) or None
        if name == "published" and document.published:
            found = _moment(document.published, right)
        verdict = "right" if found == right else "missed" if found is None else "invented" if right is None else "wrong"
        verdicts[name] = (verdict, "" if verdict == "right" else f"{name}: {found!r}, should be {right!r}")
    return verdicts


def _moment(when: datetime, like: str | None) -> str:
    """A time as exact as the gold's: the day, or the second in China."""
    local = when.astimezone(BEIJING)
    return local.date().isoformat() if like and len(like) == 10 else local.isoformat()


def _figures(outcomes: Sequence[Outcome], articles: Sequence[Outcome]) -> dict[str, float]:
    scores = [outcome.f1 or 0.0 for outcome in articles]
    hit = sum(len(outcome.found & outcome.due) for outcome in outcomes)
    kinds = [outcome.page_kind == _KINDS[outcome.kind] for outcome in outcomes if outcome.kind in _KINDS]
    exact = {f"{name}_exact": mean([o.fields[name] == "right" for o in articles]) for name in FIELDS}
    return {
        "mean_f1": mean(scores),
        "least_f1": min(scores, default=0.0),
        **exact,
        "labels_precision": hit / max(1, sum(len(outcome.found) for outcome in outcomes)),
        "labels_recall": hit / max(1, sum(len(outcome.due) for outcome in outcomes)),
        "textless_right": mean([o.textless == (o.f1 is None) for o in outcomes if o.kind != "part"]),
        "page_kind_right": mean(kinds),
        "charset_right": mean([outcome.charset_right for outcome in outcomes]),
    }


def _by_outlet(articles: Sequence[Outcome]) -> Table:
    groups = {name: [o for o in articles if o.outlet == name] for name in dict.fromkeys(o.outlet for o in articles)}
    rows: list[tuple[Cell, ...]] = []
    for name, group in [*groups.items(), ("all", articles)]:
        scores = [outcome.f1 or 0.0 for outcome in group]
        exact = [share(sum(o.fields[field] == "right" for o in group), len(group)) for field in FIELDS]
        rows.append((name, len(group), mean(scores), min(scores, default=0.0), *exact))
    note = "main text by character-bigram F1; fields exact, nothing where there is nothing"
    columns = ("outlet", "articles", "mean F1", "least F1", *FIELDS)
    return Table(title="Demo outlets: texts", note=note, columns=columns, rows=tuple(rows))


def _by_field(articles: Sequence[Outcome]) -> Table:
    kinds = ("right", "missed", "wrong", "invented")
    rows: Iterable[tuple[Cell, ...]] = (
        (name, *(Counter(o.fields[name] for o in articles)[kind] for kind in kinds)) for name in FIELDS
    )
    return Table(title="Demo outlets: fields", columns=("field", *kinds), rows=tuple(rows))


def _by_label(outcomes: Sequence[Outcome]) -> Table:
    rows = []
    for name in LABELS:
        found = [outcome for outcome in outcomes if name in outcome.found]
        due = [outcome for outcome in outcomes if name in outcome.due]
        hit = sum(name in outcome.due for outcome in found)
        if found or due:
            rows.append(
                (name, len(due), len(found), hit / len(found) if found else None, hit / len(due) if due else None)
            )
    note = "from each page by itself, and by all texts together"
    columns = ("label", "due", "found", "precision", "recall")
    return Table(title="Demo outlets: labels", note=note, columns=columns, rows=tuple(rows))


def _by_page(outcomes: Sequence[Outcome]) -> Table:
    rows = []
    for kind in dict.fromkeys(outcome.kind for outcome in outcomes):
        group = [outcome for outcome in outcomes if outcome.kind == kind]
        right = sum(outcome.page_kind == _KINDS.get(kind) for outcome in group)
        charset = sum(outcome.charset_right for outcome in group)
        silent = sum(outcome.textless for outcome in group)
        told = share(right, len(group)) if kind in _KINDS else "-"
        rows.append((kind, len(group), told, share(charset, len(group)), silent))
    columns = ("what it is", "pages", "page_kind right", "charset right", "without text")
    return Table(title="Demo outlets: pages", columns=columns, rows=tuple(rows))


def _complaints(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    lines = []
    for outcome in outcomes:
        said = [f"F1 {outcome.f1:.3f}"] if outcome.f1 is not None and outcome.f1 < 0.97 else []
        said += outcome.wrong
        said += [f"label {name} not seen" for name in sorted(outcome.due - outcome.found)]
        said += [f"label {name} without ground" for name in sorted(outcome.found - outcome.due)]
        if outcome.kind in _KINDS and outcome.page_kind != _KINDS[outcome.kind]:
            said.append(f"page_kind says {outcome.page_kind}")
        if not outcome.charset_right:
            said.append(f"read as {outcome.charset}")
        if outcome.kind != "part" and outcome.textless != (outcome.f1 is None):
            said.append("no text" if outcome.textless else "a text, and should have none")
        lines += [f"{line}  {outcome.url}" for line in said]
    return tuple(lines)


def demo_texts() -> dict[str, list[Any]]:
    """The main texts of the articles that are no copies, as title and paragraphs, by the script they are written in."""
    texts: dict[str, list[Any]] = {"simplified": [], "traditional": []}
    for article in load_articles().values():
        if not article.copy_of and article.title != "-":
            script = "traditional" if article.outlet == "haidao" else "simplified"
            texts[script].append((article.title, [block.text for block in article.blocks]))
    return texts
