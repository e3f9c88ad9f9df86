"""Charset: which characters a page's bytes stand for, and how we know."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from pipelines.document import CharsetDecision

WHATWG = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "chinese": "gb18030",
    "csgb2312": "gb18030", "gb18030": "gb18030", "iso-ir-58": "gb18030", "cp936": "gb18030", "ms936": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "cn-big5": "big5hkscs", "x-x-big5": "big5hkscs",
    "csbig5": "big5hkscs",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "euc-jp": "euc_jp", "x-euc-jp": "euc_jp",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "ks_c_5601": "cp949", "windows-949": "cp949",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
    "windows-1252": "cp1252", "x-cp1252": "cp1252", "iso-8859-9": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874",
    "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8",
    "unicode": "utf-8", "x-user-defined": "cp1252",
}  # fmt: skip
"""Label as written to Python codec, where they differ (WHATWG Encoding, 4.2). A page whose label could be read
byte by byte is not UTF-16, whatever the label says (HTML, 13.2.3.2)."""

_EAST_ASIAN = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_SEVEN_BIT = {"iso-2022-jp": "iso2022_jp", "hz-gb-2312": "hz", "iso-2022-kr": "iso2022_kr"}
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)
_FOREIGN = re.compile(rb"[\x80-\xff][^<>\r\n]{0,400}")
_SAMPLE = 8000
_DECLARED_BONUS = 0.06
_PLAUSIBLE, _OVERRULING = 0.12, 0.4

_FREQUENT = frozenset(
    "的一是了不在有人这上大来和我个中地为他生要们以到国时就出说会可也你对下过子能作用于学年行家方后得成经发面事种自分开动前民同工多"
    "法本部进没都还公业日里如好小长定现高新起样者想看所把电第市长水理关机力三体十二实加量情点月那当车因其些产物道问明心已全门天"
    "报记设展资政府区社特提表通总题主加并制员济万名称城党案平代重务建接联据各安级者交被企保应元亿北京省海金网教院布院际"
    "這個們來時說會對過國學發經動現開長東車門問間關無電機業產從當點還後裡與為實體進種樣頭見話記報導員應認議題權總統數萬億區縣際際"
    "圖書館護衛團廣華報紙環競選舉戰爭災難請讓調請論觀點語讀變費質買賣貿財貨銀錢錯鐵險隊階際雙離難雲電靈響頁順預領風飛養馬驗鬥"
    "日本人大年出中会事者社県市部分新東京政府円国内理調氏取決首相与军农医单厂厅历压参双变号听吗员响团园围图场块坚处备复够头奖妈姐"
    "始孩守宝害富导尽层岁岛左巴币带帮幕张归录彻征待德快态怎怕性总恐息您悉惊惯意感愿慢懂成战户房护担拉招拥持指挥换据排接推描播收改"
)  # fmt: skip


def decode_page(body: bytes, content_type: str = "") -> tuple[str, CharsetDecision]:
    """Text of a page and how its charset was settled. Never raises: what no codec reads becomes U+FFFD.

    In this order: byte order mark, UTF-16 by its zero bytes, a seven-bit coding that is declared, strict UTF-8,
    UTF-8 with a few broken bytes, then the candidate (declared in header or page, or East Asian) whose characters
    are the likeliest text, then charset-normalizer, then windows-1252.
    """
    labels = _labels(body, content_type)
    declared = labels[0] if labels else None
    for mark, marked in _MARKS:
        if body.startswith(mark):
            return _decided(body[len(mark) :], marked, declared, None)
    if wide := _wide(body):
        return _decided(body, wide, declared, wide)
    for label in labels:
        if (seven := _SEVEN_BIT.get(label.lower())) and (b"\x1b" in body or b"~{" in body):
            return _decided(body, seven, declared, None)
    known = [codec for label in labels if (codec := codec_of(label))]
    if _is_utf8(body):
        return _decided(body, "utf-8", declared, None if known[:1] == ["utf-8"] else "utf-8")
    codec, guessed = _likeliest(body, known)
    return _decided(body, codec, declared, codec if guessed or known[:1] != [codec] else None)


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip


def codec_of(label: str) -> str | None:
    """The Python codec of a charset label as the WHATWG reads it; None for a label that means nothing."""
    key = label.strip().strip("\"'").lower()
    if key in WHATWG:
        return WHATWG[key]
    try:
        info = codecs.lookup(key)
        "".encode(info.name)  # codecs of bytes to bytes (hex, zip) are no charsets
        b"a".decode(info.name)
    except (LookupError, ValueError, TypeError, AssertionError):
        return None
    return None if info.name in _NOT_FOR_PAGES else info.name


_NOT_FOR_PAGES = frozenset(
    {"utf-7", "idna", "punycode", "raw-unicode-escape", "unicode-escape", "mbcs", "oem", "undefined"}
)


def _labels(body: bytes, content_type: str) -> list[str]:
    """What header and page declare, as written, the header first."""
    found = [match[1] for match in (_HEADER.search(content_type),) if match]
    head = body[:8192]
    found += [match[1].decode("ascii") for match in (_XML.search(head), _META.search(head)) if match]
    return found


def _decided(body: bytes, codec: str, declared: str | None, detected: str | None) -> tuple[str, CharsetDecision]:
    text = body.decode(codec, "replace")
    replaced = text.count("\ufffd") / len(text) if text else 0.0
    return text, CharsetDecision(declared=declared, detected=detected, used=codec, replaced=round(replaced, 6))


def _wide(body: bytes) -> str | None:
    """UTF-16 without a mark shows as zeros at every other byte of its markup."""
    head = body[:400]
    pairs = len(head) // 2
    if pairs < 8:
        return None
    even, odd = head[: pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if max(even, odd) < pairs * 0.15 or min(even, odd) > max(even, odd) * 0.34:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end >= len(body) and error.start > 0 and _cut_short(body, error)
    return True


def _cut_short(body: bytes, error: UnicodeDecodeError) -> bool:
    """Whether the only fault is a character broken off at the very end, with others whole before it."""
    return len(body) - error.start <= 3 and "unexpected end" in error.reason


_FEW, _FEW_WHERE_DECLARED = 20, 3
"""So many whole UTF-8 characters for each stray byte make a page UTF-8. Legacy text hardly ever holds any."""


def _likeliest(body: bytes, known: list[str]) -> tuple[str, bool]:
    """The codec of a page that is not UTF-8 through and through, and whether it was guessed."""
    sample = _foreign_sample(body)
    as_utf8 = sample.decode("utf-8", "replace")
    bad = as_utf8.count("\ufffd")
    east_asian = sum("\u3041" <= char <= "\ud7a3" for char in as_utf8)
    foreign = sum(char > "\x7f" for char in as_utf8) - bad
    few = _FEW_WHERE_DECLARED if "utf-8" in known else _FEW
    if bad * few < east_asian or (bad * few < foreign and bad * 50 < len(as_utf8)):
        return "utf-8", known[:1] != ["utf-8"]
    scores = {codec: _likelihood(sample.decode(codec, "replace")) for codec in _EAST_ASIAN}
    for codec in known:
        if codec in scores:
            scores[codec] += _DECLARED_BONUS
    best = max(scores, key=lambda codec: scores[codec])
    single = next((codec for codec in known if codec not in scores and codec not in ("utf-8", "cp1252")), None)
    if single and scores[best] < _OVERRULING:
        return single, False
    if scores[best] >= _PLAUSIBLE:
        return best, True
    if "cp1252" in known:
        return "cp1252", False
    match = from_bytes(sample[:_SAMPLE]).best() if sample else None
    return (codec_of(match.encoding) if match else None) or "cp1252", True


def _foreign_sample(body: bytes) -> bytes:
    """Stretches of bytes beyond ASCII, cut at markup so that no character is split."""
    parts: list[bytes] = []
    size = 0
    for match in _FOREIGN.finditer(body):
        parts.append(match[0])
        size += len(match[0])
        if size > _SAMPLE:
            break
    return b"\n".join(parts)


def _likelihood(text: str) -> float:
    """How much the characters look like East Asian running text: 1 at best, below 0 for rubbish."""
    hits = kana = hangul = total = 0
    harm = 0.0
    for char in text:
        if (
            char < "\x80"
            or "\u3000" <= char <= "\u303f"
            or "\uff01" <= char <= "\uff60"
            or "\u2010" <= char <= "\u2027"
        ):
            continue
        total += 1
        if char == "\ufffd":
            harm += 4
        elif "\u4e00" <= char <= "\u9fff":
            hits += char in _FREQUENT
        elif "\u3041" <= char <= "\u30ff":
            kana += 1
        elif "\uac00" <= char <= "\ud7a3":
            hangul += 1
        elif char not in "\xa0\xa9\xb7":
            harm += 0.8
    return (hits + 0.55 * kana + 0.5 * hangul - harm) / total if total else 0.0
