"""SiteModels: which site model is in force in a run, when one is to be learned, and which sites have left theirs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future, wait
from pathlib import Path

import attrs

from archives.capture import RecordLocation
from pipelines.boilerplate import DRIFT, SiteModel
from pipelines.document import Document
from pipelines.errors import ExtractionError
from pipelines.rules import ExtractRules
from pipelines.shelf import model_shelf
from pipelines.workers import ExtractionPool, LearningTask, learn

logger = logging.getLogger(__name__)

_SAMPLE = 24
"""Articles that a model is learned from, at most."""
_JUDGED = 10
"""Pages below which a site's share of misfits says nothing."""


@attrs.define(kw_only=True)
class _Site:
    model: SiteModel | None = None
    articles: list[tuple[RecordLocation, ...]] = attrs.field(factory=list)
    """The newest of those that were read the full way since the model was learned."""
    read: int = 0
    """How many there were of them."""
    due: int
    """How many make it worth while to learn."""
    tried: int = 0
    """How many there were when learning was last tried."""
    rules: ExtractRules = attrs.field(factory=ExtractRules)
    """Those of the newest article."""
    learning: Future[SiteModel | None] | None = None
    fitted: int = 0
    drifted: int = 0
    judged: int = 0
    """Pages that were read by a model of an earlier run: it should know them."""
    left: int = 0
    """How many of these did not fit it."""


@attrs.frozen(kw_only=True)
class ModelUse:
    """How the pages of a run fitted the model in force for their site."""

    digest: str
    fitted: int
    drifted: int


class SiteModels:
    """The models of one run. Each site's newest is in force; none is learned where `pages` is 0.

    Learning goes on in a worker; what it gave is put in force by whichever call comes next.
    """

    def __init__(self, collection: Path, run: str, pool: ExtractionPool, *, pages: int, alarm: float) -> None:
        """`pages`: articles of a site after which a model is learned; `alarm`: share of misfits that is told, 0..1."""
        self._collection, self._run, self._pool = collection, run, pool
        self._pages, self._alarm = pages, alarm
        self._shelf = model_shelf(collection)
        self._sites: dict[str, _Site] = {}
        for site, model in in_force(collection).items() if pages else ():
            self._sites[site] = _Site(model=model, due=pages)

    def digest_for(self, site: str, rules: ExtractRules) -> str | None:
        """The digest of the model that a page is to be read by; None where there is none, or a rule says where its
        text lies. Raises OSError where a model that was learned cannot be kept."""
        found = self._sites.get(site)
        if found is None or rules.main:
            return None
        self._adopt(found)
        return found.model.digest() if found.model else None

    def note(self, document: Document, locations: tuple[RecordLocation, ...], rules: ExtractRules) -> None:
        """Counts a text, and has a model learned where enough were read the full way."""
        if not self._pages or not document.has_text or rules.main:
            return
        site = self._sites.setdefault(document.site, _Site(due=self._pages))
        if self.count(document):
            return
        site.articles = [*site.articles, locations][-_SAMPLE:]
        site.read += 1
        site.rules = rules
        if site.learning is None and site.read >= site.due:
            self._learn(document.site, site)

    def _learn(self, name: str, site: _Site) -> None:
        site.due = 2 * site.read  # should nothing come of it
        site.tried = site.read
        before = site.model.digest() if site.model else None
        task = LearningTask(
            collection=self._collection, site=name, run=self._run, articles=tuple(site.articles), rules=site.rules,
            before=before,
        )  # fmt: skip
        site.learning = self._pool.call(learn, task)

    def count(self, document: Document) -> bool:
        """Counts a text that was read by its site's model; gives whether it fitted."""
        if document.provenance.model_digest is None:
            return False
        site = self._sites[document.site]
        drifted = any(label.name == DRIFT for label in document.labels)
        site.fitted += not drifted
        site.drifted += drifted
        if site.model and site.model.run != self._run:
            site.judged += 1
            site.left += drifted
        return not drifted

    def settle(self) -> None:
        """At the end of a run: waits for what is being learned, and tries once more where articles came since.

        Raises OSError where a model cannot be kept.
        """
        self._wait()
        for name, site in self._sites.items():
            if site.read >= self._pages and site.read > site.tried:
                self._learn(name, site)
        self._wait()

    def _wait(self) -> None:
        for site in self._sites.values():
            if site.learning is not None:
                wait([site.learning])
                self._adopt(site)

    def _adopt(self, site: _Site) -> None:
        """Puts a model in force that was learned meanwhile, on the shelf first."""
        if site.learning is None or not site.learning.done():
            return
        learning, site.learning = site.learning, None
        try:
            model = learning.result()
        except ExtractionError as error:
            logger.warning("no site model: %s", error)
            return
        if model is None:
            logger.info("no site model from %d articles: they have too little in common", len(site.articles))
        else:
            self._shelf.keep(model)
            site.model, site.articles, site.read, site.tried, site.due = model, [], 0, 0, self._pages
            logger.info("learned a site model for %s from %d articles", model.site, len(model.learned_from))

    def uses(self) -> dict[str, ModelUse]:
        """By site, of those that have a model and had pages in this run."""
        return {
            name: ModelUse(digest=site.model.digest(), fitted=site.fitted, drifted=site.drifted)
            for name, site in sorted(self._sites.items())
            if site.model and (site.fitted or site.drifted or site.model.run == self._run)
        }

    def alarms(self) -> list[str]:
        """One line for each site of which too many pages have left the model of an earlier run."""
        found = []
        for name, site in sorted(self._sites.items()):
            if site.judged >= _JUDGED and site.left > self._alarm * site.judged:
                found.append(
                    f"{name}: {site.left} of {site.judged} pages do not fit the site model ({DRIFT}): "
                    "they were read the full way; has the site a new layout?"
                )
        return found


def in_force(collection: Path) -> Mapping[str, SiteModel]:
    """The newest model of each site."""
    newest: dict[str, SiteModel] = {}
    for model in sorted(model_shelf(collection).all(), key=lambda model: (model.run, model.digest())):
        newest[model.site] = model
    return newest
