"""SiteModels: which site model is in force in a run, when one is to be learned, and which sites have left theirs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from archives.capture import RecordLocation
from pipelines.boilerplate import SiteModel
from pipelines.document import Document
from pipelines.rules import ExtractRules
from pipelines.shelf import model_shelf

DRIFT = "template_drift"
_SAMPLE = 24
"""Articles that a model is learned from, at most."""
_JUDGED = 10
"""Pages below which a site's share of misfits says nothing."""


@attrs.frozen(kw_only=True)
class LearningTask:
    """What a worker is to learn a model from."""

    collection: Path
    site: str
    run: str
    articles: tuple[tuple[RecordLocation, ...], ...]
    rules: ExtractRules


@attrs.define(kw_only=True)
class _Site:
    model: SiteModel | None = None
    articles: list[tuple[RecordLocation, ...]] = attrs.field(factory=list)
    """Of those read the full way."""
    next: int
    """Number of such articles at which learning is tried."""
    learning: bool = False
    fitted: int = 0
    drifted: int = 0


class SiteModels:
    """The models of one run. Each site's newest is in force; none is learned where `pages` is 0."""

    def __init__(self, collection: Path, run: str, *, pages: int, alarm: float) -> None:
        """`pages`: articles of a site after which a model is learned; `alarm`: the share of misfits that is told."""
        self._collection, self._run, self._pages, self._alarm = collection, run, pages, alarm
        self._shelf = model_shelf(collection)
        self._sites: dict[str, _Site] = {}
        for site, model in in_force(collection).items() if pages else ():
            self._sites[site] = _Site(model=model, next=pages)

    def model_of(self, site: str) -> str | None:
        """The digest of the model in force; None where there is none."""
        found = self._sites.get(site)
        return found.model.digest() if found and found.model else None

    def note(
        self, document: Document, locations: tuple[RecordLocation, ...], rules: ExtractRules
    ) -> LearningTask | None:
        """Counts a text; gives what is to be learned now, if anything."""
        if not self._pages or not document.has_text or rules.main:
            return None
        site = self._sites.setdefault(document.site, _Site(next=self._pages))
        if document.provenance.model_digest is not None and not any(label.name == DRIFT for label in document.labels):
            site.fitted += 1
            return None
        site.drifted += document.provenance.model_digest is not None
        site.articles = [*site.articles, locations][-_SAMPLE:]
        site.next -= 1
        if site.learning or site.next > 0:
            return None
        site.learning = True
        return LearningTask(
            collection=self._collection, site=document.site, run=self._run, articles=tuple(site.articles), rules=rules
        )

    def learned(self, name: str, model: SiteModel | None) -> None:
        """Puts a model in force, on the shelf first; with None learning is tried again when twice as much is there.

        Raises OSError.
        """
        site = self._sites[name]
        site.learning, site.next = False, max(self._pages, len(site.articles))
        if model is not None:
            self._shelf.keep(model)
            site.model = model

    def alarms(self) -> list[str]:
        """One line for each site of which too many pages have left the model."""
        found = []
        for name, site in sorted(self._sites.items()):
            judged = site.fitted + site.drifted
            if judged >= _JUDGED and site.drifted > self._alarm * judged:
                found.append(
                    f"{name}: {site.drifted} of {judged} pages do not fit the site model ({DRIFT}): "
                    "they were read the full way; has the site a new layout?"
                )
        return found


def in_force(collection: Path) -> Mapping[str, SiteModel]:
    """The newest model of each site."""
    newest: dict[str, SiteModel] = {}
    for model in sorted(model_shelf(collection).all(), key=lambda model: (model.run, model.digest())):
        newest[model.site] = model
    return newest
