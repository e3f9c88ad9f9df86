"""Labels: how often each label is missed where it is due and given where it is not, on texts and pages of our own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from difflib import SequenceMatcher
from html import escape
from pathlib import Path

import attrs

from benchmarks import spinning
from benchmarks.demopages import capture_of
from benchmarks.table import Report, Table, mean
from pipelines.document import LABELS
from pipelines.process import process
from tests.demo.article import load_articles

FOLDER = Path(__file__).parents[1] / "tests" / "labels"
_NOT_OF_A_PAGE = frozenset({"syndicated", "template_drift"})
"""Labels that need a site's other pages, or other sites."""


@attrs.frozen(kw_only=True)
class Case:
    """One page with the labels it is due."""

    name: str
    way: str
    """How it came about: "clean", "page", "spun by hand", "stuffed: phrase hung", ..."""
    html: str
    status: int = 200
    due: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class _Entry:
    """A text of a fixture file."""

    name: str
    facts: Mapping[str, str]
    lines: tuple[str, ...]


def cases() -> list[Case]:
    """Every text and page, and what farms would make of some."""
    found = [Case(name=entry.name, way="clean", html=_page(entry, entry.lines)) for entry in _entries("clean.txt")]
    for kind, label in (("spun", "spun_text"), ("stuffed", "keyword_stuffing")):
        for entry in _entries(f"{kind}.txt"):
            html = _page(entry, entry.lines)
            found.append(Case(name=entry.name, way=f"{kind} by hand", html=html, due=frozenset({label})))
    for entry in _entries("pages.txt"):
        due, status = frozenset(entry.facts.get("labels", "").split()), int(entry.facts.get("status") or 200)
        html = _shell(entry.facts.get("title", ""), "", "\n".join(entry.lines))
        found.append(Case(name=entry.name, way="page", html=html, status=status, due=due))
    return [*found, *_made()]


def _made() -> Iterator[Case]:
    """What farms would make of the demo outlets' articles."""
    common, far = spinning.dictionary(spinning.COMMON), spinning.dictionary(spinning.FAR_FETCHED)
    ways: dict[str, tuple[str, spinning.Spinner]] = {
        "spun: words of a common dictionary": ("spun_text", spinning.exchanged(common)),
        "spun: words of a far-fetched dictionary": ("spun_text", spinning.exchanged(far)),
        "spun: invisible characters": ("spun_text", spinning.strewn("\u200b", 4)),
        "spun: syllables for characters": ("spun_text", spinning.spelt),
        "spun: half in the other script": ("spun_text", spinning.half_traditional),
        "stuffed: an advertiser's phrase": ("keyword_stuffing", spinning.hung("金鼎娱乐城")),
        "stuffed: the site's brand": ("keyword_stuffing", spinning.hung("金鼎国际")),
    }
    honest = [one for one in load_articles().values() if not (one.labels or one.copy_of or one.outlet == "haidao")]
    for way, (label, spin) in ways.items():
        made = 0
        for article in honest:
            blocks = [block.text for block in article.blocks]
            changed = spin(blocks)
            if made >= _EACH or len("".join(blocks)) < _LEAST or _changes(blocks, changed) < _CHANGES:
                continue
            made += 1
            facts = {"title": article.title}
            if way == "stuffed: the site's brand":
                facts = {"title": "金鼎国际" + article.title, "site": "金鼎国际官方网站"}
            entry = _Entry(name=article.title, facts=facts, lines=tuple(changed))
            yield Case(name=article.title, way=way, html=_page(entry, entry.lines), due=frozenset({label}))


def _changes(before: Sequence[str], after: Sequence[str]) -> int:
    """How many places of a text were changed."""
    pairs = zip(before, after, strict=True)
    return sum(
        tag != "equal" for one, other in pairs for tag, *_ in SequenceMatcher(None, one, other, False).get_opcodes()
    )


_LEAST, _CHANGES, _EACH = 250, 6, 12
"""Characters of an article that is worth spinning, places that must have been changed, articles made in each way."""


