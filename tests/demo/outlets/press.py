"""Press: turns an outlet's plan and its articles into the pages it serves and the gold for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import jinja2

from tests.demo.article import Article
from tests.demo.gold import Gold
from tests.demo.response import Framing, Manner, Response, redirect

TEMPLATES = Path(__file__).parent.parent / "templates"
LIST_LENGTH = 8


@attrs.frozen(kw_only=True)
class Plan:
    """What is fixed about an outlet: its address, its manner on the wire, its habits on the page."""

    key: str
    name: str
    address: str
    manner: Manner
    codec: str = "utf-8"
    header_charset: str | None = "utf-8"
    """What the Content-Type header says; None where it says nothing."""
    meta_charset: str | None = "utf-8"
    """What the page itself says."""
    gzipped: bool = False
    framing: Framing = "length"
    sections: Mapping[str, str]
    """Path of the list page of each category."""
    next_list: str = "{stem}_{n}.html"
    byline: str
    signoff: str = ""
    hides: tuple[str, ...] = ()
    """Fields of an article that its pages do not show."""
    robots: str | None = "User-agent: *\nDisallow:\n"


@attrs.frozen(kw_only=True)
class Outlet:
    """One outlet, ready to answer."""

    key: str
    name: str
    address: str
    base: str
    manner: Manner
    codec: str
    responses: Mapping[str, Response]
    missing: Response
    gold: tuple[Gold, ...]

    def respond(self, path: str) -> Response:
        """What it answers for a path with its query."""
        return self.responses.get(path, self.missing)


class Press:
    """Collects an outlet's responses and gold while its pages are made."""

    def __init__(self, plan: Plan, articles: Mapping[str, Article], bases: Mapping[str, str],
                 names: Mapping[str, Any] | None = None) -> None:  # fmt: skip
        self.plan = plan
        self.names = names or {}  # what the outlet's templates can call besides
        self.bases = bases
        self.base = bases[plan.key]
        self.every = articles  # all outlets' articles: aggregators need to know where a text came from
        mine = (article for article in articles.values() if article.outlet == plan.key)
        self.articles = sorted(mine, key=lambda article: article.published, reverse=True)
        self.responses: dict[str, Response] = {}
        self.gold: list[Gold] = []
        body = self.html("missing.html") if (TEMPLATES / plan.key / "missing.html").exists() else b"404"
        self.missing = Response(status=404, body=body, content_type=self.content_type)

    @property
    def listed(self) -> list[Article]:
        return [article for article in self.articles if article.reach == "list"]

    @property
    def articles_in_feed(self) -> list[Article]:
        """What a feed lists: everything but what only the sitemap knows."""
        return [article for article in self.articles if article.reach != "sitemap"]

    @property
    def content_type(self) -> str:
        charset = self.plan.header_charset
        return f"text/html; charset={charset}" if charset else "text/html"

    def outlet(self) -> Outlet:
        """The finished outlet."""
        plan = self.plan
        return Outlet(
            key=plan.key,
            name=plan.name,
            address=plan.address,
            base=self.base,
            manner=plan.manner,
            codec=plan.codec,
            responses=self.responses,
            missing=self.missing,
            gold=tuple(self.gold),
        )

    def html(self, template: str, *, codec: str | None = None, **values: Any) -> bytes:
        """A rendered page in the outlet's charset; what it cannot hold becomes a character reference."""
        shared = {
            "plan": self.plan,
            "charset": self.plan.meta_charset,
            "base": self.base,
            "bases": self.bases,
            "hot": self.hot,
            "press": self,
        }
        shared |= self.names
        text = _templates(self.plan.key).get_template(template).render({**shared, **values})
        return text.encode(codec or self.plan.codec, "xmlcharrefreplace")

    @property
    def hot(self) -> list[Article]:
        return [article for article in self.listed if not article.copy_of][:6]

    def put(self, path: str, response: Response, kind: str, **gold: Any) -> None:
        """Serves a response at a path and says what is right for it."""
        self.responses[path] = response
        self.gold.append(Gold(url=self.base + path, outlet=self.plan.key, kind=kind, **gold))

    def page(self, path: str, template: str, kind: str, values: Mapping[str, Any], **gold: Any) -> None:
        """Serves a rendered page in the outlet's usual manner."""
        self.put(path, self.respond_html(self.html(template, **values)), kind, **gold)

    def respond_html(self, body: bytes, **changes: Any) -> Response:
        plan = self.plan
        usual: dict[str, Any] = {
            "content_type": self.content_type,
            "body": body,
            "gzipped": plan.gzipped,
            "framing": plan.framing,
        }
        return Response(**{**usual, **changes})

    def xml(self, path: str, template: str, kind: str, content_type: str, **values: Any) -> None:
        """A feed or a sitemap: UTF-8, from the templates all outlets share."""
        body = self.html(f"shared/{template}", codec="utf-8", **values)
        self.put(path, Response(content_type=content_type, body=body, gzipped=self.plan.gzipped), kind)

    def redirect(self, path: str, status: int, location: str, kind: str = "redirect") -> None:
        self.put(path, redirect(status, location), kind)

    def robots(self) -> None:
        if self.plan.robots is not None:
            body = self.plan.robots.replace("BASE", self.base).encode()
            self.put("/robots.txt", Response(content_type="text/plain", body=body), "robots")

    def article_pages(self) -> None:
        """Every article, each of its pages."""
        for article in self.articles:
            paths = page_paths(article)
            for number, blocks in enumerate(article.pages[: 1 if article.wall else None]):
                values = {**self.article_values(article), "blocks": blocks, "pager": pager(paths, number)}
                body = self.html("article.html", codec=article.codec, **values)
                changes = {"framing": article.framing} if article.framing else {}
                gold = self.article_gold(article) if number == 0 else {"part_of": self.base + article.path}
                self.put(paths[number], self.respond_html(body, **changes), "part" if number else "article", **gold)

    def article_values(self, article: Article) -> dict[str, Any]:
        return {
            "article": article,
            "charset": article.codec or self.plan.meta_charset,
            "byline": article.says(article.byline or self.plan.byline),
            "signoff": article.says(article.signoff if article.signoff is not None else self.plan.signoff),
            "origin": self.origin(article),
            "related": self.related(article),
            "section": self.plan.sections.get(article.category, "/"),
        }

    def article_gold(self, article: Article) -> dict[str, Any]:
        pages = article.pages[:1] if article.wall else article.pages
        known = {
            "title": None if article.title == "-" else article.title,
            "source": article.source,
            "author": article.author,
            "editor": article.editor,
            "published": article.published.date().isoformat() if article.day_only else article.published.isoformat(),
            "category": article.category,
            "tags": article.tags,
            "labels": article.labels,
            "original_url": self.origin(article) if "snapshot_copy" in article.labels else None,
            "text": tuple(block.text for page in pages for block in page),
        }
        return {key: value for key, value in known.items() if key not in (*article.hide, *self.plan.hides)}

    def origin(self, article: Article) -> str | None:
        """Where the text of a copy was first."""
        if not article.copy_of:
            return None
        first = self.every[article.copy_of]
        return self.bases[first.outlet] + first.path

    def related(self, article: Article) -> list[Article]:
        others = [other for other in self.listed if other.key != article.key]
        near = [other for other in others if other.category == article.category]
        return (near + [other for other in others if other not in near])[:4]

    def section_pages(self) -> None:
        """The list pages of every category, `LIST_LENGTH` articles each."""
        for category, path in self.plan.sections.items():
            inside = [article for article in self.listed if article.category == category]
            parts = [inside[at : at + LIST_LENGTH] for at in range(0, len(inside), LIST_LENGTH)]
            further = self.plan.next_list
            paths = [path] + [further.format(stem=path.removesuffix(".html"), n=n + 1) for n in range(1, len(parts))]
            for number, part in enumerate(parts):
                values = {"category": category, "articles": part, "pager": pager(paths, number)}
                self.page(paths[number], "section.html", "section", values)

    def front_page(self, path: str = "/") -> None:
        by_section = {c: [a for a in self.listed if a.category == c][:6] for c in self.plan.sections}
        self.page(path, "front.html", "front", {"articles": self.listed, "by_section": by_section})

    def usual_pages(self) -> None:
        """Articles, sections, front page and robots.txt."""
        self.article_pages()
        self.section_pages()
        self.front_page()
        self.robots()


