"""Titles: tells the article's title from the site's name, the section's and a hijacker's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipelines.content.clauses import unrepeated
from pipelines.content.segments import Segment, key, squeeze
from pipelines.content.tree import CJK, ESCAPES, text_of
from pipelines.facts.head import Head, text_value
from pipelines.facts.labels import labelled

_WORDLIKE = "A-Za-z0-9\u00c0-\u024f\u0370-\u04ff"
_PARTING = re.compile(
    r"\s*(?:[_|｜丨»›·]+|(?<!-)--(?!-)|\s[-–—]\s|(?<![-\w])-(?![-\w])|"
    # A hyphen within a word parts nothing: Schwergewichts-Krone, COVID-19.
    rf"(?<![{_WORDLIKE}])-(?=[^-]{{2,30}}$)|-(?=[^-{_WORDLIKE}][^-]{{1,29}}$))\s*"
)
_SITE = re.compile(
    r"(?:网|網|报|報|新闻|新聞|频道|頻道|在线|公司|门户|首页|日报|客户端|\.com|\.cn|\.net|\.org)\S{0,4}$", re.IGNORECASE
)
_TITLE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:art(?:icle)?[-_]?)?(?:title|tit|headline|biaoti|bt)(?:$|[\s_-]|\d)", re.IGNORECASE
)
_CAMEL = re.compile(r"([a-z])([A-Z])")
_MAYBE_TITLE = re.compile("tit|headline|biaoti|bt", re.IGNORECASE)
_BANDS = ("div", "p", "span", "td", "strong", "b", "font")
_MOST_NAMED = 40


def find_title(tree: HtmlElement, head: Head, page: Sequence[Segment] = ()) -> tuple[str | None, str]:
    """The title and where it was read; None and "" where the page has none. `page` is all that the page shows.

    A heading that the document's title begins with is the title as the page shows it; else what the page declares
    for machines, or a line that the document's title names; else a heading that the page's prose takes up; else the
    document's title without the site's name, unless that is all there is of it.
    """
    declared = (head.doc_title or "")[: 2 * LONGEST]
    doc = key(declared)
    headings = _headings(tree)
    for text, origin in headings:
        name = key(text)
        if origin in ("h1", "h2") and len(name) > 5 and doc.startswith(name) and name != doc:
            return text, origin
    shown = headings + _named(tree)
    stated = [
        (text_value(head.article.get("headline")), "json-ld"), (head.metas.get("og:title", ""), "meta:og:title"),
        (head.metas.get("articletitle", ""), "meta:articletitle"),
    ]  # fmt: skip
    found = _of_document(shown + stated, declared, doc) or _line_of_document(page, declared, doc)
    if found:
        return found
    cut = _without_site(declared)
    for text, origin in stated:
        if len(key(text)) > 4 and (not doc or overlap(key(text), doc) > 0.5):
            return _without_site(text), origin
    h1 = [text for text, origin in shown if origin == "h1" and 6 < len(key(text)) < 90]
    if len(h1) == 1 and (not doc or overlap(key(h1[0]), doc) > 0.3):
        # A number at its end that the document's title does not have counts something: 第二章 起航 241.
        counted = len(key(cut)) > 4 and key(h1[0]).startswith(key(cut)) and key(h1[0])[len(key(cut)) :].isdigit()
        return (cut, "title") if counted else (h1[0], "h1")
    if len(h1) == 1 and len(key(h1[0])) > len(key(cut)) and overlap(key(h1[0]), key(_prose(page))) > 0.3:
        return h1[0], "h1"
    if key(cut):
        line = _leading_line(page, cut) if len(key(cut)) <= _NO_MORE_THAN_A_NAME else None
        return (line, "line") if line else (cut, "title")
    first = next(((text, origin) for text, origin in shown if 6 < len(key(text)) < 90), None)
    if first is None and (line := _leading_line(page, "")):
        return line, "line"
    return first or (None, "")


_NO_MORE_THAN_A_NAME = 14
"""Letters of a document's title up to which it may be the site's or section's name and no more."""


