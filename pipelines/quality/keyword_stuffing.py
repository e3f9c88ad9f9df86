"""Keyword stuffing: search words set into sentences where they have no business, or past all measure.

A term burst by itself is no fault: a report repeats the name of its company, a recipe its mushroom. A fault is a burst
that the page's own field does not call for (the site's name, an advertiser's), that breaks the syntax (the term hangs
at the end of a clause that is whole without it, or is a clause by itself in paragraph after paragraph), or that serves
a list of searches which the page itself declares.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipelines.content.clauses import repeated
from pipelines.content.segments import key
from pipelines.content.tree import CJK
from pipelines.document import QualityLabel
from pipelines.quality.reading import Reading, label_of

_LEAST, _LONGEST = 4, 10
_READ = 20_000
_END = r"(?=[。，、！？；：,!?;\s”]|$)"
_GOVERNED = "在到入录陆从向自于至由是为对给将把被与和及或访问过称叫开上关注载用找进的"
"""Characters before a name that make it part of the clause: 登录…官网, 在…平台."""
_OFFER = re.compile(
    rf"(?:官网|官方网站|官方入口|官方平台|网址|登录入口|娱乐城|厂家|批发|哪家好|多少钱|排名|报价|价格表){_END}"
)
"""What a phrase that is searched for ends in."""
_SEARCHED = re.compile(
    r"(?:价格|厂家|多少钱|哪家好|怎么样|怎么办|吃什么好?|功效|好处|排名|排行榜?|报价|批发|利率|办理|公司|品牌|大全|推荐|加盟)$"
)
"""How a search for something to buy or to be told ends."""
_OF_THE_PRESS = re.compile(
    r"^(?:讯|記者|记者|电|消息|报道|特约|客户端|发|摄|供图|微博|微信|公众号|编辑|融媒|社评|评论员|\d)"
)
_REPORTED = re.compile(r"(?:据|來源|来源|：|:|（|\()$")


def label(reading: Reading) -> QualityLabel | None:
    """By phrases that hang at the ends of clauses, the title set within sentences, the site's name all over the text,
    and a family of declared search words that fills it."""
    text = reading.text[:_READ]
    if len(text) < 60:
        return None
    hanging = list(_hanging_brand(reading)) or list(_hanging_offer(text))
    grounds = [*hanging, *_clauses(reading), *_burst(reading, text), *_family(reading, text)]
    score = sum(points for points, _ in grounds)
    if score < 0.4:
        return None
    return label_of("keyword_stuffing", score, "; ".join(evidence for _, evidence in grounds))


def _hanging_brand(reading: Reading) -> Iterator[tuple[float, str]]:
    """A phrase that begins the title and the site's name alike; the whole title within a sentence counts besides."""
    site, title = key(_site_name(reading)), key(reading.title or "")
    for length in range(min(_LONGEST, len(title) // 2), _LEAST - 1, -1):
        phrase = title[:length]
        ends = [_hangs(phrase, block) for block in reading.blocks] if _begins(title, site, length) else []
        if sum(ends) < 2 or sum(map(bool, ends)) < 2:
            continue
        yield 0.2 * min(3, sum(ends)), f"{phrase!r} hangs at {sum(ends)} clauses"
        texts = [key(block) for block in reading.blocks] if len(title) >= 8 else []
        if within := sum(title in text and len(text) > len(title) + 20 for text in texts):
            yield 0.4, f"the title stands within {within} paragraphs"
        return


def _begins(title: str, site: str, length: int) -> bool:
    """Whether title and site's name share their first characters, the last of them not counted (官网, 官方)."""
    return len(site) >= length and title[: length - 1] == site[: length - 1]


def _hangs(phrase: str, block: str) -> int:
    """How often a clause ends in a phrase that nothing before it governs."""
    places = re.finditer(re.escape(phrase) + _END, block)
    return sum(place.start() > 0 and block[place.start() - 1] not in _GOVERNED and
               block[place.start() - 1].isalnum() for place in places)  # fmt: skip


def _hanging_offer(text: str) -> Iterator[tuple[float, str]]:
    """An advertiser's phrase of the kind that is searched for, the same at the ends of three clauses or more."""
    places = [(text[max(0, found.end() - _LONGEST - 2) : found.end()]) for found in _OFFER.finditer(text)]
    for length in range(_LONGEST, _LEAST, -1):
        hanging = [place for place in places if len(place) > length + 1 and _hangs_behind(place[-length - 1])]
        hanging = [place for place in hanging if place[-length:].isalnum()]  # else a clause has its mark before it
        phrase, count = next(iter(Counter(place[-length:] for place in hanging).most_common(1)), ("", 0))
        # what always stands behind the same words belongs to them
        if count >= 3 and len({place[-length - 2 : -length] for place in hanging if place.endswith(phrase)}) >= 3:
            yield 0.5, f"{phrase!r} hangs at {count} clauses"
            return


def _hangs_behind(character: str) -> bool:
    """Whether what follows in the same clause is not made part of it by this character."""
    return character.isalnum() and character not in _GOVERNED


def _clauses(reading: Reading) -> Iterator[tuple[float, str]]:
    """Clauses that paragraph after paragraph repeats: an advertiser's offer, or with words of the document's title.

    One of the title alone may be a refrain; where to ask (登录学校官网) is governed. Keywords do not count, which
    machines draw from what a page repeats (中共党员).
    """
    if not (clauses := repeated(reading.blocks)):
        return
    titled = [term for term in _terms(reading.doc_title) if len(term) >= _LEAST]
    for clause in clauses:
        offer = _OFFER.search(clause)
        if offer and offer.start() and not any(character in _GOVERNED for character in clause[: offer.start()]):
            yield 0.4, f"paragraph after paragraph says {clause!r}"
        elif any(term in clause for term in titled):
            yield 0.25, f"paragraph after paragraph says {clause!r}, as the title does"


def _burst(reading: Reading, text: str) -> Iterator[tuple[float, str]]:
    """The site's name in the text, where neither a dateline nor a credit calls for it."""
    name = _site_name(reading)
    stem = re.sub(r"(?:官方网站|官方|官网|首页)$", "", name)
    if len(CJK.findall(stem)) < _LEAST or stem not in text:
        return
    places = [place for place in re.finditer(re.escape(stem), text)
              if not _OF_THE_PRESS.match(text[place.end() : place.end() + 4])
              and not _REPORTED.search(text[: place.start()][-3:])]  # fmt: skip
    share = len(places) * len(stem) / len(text)
    if len(places) >= 3 and share > 0.03:
        yield 0.35, f"the site's name stands {len(places)} times in {len(text)} characters"


def _family(reading: Reading, text: str) -> Iterator[tuple[float, str]]:
    """Declared searches with one stem (核桃, 核桃的功效, 薄皮核桃), in the text word for word, the stem filling it."""
    declared = [term for term in _declared(reading) if term in text]
    stems = [term for term in declared if 2 <= len(term) <= 8]
    best = max(stems, key=lambda stem: sum(stem in term for term in declared), default="")
    family = [term for term in declared if best and best in term]
    share = text.count(best) * len(best) / len(text) if best else 0.0
    if len(family) >= 3 and share > 0.035:
        most = 0.6 if len(family) >= 4 or sum(bool(_SEARCHED.search(term)) for term in family) >= 2 else 0.35
        yield min(most, 0.2 + 2 * share), f"{'、'.join(family[:5])}: {share:.0%} of the text is {best!r}"


def _declared(reading: Reading) -> list[str]:
    """What the page says it wants to be found by: the parts of its title and its keywords, each once."""
    names = _terms(reading.doc_title)
    metas = () if reading.tree is None else reading.tree.iter("meta")
    for meta in metas:
        if (meta.get("name") or "").lower() == "keywords":
            names += re.split(r"[,，、;；|\s]+", (meta.get("content") or "")[:2000])
    return [name for name in dict.fromkeys(names) if 2 <= len(name) <= 14 and CJK.search(name)][:60]


def _terms(title: str) -> list[str]:
    return [part.strip() for part in re.split(r"[_|｜,，]+|\s[-–—]\s|-", title)]


def _site_name(reading: Reading) -> str:
    parts: Sequence[str] = re.split(r"[-_|｜]", reading.doc_title)
    return parts[-1].strip() if len(parts) > 1 else ""
