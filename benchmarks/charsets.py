"""Charsets: how often bytes become the right characters, whatever the page says about itself."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from importlib import import_module
from importlib.util import find_spec
from time import process_time

import attrs
from charset_normalizer import from_bytes
from scrapy.http import HtmlResponse
from trafilatura.utils import decode_file

from benchmarks.demopages import demo_cases, demo_texts
from benchmarks.table import Cell, Report, Table, share
from pipelines.charset import decode_page
from tests.demo.score import bigram_f1

_JAPANESE = (
    (
        "港の朝市に新しい屋根",
        [
            "港町の朝市は、来月から新しい屋根の下で開かれる。雨の日でも魚や野菜を並べられるようになる。",
            "市場の組合によると、工事の費用は約三千万円で、半分は町が負担した。",
            "「母の代から四十年、ずっと傘の下で売ってきました」と乾物店の店主は話す。",
            "屋根には太陽光パネルが載り、夜は広場の街灯をともす。漁協は冷蔵庫の電気もまかなえると見込んでいる。",
            "初日の日曜日には、近くの中学生が吹奏楽を演奏し、焼いたイカとみそ汁が二百人分ふるまわれる。",
        ],
    ),
    (
        "山の小学校、最後の卒業式",
        [
            "児童が三人だけになった山の小学校で、最後の卒業式が行われた。",
            "校舎は来春から天文台として使われる予定だ。",
            "校長は「星を見に、いつでも帰ってきてください」とあいさつし、在校生のいない体育館に拍手が響いた。",
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
            "지붕은 마을 목수들이 두 달 동안 고쳤고, 군청은 공사비의 절반을 지원했다.",
            "다음 달부터는 토요일 밤마다 바다 이야기를 들려주는 시간도 마련된다.",
        ],
    ),
    (
        "시장 골목에 작은 극장",
        [
            "오래된 시장 골목에 좌석이 서른 개뿐인 극장이 생겼다.",
            "첫 공연은 다음 주 토요일 저녁 일곱 시에 열린다.",
            "상인들은 장사를 마친 뒤에 볼 수 있도록 시작 시간을 늦춰 달라고 부탁했다고 한다.",
        ],
    ),
    ("알림", ["사월부터 버스 시간표가 바뀝니다. 자세한 내용은 창구에 문의하십시오."]),
)
_CODINGS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    # name shown, codec, script, right label, wrong labels
    ("gb18030", "gb18030", "simplified", "gb18030", ("utf-8", "big5")),
    ("gbk", "gbk", "simplified", "gb2312", ("utf-8", "iso-8859-1")),
    ("big5", "big5", "traditional", "big5", ("gb2312", "utf-8")),
    ("euc-jp", "euc_jp", "japanese", "euc-jp", ("shift_jis", "utf-8")),
    ("shift_jis", "cp932", "japanese", "shift_jis", ("utf-8", "iso-8859-1")),
    ("euc-kr", "cp949", "korean", "euc-kr", ("utf-8", "gb2312")),
    ("utf-8", "utf-8", "simplified", "utf-8", ("gb2312", "iso-8859-1")),
    ("utf-8", "utf-8", "traditional", "utf-8", ("big5", "gb2312")),
    ("utf-8", "utf-8", "korean", "utf-8", ("euc-kr", "shift_jis")),
    ("utf-16", "utf-16", "simplified", "utf-16", ("gb2312", "utf-8")),
    ("utf-16", "utf-16-le", "simplified", "utf-16", ("gb2312", "utf-8")),
    ("utf-16", "utf-16-be", "traditional", "utf-16", ("big5", "utf-8")),
)
CODINGS = tuple(dict.fromkeys(coding[0] for coding in _CODINGS))
DECLARATIONS = ("right", "none", "wrong")
DAMAGES = ("whole", "broken", "cut off")
NATIVE = "as found"
_ARTICLES = 5
"""Articles of each script; a snippet, a short page and a long one come besides."""


@attrs.frozen(kw_only=True)
class Case:
    """A page in some coding, with what it declares."""

    coding: str
    declaration: str
    """"right", "none", "wrong", or "as found": a page of our demo site as it is served."""
    size: str
    damage: str
    body: bytes
    content_type: str
    right: str


@attrs.frozen(kw_only=True)
class Verdict:
    """What the readers made of one case."""

    right: Mapping[str, bool]
    used: str
    """What we read it as."""
    seconds: float
    """CPU time of ours."""


def cases(articles: int = _ARTICLES) -> list[Case]:
    """Every text in every coding with every declaration and damage, and the demo site's legacy pages as they are."""
    texts = {**demo_texts(), "japanese": list(_JAPANESE), "korean": list(_KOREAN)}
    pages = {script: _pages(found, articles) for script, found in texts.items()}
    return [*_native(), *(case for coding in _CODINGS for case in _encoded(*coding, pages[coding[2]]))]


