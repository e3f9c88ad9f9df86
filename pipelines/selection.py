"""Selection: the elements that an XPath of a site's rules names."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from pipelines.errors import RulesError


def select(tree: HtmlElement, path: str, rule: str) -> list[HtmlElement]:
    """The elements an XPath names. Raises RulesError where it is no XPath or selects no elements by its nature."""
    try:
        found = tree.xpath(path)
    except etree.XPathError as error:
        raise RulesError(f"extract rule {rule} = {path!r}: not a usable XPath ({error})") from error
    if not isinstance(found, list):
        raise RulesError(f"extract rule {rule} = {path!r}: an XPath that selects elements is needed")
    return [node for node in found if isinstance(node, HtmlElement)]