def _of_document(found: Sequence[tuple[str, str]], declared: str, doc: str) -> tuple[str, str] | None:
    """The longest of the titles found that the document's title holds."""
    parts = _parts(declared)
    with_site = len(parts) > 1 and _looks_like_site(parts[-1])
    best, best_length = None, 0
    for text, origin in found:
        name = key(text)
        if not 4 < len(name) < 120 or (name == doc and with_site):
            continue
        related = doc and (doc.startswith(name) or (name in doc and len(name) > 0.4 * len(doc)))
        if related and len(name) > best_length:
            best, best_length = (text, origin), len(name)
    return best


def _line_of_document(page: Sequence[Segment], declared: str, doc: str) -> tuple[str, str] | None:
    """A line of the page that the document's title begins with, or that is a part of it, though no heading."""
    parts = {key(part) for part in _parts(declared)}
    best, best_length = None, 5
    for segment in page:
        text = segment.text
        if not (5 < len(text) < 120 and text[:3] in declared) or segment.links > 0.5:
            continue
        name = key(text)
        if (
            len(name) > best_length
            and name != doc
            and (doc.startswith(name) or (len(name) > 8 and name in parts and CJK.search(name)))
        ):
            best, best_length = text, len(name)
    return (best, "line") if best else None


def _leading_line(page: Sequence[Segment], cut: str) -> str | None:
    """The line above the first prose that the prose takes up, where it does not know the document's title."""
    start = next((i for i, segment in enumerate(page) if len(segment.text) > 60 and segment.links < 0.3), 0)
    lines = [segment for segment in page[max(0, start - 5) : start] if segment.links < 0.5]
    prose = key(_prose(page))
    if not lines or (len(key(cut)) > 4 and overlap(key(cut), prose) > 0.5):
        return None
    for segment in lines:
        name = key(segment.text)
        plain = segment.kind not in ("list", "table") and not _NO_TITLE.search(segment.text)
        if 3 < len(name) < 40 and plain and not labelled(segment.text) and overlap(name, prose) > 0.5:
            return segment.text
    return None


_NO_TITLE = re.compile("^[—–-]|记者|記者|作者|编辑|編輯|通讯员|[。>＞|｜»©]|[，；：,;:]$")


def _prose(page: Sequence[Segment]) -> str:
    return "".join(segment.text for segment in page if len(segment.text) > 24 and segment.links < 0.5)[:20_000]


LONGEST = 300
"""Characters of a title: what is longer is no title."""


def fit_title(title: str) -> str | None:
    """The title without what escape sequences leave; of one that is too long the first part; None for neither."""
    title = title[: 20 * LONGEST]
    title = squeeze(_WINDOW_TITLE.sub(r"\1", _COLOURS.sub("", ESCAPES.sub("", title))))
    if len(title) > LONGEST:
        title = next(iter(_parts(title)), "")
    return title if 0 < len(title) <= LONGEST else None


# Without the escape character itself, a bracket that is closed again is somebody's words: [10m气手枪].
_COLOURS = re.compile(r"\[(?:\d{1,3}(?:;\d{1,3})*)?[mHJK](?![A-Za-z0-9])(?![^\[\]]*\](?![0-2];))")
_WINDOW_TITLE = re.compile(r"^([^\[\]]*)\][0-2];.*$", re.DOTALL)


def _headings(tree: HtmlElement) -> list[tuple[str, str]]:
    """Texts shown as headings, each with its tag."""
    texts = ((squeeze(text_of(node)), str(node.tag)) for node in tree.iter("h1", "h2", "h3"))
    return [(text, tag) for text, tag in texts if 0 < len(text) < 200]


def _named(tree: HtmlElement) -> list[tuple[str, str]]:
    """Texts of what a class name or an id calls title."""
    found: list[tuple[str, str]] = []
    for node in tree.iter(*_BANDS):
        name, number = node.get("class"), node.get("id")
        if not ((name and _MAYBE_TITLE.search(name)) or (number and _MAYBE_TITLE.search(number))):
            continue
        if _TITLE_CLASS.search(_CAMEL.sub(r"\1-\2", f"{name or ''} {number or ''}"[:300])):
            text = squeeze(text_of(node))
            if 0 < len(text) < 120:
                found.append((text, "class"))
            if len(found) == _MOST_NAMED:
                break
    return found


