"""Article: one demo news item as it is written down in `articles/OUTLET/NAME.txt`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

import attrs

FOLDER = Path(__file__).parent / "articles"
BEIJING = timezone(timedelta(hours=8))
_FIELDS = frozenset({
    "path", "title", "page_title", "source", "author", "editor", "published", "modified", "category", "tags",
    "labels", "byline", "signoff", "copy_of", "reach", "paging", "framing", "wall", "codec", "hide",
})  # fmt: skip


@attrs.frozen(kw_only=True)
class Block:
    """One piece of a body: a paragraph, a subheading, a list or a table."""

    kind: Literal["p", "h", "ul", "table"]
    rows: tuple[tuple[str, ...], ...]
    """Lines of cells; everything but a table has one cell a line."""

    @property
    def text(self) -> str:
        """What a reader should get: rows are lines, cells are parted by a tab."""
        return "\n".join("\t".join(row) for row in self.rows)

    @property
    def lines(self) -> list[str]:
        return [row[0] for row in self.rows]


@attrs.frozen(kw_only=True)
class Article:
    """A news item: the source of both the page that is served and the gold it is judged by."""

    outlet: str
    name: str
    path: str
    title: str
    page_title: str | None = None
    """What <title> says, where it is not the title and the outlet's name."""
    source: str | None = None
    author: tuple[str, ...] = ()
    editor: str | None = None
    published: datetime
    day_only: bool = False
    """Whether the page tells no time of day."""
    modified: datetime | None = None
    category: str
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    byline: str | None = None
    """`str.format` pattern over the fields; None for the outlet's usual one."""
    signoff: str | None = None
    """The same for the line under the text."""
    copy_of: str | None = None
    """`OUTLET/NAME` of the article whose body this one has."""
    reach: str = "list"
    """Where links to it are: "list" (section pages too), "feed" or "sitemap" (nowhere else)."""
    paging: str | None = None
    framing: str | None = None
    codec: str | None = None
    """Where this page is written in another charset than its outlet's others."""
    wall: bool = False
    """Only a first part is shown; the rest wants a login."""
    hide: tuple[str, ...] = ()
    """Fields that the page does not show, so that they are not known."""
    pages: tuple[tuple[Block, ...], ...]

    @property
    def key(self) -> str:
        return f"{self.outlet}/{self.name}"

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(block for page in self.pages for block in page)

    @property
    def summary(self) -> str:
        """The first paragraph, cut where a list page would cut it."""
        text = next(block.text for block in self.blocks if block.kind == "p")
        return text if len(text) <= 60 else text[:58] + "……"

    def says(self, pattern: str) -> str:
        """`pattern` filled with this article's fields."""
        return pattern.format(
            source=self.source or "",
            author=" ".join(self.author),
            editor=self.editor or "",
            published=self.published,
            when=self.published.strftime("%Y-%m-%d" if self.day_only else "%Y-%m-%d %H:%M"),
            category=self.category,
            title=self.title,
        )


def load_articles(folder: Path = FOLDER) -> dict[str, Article]:
    """Every article by `OUTLET/NAME`, copies with the body they copy, on one page. Raises ValueError naming the file."""
    files = sorted(folder.glob("*/*.txt"))
    articles = {article.key: article for article in map(_read, files)}
    for key, article in articles.items():
        if article.copy_of:
            articles[key] = attrs.evolve(article, pages=(articles[article.copy_of].blocks,))
    return articles


def _read(file: Path) -> Article:
    head, _, body = file.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(_field(file, line) for line in head.splitlines())
    if unknown := set(fields) - _FIELDS:
        raise ValueError(f"{file}: unknown field {sorted(unknown)[0]}")
    pages = tuple(_blocks(page) for page in re.split(r"^====$", body, flags=re.MULTILINE)) if body.strip() else ()
    try:
        return _article(file, fields, pages)
    except KeyError as missing:
        raise ValueError(f"{file}: field {missing} is missing") from None


def _article(file: Path, fields: Mapping[str, str], pages: tuple[tuple[Block, ...], ...]) -> Article:
    plain = {
        key: fields.get(key) for key in ("source", "editor", "page_title", "copy_of", "paging", "framing", "codec")
    }
    return Article(
        outlet=file.parent.name,
        name=file.stem,
        path=fields["path"],
        title=fields["title"],
        author=_names(fields, "author"),
        published=_moment(fields["published"]),
        day_only=" " not in fields["published"],
        modified=_moment(fields["modified"]) if "modified" in fields else None,
        category=fields["category"],
        tags=_names(fields, "tags"),
        labels=_names(fields, "labels"),
        hide=_names(fields, "hide"),
        byline=fields.get("byline"),
        signoff=fields.get("signoff"),
        reach=fields.get("reach", "list"),
        wall=fields.get("wall") == "yes",
        pages=pages,
        **plain,
    )


def _field(file: Path, line: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon:
        raise ValueError(f"{file}: the head's line {line!r} is not 'key: value'")
    return key.strip(), value.strip()


def _names(fields: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(fields.get(key, "").split())


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def _blocks(body: str) -> tuple[Block, ...]:
    return tuple(_block(part.strip("\n")) for part in re.split(r"\n\s*\n", body.strip()) if part.strip())


def _block(text: str) -> Block:
    lines = text.split("\n")
    if text.startswith("## "):
        return Block(kind="h", rows=((text[3:],),))
    if text.startswith("- "):
        return Block(kind="ul", rows=tuple((line[2:],) for line in lines))
    if text.startswith("| "):
        return Block(kind="table", rows=tuple(tuple(c.strip() for c in line.strip("| ").split("|")) for line in lines))
    return Block(kind="p", rows=(("".join(lines),),))
