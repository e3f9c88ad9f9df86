"""Prepare: takes out of a page's tree what is plainly not its article, before anything is extracted."""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.content.outline import Box, Outline
from pipelines.content.wording import HEADING_OF_OTHERS

_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:comments?|cmt|pinglun|gentie|share|sharebar|bdsharebuttonbox|bshare|jiathis|social|relate[ds]?|"
    r"relatednews|xiangguan|recommend(?:ed)?|tuijian|hot|hotnews|rank|ranking|paihang|sidebar|side|aside|footer|foot|"
    r"copyrights?|banquan|breadcrumbs?|crumbs?|nav|navbar|menu|login|reg|adv?s?|guanggao|qrcode|erweima|toolbar|tools|"
    r"pager|pages|pagination|prevnext|disclaimer|statement|shengming|keywords|tags?|loading|vote|mood|feedback|jubao|"
    r"report|subscribe|newsletter|cookie|popup|modal|placeholder|consent|\w*player|videojs|vjs)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    r"comment|cmt|pinglun|copyright|banquan|disclaimer|foot|share|cookie|newsletter|placeholder|consent", re.IGNORECASE
)
_CAMEL = re.compile(r"([a-z])([A-Z])")
_BOXES = frozenset({
    "div", "section", "ul", "ol", "aside", "footer", "nav", "form", "dl", "header", "p", "span", "td", "table",
})  # fmt: skip
_HEADINGS = frozenset({
    "div", "p", "h2", "h3", "h4", "h5", "strong", "b", "span", "dt", "li", "td", "em", "a",
})  # fmt: skip


def lay_open(page: Outline) -> None:
    """Makes an outline and its tree say what a reader sees: hidden bodies shown, layout tables made into boxes."""
    page.weigh()
    _reveal(page)
    _undo_layout_tables(page)


def prepare(page: Outline, top: Box | None = None) -> None:
    """Drops the furniture of a Chinese page that is laid open, or of one of its boxes."""
    top = top or page.root
    _drop_cards(page, top)
    _drop_furniture(page, top)
    _drop_headed(page, top)


_COVERED = 120
"""Weight of hidden text from which it may be the article."""


def _reveal(page: Outline) -> None:
    """Shows a body that the page hides until its script has run."""
    total = page.root.sentences
    for box in page.boxes:
        if not box.hidden:
            continue
        enough = box.weight > _COVERED and box.sentences >= max(4, 0.4 * total)
        if enough and box.linked < 0.3 * box.weight:
            box.hidden = False
            box.element.attrib.pop("style", None)
            box.element.attrib.pop("hidden", None)


def _undo_layout_tables(page: Outline) -> None:
    """Makes tables that only place things into plain boxes; tables of data stay."""
    tables = [box for box in page.boxes if box.tag == "table"]
    layout = {table for table in tables if _only_places(page, table)}
    parts = [box for box in page.boxes if layout and box.tag in _TABLE_PARTS and _table_of(box) in layout]
    for box in parts:
        box.tag = box.element.tag = "div"


_TABLE_PARTS = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"})


def _only_places(page: Outline, table: Box) -> bool:
    inside = page.inside(table)
    cells = [box for box in inside if box.tag in ("td", "th")]
    rows = sum(box.tag == "tr" for box in inside)
    if len(cells) <= 3 or len(cells) < 1.5 * rows or any(box.tag == "table" for box in inside):
        return True
    return len(cells) <= 400 and any(cell.weight > 200 for cell in cells)


def _table_of(box: Box) -> Box | None:
    """The table that a box is, or is a part of."""
    at: Box | None = box
    while at is not None and at.tag != "table":
        at = at.parent
    return at


def _drop_cards(page: Outline, top: Box) -> None:
    """Four or more like siblings that each begin with a headline link are teasers of other articles."""
    page.weigh()
    for parent in (top, *page.inside(top)):
        children = page.children(parent) if parent.end - parent.index > 4 else ()
        if len(children) < 4:
            continue
        rows: dict[tuple[str, str], list[Box]] = {}
        for child in children:
            if child.tag in ("li", "div", "article", "section", "dl", "tr"):
                rows.setdefault((child.tag, (child.element.get("class") or "").split(" ")[0]), []).append(child)
        for like in rows.values():
            if len(like) >= 4 and sum(_is_teaser(page, child) for child in like) >= max(4, 0.6 * len(like)):
                for child in like:
                    page.drop(child)


