"""Scores a collection of the demo outlets against the gold: texts, metadata, labels."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from tests.demo.article import BEIJING
from tests.demo.gold import Gold

FIELDS = ("title", "source", "author", "editor", "published")


@attrs.frozen(kw_only=True)
class PageScore:
    """How right one article's text came out."""

    outlet: str
    url: str
    f1: float
    """Of the main text's character bigrams, 0..1."""
    right: frozenset[str]
    """Metadata fields that are exactly the gold's."""
    wrong: Mapping[str, tuple[Any, Any]]
    """The others: what was found, what is right."""
    labels_found: frozenset[str]
    labels_expected: frozenset[str]


@attrs.frozen(kw_only=True)
class DemoScore:
    """How right a whole collection came out."""

    pages: tuple[PageScore, ...]
    missing: tuple[str, ...]
    """What should have given a text and did not: host and path, as the gold knows no port."""
    extra: tuple[str, ...]
    """URLs that gave a text and should not have."""

    @property
    def mean_f1(self) -> float:
        """Over every article there should be; a missing one counts 0."""
        count = len(self.pages) + len(self.missing)
        return sum(page.f1 for page in self.pages) / count if count else 0.0

    @property
    def least_f1(self) -> float:
        return min((page.f1 for page in self.pages), default=0.0) if not self.missing else 0.0

    def share(self, field: str) -> float:
        """Share of the scored pages whose `field` is exact, 0..1."""
        return sum(field in page.right for page in self.pages) / len(self.pages) if self.pages else 0.0

    def table(self, complaints: int | None = None) -> str:
        """A line an outlet, then a line for each thing that is not right, `complaints` of them at most."""
        lines = [_line("outlet", "texts", "mean F1", "least", *FIELDS, "labels")]
        for outlet in dict.fromkeys(page.outlet for page in self.pages):
            lines.append(_summary(outlet, [page for page in self.pages if page.outlet == outlet]))
        lines.append(_summary("all", self.pages))
        wrong = [f"missing  {url}" for url in self.missing] + [f"extra    {url}" for url in self.extra]
        for page in self.pages:
            wrong += _complaints(page)
        shown = wrong[:complaints]
        if len(shown) < len(wrong):
            shown.append(f"... and {len(wrong) - len(shown)} more: python -m tests.demo score COLLECTION_PATH")
        return "\n".join(lines + shown)

    def print_table(self, complaints: int | None = None) -> None:
        print(self.table(complaints))


def score(collection: Path, gold: Iterable[Gold]) -> DemoScore:
    """Scores the newest text of every URL in a collection. Ports are not compared: a demo may have had another."""
    wanted = {_place(answer.url): answer for answer in gold}
    rows = newest_rows(collection)
    pages, extra = [], []
    for place, (folder, row) in rows.items():
        answer = wanted.get(place)
        if answer is None or answer.text is None:
            extra.append(row["url"])
        else:
            pages.append(_score_page(folder, row, answer))
    order = list(wanted)
    pages.sort(key=lambda page: order.index(_place(page.url)))
    missing = tuple(place for place, answer in wanted.items() if answer.text is not None and place not in rows)
    return DemoScore(pages=tuple(pages), missing=missing, extra=tuple(sorted(extra)))


def newest_rows(collection: Path) -> dict[str, tuple[Path, dict[str, Any]]]:
    """The latest documents.jsonl row of every URL, with the folder its text lies in."""
    rows = {}
    for file in sorted(collection.glob("texts/*/documents.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows[_place(row["url"])] = (file.parent, row)
    return rows


def bigram_f1(found: str, right: str) -> float:
    """F1 over character bigrams, after NFKC and without white space and punctuation."""
    one, two = _bigrams(found), _bigrams(right)
    if not one or not two:
        return float(one == two)
    return 2 * (one & two).total() / (one.total() + two.total())


def _bigrams(text: str) -> Counter[str]:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))
    return Counter(plain[at : at + 2] for at in range(len(plain) - 1))


def _score_page(folder: Path, row: Mapping[str, Any], answer: Gold) -> PageScore:
    blocks = (folder / row["file"]).read_text(encoding="utf-8").split("\n\n")
    found = {field: _plain(row.get(field)) for field in FIELDS}
    right = {field: _plain(getattr(answer, field)) for field in FIELDS}
    found["published"] = _moment(found["published"], right["published"])
    right["published"] = _moment(right["published"], right["published"])
    return PageScore(
        outlet=answer.outlet,
        url=row["url"],
        f1=bigram_f1("".join(blocks[row["body_block"] :]), "".join(answer.text or ())),
        right=frozenset(field for field in FIELDS if found[field] == right[field]),
        wrong={field: (found[field], right[field]) for field in FIELDS if found[field] != right[field]},
        labels_found=frozenset(label["name"] for label in row.get("labels", ())),
        labels_expected=frozenset(answer.labels),
    )


def _plain(value: Any) -> Any:
    """Lists as tuples; nothing known is None, however it is said."""
    return (tuple(value) if isinstance(value, list | tuple) else value) or None


def _moment(text: str | None, like: str | None) -> str | None:
    """A time as exact as `like` is: the day, or the minute in China."""
    if text is None or like is None or len(like) == 10:
        return text and text[:10]
    try:
        return datetime.fromisoformat(text).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _summary(name: str, pages: Sequence[PageScore]) -> str:
    if not pages:
        return _line(name, 0, "-", "-", *("-" for _ in FIELDS), "-")
    scores = [page.f1 for page in pages]
    exact = [f"{sum(field in page.right for page in pages)}/{len(pages)}" for field in FIELDS]
    hit = sum(len(page.labels_found & page.labels_expected) for page in pages)
    due = sum(len(page.labels_expected) for page in pages)
    over = sum(len(page.labels_found - page.labels_expected) for page in pages)
    labels = f"{hit}/{due}" + (f" +{over}" if over else "")
    return _line(name, len(pages), f"{sum(scores) / len(scores):.4f}", f"{min(scores):.4f}", *exact, labels)


def _line(*cells: object) -> str:
    first, *others = (str(cell) for cell in cells)
    return f"{first:<9}" + "".join(f"{cell:>10}" for cell in others)


def _complaints(page: PageScore) -> list[str]:
    lines = [f"F1 {page.f1:.3f}  {page.url}"] if page.f1 < 0.97 else []
    lines += [f"{field}: {found!r}, should be {right!r}  {page.url}" for field, (found, right) in page.wrong.items()]
    for name in sorted(page.labels_expected - page.labels_found):
        lines.append(f"label {name} not seen  {page.url}")
    for name in sorted(page.labels_found - page.labels_expected):
        lines.append(f"label {name} without ground  {page.url}")
    return lines
