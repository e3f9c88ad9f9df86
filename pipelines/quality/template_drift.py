"""Template drift: a page that does not fit the model of its site, and was read the full way."""

from __future__ import annotations

from pipelines.boilerplate import DRIFT
from pipelines.document import QualityLabel


def label(*, found: bool) -> QualityLabel:
    """`found`: whether the place of the main text is in the page at all. Only for a page that has a main text."""
    evidence = "the place of the main text " + ("does not hold it" if found else "is not there")
    return QualityLabel(name=DRIFT, score=1.0, evidence=evidence)