def _is_teaser(page: Outline, box: Box) -> bool:
    if box.weight >= 500:
        return False
    links = (inner for inner in page.inside(box) if inner.tag == "a" and inner.element.get("href"))
    link = next((link for link in links if link.weight >= 7), None)
    if link is None:
        return False
    headline = page.text(link).replace(" ", "")
    return 0 <= page.text(box).replace(" ", "").find(headline[:10]) <= 25


def _drop_furniture(page: Outline, top: Box) -> None:
    """Boxes that are furniture by tag or class name and hold no prose, and boxes that are mostly links."""
    page.weigh()
    total, prose = page.root.weight or 1, page.root.prose
    for box in page.inside(top):
        if box.gone or not _may_be_furniture(box):
            continue
        # The box with the page's own prose stays, however it is named and however many links hang in it.
        if box.weight > 0.6 * total or (box.prose > 0.5 * prose and box.prose > 60):
            continue
        links_only = (
            box.tag in ("ul", "ol", "div", "dl", "table")
            and box.weight > 20
            and box.linked > 0.75 * box.weight
            and sum(inner.tag == "a" for inner in page.inside(box)) >= 3
        )
        empty_form = box.tag == "form" and not box.linked and box.weight < 200
        if links_only or empty_form or _is_named_furniture(box):
            page.drop(box)


def _may_be_furniture(box: Box) -> bool:
    """Whether anything about a box but its text can tell: most of a page's boxes are plain and need no look."""
    return box.tag in _TELLING or (box.tag in _BOXES and bool(box.element.get("class") or box.element.get("id")))


_TELLING = frozenset({"aside", "footer", "nav", "ul", "ol", "div", "dl", "table", "form"})


def _is_named_furniture(box: Box) -> bool:
    named, always = _told_by((box.element.get("class") or "")[:_NAME], (box.element.get("id") or "")[:_NAME])
    if not named and box.tag not in ("aside", "footer", "nav"):
        return False
    listed = box.sentences * 60 < box.weight and box.prose < 0.5 * box.weight
    return always or box.weight < 60 or box.linked > 0.25 * box.weight or listed


@lru_cache(maxsize=4096)
def _told_by(class_name: str, number: str) -> tuple[bool, bool]:
    """Whether a name is one of furniture, and whether of such as holds no article however much it says. A page has a
    few names for all its boxes."""
    names = _CAMEL.sub(r"\1-\2", f"{class_name} {number}")
    return bool(_FURNITURE.search(names)), bool(_ALWAYS.search(names))


_NAME = 200
"""Characters of a name that are read."""


def _drop_headed(page: Outline, top: Box) -> None:
    """Boxes under a heading such as 相关阅读, with what follows them in the same box."""
    page.weigh()
    total = page.root.weight or 1
    for box in page.inside(top):
        if box.tag not in _HEADINGS or box.gone or not 0 < box.weight <= 40:
            continue
        heading = page.text(box).replace(" ", "")
        if not heading or len(heading) > 24 or not HEADING_OF_OTHERS.match(heading):
            continue
        top = _climb(page, box, heading)
        if top.parent is None or top.weight > 0.4 * total:
            continue
        siblings = page.children(top.parent)
        after = [sibling for sibling in siblings[siblings.index(top) + 1 :] if not sibling.gone]
        text_after = sum(sibling.weight for sibling in after)
        linked_after = sum(sibling.linked for sibling in after)
        if top.weight <= 24 and after and text_after < 0.4 * total and linked_after > 0.4 * text_after:
            for sibling in (top, *after):
                page.drop(sibling)
        elif top.weight <= 24 or top.linked > 0.3 * top.weight or re.search("[評评][论論]|討論", heading):
            page.drop(top)


def _climb(page: Outline, box: Box, heading: str) -> Box:
    """The highest box that still begins with the heading."""
    total = page.root.weight or 1
    while (above := box.parent) is not None and above.tag not in ("body", "html"):
        if above.weight > 0.5 * total or not page.text(above).replace(" ", "").startswith(heading[:6]):
            break
        box = above
    return box
