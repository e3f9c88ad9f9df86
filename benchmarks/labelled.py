"""Labelled pages: real pages with right answers, measured where they lie beside the repository. None is kept here.

The set brings its own scorer, `harness.py`, which is read from its folder; so the figures are its, not ours.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import trafilatura
from trafilatura.metadata import extract_metadata

from archives.capture import Capture
from benchmarks.demopages import capture_of
from benchmarks.table import Cell, Report, Table, mean, share
from pipelines.process import process
from tests.demo.score import bigram_f1

BESIDE = Path(__file__).parents[2] / "shared"
PAGES = BESIDE / "extraction"
SEEDS = BESIDE / "seeds"
OURS, DEFAULT, PRECISE = "ours", "trafilatura", "trafilatura favor_precision"
_COLUMNS = ("F1", "P", "R", ">=.95")
_FACTS = ("title", "date", "source", "author")
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"


@attrs.frozen(kw_only=True)
class _Task:
    data: Path
    row: Mapping[str, Any]


def available(folder: Path = PAGES) -> bool:
    """Whether the labelled pages are here."""
    return (folder / "harness.py").is_file() and (folder / "dev").is_dir()


def measure(pool: Executor, folder: Path = PAGES, limit: int | None = None) -> Report:
    """Every page read by us from its bytes, and by trafilatura from its characters, which are handed to it right."""
    data = folder / "dev"
    rows: list[dict[str, Any]] = _harness(folder).load(str(data))[:limit]
    scores: dict[str, list[dict[str, Any]]] = {OURS: [], DEFAULT: [], PRECISE: []}
    tasks = [_Task(data=data, row=row) for row in rows]
    for row, scored in zip(rows, pool.map(_score, tasks, chunksize=4), strict=True):
        for reader, score in scored.items():
            scores[reader].append({**score, "_row": row})
    tables: list[Table] = []
    figures: dict[str, float] = {}
    for name, title, chosen in _GROUPS:
        groups = {reader: [score for score in found if chosen(score["_row"])] for reader, found in scores.items()}
        if groups[OURS]:
            tables.append(_table(title, groups))
            figures |= _figures(name, groups[OURS])
    digest = _digest(*(path for path in sorted(data.rglob("*")) if path.is_file()), folder / "harness.py")
    return Report(tables=tuple(tables), figures=figures, digest=digest)


_GROUPS = (
    (
        "zh",
        "Labelled pages: Chinese news, the headline figure (six pages a site at most)",
        lambda row: row["headline"] and row["lang"] == "zh",
    ),
    ("zh_all", "Labelled pages: Chinese, all", lambda row: row["lang"] == "zh"),
    ("en", "Labelled pages: English", lambda row: row["lang"] == "en"),
    ("other", "Labelled pages: other languages", lambda row: row["lang"] not in ("zh", "en")),
)


def captures(count: int, folder: Path = PAGES) -> list[Capture]:
    """So many of the Chinese pages, spread over the set, to read for the clock."""
    harness, data = _harness(folder), str(folder / "dev")
    rows = [row for row in harness.load(data) if row["lang"] == "zh"]
    chosen = rows[:: max(1, len(rows) // count)][:count]
    return [capture_of(row.get("url") or "", _HEAD + harness.page(data, row)) for row in chosen]


def bodies(folder: Path = PAGES) -> list[tuple[str, bytes, str]]:
    """Every page: its ID, its bytes, and the codec that people found it to be in."""
    harness, data = _harness(folder), str(folder / "dev")
    return [(row["id"], harness.page(data, row), row["encoding"]) for row in harness.load(data)]


def measure_seeds(folder: Path = SEEDS) -> Report:
    """The five seed pages, read as a crawl reads them."""
    rows = [json.loads(line) for line in (folder / "seeds.jsonl").read_text("utf-8").splitlines()]
    judged = [_seed(folder, row) for row in rows]
    known = [(hit, of) for _, _, hit, of, _, _ in judged]
    labels = [(hit, of) for *_, hit, of in judged]
    figures = {
        "mean_f1": mean([f1 for _, f1, *_ in judged]),
        "least_f1": min(f1 for _, f1, *_ in judged),
        "fields_exact": sum(hit for hit, _ in known) / max(1, sum(of for _, of in known)),
        "labels_recall": sum(hit for hit, _ in labels) / max(1, sum(of for _, of in labels)),
    }
    shown = tuple((name, f1, share(hit, of), share(seen, due)) for name, f1, hit, of, seen, due in judged)
    table = Table(title="Seed pages", columns=("page", "F1", "fields exact", "labels seen"), rows=shown)
    files = [folder / row[part] for row in rows for part in ("page", "gold")]
    return Report(tables=(table,), figures=figures, digest=_digest(folder / "seeds.jsonl", *files))


@cache
def _harness(folder: Path) -> ModuleType:
    """The scorer that the pages bring along."""
    found = importlib.util.spec_from_file_location("labelled_pages_harness", folder / "harness.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _score(task: _Task) -> dict[str, dict[str, Any]]:
    """What the harness makes of each reader's finds on one page."""
    harness = _harness(task.data.parent)
    body, url = harness.page(str(task.data), task.row), task.row.get("url") or ""
    html = harness.text_of(body, task.row)
    facts = _facts_by_trafilatura(html, url)
    found = {
        OURS: _read_by_us(body, url),
        DEFAULT: {"text": _text_by_trafilatura(html, url, precise=False), **facts},
        PRECISE: {"text": _text_by_trafilatura(html, url, precise=True), **facts},
    }
    return {reader: harness.score_row(task.row, out) for reader, out in found.items()}