def _parts(title: str) -> list[str]:
    return [part for part in _PARTING.split(title) if part.strip()]


def _looks_like_site(part: str) -> bool:
    return len(part) <= 12 or bool(_SITE.search(part))


def _without_site(title: str) -> str:
    """The leading part of a document title; parts are given up from the end while they look like names of places."""
    title = title.strip()
    marks = list(_PARTING.finditer(title))
    end = len(title)
    for mark in reversed(marks):
        part = title[mark.end() : end]
        before = title[: mark.start()]
        if not _looks_like_site(part) or len(key(before)) < 4:
            break
        end = mark.start()
    title = title[:end].strip()
    first = _PARTING.search(title)
    if (
        first
        and _SITE.search(title[: first.start()])
        and len(key(title[first.end() :])) > len(key(title[: first.start()]))
    ):
        title = title[first.end() :]
    return title


def overlap(one: str, other: str) -> float:
    """Share of the shorter text's character pairs that the longer holds, 0..1."""
    short, long = sorted((one, other), key=len)
    pairs = {short[i : i + 2] for i in range(len(short) - 1)}
    return sum(pair in long for pair in pairs) / len(pairs) if pairs else 0.0


HIJACKED = 0.6
"""Score from which a title is taken for a hijacker's."""
_SPAM = re.compile(
    "博彩|赌场|赌博|娱乐城|娱乐场|葡京|彩票|棋牌|投注|百家乐|老虎机|六合彩|时时彩|真人荷官|体育官网|体育官方|电子游艺|捕鱼|外围|开户送|"
    "情欲|偷拍|无码|有码|成人|色情|黄色|约炮|艳|丝袜|伦理片|三级片|一区|二区|三区|久久|AV|在线观看|免费看|激情|裸|"
    "娛樂城|賭場|情慾|無碼|絲襪|casino|slot|poker|betting|porn|xxx|viagra|cialis",
    re.IGNORECASE,
)


def hijack_score(title: str, blocks: Sequence[str]) -> tuple[float, str]:
    """How surely a title is not the text's but a hijacker's, 0..1, and by what it shows.

    Two things together: the main text, but for what its paragraphs repeat, knows nothing of the title, and the title
    is a list of search words; 0 without both.
    """
    words = [word for word in re.split(r"[_,，、|｜\s\-]+", title) if word]
    stems = Counter(word[:2] for word in words if len(word) > 2)
    repeated = stems.most_common(1)[0][1] if stems else 0
    spam = len(set(_SPAM.findall(title)))
    score = 0.15 * (len(words) >= 4) + 0.3 * (repeated >= 3) + min(0.6, 0.3 * spam)
    name, text = key(title), key("".join(unrepeated(blocks))) if score else ""
    shared = overlap(name, text)
    if len(name) < 4 or len(text) < 120 or shared >= 0.25:
        return 0.0, ""
    score += 0.4 if shared < 0.12 else 0.2
    evidence = f"{shared:.0%} of the title's character pairs are in the text; {len(words)} words, {spam} of spam"
    return min(1.0, score), evidence


def is_heading_of(text: str, title: str | None) -> bool:
    """Whether a line shows the title, whole or its beginning."""
    if not title or len(text) < 4:
        return False
    name = key(text[:60])
    return len(name) > 3 and name[:14] == key(title[:60])[:14]


def honest_title(tree: HtmlElement, head: Head, blocks: Sequence[str]) -> tuple[str | None, str]:
    """The best heading that the text does know, for a page whose title is a hijacker's."""
    text = key("".join(unrepeated(blocks)))
    shown = [*_headings(tree), *_named(tree), (head.metas.get("og:title", ""), "meta:og:title")]
    for title, origin in shown:
        name = key(title)
        if 8 <= len(name) < 80 and origin != "h3" and overlap(name, text) > 0.3:
            return title, origin
    return None, ""
