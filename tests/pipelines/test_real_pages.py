"""The five seed pages and the labelled real pages, where they lie next to the repository."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipelines.process import process
from tests.pipelines.pages import capture_of

SHARED = Path(__file__).parents[2].parent / "shared"
SEEDS = SHARED / "seeds"
ROWS: list[dict[str, Any]] = []
if (SEEDS / "seeds.jsonl").exists():
    ROWS = [json.loads(line) for line in (SEEDS / "seeds.jsonl").read_text("utf-8").splitlines()]


def bigrams(text: str) -> Counter[str]:
    plain = "".join(text.split())
    return Counter(plain[i : i + 2] for i in range(len(plain) - 1))


def f1(found: str, gold: str) -> float:
    one, two = bigrams(found), bigrams(gold)
    return 2 * (one & two).total() / max(1, one.total() + two.total())


@pytest.mark.skipif(not ROWS, reason="no ../shared/seeds here")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))
def test_a_seed_page_comes_out_as_its_gold(row: dict[str, Any]) -> None:
    body = (SEEDS / row["page"]).read_bytes()
    document = process([capture_of(body, row["url"], content_type=f"text/html; charset={row['charset']}")])
    gold = (SEEDS / row["gold"]).read_text("utf-8")
    assert f1("".join(document.blocks), gold) >= 0.985
    assert len(document.blocks) == len(gold.split("\n\n"))
    found = {
        "title": document.title, "source": document.source, "author": "、".join(document.author),
        "editor": document.editor,
        "published": document.published and document.published.isoformat()[:16], "category": document.category,
        "tags": list(document.tags),
    }  # fmt: skip
    assert {name: found[name] for name in found if name in row} == {name: row[name] for name in found if name in row}
    assert set(row["labels"]) <= {label.name for label in document.labels}