def _read_by_us(body: bytes, url: str) -> dict[str, Any]:
    document = process([capture_of(url, _HEAD + body)])
    return {
        "text": "\n".join(document.blocks),
        "title": document.title or "",
        "date": document.published.isoformat() if document.published else "",
        "author": list(document.author),
        "source": document.source or "",
    }


def _text_by_trafilatura(html: str, url: str, *, precise: bool) -> str:
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        return trafilatura.extract(html, url=url, favor_precision=precise) or ""
    except Exception:  # what it cannot read is a page without a text, as everywhere else
        return ""


def _facts_by_trafilatura(html: str, url: str) -> dict[str, Any]:
    """Its metadata, asked for by itself: together with them, the text would begin with them."""
    try:
        facts = extract_metadata(html, default_url=url)
    except Exception:
        facts = None
    found = {name: getattr(facts, name, None) or "" for name in ("title", "date", "author")}
    return {**found, "source": getattr(facts, "sitename", None) or ""}


def _table(title: str, groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for reader, scores in groups.items():
        figures = _figures("", scores)
        rows.append((reader, len(scores), *(figures.get(f"_{name}") for name in (*_COLUMNS, *_FACTS))))
    answered = ", ".join(f"{name} {sum(name in score for score in groups[OURS])}" for name in _FACTS)
    note = f"trafilatura is handed rightly decoded text, ours the bytes; pages with an answer: {answered}"
    return Table(title=title, note=note, columns=("reader", "pages", *_COLUMNS, *_FACTS), rows=tuple(rows))


def _figures(group: str, scores: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    figures = {
        f"{group}_F1": mean([score["f"] for score in scores]),
        f"{group}_P": mean([score["p"] for score in scores]),
        f"{group}_R": mean([score["r"] for score in scores]),
        f"{group}_>=.95": mean([score["f"] >= 0.95 for score in scores]),
    }
    for name in _FACTS:
        if told := [score[name] for score in scores if name in score]:
            figures[f"{group}_{name}"] = mean(told)
    return figures


def _seed(folder: Path, row: Mapping[str, Any]) -> tuple[str, float, int, int, int, int]:
    """Its number, F1, fields exact of those known, labels seen of those due."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset={row['charset']}\r\n\r\n".encode()
    document = process([capture_of(row["url"], head + (folder / row["page"]).read_bytes())])
    gold = (folder / row["gold"]).read_text("utf-8")
    found = {
        "title": document.title,
        "source": document.source,
        "author": "、".join(document.author),
        "editor": document.editor,
        "published": document.published and document.published.isoformat()[:16],
        "category": document.category,
        "tags": list(document.tags),
    }
    known = [name for name in found if row.get(name) is not None]
    seen = set(row["labels"]) & {label.name for label in document.labels}
    f1 = bigram_f1("".join(document.blocks), gold)
    exact = sum(found[name] == row[name] for name in known)
    return row["id"].split("_")[0], f1, exact, len(known), len(seen), len(row["labels"])


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in _each(files):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return "sha256:" + digest.hexdigest()


def _each(files: Iterable[Path]) -> list[Path]:
    """Each file once: what Python leaves beside a harness it ran is not part of it."""
    return sorted({file for file in files if "__pycache__" not in file.parts})
