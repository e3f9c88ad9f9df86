"""Renewal: the texts that were made before their site had its model are made again with it, at the end of a run."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import Any

import attrs

from archives.capture import RecordLocation
from crawler.meter import Meter
from crawler.run import Run
from pipelines.errors import ExtractionError
from pipelines.shelf import Bases
from pipelines.workers import Extracted, ExtractionTask

logger = logging.getLogger(__name__)

_AHEAD = 16
"""Texts on their way at a time."""


def renew_texts(run: Run) -> int:
    """Makes the texts of the run again whose site has another model by now than they were made with; gives how many.

    All of them change at once or none, and the ledger follows, also where an earlier try broke off between the two.
    Raises StorageError, LedgerError, OSError.
    """
    run.models.settle()
    stale = list(_stale(run))
    meter = Meter("reading again by the site models", "texts")
    made: dict[str, tuple[str, dict[str, Any]]] = {}
    waiting: deque[tuple[Mapping[str, Any], Future[Extracted]]] = deque()
    for number, (row, task) in enumerate(stale):
        waiting.append((row, run.pool.submit(task)))
        if len(waiting) >= _AHEAD:
            made |= _made(run, *waiting.popleft())
        meter(number, len(stale))
    while waiting:
        made |= _made(run, *waiting.popleft())
    meter.close()
    if made:
        run.texts.replace(made)
        if run.run in run.collection.chain.sealed("run"):
            run.collection.seal_run(run.run, finished=False)  # what was sealed when the run was stopped is no more
    run.frontier.rename_texts({row["url"]: row["file"] for row in run.texts.rows()})
    return len(made)


def _stale(run: Run) -> Iterator[tuple[Mapping[str, Any], ExtractionTask]]:
    bases = Bases(run.collection.path)
    for row in run.texts.rows():
        rules = bases.rules_of(row)
        digest = run.models.digest_for(row["site"], rules)
        if digest is None or digest == row["provenance"]["model_digest"]:
            continue
        places = tuple(RecordLocation(**{name: at[name] for name in _PLACE}) for at in row["captures"])
        yield row, ExtractionTask(collection=run.collection.path, locations=places, rules=rules, model=digest)


_PLACE = tuple(field.name for field in attrs.fields(RecordLocation))


def _made(run: Run, row: Mapping[str, Any], coming: Future[Extracted]) -> dict[str, tuple[str, dict[str, Any]]]:
    """The text and row by URL; nothing where it stays as it is."""
    try:
        made = coming.result()
    except ExtractionError as error:
        logger.warning("not read again: %s: %s", row["url"], error)
        return {}
    if not made.text:
        return {}
    if row["provenance"]["model_digest"] is None:
        run.models.count(made.document)
    doubles = run.settlement.settle_again(made.row, made.text, made.document.blocks)
    made.row["duplicate_of"] = doubles.duplicate_of
    made.row["near_duplicates"] = doubles.near_duplicates
    return {row["url"]: (made.text, made.row)}
