"""Pagination: the pages one article is spread over, told from the pagers of listings and comments.

A link belongs to the pager when its text is a page number or "next page" and its URL is this page's URL but for the
page number. So "next article" never counts, whatever it is called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import attrs
from lxml import etree

from crawler.discovery.links import base_of
from crawler.discovery.markup import text_of
from crawler.discovery.page_kind import LISTING_NAME, page_kind
from crawler.urls import absolute

MOST_PAGES = 100
LONGEST_URL = 2000

_PATH_NUMBER = re.compile(
    r"(?P<stem>.*?[^/_-])(?P<mark>[_-]p?|/p?|[/_-]page[/_-]?)(?P<number>\d{1,3})(?P<end>\.[a-z]{3,6}|/)?$",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:\.[a-z]{3,6}|/)$", re.IGNORECASE)
_PAGE_KEYS = frozenset({"page", "p", "pn", "pg", "pageno", "page_no", "pageindex", "pagenum", "page_num", "curpage"})
_DECORATION = re.compile(r"[\s\[\]【】()（）<>《》«»‹›→←|·…]+")
_NEXT = frozenset({"下一页", "下页", "后一页", "后页", "下一頁", "下頁", "後一頁", "next", "nextpage"})
_PREVIOUS = frozenset(
    {"上一页", "上页", "前一页", "前页", "上一頁", "上頁", "前一頁", "prev", "previous", "previouspage"}
)
_LAST = frozenset({"尾页", "末页", "最后一页", "最末页", "尾頁", "末頁", "last", "lastpage"})
_NUMBERED = re.compile(r"第?(\d{1,3})页?|第(\d{1,3})页[:：].*|page(\d{1,3})", re.IGNORECASE)
_VIEW_ALL = re.compile(
    r"(?:点击)?(?:查看|阅读|显示|浏览|展开)?(?:余下|剩余)?全文(?:阅读|显示|浏览)?|(?:在)?(?:本|单)页(?:阅读|显示|浏览)(?:全文)?"
    r"|閱讀全文|viewall|singlepage|viewassinglepage|readonasinglepage",
    re.IGNORECASE,
)
_WHOLE_OF = re.compile(
    r"(?:[_/.-]?(?:all|allpage|full|fulltext|whole|quanwen|single|0))?(?:\.[a-z]{3,6}|/)?", re.IGNORECASE
)
"""What may follow an article's path in the address of the same article on one page."""
_COMMENTS = re.compile(r"comment|pinglun|repl(?:y|ies)|discuss|(?:^|[-_ ])cmt|guestbook", re.IGNORECASE)
_SCRIPTED = re.compile(
    r"createPage(?:HTML)?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*[\"']([\w.-]+)[\"']\s*,\s*[\"'](\w{3,6})[\"']"
)
"""The call with which TRS, many Chinese newsrooms' CMS, writes pagers: pages, this one from 0, name, ending."""

_COMMENT_WORDS = re.compile(r"评论|評論|留言|跟帖|回帖|网友说|发表看法|comments?\b|отзыв|комментар", re.IGNORECASE)

_Role = Literal["number", "next", "previous", "last"]
_Key = tuple[str, str, tuple[tuple[str, str], ...]]
"""Host, path without ending, query without page number: equal for all pages of one article."""


@attrs.frozen(kw_only=True)
class Pagination:
    """A multi-page article as one of its pages shows it."""

    pages: tuple[str, ...]
    """The URLs known so far, in page order; a later page may know of more."""
    index: int
    """Which of `pages` this one is, from 0."""
    view_all: str | None = None
    """The page that holds the whole article, where there is one."""


@attrs.frozen
class _Address:
    """A URL read as "page `number` of `key`"; number None where the URL carries none."""

    key: _Key
    number: int | None
    before: str = ""
    after: str = ""

    def numbered(self, number: int) -> str:
        return f"{self.before}{number}{self.after}"


@attrs.frozen
class _PagerLink:
    url: str
    role: _Role
    label: int | None


def pagination(tree: etree._Element, url: str, encoding: str = "utf-8") -> Pagination | None:
    """The pages of the article that `tree`, fetched from `url`, is one of; None where it stands alone."""
    here = absolute(url)
    if here is None:
        return None
    base = base_of(tree, here, encoding)
    readings = _readings(here)
    links = list(islice(_pager_links(tree, base, encoding), 3 * MOST_PAGES))
    found = max((_pages(links, here, reading) for reading in readings), key=len, default={})
    found = found or _scripted_pages(tree, here)
    view_all = _view_all(tree, base, encoding, here, readings)
    if (len(found) < 2 and view_all is None) or page_kind(tree, here).kind == "listing":
        return None
    pages = tuple(found[label] for label in sorted(found)) or (here,)
    return Pagination(pages=pages, index=pages.index(here), view_all=view_all)


def _readings(url: str) -> list[_Address]:
    """The ways to read a URL: with its last number as a page number, and as the first page, which has none."""
    if len(url) > LONGEST_URL:
        return []
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    rest = tuple((key, value) for key, value in query if key.lower() not in _PAGE_KEYS)
    plain = _Address((parts.netloc, _ENDING.sub("", parts.path), tuple(query)), None)
    readings = [plain]
    if match := _PATH_NUMBER.fullmatch(parts.path):
        start = url.index(parts.path, len(parts.scheme) + 3 + len(parts.netloc))
        number = match.span("number")
        readings.append(
            _Address(
                (parts.netloc, match["stem"], tuple(query)), int(match["number"]),
                url[: start + number[0]], url[start + number[1] :],
            )
        )  # fmt: skip
    number_keys = [(key, value) for key, value in query if key.lower() in _PAGE_KEYS]
    if len(number_keys) == 1 and re.fullmatch(r"\d{1,3}", number_keys[0][1]):
        key, value = number_keys[0]
        if found := re.search(rf"(?:^|[?&]){re.escape(key)}={value}(?=&|$)", url):
            end = found.end()
            readings.append(_Address((*plain.key[:2], rest), int(value), url[: end - len(value)], url[end:]))
    return [reading for reading in readings if not LISTING_NAME.match(reading.key[1].rpartition("/")[2])]