def measure(pool: Executor) -> Report:
    """All cases, judged a page at a time."""
    every = cases()
    found = list(pool.map(_labels_of, every, chunksize=16))
    judged = list(zip(every, found, strict=True))
    by_label = []
    for name in LABELS:
        if name not in _NOT_OF_A_PAGE:
            due = [name in labels for case, labels in judged if name in case.due]
            undue = [name in labels for case, labels in judged if name not in case.due]
            by_label.append((name, len(due), due.count(False), len(undue), undue.count(True)))
    ways = Counter(case.way for case in every)
    by_way = []
    for way, count in ways.items():
        missed = sum(not case.due <= labels for case, labels in judged if case.way == way)
        over = sum(bool(labels - case.due) for case, labels in judged if case.way == way)
        by_way.append((way, count, missed, over))
    columns = ("label", "due", "missed", "not due", "false")
    tables = (
        Table(title="Labels, on our own texts and pages", columns=columns, rows=tuple(by_label)),
        Table(
            title="Labels, by how the page came about", columns=("made", "pages", "missed", "false"), rows=tuple(by_way)
        ),
    )
    figures = {f"{name}_recall": 1 - missed / due for name, due, missed, _, _ in by_label if due}
    figures |= {f"{name}_silence": 1 - false / undue for name, _, _, undue, false in by_label}
    figures["clean_without_label"] = mean([not labels for case, labels in judged if not case.due])
    complaints = tuple(_complaints(judged))
    return Report(tables=tables, figures=figures, digest=_digest(every), complaints=complaints)


def _labels_of(case: Case) -> frozenset[str]:
    head = f"HTTP/1.1 {case.status} X\r\nContent-Type: text/html; charset=utf-8\r\n\r\n".encode()
    document = process([capture_of("http://labels.example/a/1.html", head + case.html.encode())])
    return frozenset(label.name for label in document.labels)


def _complaints(judged: Sequence[tuple[Case, frozenset[str]]]) -> Iterator[str]:
    for case, labels in judged:
        for name in sorted(case.due - labels):
            yield f"label {name} not seen  {case.way}: {case.name}"
        for name in sorted(labels - case.due):
            yield f"label {name} without ground  {case.way}: {case.name}"


def _entries(file: str) -> list[_Entry]:
    found = []
    for part in (FOLDER / file).read_text("utf-8").split("# ")[1:]:
        name, *lines = part.rstrip().split("\n")
        facts = {}
        while lines and (key := lines[0].partition(":")[0]) in ("title", "site", "keywords", "labels", "status"):
            facts[key] = lines.pop(0).partition(":")[2].strip()
        found.append(_Entry(name=name, facts=facts, lines=tuple(lines)))
    return found


def _page(entry: _Entry, lines: Sequence[str]) -> str:
    """An article page; lines of cells become a table, short lines of a verse stay together."""
    facts = entry.facts
    title, site = facts["title"], facts.get("site", "云溪网")
    rows = "".join(f"<tr><td>{'</td><td>'.join(line.split(' | '))}</td></tr>" for line in lines if " | " in line)
    text = "".join(f"<p>{line}</p>\n" for line in lines if " | " not in line)
    if max(map(len, lines)) < 20:
        text = "<p>" + "<br>".join(lines) + "</p>"
    body = (
        f"<div class='nav'><a href='/'>首页</a><a href='/a'>要闻</a></div><h1>{title}</h1>"
        f"<div class='info'>2026-03-06 09:30 来源：{site}</div><div class='content'>"
        f"{f'<table>{rows}</table>' if rows else ''}{text}</div><div class='footer'>{site} 版权所有</div>"
    )
    return _shell(f"{title}_{site}", facts.get("keywords", ""), body)


def _shell(title: str, keywords: str, body: str) -> str:
    meta = f"<meta name='keywords' content='{escape(keywords)}'>" if keywords else ""
    head = f"<head><meta charset='utf-8'><title>{title}</title>{meta}</head>"
    return f"<!DOCTYPE html><html>{head}<body>{body}</body></html>"


def _digest(every: Sequence[Case]) -> str:
    digest = hashlib.sha256()
    for case in every:
        digest.update(f"{case.way}\0{case.name}\0{sorted(case.due)}\0{case.status}\0{case.html}\0".encode())
    return "sha256:" + digest.hexdigest()