def _pages(texts: Sequence[tuple[str, list[str]]], articles: int) -> list[tuple[str, str, list[str]]]:
    """Pages of one script from a headline to a hundred kilobytes, as size, title and paragraphs."""
    found = [("article", title, paragraphs) for title, paragraphs in texts[:articles]]
    every = [paragraph for _, paragraphs in texts for paragraph in paragraphs]
    long = (every * (_LONG // len("".join(every)) + 1))[: _PARAGRAPHS * 4]
    title = texts[0][0]
    return [("snippet", title, []), ("short", title, every[:1]), *found, ("long", title, long)]


_LONG, _PARAGRAPHS = 24_000, 100


def _encoded(
    name: str, codec: str, script: str, right: str, wrong: Sequence[str], pages: Sequence[tuple[str, str, list[str]]]
) -> Iterator[Case]:
    places: list[tuple[str, str | None, str]] = [("none", None, "")]
    for declaration, named in (("right", right), *(("wrong", label) for label in wrong)):
        places += [(declaration, named, "header"), (declaration, named, "meta")]
    for size, title, paragraphs in pages:
        for declaration, label, place in places:
            for damage in DAMAGES if codec in _SURVIVES or codec == "utf-8" else DAMAGES[::2]:
                html = _html(title, paragraphs, label if place == "meta" else None)
                body = _damaged(html.encode(codec, "xmlcharrefreplace"), damage)
                yield Case(
                    coding=name, declaration=declaration, size=size, damage=damage, body=body,
                    content_type=f"text/html; charset={label}" if label and place == "header" else "text/html",
                    right=body.decode(codec, "replace"),
                )  # fmt: skip


_SURVIVES = frozenset({"gb18030", "gbk", "big5", "euc_jp", "cp932", "cp949"})
"""Codings that find their way again after a lost byte; UTF-16 does not."""


def _html(title: str, paragraphs: Sequence[str], label: str | None) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    body = "".join(f"<p>{text}</p>\n" for text in paragraphs)
    return f"<html><head>{meta}<title>{title}</title></head>\n<body><h1>{title}</h1>\n{body}</body></html>\n"


def _damaged(body: bytes, damage: str) -> bytes:
    """Whole; with a stray byte at the end of the title and a byte lost in the middle; or ending within its text."""
    if damage == "broken":
        stray, lost = body.index(b"</h1>"), body.index(b"</p>") - 1 if b"</p>" in body else len(body)
        return body[:stray] + b"\xff" + body[stray:lost] + body[lost + 1 :]
    if damage == "cut off":
        return body[: body.rindex(b"<") * 9 // 10]
    return body


def _native() -> list[Case]:
    pages = [case for case in demo_cases() if case.gold.outlet in _LEGACY_OUTLETS]
    return [
        Case(
            coding="demo site", declaration=NATIVE, size="page", damage="whole", body=page.bodies[0],
            content_type=page.content_type, right=page.html,
        )
        for page in pages
    ]  # fmt: skip


_LEGACY_OUTLETS = ("fazhi", "haidao", "liuxi", "yunjiang")
"""Outlets of the demo site that do not write UTF-8."""


def _charset_normalizer(case: Case) -> str:
    return str(from_bytes(case.body).best() or "")


def _trafilatura(case: Case) -> str:
    return decode_file(case.body)


def _scrapy(case: Case) -> str:
    return HtmlResponse("http://news.example/", body=case.body, headers={"Content-Type": case.content_type}).text


def _resiliparse(case: Case) -> str:
    encoding = import_module("resiliparse.parse.encoding")
    return str(encoding.bytes_to_str(case.body, encoding.detect_encoding(case.body, from_html_meta=True)))


PEERS: Mapping[str, Callable[[Case], str]] = {
    "scrapy": _scrapy,
    "charset-normalizer": _charset_normalizer,
    "trafilatura": _trafilatura,
} | ({"resiliparse": _resiliparse} if find_spec("resiliparse") else {})
"""Other readers; resiliparse where it is installed."""
READERS = ("ours", *PEERS)


def judge(case: Case) -> Verdict:
    """Which readers give the characters that were written."""
    for library in ("trafilatura", "charset_normalizer"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    start = process_time()
    text, decision = decode_page(case.body, case.content_type)
    seconds = process_time() - start
    right = {"ours": _same(text, case)}
    for name, decode in PEERS.items():
        try:
            right[name] = _same(decode(case), case)
        except (UnicodeError, LookupError):
            right[name] = False
    return Verdict(right=right, used=decision.used, seconds=seconds)


def _same(found: str, case: Case) -> bool:
    """Whether all characters are right, but for a mark and what stands for broken bytes; a few, where it is damaged."""
    read, right = (text.translate({0xFEFF: None, 0xFFFD: None}) for text in (found, case.right))
    return read == right or (case.damage != "whole" and bigram_f1(read, right) > _NEARLY)


_NEARLY = 0.97


def measure(pool: Executor, articles: int = _ARTICLES) -> Report:
    """Every case by every reader."""
    every = cases(articles)
    judged = list(zip(every, pool.map(judge, every, chunksize=16), strict=True))
    tables = [
        _table(f"Charsets: pages read right, {_TOLD[declaration]}", "coding",
               [row for row in judged if row[0].declaration == declaration])
        for declaration in (NATIVE, *DECLARATIONS)
    ]  # fmt: skip
    encoded = [row for row in judged if row[0].declaration != NATIVE]
    tables += [_table(f"Charsets: pages read right, by {field}", field, encoded) for field in ("size", "damage")]
    return Report(
        tables=tuple(tables), figures=_figures(judged), costs=_costs(judged), digest=digest(every),
        complaints=tuple(_complaints(judged)),
    )  # fmt: skip


_TOLD = {
    NATIVE: "the demo site's legacy pages as they are served",
    "right": "declared right",
    "none": "not declared",
    "wrong": "declared wrong",
}
_Judged = Sequence[tuple[Case, Verdict]]


def _figures(judged: _Judged) -> dict[str, float]:
    """Shares that we read right, in all and of each coding."""
    figures = {"native": _right(judged, "ours", declaration=NATIVE)}
    figures |= {declaration: _right(judged, "ours", declaration=declaration) for declaration in DECLARATIONS}
    return figures | {
        f"{coding}_{declaration}": _right(judged, "ours", declaration=declaration, coding=coding)
        for coding in CODINGS
        for declaration in DECLARATIONS
    }


def _costs(judged: _Judged) -> dict[str, float]:
    """Codings and declarations in which a peer is better; CPU milliseconds that ours takes a page."""
    behind = 0
    for coding in CODINGS:
        for declaration in DECLARATIONS:
            shares = {name: _right(judged, name, declaration=declaration, coding=coding) for name in READERS}
            behind += shares["ours"] < max(shares.values())
    seconds = sum(verdict.seconds for _, verdict in judged)
    return {"cells_behind_a_peer": behind, "ms_a_page": 1000 * seconds / len(judged)}


def _right(judged: _Judged, reader: str, **wanted: str) -> float:
    group = [verdict.right[reader] for case, verdict in judged
             if all(getattr(case, field) == value for field, value in wanted.items())]  # fmt: skip
    return sum(group) / len(group) if group else 0.0


def _table(title: str, field: str, judged: _Judged) -> Table:
    rows: list[tuple[Cell, ...]] = []
    names = dict.fromkeys(getattr(case, field) for case, _ in judged)
    for name in (*names, "all"):
        group = [verdict.right for case, verdict in judged if name in (getattr(case, field), "all")]
        rows.append(
            (name, len(group), *(share(sum(right[reader] for right in group), len(group)) for reader in READERS))
        )
    return Table(title=title, columns=(field, "pages", *READERS), rows=tuple(rows))


def _complaints(judged: _Judged) -> Iterator[str]:
    for case, verdict in judged:
        if not verdict.right["ours"]:
            what = f"{case.coding}, declared {case.declaration}, {case.size}, {case.damage}"
            yield f"{what}: read as {verdict.used}, {len(case.body)} bytes"


def measure_real(pages: Sequence[tuple[str, bytes, str]]) -> Report:
    """Real pages, as ID, bytes and the codec they are in: how many are read in that codec."""
    used = {name: decode_page(body)[1].used for name, body, _ in pages}
    wrong = [f"{name}: read as {used[name]}, is {codec}" for name, _, codec in pages if used[name] != codec]
    codecs = sorted({codec for *_, codec in pages})
    rows = tuple(
        (codec, share(sum(used[name] == codec for name, _, is_in in pages if is_in == codec), every))
        for codec in codecs
        if (every := sum(is_in == codec for *_, is_in in pages))
    )
    state = hashlib.sha256(b"".join(hashlib.sha256(body).digest() for _, body, _ in pages))
    return Report(
        tables=(
            Table(title="Charsets: labelled pages read in the codec they are in", columns=("codec", "ours"), rows=rows),
        ),
        figures={"right": 1 - len(wrong) / max(1, len(pages))},
        digest="sha256:" + state.hexdigest(),
        complaints=tuple(wrong),
    )


def digest(every: Sequence[Case]) -> str:
    """Of the pages and what they declare."""
    found = hashlib.sha256()
    for case in every:
        found.update(f"{case.coding}|{case.content_type}|".encode() + case.body)
    return "sha256:" + found.hexdigest()
