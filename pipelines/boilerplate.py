"""SiteModel: where in its pages a site has its articles, and what its pages share; used before the engine looks."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import cast

import attrs
from lxml import etree
from lxml.html import HtmlElement

from pipelines.content.segments import BLOCKS, key
from pipelines.content.tree import INVISIBLE, body_of, remove, text_of, weight
from pipelines.content.wording import SENTENCE_END
from pipelines.errors import ModelError

FORMAT = 1
DRIFT = "template_drift"
"""The label of a page that does not fit its site's model."""
DEPTH = 40
"""Elements below this depth are not told apart: no article begins there."""
LEAST = 40
"""Weight of text below which a container holds no article."""
_LAYOUTS = 4
"""Layouts that are taken over from an older model."""
_GROWN = 200
"""Characters by which an element may outgrow twice what was ever seen in it, and be furniture still."""
_SENTENCE = 15
"""Weight of text from which it may say something."""
_BYLINE = 200
"""Characters that a byline has, at most."""
_SIGNED = re.compile(
    r"[编編]辑?輯?[:：\s]|[责責][编編任]|[记記]者|作者|[来來]源|原文|[Bb]y\s+[A-Z]|文[／/:：]|撰文|供稿"
)
_DIGITS = re.compile(r"\d+")
_ODD = re.compile(r"[^\w-]+")
_BOX = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"})
"""Told apart from a plain box by nothing: a table that only lays out is made into boxes."""


def name_of(element: HtmlElement) -> str:
    """What an element is called in every page of a template: tag, ID or first class, numbers as one."""
    tag = "div" if element.tag in _BOX else str(element.tag)
    if called := (element.get("id") or "").strip():
        return f"{tag}#{_plain(called[:_NAME])}"
    called = " ".join((element.get("class") or "").split()[:1])
    return f"{tag}.{_plain(called[:_NAME])}" if called else tag


@lru_cache(maxsize=4096)
def _plain(called: str) -> str:
    return _ODD.sub("_", _DIGITS.sub("0", called))[:60]


_NAME = 200
"""Characters of a name that are read."""


