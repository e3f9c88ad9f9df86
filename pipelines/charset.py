"""Charset: which characters a page's bytes stand for, and how we know."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence

from charset_normalizer import from_bytes

from pipelines.characters.labels import UTF16, Declared, codec_of, declarations
from pipelines.characters.likelihood import bits
from pipelines.characters.mojibake import undo_mojibake
from pipelines.document import CharsetDecision

__all__ = ["codec_of", "decode_page"]

EAST_ASIAN = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_ALWAYS = ("utf-8", *EAST_ASIAN, "cp1252")
"""What a page may be in without saying so."""
_SINGLE = ("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "koi8_r", "iso8859_2")
"""What charset-normalizer is asked about: the rest of what undeclared pages are in."""
_SEVEN_BIT = {"iso2022_jp": b"\x1b", "iso2022_kr": b"\x1b", "hz": b"~{"}
_NOT_PLAIN = frozenset({*_SEVEN_BIT, *UTF16})
"""Declared codecs that a page of ASCII alone is not in."""

_PRIOR = 12.0
"""Bits that a declared codec has in hand: about two Chinese characters. Two declarations that agree have half as many
again. So a snippet is read as declared, and a sentence as what it is."""
_CLEAR = 6.3
"""Bits a byte up to which a reading is plainly text; where none is, charset-normalizer is asked for others."""
_NOISE = 12.0
"""Bits a byte from which a reading is no text; even noise takes but 8, where all characters are as likely."""
_MARGIN = 16.0
"""Bits by which an unusual reading is to be likelier than the usual one."""


def decode_page(body: bytes, content_type: str = "") -> tuple[str, CharsetDecision]:
    """Text of a page and how its charset was settled. Never raises: what no codec reads becomes U+FFFD.

    In this order (docs/decisions/0015): byte order mark; UTF-16 by its zero bytes; a seven-bit coding by its escapes;
    strict UTF-8; then the codec, declared or common, under which the bytes are the likeliest text; then, where all of
    them are noise, charset-normalizer; then windows-1252. Characters that were decoded wrong before the page was
    published are put right where that can be undone.
    """
    declared = declarations(body, content_type)
    for mark, marked in _MARKS:
        if body.startswith(mark):
            rest = body[len(mark) :]
            if _bears_out(rest, marked):
                return _decided(rest, marked, declared, by="bom")
            body = rest
            break
    if wide := _wide(body):
        return _decided(body, wide, declared, detected=wide)
    if seven := _seven_bit(body, declared):
        return _decided(body, seven, declared, detected=seven)
    if body.isascii():
        named = [found.codec for found in declared if found.codec and found.codec not in _NOT_PLAIN]
        return _decided(body, named[0] if named else "utf-8", declared)
    if _is_utf8(body) and not _by_accident(body, declared):
        sure = any(found.codec == "utf-8" for found in declared[:1])
        return _decided(body, "utf-8", declared, detected=None if sure else "utf-8")
    return _contest(body, declared)


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip


def _bears_out(body: bytes, marked: str) -> bool:
    """Whether what follows a byte order mark can be what it says: an include may have brought it into a GBK page."""
    if marked != "utf-8":
        return b"\0" in body[:4096] or b"</" not in body
    if _is_utf8(body):
        return True
    sample = _foreign_sample(body)
    return _price(sample, "utf-8") < min(_price(sample, codec) for codec in EAST_ASIAN)


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark shows as zeros at every other byte of its markup."""
    head = body[:4096]
    pairs = len(head) // 2
    if pairs < 8:
        return None
    even, odd = head[: pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if max(even, odd) < pairs * 0.1 or min(even, odd) > max(even, odd) * 0.5:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _seven_bit(body: bytes, declared: Sequence[Declared]) -> str | None:
    """A coding that switches by escapes: where it is declared, or where it cannot be anything else."""
    for found in declared:
        if found.codec in _SEVEN_BIT and _SEVEN_BIT[found.codec] in body:
            return found.codec
    return "iso2022_jp" if body.isascii() and (b"\x1b$B" in body or b"\x1b$@" in body) else None


def _is_utf8(body: bytes) -> bool:
    """Whether all of it is UTF-8, but for a character cut off at the very end."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > 0 and len(body) - error.start <= 3 and "unexpected end" in error.reason
    return True


def _by_accident(body: bytes, declared: Sequence[Declared]) -> bool:
    """Whether a few characters of a declared East Asian coding happen to be valid UTF-8 of two bytes each."""
    named = [found.codec for found in declared if found.codec in EAST_ASIAN]
    if (
        not named
        or len(body.translate(None, _ASCII_BYTES)) > _SNIPPET
        or max(body.decode("utf-8", "ignore")) >= "\u0800"
    ):
        return False
    sample = _foreign_sample(body)
    return min(_price(sample, codec) for codec in named) < _price(sample, "utf-8")


_SNIPPET = 100


def _contest(body: bytes, declared: Sequence[Declared]) -> tuple[str, CharsetDecision]:
    """The likeliest of the codecs that are declared or common. What is declared has a start, more it has not."""
    sample = _foreign_sample(body)
    named = [found.codec for found in declared if found.codec]
    prices = {codec: _price(sample, codec) for codec in dict.fromkeys((*named, *_ALWAYS))}
    foreign = len(sample.translate(None, _ASCII_BYTES)) or 1
    nominated = _nominated(sample) if min(prices.values()) > _CLEAR * foreign else ()
    for codec in nominated:
        prices.setdefault(codec, _price(sample, codec) + _MARGIN)
    detected = min(prices, key=lambda codec: prices[codec])
    for codec in set(named):
        prices[codec] -= _PRIOR * (1.5 if named.count(codec) > 1 else 1)
    used = min(prices, key=lambda codec: prices[codec])
    if prices[used] > _NOISE * foreign:
        used = next((codec for codec in named if codec != "utf-8"), "cp1252")
    rivals = sorted((price, codec) for codec, price in prices.items() if codec != used)[:_RIVALS]
    more = {codec: round((price - prices[used]) / foreign, 2) for price, codec in rivals}
    by = "charset-normalizer" if used in nominated and used not in named else None
    return _decided(body, used, declared, detected=detected, rivals=more, by=by)


_RIVALS = 3
_ASCII_BYTES = bytes(range(128))


def _price(sample: bytes, codec: str) -> float:
    """Bits of a sample under a codec, those of its ASCII taken off."""
    ascii_bytes = len(sample) - len(sample.translate(None, _ASCII_BYTES))
    return bits(_read(sample, codec), codec) - bits("a", codec) * ascii_bytes


def _nominated(sample: bytes) -> list[str]:
    """What charset-normalizer takes the sample for, the likeliest first."""
    found = [codec_of(match.encoding) for match in from_bytes(sample[:_ASKED], cp_isolation=list(_SINGLE))]
    return [codec for codec in found if codec]


_ASKED = 3000


def _foreign_sample(body: bytes) -> bytes:
    """Stretches that begin beyond ASCII, spread over the page, cut at markup: no character is split there."""
    found = [match[1] for window in _windows(body) for match in _FOREIGN.finditer(window)]
    step = sum(map(len, found)) // _SAMPLE + 1
    return b"\n".join(found[::step])


_FOREIGN = re.compile(rb"([\x80-\xff][^<>\r\n]{0,200})[^<>\r\n]*")
_BREAK = re.compile(rb"[<>\r\n]")
_SAMPLE = 2400
_WIDTH, _WINDOWS = 64 << 10, 8


def _windows(body: bytes) -> Iterator[bytes]:
    """The page, of a large one the beginnings of even parts, each from where no character can be split."""
    if len(body) <= _WIDTH:
        yield body
        return
    for part in range(_WINDOWS):
        start = len(body) // _WINDOWS * part
        stop = start + _WIDTH // _WINDOWS
        first = _BREAK.search(body, start, stop) if part else None
        yield body[first.start() if first else start : stop]


def _decided(
    body: bytes,
    codec: str,
    declared: Sequence[Declared],
    *,
    detected: str | None = None,
    by: str | None = None,
    rivals: dict[str, float] | None = None,
) -> tuple[str, CharsetDecision]:
    text = _read(body, codec)
    text, undone = undo_mojibake(text, codec, body if codec == "utf-8" else None)
    return text, CharsetDecision(
        declared=declared[0].label if declared else None,
        detected=detected,
        used=codec,
        replaced=round(text.count("\ufffd") / len(text), 6) if text else 0.0,
        by=by or next((found.by for found in declared if found.codec == codec), "content"),
        rivals=rivals or {},
        undone=undone,
    )


def _read(body: bytes, codec: str) -> str:
    """The characters, as browsers read them also where Python's codec knows fewer."""
    text = body.decode(codec, "replace")
    if codec in _KNOW_FEWER and 0 < text.count("\ufffd") <= min(_FEW, len(text) // 4 + 2):
        return body.decode(codec, _AS_BROWSERS)
    return text


_KNOW_FEWER = frozenset({"gb18030", "big5hkscs", "euc_jp", "cp874", *(f"cp125{digit}" for digit in range(9))})
_FEW = 2000
"""Faults that are looked at one by one; each takes a microsecond or two."""
_AS_BROWSERS = "newsarchive.as_browsers"


def _as_browsers(error: UnicodeError) -> tuple[str, int]:
    """What the WHATWG's indexes hold and Python's tables lack; U+FFFD, as "replace" gives it, for the rest."""
    assert isinstance(error, UnicodeDecodeError)
    first, pair = error.object[error.start], error.object[error.start : error.start + 2]
    if error.encoding == "charmap":  # windows-125x: what is not assigned stays a control character
        return (chr(first) if first < 0xA0 else "\ufffd"), error.start + 1
    if error.encoding == "gb18030" and first == 0x80:
        return "€", error.start + 1
    if len(pair) == 2 and error.encoding in ("euc_jp", "big5hkscs"):
        again = (
            _shifted(pair).decode("cp932", "ignore") if error.encoding == "euc_jp" else pair.decode("cp950", "ignore")
        )
        if len(again) == 1 and again > "\x7f":
            return again, error.start + 2
    return "\ufffd", error.end


def _shifted(pair: bytes) -> bytes:
    """A character of EUC-JP as the same row and cell of Shift_JIS (JIS X 0208): Python knows its vendor rows."""
    row, cell = pair[0] - 0xA0, pair[1] - 0xA0
    if not (1 <= row <= 94 and 1 <= cell <= 94):
        return b""
    lead = (row - 1) // 2 + (0x81 if row <= 62 else 0xC1)
    return bytes((lead, cell + 0x9E if row % 2 == 0 else cell + 0x3F + (cell >= 64)))


codecs.register_error(_AS_BROWSERS, _as_browsers)
