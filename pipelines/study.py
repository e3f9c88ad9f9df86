"""Study: archived articles of a site are read the full way, a model is learned from them, and tried on the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from archives.capture import Capture
from pipelines.boilerplate import DRIFT, SiteModel
from pipelines.content.segments import key
from pipelines.content.tree import weight
from pipelines.learning import Observed, days, learn
from pipelines.metadata import Metadata
from pipelines.reading import PageRead, read_page
from pipelines.rules import ExtractRules

_LOST, _LINE = 0.03, 15
"""Share of a page's main text, standing notices aside, and weight of a line, that may go: the full way errs, too."""
_ENOUGH = 40
"""Letters of a block by which it is found again."""
_PASSED = 0.8
"""Share of the pages that a model must do right."""
_FACTS = ("title", "author", "source", "editor", "published", "modified", "category", "tags", "original_url")
_ELSEWHERE = ("meta", "json-ld", "head", "url", "title", "rules")
"""Origins of facts that are not read from the body."""


def study(site: str, run: str, captures: Sequence[Capture], rules: ExtractRules) -> SiteModel | None:
    """A model that does right by the pages it was learned from; None where there is none."""
    read = [(capture, read_page(capture, rules)) for capture in captures]
    pages = [_observed(capture, page) for capture, page in read if page.tree is not None and page.blocks]
    model = learn(site, run, pages)
    if model is None or _passes(model, read, rules):
        return model
    # Facts may hang on what was taken for furniture: then only the place of the main text is used.
    model = attrs.evolve(model, furniture={})
    return model if _passes(model, read, rules) else None


def _observed(capture: Capture, page: PageRead) -> Observed:
    assert page.tree is not None
    record = capture.location.record_id if capture.location else capture.url
    facts = tuple(dict.fromkeys(_written(page.meta)))
    return Observed(
        record=record,
        tree=page.tree,
        shown=page.shown,
        main=page.blocks,
        facts=facts,
        original_url=page.meta.original_url,
    )


def _written(meta: Metadata) -> Iterator[str]:
    """The facts as they stand in the body."""
    if meta.title:
        yield meta.title
    for field in ("source", "editor", "category"):
        if (value := getattr(meta, field)) and _in_body(meta, field):
            yield value
    for field in ("author", "tags"):
        if _in_body(meta, field):
            yield from getattr(meta, field)
    for field in ("published", "modified"):
        if _in_body(meta, field):
            yield from days(getattr(meta, field))


def _in_body(meta: Metadata, field: str) -> bool:
    return not meta.origins.get(field, "").startswith(_ELSEWHERE)


def _passes(model: SiteModel, read: Sequence[tuple[Capture, PageRead]], rules: ExtractRules) -> bool:
    tried = [(full, read_page(capture, rules, model)) for capture, full in read if full.blocks]
    fitting = [(full, page) for full, page in tried if not any(label.name == DRIFT for label in page.labels)]
    if len(fitting) < 0.5 * len(tried):
        return False
    return sum(_is_right(model, full, page) for full, page in fitting) >= _PASSED * len(fitting)


def _is_right(model: SiteModel, full: PageRead, page: PageRead) -> bool:
    """Whether the model found what the full way did, but for what the site's pages share."""
    wanted = [text for text in full.blocks if not model.is_shared(text)]
    found = key("".join(page.blocks))
    lost = sum(weight(text) for text in wanted if key(text)[:_ENOUGH] not in found)
    facts = [field for field in _FACTS if _in_body(full.meta, field)]
    facts_same = all(getattr(full.meta, field) == getattr(page.meta, field) for field in facts)
    labels_same = {label.name for label in full.labels} == {label.name for label in page.labels}
    return lost <= max(_LINE, _LOST * weight("".join(wanted))) and facts_same and labels_same
