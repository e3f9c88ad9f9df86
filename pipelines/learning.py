"""Learning: a site model from pages of the site that were read the full way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import attrs
from lxml.html import HtmlElement

from pipelines.boilerplate import DEPTH, LEAST, SiteModel, fingerprint, is_named, name_of, named_children
from pipelines.content.segments import BLOCKS, Segment, key
from pipelines.content.tree import body_of, text_of
from pipelines.content.wording import SENTENCE_END

FEWEST = 5
"""Different articles below which nothing is learned."""
_HELD = 0.97
"""Share of the main text that a container holds in its pages, on the mean."""
_TEMPLATE = 0.25
"""Share of a site's pages that make a layout worth a container of its own."""
_SELDOM = 0.2
"""Share of the pages that have an element in which it may hold main text and yet be none of it: the full way errs."""
_RECURS = 0.4
"""Share of the pages from which a block that recurs is a standing notice."""
_GOES_ROUND = 0.6
"""Share of the text in elements of one name that other pages have, too, from which they are no part of the article."""
_PRUNED = ("div", "section", "aside", "nav", "header", "footer", "ul", "ol", "dl", "form", "article", "main")
"""Tags of elements that are taken out; smaller ones are parts of a line."""
_LONG = 15
"""Weight of a block that is not by chance the same in two articles."""


@attrs.frozen(kw_only=True, eq=False)
class Observed:
    """One page, read the full way."""

    record: str
    """ID of the record it was read from."""
    tree: HtmlElement
    """Laid open, furniture and all."""
    shown: Sequence[Segment]
    """All that it shows, in page order; their elements are of `tree`."""
    main: Sequence[str]
    """The main text, a block each."""
    facts: Sequence[str]
    """What the page's body says of the article, as written: title, names, days."""
    original_url: str | None = None
    """The page that a snapshot says it was taken from."""


def learn(site: str, run: str, pages: Sequence[Observed]) -> SiteModel | None:
    """What the pages have in common; None where they are too few or have no place of the main text in common."""
    mapped = [_Map.of(page) for page in _different(pages)]
    if len(mapped) < FEWEST:
        return None
    containers = list(_containers(mapped))
    if not containers:
        return None
    known = [page for page in mapped if page.container(containers) is not None]
    return SiteModel(
        site=site,
        run=run,
        learned_from=tuple(page.record for page in mapped),
        containers=tuple(containers),
        furniture={path: _most(path, known) for path in sorted(_furniture(known, containers))},
        asides=tuple(sorted(_asides(known, containers))),
        shared=tuple(sorted({*_shared(mapped), *_rounds(known, containers)})),
    )


def days(when: datetime | None) -> tuple[str, ...]:
    """The ways in which pages write the day of a time."""
    if when is None:
        return ()
    year, month, day = when.year, when.month, when.day
    short, full = (f"{month}", f"{day}"), (f"{month:02d}", f"{day:02d}")
    written = [f"{year}{sign}{m}{sign}{d}" for sign in "-/." for m, d in (short, full)]
    return (*written, *(f"{year}年{m}月{d}日" for m, d in (short, full)), *(f"{m}-{d}" for m, d in (full,)))


def _different(pages: Iterable[Observed]) -> Iterator[Observed]:
    """Each article once: copies of one would make its text look like furniture."""
    seen: set[str] = set()
    for page in pages:
        blocks = {fingerprint(text) for text in page.main if len(key(text)) >= _LONG}
        if page.main and len(blocks & seen) <= 0.5 * len(blocks):
            seen |= blocks
            yield page


@attrs.frozen(kw_only=True, eq=False)
class _Map:
    """Where in a page its text lies, by path."""

    record: str
    total: int
    """Weight of the main text."""
    main: Mapping[str, int]
    """Weight of the main text in each element."""
    facts: frozenset[str]
    """The elements with a fact in them."""
    elements: Mapping[str, HtmlElement]
    blocks: Sequence[tuple[str, int, bool]]
    """Of each block of main text the fingerprint, the weight, and whether it is a line at head or tail."""
    texts: Sequence[tuple[HtmlElement, str, int]]
    """Of each piece of main text its element, the fingerprint and the weight."""
    bare: frozenset[HtmlElement]
    """Elements that hold neither main text nor facts."""

    @classmethod
    def of(cls, page: Observed) -> _Map:
        paths = dict(_paths(body_of(page.tree)))
        where = {element: path for path, element in paths.items()}
        left = Counter(key(text) for text in page.main)
        main: dict[str, int] = defaultdict(int)
        facts: set[str] = set()
        full: set[HtmlElement] = set()
        texts: list[tuple[HtmlElement, str, int]] = []
        for segment in page.shown:
            path = _path(segment.element, where)
            told = key(segment.text)
            if left[told] > 0:
                left[told] -= 1
                texts.append((segment.element, fingerprint(segment.text), segment.weight))
                for above in _upward(path):
                    main[above] += segment.weight
                full.update(_lineage(segment.element))
                full.update(segment.element.iter() if segment.kind in ("list", "table") else ())
            if any(fact in segment.text for fact in page.facts) or _links(segment, page.original_url):
                facts.update(_upward(path))
                full.update(_lineage(segment.element))
                facts.update(where[node] for node in segment.element.iter() if node in where)
        edge = {0, 1, *range(len(page.main) - 3, len(page.main))}
        blocks = [
            (fingerprint(text), len(key(text)), number in edge and not SENTENCE_END.search(text))
            for number, text in enumerate(page.main)
        ]
        return cls(
            record=page.record, total=main.get("", 0), main=main, facts=frozenset(facts), elements=paths, blocks=blocks,
            texts=texts,
            bare=frozenset(element for element in where if element not in full),
        )  # fmt: skip

    def held(self, path: str) -> float:
        """Share of the main text that lies in an element, 0..1."""
        return self.main.get(path, 0) / max(1, self.total)

    def container(self, paths: Sequence[str]) -> HtmlElement | None:
        """The first of the containers that holds this page's text."""
        return next((self.elements[path] for path in paths if path in self.elements and self.held(path) > 0.5), None)