def _pager_links(tree: etree._Element, base: str, encoding: str) -> Iterator[_PagerLink]:
    for element in tree.iter("a", "link"):
        href = element.get("href")
        role, label = _role(element)
        if not href or role is None or _in_comments(element):
            continue
        if url := absolute(href, base, encoding):
            yield _PagerLink(url, role, label)


def _role(element: etree._Element) -> tuple[_Role | None, int | None]:
    """What a link's text (or `rel`) makes it within a pager, and its page number where that is written."""
    if element.tag == "link":
        rel = (element.get("rel") or "").lower()
        return ("next" if rel == "next" else "previous" if rel in ("prev", "previous") else None), None
    text = _DECORATION.sub("", text_of(element)[:80]).lower()
    if text in _NEXT:
        return "next", None
    if text in _PREVIOUS:
        return "previous", None
    if text in _LAST:
        return "last", None
    number = _NUMBERED.fullmatch(text)
    return ("number", int(next(filter(None, number.groups())))) if number else (None, None)


def _in_comments(element: etree._Element) -> bool:
    """Whether a link belongs to a comment section: one that encloses it, or a pager right below one's heading."""
    for above, height in zip(element.iterancestors(), range(8), strict=False):
        if above.tag in ("body", "html"):
            return False
        if _names_comments(above):
            return True
        if height < 3 and any(map(_heads_comments, islice(above.itersiblings(preceding=True), 3))):
            return True
    return False


def _names_comments(element: etree._Element) -> bool:
    return bool(_COMMENTS.search(f"{element.get('id') or ''} {element.get('class') or ''}"))


def _heads_comments(element: etree._Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in ("script", "style"):
        return False
    text = "".join(map(str, islice(element.itertext(), 5)))[:30]
    return _names_comments(element) or bool(_COMMENT_WORDS.search(text))


def _pages(links: list[_PagerLink], here: str, reading: _Address) -> dict[int, str]:
    """The pages by number as the links show them, if this page's URL is to be read so; {} where they disagree."""
    matched: list[tuple[_PagerLink, _Address]] = []
    for link in links:
        for address in _readings(link.url):
            if address.key == reading.key and link.url != here:
                matched.append((link, address))
                break
    offset = _offset(matched, reading)
    if offset is None:
        return {}
    current = 1 if reading.number is None else reading.number + offset
    pages = {current: here}
    for link, address in matched:
        number = 1 if address.number is None else address.number + offset
        if link.label not in (None, number) or pages.get(number, link.url) != link.url:
            return {}
        if (link.role == "next" and number != current + 1) or (link.role == "previous" and number != current - 1):
            continue
        pages[number] = link.url
    if min(pages) < 1 or max(pages) > MOST_PAGES or not any(link.role != "last" for link, _ in matched):
        return {}
    sample = next((address for _, address in matched if address.number is not None), reading)
    if sample.number is not None:
        for number in range(max(2, min(pages)), max(pages)):
            pages.setdefault(number, sample.numbered(number - offset))
    return pages


def _offset(matched: list[tuple[_PagerLink, _Address]], reading: _Address) -> int | None:
    """What to add to the number in a URL to get the page's number; None where nothing shows it."""
    votes = Counter(link.label - at.number for link, at in matched if link.label and at.number is not None)
    if votes:
        best, count = votes.most_common(1)[0]
        return best if best in (0, 1) and count == votes.total() else None
    nexts = {at.number for link, at in matched if link.role == "next" and at.number is not None}
    before = {at.number for link, at in matched if link.role == "previous" or link.label == 1}
    if reading.number is None:
        return {2: 0, 1: 1}.get(min(nexts, default=0) or 0)
    if None in before and reading.number in (1, 2):
        return 2 - reading.number
    if before & {reading.number - 1} or None in before:
        return 0
    return None


def _scripted_pages(tree: etree._Element, here: str) -> dict[int, str]:
    for script in tree.iter("script"):
        match = _SCRIPTED.search(script.text or "")
        if match is None:
            continue
        count, at, name, ending = int(match[1]), int(match[2]), match[3], match[4]
        if not 1 < count <= MOST_PAGES or at >= count or LISTING_NAME.match(name):
            return {}
        names = [f"{name}.{ending}", *(f"{name}_{number}.{ending}" for number in range(1, count))]
        pages = {number: absolute(file, here) or here for number, file in enumerate(names, start=1)}
        return pages if pages[at + 1] == here else {}
    return {}


def _view_all(
    tree: etree._Element, base: str, encoding: str, here: str, readings: list[_Address]
) -> str | None:  # fmt: skip
    """The link to the whole article on one page, if its URL is plainly this article's."""
    for element in tree.iter("a"):
        href = element.get("href")
        if not href or not _VIEW_ALL.fullmatch(_DECORATION.sub("", text_of(element)[:40])):
            continue
        url = absolute(href, base, encoding)
        if url is None or url == here:
            continue
        parts = urlsplit(url)
        for host, path, _ in (reading.key for reading in readings):
            rest = parts.path.removeprefix(path)
            if parts.netloc == host and len(rest) < len(parts.path) and _WHOLE_OF.fullmatch(rest):
                return url
    return None
