"""Credits: who wrote an article by its first and last sentences: datelines and sign-offs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.facts.byline import bare_authors
from pipelines.facts.names import has_surname, people

_PINYIN = re.compile(r"[（(]\s?[a-zA-Zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿɡ]{1,7}\s?[）)]")
_NAMES = r"(?P<names>[\u3400-\u9fff·•‧、，, \u3000]{2,40}?)"
_DATELINES = (
    re.compile(
        r"[（(【〔\[][^）)】〕\]]{0,16}?(?:记者|記者|特派员|特派員|作者|撰稿人)\s?[:：]?\s?"
        + _NAMES
        + r"\s?(?=[）)】〕\]／/╱|]|通讯员|通訊員|文/|报道|實習|实习生|编译|整合)"
    ),
    re.compile(r"\d日(?:电|電|讯|訊)\s?[（(]\s?" + _NAMES + r"\s?[）)]"),
    re.compile(
        r"^[\W_]{0,4}[^。，；]{0,14}?(?:记者|記者|作者)\s?[:：]?\s?"
        + _NAMES
        + r"\s?(?:$|[／/╱](?!摄|攝)|通讯员|报道$|報導|文/|来源|(?=\d{1,2}月))"
    ),
    re.compile(
        r"^[\W_]{0,4}(?:文|撰文|采写|作者|原创)\s?[:：/／丨|｜]\s?"
        + _NAMES
        + r"\s?(?:$|[）)】\]|｜]|[，,]\s?编辑|编辑|编译|图|摄| )"
    ),
    re.compile(r"^[【〔（(\[]" + _NAMES + r"[／╱/]\s?\S{1,8}(?:報導|报道)"),
)
_IN_BRACKETS = re.compile(r"[。！？”…]\s?[（(]\s?" + _NAMES + r"\s?[）)]\W{0,3}$")
_SIGN_OFFS = (
    re.compile(
        r"[（(【](?:[^（()）]{0,12}(?:记者|記者)|作者|文|撰文|文/图|采写|执笔)\s?[:：/／]?\s?"
        + _NAMES
        + r"\s?(?:摄影报道|报道|对本文亦有贡献)?[）)】]\W{0,3}$"
    ),
    re.compile(
        r"^\W{0,3}[^。，；]{0,12}?(?:记者|記者|作者|采写|撰文|撰稿|执笔人|执笔|文)\s?[:：/／丨|｜ ]\s?"
        + _NAMES
        + r"\s?(?:$|编辑|责编|来源|/)"
    ),
    _IN_BRACKETS,
    re.compile(r"[。！？]\s?【(?P<names>[\u3400-\u9fff\u3040-\u30ff、 ]{2,20})】$"),
)


def authors_in_text(blocks: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Authors in the dateline or the sign-off of the main text, and which of the two."""
    for line in "\n".join(block[:600] for block in blocks[:6]).split("\n")[:7]:
        if names := _in_dateline(_PINYIN.sub("", line[:140])):
            return names, "dateline"
    for line in "\n".join(block[-600:] for block in blocks[-3:]).split("\n")[:-5:-1]:
        tail = _PINYIN.sub("", line[-160:])
        for pattern in _SIGN_OFFS:
            match = pattern.search(tail)
            names = people(match["names"]) if match else ()
            if names and (pattern is not _IN_BRACKETS or all(map(has_surname, names))):
                return names, "sign-off"
    return (), ""


def _in_dateline(head: str) -> tuple[str, ...]:
    if not _REPORTED.search(head):
        return ()
    for pattern in _DATELINES:
        match = pattern.search(head)
        if match and match.start() < 70 and not _picture_credit(head, match) and (names := people(match["names"])):
            return names
    dispatch = _DISPATCH.search(head)
    return bare_authors(dispatch[0]) if dispatch and dispatch.start() < 40 else ()


_REPORTED = re.compile("记者|記者|作者|特派|撰|采写|文|日电|日電|日讯|日訊|報導|报道|原创")
_DISPATCH = re.compile(r"[（(〔【]?中央社(?:記者|特派員)[^（()）]{2,40}[）)〕】]")


def _picture_credit(line: str, match: re.Match[str]) -> bool:
    """Whether it is the photographer who is named: （新华社记者 张三 摄）."""
    after = line[match.end("names") : match.end("names") + 6]
    return bool(_TAKEN.match(after)) or "摄" in match["names"] or "攝" in match["names"]


_TAKEN = re.compile(r"\s*[/／╱]?\s*[摄攝图圖]")