def named_children(element: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    """The visible children with their names, those of one name numbered from the second on: `p`, `p~2`, `p~3`."""
    seen: dict[str, int] = {}
    for child in element:
        if child.tag in INVISIBLE or not isinstance(child.tag, str):
            continue
        name = name_of(child)
        seen[name] = number = seen.get(name, 0) + 1
        yield (name if number == 1 else f"{name}~{number}"), child


def fingerprint(text: str) -> str:
    """Of a block of text, whatever its spacing and punctuation: 16 hex digits of a SHA-256."""
    return hashlib.sha256(key(text).encode("utf-8")).hexdigest()[:16]


@attrs.frozen(kw_only=True, slots=False)
class SiteModel:
    """What was learned of one site. A frozen file, named by its digest: with it, the same page gives the same text."""

    site: str
    """Host, as in `Document.site`."""
    run: str
    """The run that learned it."""
    learned_from: tuple[str, ...]
    """Record IDs of the pages."""
    containers: tuple[str, ...]
    """Paths, from the body down, of the elements that hold main text; the commonest first."""
    furniture: Mapping[str, int]
    """Paths of the elements that hold neither main text nor facts about it, with the most characters seen in one."""
    asides: tuple[str, ...]
    """Names of elements in a container that hold no text of the article."""
    shared: tuple[str, ...]
    """Fingerprints of blocks that recur in the site's main texts: standing notices and teasers that go round."""

    def with_older(self, older: SiteModel) -> SiteModel:
        """This model, and what an older one knows of layouts that this one does not: old pages may turn up again."""
        theirs = [path for path in older.containers if path not in self.containers][:_LAYOUTS]
        ways = {above for path in (*self.containers, *theirs) for above in (*_prefixes(path), path)}
        furniture = {**older.furniture, **self.furniture}
        return attrs.evolve(
            self,
            containers=(*self.containers, *theirs),
            furniture={path: most for path, most in furniture.items() if path not in ways},
            asides=tuple(sorted({*self.asides, *older.asides})),
            shared=tuple(sorted({*self.shared, *older.shared})),
        )

    def fit(self, tree: HtmlElement) -> HtmlElement | None:
        """The element of a page that holds its main text, the page's furniture then taken out; None, and nothing
        changed, where the page is not of the kind that was learned."""
        body = body_of(tree)
        for path in self.containers:
            container = _at(body, path)
            if container is None or weight(text_of(container)) < LEAST:
                continue
            furniture = [(path, one, _text(one)) for path, one in self._found(body) if one is not container]
            if any(self._outgrown(path, one, text, container) for path, one, text in furniture):
                return None
            self._clear(container, [one for _, one, text in furniture if not _signs(text)])
            return container
        return None

    def is_shared(self, text: str) -> bool:
        """Whether a block of main text is a standing notice of the site."""
        return bool(self._shared) and fingerprint(text) in self._shared

    def _outgrown(self, path: str, element: HtmlElement, text: str, container: HtmlElement) -> bool:
        """Whether an element that holds furniture elsewhere holds more than furniture here: the article moved there."""
        usual = 2 * self.furniture[path] + _GROWN
        if len(text) <= usual:  # scripts and all
            return False
        size = len(text_of(element))
        return size > usual and 2 * size > len(text_of(container))

    def _clear(self, container: HtmlElement, furniture: Iterable[HtmlElement]) -> None:
        for element in furniture:
            remove(element)
        if not self.asides:
            return
        for element in [node for node in container.iterdescendants(*BLOCKS) if self._is_aside(node)]:
            if element.getparent() is not None and not _says(element):
                remove(element)

    def _is_aside(self, element: HtmlElement) -> bool:
        return is_named(element) and name_of(element) in self._asides

    @cached_property
    def _shared(self) -> frozenset[str]:
        return frozenset(self.shared)

    @cached_property
    def _asides(self) -> frozenset[str]:
        return frozenset(self.asides)

    def _found(self, body: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
        """The furniture of a page with its paths."""
        waiting = [("", body)]
        while waiting:
            path, element = waiting.pop()
            for name, child in named_children(element):
                below = f"{path}/{name}" if path else name
                if below in self.furniture:
                    yield below, child
                elif below in self._above:
                    waiting.append((below, child))

    @cached_property
    def _above(self) -> frozenset[str]:
        """The paths on the way to any furniture."""
        return frozenset(above for path in self.furniture for above in _prefixes(path))

    def to_json(self) -> str:
        """Canonical JSON: the same model gives the same bytes."""
        return json.dumps({"format": FORMAT, **attrs.asdict(self)}, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> SiteModel:
        """What `to_json` wrote. Raises ModelError for anything else."""
        try:
            values = json.loads(text)
            if values.pop("format") != FORMAT:
                raise ValueError("of another format")
            for name in _LISTS:
                values[name] = _strings(values[name])
            if not all(type(most) is int for most in values["furniture"].values()):
                raise TypeError("a size is no number")
            if not all(isinstance(values[name], str) for name in ("site", "run")):
                raise TypeError("a field is no text")
            return cls(**values)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ModelError(f"not a site model: {error}") from None

    def digest(self) -> str:
        """`sha256:` and hex over the canonical JSON: goes into a document's provenance."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        return "sha256:" + hashlib.sha256(self.to_json().encode("utf-8")).hexdigest()


_LISTS = ("learned_from", "containers", "asides", "shared")


def _strings(values: object) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("a list of texts is none")
    return tuple(values)


def is_named(element: HtmlElement) -> bool:
    """Whether its name says more than its tag."""
    return isinstance(element.tag, str) and (element.get("class") is not None or element.get("id") is not None)


def _holds_text(container: HtmlElement) -> bool:
    text = text_of(container)
    return weight(text[: 10 * LEAST]) >= LEAST or weight(text) >= LEAST  # most show it at once


def _signs(text: str) -> bool:
    """Whether an element's text reads like a byline, wherever it stands: in most pages there may be none there."""
    return len(text) <= _BYLINE and _SIGNED.search(text) is not None


def _text(element: HtmlElement) -> str:
    """All characters of an element, scripts and all."""
    return cast(str, _TEXT(element))


def _says(element: HtmlElement) -> bool:
    """Whether an element speaks in sentences: then it is judged as part of the text, like any other."""
    text = text_of(element)
    return SENTENCE_END.search(text) is not None and weight(text) >= _SENTENCE


_TEXT = etree.XPath("string()", smart_strings=False)


def _prefixes(path: str) -> Iterator[str]:
    yield ""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _at(body: HtmlElement, path: str) -> HtmlElement | None:
    """The element at a path; None where there is none."""
    at = body
    for step in path.split("/") if path else ():
        child = next((child for name, child in named_children(at) if name == step), None)
        if child is None:
            return None
        at = child
    return at
