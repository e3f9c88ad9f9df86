"""Titles: tells the article's title from the site's name, the section's and a hijacker's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lxml.html import HtmlElement

from pipelines.content.segments import key, squeeze
from pipelines.content.tree import ESCAPES, text_of
from pipelines.facts.head import Head, text_value

_PARTING = re.compile(r"\s*(?:[_|｜丨»›·]+|(?<!-)--(?!-)|\s[-–—]\s|(?<![-\w])-(?![-\w])|-(?=[^-]{2,30}$))\s*")
_SITE = re.compile(
    r"(?:网|網|报|報|新闻|新聞|频道|頻道|在线|公司|门户|首页|日报|客户端|\.com|\.cn|\.net|\.org)\S{0,4}$", re.IGNORECASE
)
_TITLE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:art(?:icle)?[-_]?)?(?:title|tit|headline|biaoti|bt)(?:$|[\s_-]|\d)", re.IGNORECASE
)
_CAMEL = re.compile(r"([a-z])([A-Z])")
_BANDS = frozenset({"div", "p", "span", "td", "strong", "b", "font"})


def find_title(tree: HtmlElement, head: Head, prose: str = "") -> tuple[str | None, str]:
    """The title and where it was read; None and "" where the page has none.

    A heading that the document's title begins with is the title as the page shows it; else what the page declares
    for machines; else a heading that the page's prose takes up; else the document's title without the site's name.
    """
    declared = head.doc_title or ""
    doc = key(declared)
    shown = _headings(tree)
    for text, origin in shown:
        name = key(text)
        if origin in ("h1", "h2") and len(name) > 5 and doc.startswith(name) and name != doc:
            return text, origin
    stated = [
        (text_value(head.article.get("headline")), "json-ld"), (head.metas.get("og:title", ""), "meta:og:title"),
        (head.metas.get("articletitle", ""), "meta:articletitle"),
    ]  # fmt: skip
    best, best_origin = "", ""
    for text, origin in shown + stated:
        name = key(text)
        if not 4 < len(name) < 120 or (
            name == doc and len(_parts(declared)) > 1 and _looks_like_site(_parts(declared)[-1])
        ):
            continue
        related = doc and (doc.startswith(name) or (name in doc and len(name) > 0.4 * len(doc)))
        if related and len(name) > len(key(best)):
            best, best_origin = text, origin
    if best:
        return best, best_origin
    cut = _without_site(declared)
    for text, origin in stated:
        if len(key(text)) > 4 and (not doc or overlap(key(text), doc) > 0.5):
            return _without_site(text), origin
    h1 = [text for text, origin in shown if origin == "h1" and 6 < len(key(text)) < 90]
    if len(h1) == 1 and (not doc or overlap(key(h1[0]), doc) > 0.3):
        return h1[0], "h1"
    if len(h1) == 1 and len(key(h1[0])) > len(key(cut)) and overlap(key(h1[0]), key(prose)) > 0.3:
        return h1[0], "h1"
    if key(cut):
        return cut, "title"
    first = next(((text, origin) for text, origin in shown if 6 < len(key(text)) < 90), None)
    return first or (None, "")


LONGEST = 300
"""Characters of a title: what is longer is no title."""


def fit_title(title: str) -> str | None:
    """The title without what escape sequences leave; of one that is too long the first part; None for neither."""
    title = squeeze(_WINDOW_TITLE.sub(r"\1", _COLOURS.sub("", ESCAPES.sub("", title))))
    if len(title) > LONGEST:
        title = next(iter(_parts(title)), "")
    return title if 0 < len(title) <= LONGEST else None


# Without the escape character itself, a bracket that is closed again is somebody's words: [10m气手枪].
_COLOURS = re.compile(r"\[(?:\d{1,3}(?:;\d{1,3})*)?[mHJK](?![A-Za-z0-9])(?![^\[\]]*\](?![0-2];))")
_WINDOW_TITLE = re.compile(r"^([^\[\]]*)\][0-2];.*$", re.DOTALL)


def _headings(tree: HtmlElement) -> list[tuple[str, str]]:
    """Texts shown as headings, then those that a class name calls title, each with its tag."""
    found: list[tuple[str, str]] = []
    named: list[tuple[str, str]] = []
    for node in tree.iter("h1", "h2", "h3", *_BANDS):
        if node.tag in ("h1", "h2", "h3"):
            text = squeeze(text_of(node))
            if text and len(text) < 200:
                found.append((text, node.tag))
        elif len(named) < 40 and _TITLE_CLASS.search(
            _CAMEL.sub(r"\1-\2", f"{node.get('class') or ''} {node.get('id') or ''}")
        ):
            text = squeeze(text_of(node))
            if text and len(text) < 120:
                named.append((text, "class"))
    return found + named


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

    Two things together: the main text knows nothing of the title, and the title is a list of search words.
    """
    name = key(title)
    text = key("".join(blocks))
    if len(name) < 4 or len(text) < 120:
        return 0.0, ""
    shared = overlap(name, text)
    words = [word for word in re.split(r"[_,，、|｜\s\-]+", title) if word]
    stems = Counter(word[:2] for word in words if len(word) > 2)
    repeated = stems.most_common(1)[0][1] if stems else 0
    spam = len(set(_SPAM.findall(title)))
    score = (0.4 if shared < 0.12 else 0.2 if shared < 0.25 else 0.0) * (1 if shared < 0.25 else 0)
    if not score:
        return 0.0, ""
    score += 0.15 * (len(words) >= 4) + 0.3 * (repeated >= 3) + min(0.6, 0.3 * spam)
    return min(
        1.0, score
    ), f"{shared:.0%} of the title's character pairs are in the text; {len(words)} words, {spam} of spam"


def is_heading_of(text: str, title: str | None) -> bool:
    """Whether a line shows the title, whole or its beginning."""
    return bool(title) and len(key(text)) > 3 and key(text)[:14] == key(title or "")[:14]


def honest_title(tree: HtmlElement, head: Head, blocks: Sequence[str]) -> tuple[str | None, str]:
    """The best heading that the text does know, for a page whose title is a hijacker's."""
    text = key("".join(blocks))
    shown = [*_headings(tree), (head.metas.get("og:title", ""), "meta:og:title")]
    for title, origin in shown:
        name = key(title)
        if 8 <= len(name) < 80 and origin != "h3" and overlap(name, text) > 0.3 and not hijack_score(title, blocks)[0]:
            return title, origin
    return None, ""
