"""Labels: what header and page declare, read as browsers read it (WHATWG Encoding, 4.2 and 4.3)."""

from __future__ import annotations

import codecs
import re
from functools import cache

import attrs

_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988",
    "iso8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e"
    " iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7"
    " iso_8859-7:1987 sun_eu_greek",
    "iso8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8"
    " iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1"
    " iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5"
    " windows-1254 x-cp1254",
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc_jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso2022_jp": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601"
    " windows-949",
    "utf-16-be": "unicodefffe utf-16be",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
"""Python codec to the labels that mean it: every label of the standard, but for x-user-defined and "replacement"."""

_FURTHER = {
    "gb18030": "cp936 ms936 windows-936 gb2312-80 gb_2312_80 zh_cn.gbk",
    "big5hkscs": "cp950 windows-950 big5hkscs big5-eten",
    "cp932": "cp932 shiftjis ms-kanji",
    "cp949": "cp949 uhc ks_c_5601 euckr",
    "euc_jp": "eucjp eucjp-ms cp51932",
    "cp1252": "latin-1 x-user-defined",
    "utf-8": "utf8mb4 utf-8-sig",
    "hz": "hz-gb-2312 hz",
    "iso2022_kr": "csiso2022kr iso-2022-kr",
}
"""Labels that no browser knows and that pages bear. The seven-bit ones, which browsers refuse for safety, are read:
nothing of ours runs what a page says. x-user-defined is windows-1252 where a page declares it (HTML, 13.2.3.2)."""

UTF16 = ("utf-16-le", "utf-16-be")
_ASCII = b"<meta charset="
"""What a label could be read from only where its codec leaves ASCII alone."""
_NOT_FOR_PAGES = frozenset({"utf-7", "idna", "punycode", "raw-unicode-escape", "unicode-escape", "mbcs", "oem"})

_NAME = r"[\\\"'\s]*([A-Za-z0-9_:.\-]{2,40})"
_HEADER = re.compile(r"charset\s*=" + _NAME, re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=" + _NAME.encode(), re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=" + _NAME.encode(), re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_HEAD = 8192
"""Bytes in which a page may declare its charset. The standard looks through 1024, browsers in fact further."""


@attrs.frozen(kw_only=True)
class Declared:
    """One declaration."""

    label: str
    """As written."""
    by: str
    """ "header" or "meta"; an XML declaration counts as the page's own, as "meta"."""
    codec: str | None
    """None for a label that means nothing."""


def declarations(body: bytes, content_type: str) -> list[Declared]:
    """What header and page declare, the header first. A page's UTF-16 means UTF-8: its label was read byte by byte."""
    found = [Declared(label=match[1], by="header", codec=codec_of(match[1]))
             for match in (_HEADER.search(content_type),) if match]  # fmt: skip
    head = _COMMENT.sub(b"", body[:_HEAD])
    for match in (_XML.search(head), _META.search(head)):
        if match:
            label = match[1].decode("ascii")
            codec = codec_of(label)
            found.append(Declared(label=label, by="meta", codec="utf-8" if codec in UTF16 else codec))
    return found


def codec_of(label: str) -> str | None:
    """The Python codec of a charset label as the WHATWG reads it; None for a label that means nothing."""
    key = label.strip().strip("\"'").lower()
    known = _codecs()
    if codec := known.get(key) or known.get(_plain(key)):
        return codec
    try:
        name = codecs.lookup(key).name
        readable = _ASCII.decode() == _ASCII.decode(name)  # codecs of bytes to bytes (hex, zip) raise
    except (LookupError, ValueError, TypeError, AssertionError):
        return None
    return name if readable and name not in _NOT_FOR_PAGES else None


@cache
def _codecs() -> dict[str, str]:
    """Label to codec, also without its punctuation: "GB-2312" and "utf_8" are meant well."""
    rows = (*_FURTHER.items(), *_LABELS.items())
    exact = {label: codec for codec, labels in rows for label in labels.split()}
    return {_plain(label): codec for label, codec in exact.items()} | exact


def _plain(label: str) -> str:
    return re.sub(r"[^a-z0-9]", "", label)
