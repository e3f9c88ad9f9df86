"""Prepare: takes out of a page's tree what is plainly not its article, before anything is extracted."""

from __future__ import annotations

import re

import attrs
from lxml import etree
from lxml.html import HtmlElement

from pipelines.content.segments import hidden
from pipelines.content.tree import INVISIBLE, body_of, remove, text_of, weight
from pipelines.content.wording import HEADING_OF_OTHERS, PUNCTUATION, SENTENCE_END

_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:comments?|cmt|pinglun|gentie|share|sharebar|bdsharebuttonbox|bshare|jiathis|social|relate[ds]?|"
    r"relatednews|xiangguan|recommend(?:ed)?|tuijian|hot|hotnews|rank|ranking|paihang|sidebar|side|aside|footer|foot|"
    r"copyrights?|banquan|breadcrumbs?|crumbs?|nav|navbar|menu|login|reg|adv?s?|guanggao|qrcode|erweima|toolbar|tools|"
    r"pager|pages|pagination|prevnext|disclaimer|statement|shengming|keywords|tags?|loading|vote|mood|feedback|jubao|"
    r"report|subscribe|newsletter|cookie|popup|modal)(?:$|[\s_-]|\d)",
    re.IGNORECASE,
)
_ALWAYS = re.compile(r"comment|cmt|pinglun|copyright|banquan|disclaimer|foot|share|cookie", re.IGNORECASE)
_CAMEL = re.compile(r"([a-z])([A-Z])")
_BOXES = frozenset({
    "div", "section", "ul", "ol", "aside", "footer", "nav", "form", "dl", "header", "p", "span", "td", "table",
})  # fmt: skip
_HEADINGS = (
    "div", "p", "h2", "h3", "h4", "h5", "strong", "b", "span", "dt", "li", "td", "em", "a",
)  # fmt: skip


@attrs.define
class Mass:
    """What an element holds, itself and below."""

    text: int = 0
    """Weight of all its visible text."""
    linked: int = 0
    """Weight of the text that is in links."""
    anchors: int = 0
    sentences: int = 0
    prose: int = 0
    """Weight of its text outside links that is punctuated as sentences are."""


def masses(root: HtmlElement) -> dict[HtmlElement, Mass]:
    """The mass of every element below `root`, in one walk."""
    out: dict[HtmlElement, Mass] = {}
    links = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in INVISIBLE and element is not root:
                walk.skip_subtree()
                continue
            links += element.tag == "a"
            out[element] = mass = Mass(anchors=int(element.tag == "a"))
            _take(mass, element.text, links)
        else:
            links -= element.tag == "a" and element in out
            parent = element.getparent()
            if element is root or parent not in out:
                continue
            above = out[parent]
            if (mass_below := out.get(element)) is not None:
                above.text += mass_below.text
                above.linked += mass_below.linked
                above.anchors += mass_below.anchors
                above.sentences += mass_below.sentences
                above.prose += mass_below.prose
            _take(above, element.tail, links)
    return out


def _take(mass: Mass, text: str | None, links: int) -> None:
    if not text or text.isspace():
        return
    amount = weight(text)
    mass.text += amount
    mass.linked += amount if links else 0
    mass.sentences += len(SENTENCE_END.findall(text))
    if not links and amount >= 10 and PUNCTUATION.search(text):
        mass.prose += amount


def lay_open(tree: HtmlElement) -> None:
    """Makes a tree say what a reader sees, in place: hidden bodies shown, layout tables made into plain boxes."""
    body = body_of(tree)
    _reveal(body)
    _undo_layout_tables(body)


def prepare(tree: HtmlElement) -> HtmlElement:
    """Takes the furniture out of a Chinese page's tree that is laid open, in place."""
    body = body_of(tree)
    _drop_cards(body)
    _drop_furniture(body)
    _drop_headed(body)
    return tree


_COVERED = 120
"""Weight of hidden text from which it may be the article."""


def _reveal(body: HtmlElement) -> None:
    """Shows a body that the page hides until its script has run."""
    covers = [element for element in body.iter() if hidden(element) or _transparent(element)]
    if not any(weight(text_of(cover)) > _COVERED for cover in covers):
        return
    mass = masses(body)
    total = mass[body].sentences
    for element in covers:
        inside = mass.get(element)
        if inside and inside.sentences >= max(4, 0.4 * total) and inside.linked < 0.3 * inside.text:
            element.attrib.pop("style", None)
            element.attrib.pop("hidden", None)


def _transparent(element: HtmlElement) -> bool:
    return bool(re.search(r"opacity\s*:\s*0(?![.\d])", element.get("style") or ""))


