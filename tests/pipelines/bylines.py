"""A byline in a page, what is to be read of it, and the comparison."""

from __future__ import annotations

from typing import Any

import attrs

from pipelines.content.outline import Outline
from pipelines.content.prepare import lay_open
from pipelines.content.segments import segments_of
from pipelines.content.tree import parse_html
from pipelines.facts.head import read_head
from pipelines.metadata import Metadata, read_metadata, read_title
from pipelines.rules import ExtractRules
from tests.pipelines.pages import page_of

URL = "http://news.example/a/1.html"


@attrs.frozen(kw_only=True)
class Case:
    """A byline, what stands around the text, and what is to be read there; a field left out is to be unknown."""

    line: str = ""
    """What stands between title and text."""
    lead: str = ""
    """What the text begins with."""
    end: str = ""
    """What the text ends with."""
    tail: str = ""
    """What stands below the text."""
    head: str = ""
    url: str = URL
    source: str | None = None
    author: tuple[str, ...] = ()
    editor: str | None = None
    published: str | None = None


def read(page: str, story: tuple[str, ...], url: str = URL) -> Metadata:
    """The facts of a page whose main text is known."""
    tree = parse_html(page)
    assert tree is not None
    outline = Outline(tree)
    lay_open(outline)
    head, shown = read_head(tree, url), segments_of(outline)
    rules = ExtractRules()
    main = [segment for segment in shown if segment.text in story]
    return read_metadata(tree, head, shown, main, read_title(tree, head, shown, rules), url, rules)


def check(case: Case, story: tuple[str, ...], title: str, url: str, lang: str = "zh-CN") -> None:
    """Compares every field of a case."""
    told = (case.lead + story[0], *story[1:-1], story[-1] + case.end)
    page = page_of(told, title=title, byline=case.line, head=case.head, after=case.tail)
    found = read(page.replace("lang='zh-CN'", f"lang='{lang}'"), told, url)
    published = found.published.isoformat()[:16].replace("T", " ") if found.published else None
    if published and found.published_precision == "day":
        published = published[:10]
    seen: dict[str, Any] = {
        "source": found.source,
        "author": found.author,
        "editor": found.editor,
        "published": published,
    }
    due = {"source": case.source, "author": case.author, "editor": case.editor, "published": case.published}
    assert seen == due