def _paths(body: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    waiting = [("", body, 0)]
    while waiting:
        path, element, depth = waiting.pop()
        yield path, element
        if depth < DEPTH:
            waiting += [
                (f"{path}/{name}" if path else name, child, depth + 1) for name, child in named_children(element)
            ]


def _links(segment: Segment, url: str | None) -> bool:
    return url is not None and any(url in (node.get("href") or "") for node in segment.element.iter("a"))


def _path(element: HtmlElement, where: Mapping[HtmlElement, str]) -> str:
    """The path of the nearest element that has one."""
    at: HtmlElement | None = element
    while at is not None and at not in where:
        at = at.getparent()
    return "" if at is None else where[at]


def _upward(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""


def _lineage(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _containers(pages: Sequence[_Map]) -> Iterator[str]:
    """For each layout of the site the deepest path that holds the main text of its pages, the commonest first."""
    left = [page for page in pages if page.total >= LEAST]
    least = max(3, _TEMPLATE * len(left))
    while len(left) >= least:
        holders = Counter(path for page in left for path in page.main if path and page.held(path) >= 0.85)
        common = max(holders.values(), default=0)
        best = max(
            (path for path, count in holders.items() if count >= max(least, 0.6 * common)
             and _mean(page.held(path) for page in left if page.held(path) >= 0.5) >= _HELD),
            key=lambda path: (path.count("/"), holders[path], path),
            default=None,
        )  # fmt: skip
        if best is None:
            return
        yield best
        left = [page for page in left if page.held(best) < 0.5]


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0


def _furniture(pages: Sequence[_Map], containers: Sequence[str]) -> Iterator[str]:
    """The highest paths that pages have in common and that hold nothing of an article."""
    there = Counter(path for page in pages for path in page.elements)
    full = Counter(path for page in pages for path in page.elements if page.main.get(path))
    facts = {path for page in pages for path in page.facts}
    ways = {above for path in containers for above in _upward(path)}
    for path, count in there.items():
        if (
            not path.rpartition("/")[2].startswith(_PRUNED)
            or path in ways
            or any(path.startswith(f"{container}/") for container in containers)
        ):
            continue
        if count < max(3, _TEMPLATE * len(pages)) or path in facts or full[path] > _tolerated(count):
            continue
        above = path.rpartition("/")[0]
        if above in ways or above in facts or full[above] > _tolerated(there[above]):
            yield path


def _most(path: str, pages: Sequence[_Map]) -> int:
    """The most characters that an element at a path holds."""
    return max(len(text_of(page.elements[path])) for page in pages if path in page.elements)


def _tolerated(count: int) -> int:
    return int(_SELDOM * count)


def _asides(pages: Sequence[_Map], containers: Sequence[str]) -> Iterator[str]:
    """Names of blocks inside containers that hold nothing of the article in all but few pages."""
    there: Counter[str] = Counter()
    full: Counter[str] = Counter()
    for page in pages:
        names = _names_inside(page, containers)
        there.update(set(names.values()))
        full.update({name for node, name in names.items() if node not in page.bare})
    for name, count in there.items():
        if count >= max(3, _TEMPLATE * len(pages)) and full[name] <= _tolerated(count):
            yield name


def _rounds(pages: Sequence[_Map], containers: Sequence[str]) -> Iterator[str]:
    """Blocks of teasers that go round: what other pages say, too, in elements of a name that hold little else."""
    said: Counter[str] = Counter()
    again: Counter[str] = Counter()
    marks: dict[str, set[str]] = defaultdict(set)
    known = Counter(mark for page in pages for mark in {mark for mark, *_ in page.blocks})
    for page in pages:
        names = _names_inside(page, containers)
        for element, mark, amount in page.texts:
            for name in {names[node] for node in _lineage(element) if node in names}:
                said[name] += amount
                if known[mark] > 1:
                    again[name] += amount
                    marks[name].add(mark)
    for name, amount in again.items():
        if amount >= _GOES_ROUND * said[name]:
            yield from marks[name]


def _names_inside(page: _Map, containers: Sequence[str]) -> dict[HtmlElement, str]:
    """The named blocks in a page's container. An inline element is part of a line, and is told by its block."""
    container = page.container(containers)
    blocks = () if container is None else container.iterdescendants(*BLOCKS)
    return {node: name_of(node) for node in blocks if is_named(node)}


def _shared(pages: Sequence[_Map]) -> Iterator[str]:
    """Blocks that recur in main texts: long ones wherever they stand, lines only at head and tail."""
    seen: Counter[str] = Counter()
    short: Counter[str] = Counter()
    for page in pages:
        marks = {mark: (size, at_edge) for mark, size, at_edge in page.blocks}
        seen.update(marks.keys())
        short.update(mark for mark, (size, at_edge) in marks.items() if size < _LONG and not at_edge)
    for mark, count in seen.items():
        if count >= max(4, _RECURS * len(pages)) and not short[mark]:
            yield mark
