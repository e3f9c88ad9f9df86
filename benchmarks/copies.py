"""Copies: whether texts that were edited, shortened or framed anew are known again, and others are not."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

from benchmarks.demopages import demo_texts
from benchmarks.table import Report, Table, mean
from pipelines.duplicates.index import TextIndex
from pipelines.duplicates.settlement import Settlement

_THRESHOLD = 0.8
_CLEAR = 0.05
"""How far from the threshold a pair's true similarity must be before an estimate may not take the wrong side."""
_CREDITS = "来源：云江日报客户端　记者：沈知行　编辑：顾晚舟　责任编辑：石喆　校对：何㛃"
_NOTICE = (
    "版权声明：凡本网注明来源的作品，均转载自其他媒体，目的在于传递更多信息，并不代表本网赞同其观点和对其真实性负责。",
    "如因作品内容、版权和其他问题需要同本网联系的，请在三十日内进行，联系电话见本页下方，我们将尽快处理。",
)
_SCRIPTS = str.maketrans(
    "这个们来时会国对于过学说为发后开里点应现动样经与将问题实际关还无产义东长种门间处书记设气结体机话数员报车师务总观办头产业区传让从众优伤几单卖变号听员园图场块坏声复头夺妇宁宝实审对寻导将尔尘层岁岛岭师带帮干广庄库应废开异归当录彻径忆态怀总恋惊惯愿战户扑执扩扫扬护报担拥择挂挥损换据",
    "這個們來時會國對於過學說為發後開裡點應現動樣經與將問題實際關還無產義東長種門間處書記設氣結體機話數員報車師務總觀辦頭產業區傳讓從眾優傷幾單賣變號聽員園圖場塊壞聲復頭奪婦寧寶實審對尋導將爾塵層歲島嶺師帶幫乾廣莊庫應廢開異歸當錄徹徑憶態懷總戀驚慣願戰戶撲執擴掃揚護報擔擁擇掛揮損換據",
)

Paragraphs = list[str]
Edit = Callable[[Paragraphs, random.Random], Paragraphs]


def _drop(share: float) -> Edit:
    def edit(text: Paragraphs, dice: random.Random) -> Paragraphs:
        total, cut = sum(map(len, text)), 0
        kept = list(text)
        for paragraph in dice.sample(text, len(text)):
            if cut + len(paragraph) <= share * total:
                kept.remove(paragraph)
                cut += len(paragraph)
        return kept

    return edit


def _typos(every: int) -> Edit:
    def edit(text: Paragraphs, dice: random.Random) -> Paragraphs:
        return ["".join("某" if dice.random() < 1 / every else char for char in paragraph) for paragraph in text]

    return edit


EDITS: Mapping[str, Edit] = {
    "the same": lambda text, dice: text,
    "other spacing and full-width marks": lambda text, dice: [f"　　{one.replace('，', ', ')}" for one in text],
    "paragraphs joined": lambda text, dice: ["".join(text)],
    "credits added": lambda text, dice: [_CREDITS, *text, "（责任编辑：石喆）"],
    "up to 8 % of it dropped": _drop(0.08),
    "up to 16 % of it dropped": _drop(0.16),
    "every 60th letter another": _typos(60),
    "half of it dropped": _drop(0.5),
    "every 10th letter another": _typos(10),
    "the other script": lambda text, dice: [one.translate(_SCRIPTS) for one in text],
    "a notice added": lambda text, dice: [*text, *_NOTICE],
}


def measure(pool: Executor) -> Report:
    """Every text against every edited one of its own and every other text, by their true likeness."""
    texts = [text for texts in demo_texts().values() for _, text in texts]
    known = Settlement(TextIndex(_THRESHOLD))
    for number, text in enumerate(texts):
        _settle(known, f"http://first.cn/{number}", [*text, *_NOTICE])
    for number, text in enumerate(texts):
        _settle(known, f"http://own.cn/{number}", text)
    rows, wrong, errors, late = [], [], list[float](), list[bool]()
    for kind, edit in EDITS.items():
        likeness, found = [], []
        for number, text in enumerate(texts):
            copy = edit(text, random.Random(number))
            told = _settle(known, f"http://copy.cn/{kind}/{number}", copy)
            true = jaccard("".join(text), "".join(copy))
            hit = told.get(f"http://own.cn/{number}")
            likeness.append(true)
            found.append(hit is not None)
            late += [(hit is not None) == (true >= _THRESHOLD)] if abs(true - _THRESHOLD) >= _CLEAR else []
            errors += [abs(hit - true)] if hit is not None and true < 1 else []
            wrong += [url for url in told if url.startswith("http://own.cn/") and url != f"http://own.cn/{number}"]
        rows.append((kind, len(found), mean(likeness), mean([float(one) for one in found])))
    figures = {
        "right_side": mean([float(one) for one in late]),
        "similarity_right": 1 - mean(errors),
        "of_other_texts": 1 - len(wrong) / (len(EDITS) * len(texts)),
    }
    note = f"found: as the same or nearly (from {_THRESHOLD}); likeness: the true share of common shingles"
    table = Table(title="Copies", note=note, columns=("edited", "texts", "likeness", "found"), rows=tuple(rows))
    total = Table(title="Copies: in all", columns=("figure", "value"), rows=tuple(figures.items()))
    digest = hashlib.sha256(repr((texts, list(EDITS))).encode("utf-8")).hexdigest()
    return Report(tables=(table, total), figures=figures, digest=f"sha256:{digest}")


def _settle(known: Settlement, url: str, text: Sequence[str]) -> dict[str, float]:
    """URLs that a text is said to repeat, with the similarity. Copies are forgotten at once."""
    row = {"url": url, "site": url.split("/")[2], "captured_at": "2026-03-09T04:00:00+00:00"}
    told = known.settle(row, f"{url}\n\n" + "\n\n".join(text), text)
    if "copy" in url:
        known.index.forget(len(known.index) - 1)
    return {one["url"]: one["similarity"] for one in told.near_duplicates}


def jaccard(one: str, other: str) -> float:
    """The true share of common shingles."""
    first, second = _shingles(one), _shingles(other)
    return len(first & second) / max(1, len(first | second))


def _shingles(text: str) -> set[str]:
    letters = re.sub(r"[\W_]+", "", text)
    return {letters[at : at + 5] for at in range(len(letters) - 4)}
