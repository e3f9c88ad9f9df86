"""Pagination: the pages one article is spread over."""

from __future__ import annotations

import attrs
from lxml import etree


@attrs.frozen(kw_only=True)
class Pagination:
    """A multi-page article as one of its pages shows it."""

    pages: tuple[str, ...]
    """The URLs known so far, in page order; a later page may know of more."""
    index: int
    """Which of `pages` this one is, from 0."""
    view_all: str | None = None
    """The page that holds the whole article, where there is one."""


def pagination(tree: etree._Element, url: str, encoding: str = "utf-8") -> Pagination | None:
    """The pages of the article that `tree`, fetched from `url`, is one of; None where it stands alone."""
    return None
