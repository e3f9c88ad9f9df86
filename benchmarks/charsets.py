"""Charsets: how often bytes become the right characters, whatever the page says about itself."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor

import attrs
from charset_normalizer import from_bytes
from scrapy.http import HtmlResponse
from trafilatura.utils import decode_file

from benchmarks.demopages import demo_texts
from benchmarks.table import Cell, Report, Table, share
from pipelines.charset import decode_page

_JAPANESE = (
    (
        "港の朝市に新しい屋根",
        [
            "港町の朝市は、来月から新しい屋根の下で開かれる。雨の日でも魚や野菜を並べられるようになる。",
            "市場の組合によると、工事の費用は約三千万円で、半分は町が負担した。",
            "「母の代から四十年、ずっと傘の下で売ってきました」と乾物店の店主は話す。",
        ],
    ),
    (
        "山の小学校、最後の卒業式",
        [
            "児童が三人だけになった山の小学校で、最後の卒業式が行われた。",
            "校舎は来春から天文台として使われる予定だ。",
        ],
    ),
    ("ニュース", ["バスの時刻表が四月一日から変わります。詳しくは窓口でお尋ねください。"]),
)
_KOREAN = (
    (
        "섬마을 도서관 다시 문 열어",
        [
            "지난가을 태풍으로 지붕이 무너졌던 섬마을 도서관이 다시 문을 열었다.",
            "주민들은 책 이천여 권을 말리고 닦아 서가에 꽂았다.",
            "관장은 아이들이 가장 먼저 찾아왔다며 웃었다.",
        ],
    ),
    (
        "시장 골목에 작은 극장",
        [
            "오래된 시장 골목에 좌석이 서른 개뿐인 극장이 생겼다.",
            "첫 공연은 다음 주 토요일 저녁 일곱 시에 열린다.",
        ],
    ),
    ("알림", ["사월부터 버스 시간표가 바뀝니다. 자세한 내용은 창구에 문의하십시오."]),
)
_SHORT = {
    "simplified": ("通知", ["云溪县图书馆明天上午九点重新开放。"]),
    "traditional": ("通知", ["海島圖書館明天上午九點重新開放。"]),
}
_CODINGS: tuple[tuple[str, str, str, str], ...] = (
    # name shown, codec, script, label of a wrong declaration
    ("gb18030", "gb18030", "simplified", "utf-8"),
    ("gbk", "gbk", "simplified", "utf-8"),
    ("gbk as latin", "gbk", "simplified", "iso-8859-1"),
    ("gbk as big5", "gbk", "simplified", "big5"),
    ("big5", "big5", "traditional", "gb2312"),
    ("utf-8", "utf-8", "simplified", "gb2312"),
    ("utf-8 traditional", "utf-8", "traditional", "big5"),
    ("utf-16 with mark", "utf-16", "simplified", "gb2312"),
    ("utf-16 without", "utf-16-le", "simplified", "gb2312"),
    ("shift_jis", "cp932", "japanese", "utf-8"),
    ("euc-jp", "euc_jp", "japanese", "utf-8"),
    ("euc-kr", "cp949", "korean", "utf-8"),
    ("gbk, a byte broken", "gbk", "simplified", "utf-8"),
    ("big5, a byte broken", "big5", "traditional", "gb2312"),
    ("utf-8, a byte broken", "utf-8", "simplified", "gb2312"),
)
DECLARATIONS = ("header right", "meta right", "none", "header wrong", "meta wrong")
_ARTICLES = 12
"""Articles of each script; the short text and those in other languages come besides."""


@attrs.frozen(kw_only=True)
class Case:
    """A page in some coding, with what it declares."""

    coding: str
    declaration: str
    body: bytes
    content_type: str
    right: str


def cases(articles: int = _ARTICLES) -> list[Case]:
    """Every text in every coding with every declaration."""
    texts = {
        **{script: [*found[:articles], _SHORT[script]] for script, found in demo_texts().items()},
        "japanese": list(_JAPANESE),
        "korean": list(_KOREAN),
    }
    return [
        _case(name, codec, declaration, wrong, title, paragraphs)
        for name, codec, script, wrong in _CODINGS
        for title, paragraphs in texts[script]
        for declaration in DECLARATIONS
    ]


def _case(name: str, codec: str, declaration: str, wrong: str, title: str, paragraphs: list[str]) -> Case:
    right = {"cp932": "shift_jis", "euc_jp": "euc-jp", "cp949": "euc-kr", "utf-16-le": "utf-16"}.get(codec, codec)
    where, _, how = declaration.partition(" ")
    label = wrong if how == "wrong" else right
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if where == "meta" else ""
    body = "".join(f"<p>{text}</p>\n" for text in paragraphs)
    page = f"<html><head>{meta}<title>{title}</title></head>\n<body><h1>{title}</h1>\n{body}</body></html>\n"
    data = page.encode(codec, "xmlcharrefreplace")
    if name.endswith("broken"):
        at = data.index(b"</p>")
        data = data[:at] + b"\xff" + data[at:]
    return Case(
        coding=name,
        declaration=declaration,
        body=data,
        content_type=f"text/html; charset={label}" if where == "header" else "text/html",
        right=data.decode(codec, "replace"),
    )


def _ours(case: Case) -> str:
    return decode_page(case.body, case.content_type)[0]


def _charset_normalizer(case: Case) -> str:
    return str(from_bytes(case.body).best() or "")


def _trafilatura(case: Case) -> str:
    return decode_file(case.body)


def _scrapy(case: Case) -> str:
    return HtmlResponse("http://news.example/", body=case.body, headers={"Content-Type": case.content_type}).text


DECODERS: Mapping[str, Callable[[Case], str]] = {
    "ours": _ours,
    "charset-normalizer": _charset_normalizer,
    "trafilatura": _trafilatura,
    "scrapy": _scrapy,
}


def right_by_decoder(case: Case) -> dict[str, bool]:
    """Which decoders give the characters that were written."""
    for library in ("trafilatura", "charset_normalizer"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    results = {}
    for name, decode in DECODERS.items():
        try:
            results[name] = _same(decode(case), case.right)
        except (UnicodeError, LookupError):
            results[name] = False
    return results


def _same(found: str, right: str) -> bool:
    """Whether every character is right, but for a byte order mark and what stands for broken bytes."""
    return _readable(found) == _readable(right)


def _readable(text: str) -> str:
    return text.translate({0xFEFF: None, 0xFFFD: None})


def measure(pool: Executor, articles: int = _ARTICLES) -> Report:
    """Every case by every decoder."""
    every = cases(articles)
    results = list(zip(every, pool.map(right_by_decoder, every, chunksize=16), strict=True))
    tables = (
        _table("Charsets: pages decoded right, by what they declare", "declaration", DECLARATIONS, results),
        _table("Charsets: pages decoded right, by what they are in", "coding", [c[0] for c in _CODINGS], results),
    )
    ours = [result["ours"] for _, result in results]
    figures = {"right": sum(ours) / len(ours)} | {
        declaration.replace(" ", "_"): _share(case_results)
        for declaration in DECLARATIONS
        if (case_results := [r["ours"] for case, r in results if case.declaration == declaration])
    }
    complaints = tuple(_complaints(results))
    return Report(tables=tables, figures=figures, digest=digest(every), complaints=complaints)


def _share(results: list[bool]) -> float:
    return sum(results) / len(results)


def _table(
    title: str, field: str, names: tuple[str, ...] | list[str], results: list[tuple[Case, dict[str, bool]]]
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name in (*names, "all"):
        group = [result for case, result in results if name in (getattr(case, field), "all")]
        rows.append((name, len(group), *(share(sum(r[d] for r in group), len(group)) for d in DECODERS)))
    return Table(title=title, columns=(field, "pages", *DECODERS), rows=tuple(rows))


def _complaints(results: list[tuple[Case, dict[str, bool]]]) -> Iterator[str]:
    for case, result in results:
        if not result["ours"]:
            read = decode_page(case.body, case.content_type)[1].used
            yield f"{case.coding}, {case.declaration}: read as {read}, {len(case.body)} bytes"


def digest(every: list[Case]) -> str:
    """Of the pages and what they declare."""
    found = hashlib.sha256()
    for case in every:
        found.update(f"{case.coding}|{case.content_type}|".encode() + case.body)
    return "sha256:" + found.hexdigest()