def _undo_layout_tables(body: HtmlElement) -> None:
    """Makes tables that only place things into plain boxes; tables of data stay."""
    tables = list(body.iter("table"))
    holders = {table for inner in tables for table in inner.iterancestors("table")}
    for table in tables:
        cells = list(table.iter("td", "th"))
        sizes = [weight(text_of(cell)) for cell in cells] if len(cells) <= 400 else [0]
        rows = sum(1 for _ in table.iter("tr"))
        if table in holders or len(cells) <= 3 or len(cells) < 1.5 * rows or max(sizes, default=0) > 200:
            for node in list(table.iter("tbody", "thead", "tfoot", "tr", "td", "th", "caption")):
                if next(node.iterancestors("table"), None) is table:
                    node.set("data-layout", "1")
            table.set("data-layout", "1")
    for node in body.xpath(".//*[@data-layout]"):
        node.tag = "div"
        del node.attrib["data-layout"]


def _drop_cards(body: HtmlElement) -> None:
    """Four or more like siblings that each begin with a headline link are teasers of other articles."""
    for parent in list(body.iter()):
        if len(parent) < 4 or parent.getparent() is None:
            continue
        rows: dict[tuple[str, str], list[HtmlElement]] = {}
        for child in parent:
            if child.tag in ("li", "div", "article", "section", "dl", "tr"):
                rows.setdefault((child.tag, (child.get("class") or "").split(" ")[0]), []).append(child)
        for like in rows.values():
            if len(like) >= 4 and sum(map(_is_teaser, like)) >= max(4, 0.6 * len(like)):
                for child in like:
                    remove(child)


def _is_teaser(element: HtmlElement) -> bool:
    link = next((link for link in element.iter("a") if link.get("href") and weight(text_of(link)) >= 7), None)
    if link is None:
        return False
    text = "".join(text_of(element).split())
    headline = "".join(text_of(link).split())
    return weight(text) < 500 and 0 <= text.find(headline[:10]) <= 25


def _drop_furniture(body: HtmlElement) -> None:
    """Boxes that are furniture by tag or class name and hold no prose, and boxes that are mostly links."""
    mass = masses(body)
    total, prose = mass[body].text or 1, mass[body].prose
    for element in list(mass):
        if element.tag not in _BOXES or element is body or element.getparent() is None:
            continue
        held = mass[element]
        # The box with the page's own prose stays, however it is named and however many links hang in it.
        if held.text > 0.6 * total or (held.prose > 0.5 * prose and held.prose > 60):
            continue
        names = _CAMEL.sub(r"\1-\2", f"{element.get('class') or ''} {element.get('id') or ''}")
        named = element.tag in ("aside", "footer", "nav") or _FURNITURE.search(names)
        thin = held.text < 60 or held.linked > 0.25 * held.text or held.sentences * 60 < held.text
        links_only = (
            element.tag in ("ul", "ol", "div", "dl", "table")
            and held.text > 20
            and held.linked > 0.75 * held.text
            and held.anchors >= 3
        )
        empty_form = element.tag == "form" and not held.linked and held.text < 200
        if (named and (thin or _ALWAYS.search(names))) or links_only or empty_form:
            remove(element)


def _drop_headed(body: HtmlElement) -> None:
    """Blocks under a heading such as 相关阅读, with what follows them in the same box."""
    mass = masses(body)
    total = mass[body].text or 1
    for element in list(body.iter(*_HEADINGS)):
        if element.getparent() is None or element not in mass or mass[element].text > 40:
            continue
        heading = "".join(text_of(element).split())
        if not heading or len(heading) > 24 or not HEADING_OF_OTHERS.match(heading):
            continue
        top = _climb(element, heading, mass, total)
        after = list(top.itersiblings())
        held = mass[top]
        text_after = sum(mass[node].text for node in after if node in mass)
        linked_after = sum(mass[node].linked for node in after if node in mass)
        if held.text > 0.4 * total:
            continue
        if held.text <= 24 and after and text_after < 0.4 * total and linked_after > 0.4 * text_after:
            for node in after:
                remove(node)
            remove(top)
        elif held.text <= 24 or held.linked > 0.3 * held.text or re.search("[评評][论論]|討論", heading):
            remove(top)


def _climb(element: HtmlElement, heading: str, mass: dict[HtmlElement, Mass], total: int) -> HtmlElement:
    """The highest box that still begins with the heading."""
    top = element
    while (parent := top.getparent()) is not None and parent.tag not in ("body", "html"):
        if parent not in mass or mass[parent].text > 0.5 * total:
            break
        if not "".join(text_of(parent).split()).startswith(heading[:6]):
            break
        top = parent
    return top
