"""Mojibake: text that was decoded wrong once and encoded again, and how that is undone."""

from __future__ import annotations

import re

from pipelines.characters.likelihood import bits

_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_AS_BYTES = {ord(char): char.encode("cp1252")[0] for char in _CP1252}
"""Windows-1252 as it is used: what it does not assign stays the control character (WHATWG)."""
_FOLLOWING = f"[\x80-\xbf{_CP1252}]"
_UTF8_AS_LATIN = re.compile(f"(?:[Â-ß]{_FOLLOWING}|[à-ï]{_FOLLOWING}{{2}}|[ð-ô]{_FOLLOWING}{{3}})+")
_LEAD = re.compile("[À-ÿ]")
_LATIN = re.compile(f"[\x80-\xff{_CP1252}]")
_LEGACY_AS_LATIN = re.compile(f"[\x80-\xff{_CP1252}][\x20-\x3b\x3d\x3f-\x7e\x80-\xff{_CP1252}]*")
_SUSPECT = re.compile(rb"\xc3[\x80-\xbf](?:\xc2|\xc3[\x80-\xbf]\xc3|[\xc5\xc6\xcb]|\xe2[\x80-\x84])")
"""An accented letter and what no word goes on with, in UTF-8: bytes are searched ten times as fast as characters."""
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]+\??")
_LEGACY = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_TRACES = "锛銆鐨涓鈥鏄鍦鍥浜鏈鏃杩鍒澶鏂鍙"
"""What "，。的不", quotes and "是在国人有日这到大新可" begin with when their UTF-8 is read as GBK; rare otherwise."""
_COMMONEST = 4
"""Traces of which a sentence leaves one at least."""
_LEAST = 3
"""Sequences or traces below which nothing is undone: they may be meant."""
_HEAD = 300_000
"""Characters by which it is decided."""
_STRETCHES, _LOOKED_AT = 200, 4000
_CLEARLY = 0.8
"""So large a share of a page's accented letters begins a sequence. Where a language has such letters, few do."""
_FAR = 0.7
_WHOLE = 2
"""For so many characters that come back one may be lost."""
_LOST = re.compile("\ufffd+")


def undo_mojibake(text: str, codec: str, utf8: bytes | None = None) -> tuple[str, str | None]:
    """The text as it was before it was decoded wrong, and what was undone ("utf-8 as cp1252"); None for nothing.

    `codec` is what made the text: East Asian codings other than Unicode cannot hold what windows-1252 makes. `utf8` is
    the text in UTF-8, where it is at hand.

    Undone is what bears it out by itself: sequences that are whole UTF-8, or stretches that are far likelier text
    afterwards. What stands rightly beside them stays; a character whose bytes are lost becomes U+FFFD.
    """
    head = text[:_HEAD]
    if any(trace in head for trace in _TRACES[:_COMMONEST]) and sum(map(head.count, _TRACES)) >= _LEAST:
        return _undo_gbk(text)
    if codec in _LEGACY[1:] or not _SUSPECT.search(head.encode("utf-8", "replace") if utf8 is None else utf8):
        return text, None
    leads = len(_LEAD.findall("".join(_UTF8_AS_LATIN.findall(head))))
    if leads >= _LEAST and leads >= _CLEARLY * len(_LEAD.findall(head)):
        return _UTF8_AS_LATIN.sub(_utf8_again, text), "utf-8 as cp1252"
    return _undo_legacy(text)


def _utf8_again(match: re.Match[str]) -> str:
    try:
        return _bytes(match[0]).decode("utf-8")
    except UnicodeDecodeError:  # overlong forms and surrogates
        return match[0]


def _undo_legacy(text: str) -> tuple[str, str | None]:
    """An East Asian coding that was read as windows-1252 or ISO-8859-1, where the page is far likelier without it."""
    sample = "\n".join(match[0] for match, _ in zip(_LEGACY_AS_LATIN.finditer(text), range(_STRETCHES), strict=False))
    data = _bytes(sample[:_LOOKED_AT])
    if len(_LATIN.findall(sample)) < _LEAST * 4:
        return text, None
    prices = {codec: bits(data.decode(codec, "replace"), codec) for codec in _LEGACY}
    codec = min(_LEGACY, key=lambda codec: prices[codec])
    if prices[codec] > _FAR * bits(sample[:_LOOKED_AT], "cp1252"):
        return text, None
    return _LEGACY_AS_LATIN.sub(lambda match: _bytes(match[0]).decode(codec, "replace"), text), f"{codec} as cp1252"


def _bytes(text: str) -> bytes:
    return text.translate(_AS_BYTES).encode("latin-1", "replace")


def _undo_gbk(text: str) -> tuple[str, str | None]:
    """UTF-8 that was read as GBK: three bytes a character became one and a half characters."""
    undone = 0

    def again(match: re.Match[str]) -> str:
        nonlocal undone
        run = match[0]
        data = run.rstrip("?").replace("\ufffd", "?").encode("gb18030", "replace").replace(b"?", b"\xff")
        read = data.decode("utf-8", "replace")
        bad = read.count("\ufffd")
        back = sum("\u0800" <= letter != "\ufffd" for letter in read)
        if not back or len(_LOST.findall(read)) * _WHOLE > back:
            return run
        undone += len(read) - bad
        return read if bad or not run.endswith("?") else read + "?"

    mended = _FOREIGN_RUN.sub(again, text)
    return (mended, "utf-8 as gb18030") if undone >= _LEAST else (text, None)