@attrs.frozen(kw_only=True)
class Pager:
    """The page numbers under a paginated article or list."""

    paths: Sequence[str]
    number: int
    """Of this page, from 1."""

    @property
    def previous(self) -> str | None:
        return self.paths[self.number - 2] if self.number > 1 else None

    @property
    def next(self) -> str | None:
        return self.paths[self.number] if self.number < len(self.paths) else None


def pager(paths: Sequence[str], index: int) -> Pager | None:
    """The pager of page `index` (from 0); None where there is one page only."""
    return Pager(paths=paths, number=index + 1) if len(paths) > 1 else None


def page_paths(article: Article) -> list[str]:
    """The path of each page of an article, in the way its outlet numbers them."""
    stem, _, suffix = article.path.rpartition(".")
    further = {
        "suffix": f"{stem}_{{n}}.{suffix}",
        "query": f"{article.path}?page={{n}}",
        "zero": f"{stem}_{{zero}}.{suffix}",
        "folder": f"{article.path.rstrip('/')}/{{n}}/",
    }[article.paging or "suffix"]
    count = 1 if article.wall else len(article.pages)
    return [article.path] + [further.format(n=n, zero=n - 1) for n in range(2, count + 1)]


@cache
def _templates(key: str) -> jinja2.Environment:
    loader = jinja2.ChoiceLoader([
        jinja2.FileSystemLoader(TEMPLATES / key),
        jinja2.PrefixLoader({"shared": jinja2.FileSystemLoader(TEMPLATES / "shared")}),
    ])  # fmt: skip
    return jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
