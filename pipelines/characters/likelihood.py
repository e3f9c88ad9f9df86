"""Likelihood: how many bits a text takes if it is what a codec was made for. The codec that needs the fewest is right.

A model of each script gives every character a price, the negative binary logarithm of about how often it comes in
running text (unigrams, Shannon 1948). All candidates are priced over the same bytes, so their sums can be compared;
noise takes 8 bits a byte. A page's script is not known before, so a codec is priced by the cheapest of its scripts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import repeat
from operator import mul
from unicodedata import category

_HAN = (
    "的一是了不在有人这上大来和我个中地为他生要们以到国时就出说会可也你对下过子能作用于学年行家方后得成经发面事种自分开动前民同工多"
    "法本部进没都还公业日里如好小长定现高新起样者想看所把电第市长水理关机力三体十二实加量情点月那当车因其些产物道问明心已全门天"
    "报记设展资政府区社特提表通总题主加并制员济万名称城党案平代重务建接联据各安级者交被企保应元亿北京省海金网教院布院际"
    "這個們來時說會對過國學發經動現開長東車門問間關無電機業產從當點還後裡與為實體進種樣頭見話記報導員應認議題權總統數萬億區縣際際"
    "圖書館護衛團廣華報紙環競選舉戰爭災難請讓調請論觀點語讀變費質買賣貿財貨銀錢錯鐵險隊階際雙離難雲電靈響頁順預領風飛養馬驗鬥"
    "日本人大年出中会事者社県市部分新東京政府円国内理調氏取決首相与军农医单厂厅历压参双变号听吗员响团园围图场块坚处备复够头奖妈姐"
    "始孩守宝害富导尽层岁岛左巴币带帮幕张归录彻征待德快态怎怕性总恐息您悉惊惯意感愿慢懂成战户房护担拉招拥持指挥换据排接推描播收改"
    "两每老四间从最只着六放之云七八九百千五零钱米将回至船半线段它费班送告示集见此修器合库按求往木均整而养试花片品退算低座斤打份师让旧标港需"
    "施超官信预测批吨室议入调哪但常留钢很写林防照节岸病降山水火土风雨雪石田森早晚左右男女父母亲友爱喜欢笑哭跑站坐吃喝买卖"
    "正由向度外使去次比反化受话走任位先却给女世今原己气相白边知声美山己安路东西南做运且义形利史死手住月管件究命流认论台结解治术北造百"
    "件直条活少热数色活字步干流期根支统权红观切基更组料干立程近空清场再转则光办完象华强口件象早服计类食科验技选规格越非容消极越织客组积"
    "须晚书般准专千约队速际济引今采站专划院校春夏秋冬昨周星午晨夜街村镇乡河湖江桥楼店价钱购买卖租游客旅馆局长任命镇居"
    "務處義題勝勞勢協單卻參吳問啟嗎園圓場塊聲處備夠夢獎婦媽孫寫將專尋屆島師帶幫幾幹庫廠廳彈影徵復擊擁擇據擔擴攝敗敵斷於時晉書條極構標樣"
    "檢歐歲歷殺決沒況溫準滿漢潔澤為營爾牆獨獲獻現環產畫異療盡監眾確碼礎禮稅穩競筆節築級紅約納純組細終結給絕經維網線練縣總績織繼續罰習聯"
    "職腦臺興艦蘇處號術裝補規視親覺覽觸計訂訊討訓託設許訴診評詞試詩該詳認誤說誰課談諾謝證識警譯護貝負責貴賀賽贏趕跡轉輕較載輪輸辦農運達違"
    "遠適選遺還邊郵鄉醫釋針鋼錄鎮長閉開閱陣陳陸陽隨險雖雜雞霧靜頓項須頻顆顏願類顧飯館騎驚髮魚鮮鳥鹽麗麼點齊齡"
)  # fmt: skip
_HANGUL = (
    "이다는을가의에한고지로하사기서은도를인대시자정있일들리해어아부제수장전그나주라원상보만여구성조동경과공국오신안내미연거"
    "치모소관세요회비스계유학계화위용문으년명재무생개반면방우선중진할당실교양등발했저었게것영산법후노최단차까지통음된결간두분행"
    "월현호민토건업종물북였트더속입마금바말많함으로물했습니군건각운출약품강급심론남습본체래않하네즈터식작드크"
)  # fmt: skip
_PUNCTUATION = "、。，：；？！（）“”‘’《》「」『』【】〔〕〈〉…—·～％・ー〜−–\u3000"

_MARKS, _SYMBOL, _FULLWIDTH, _RARE, _BROKEN = 7.0, 17.0, 12.0, 20.0, 32.0
_ASCII, _CONTROL = 5.0, 24.0
_BREAK, _ACCENTED_ON = 8.0, 7.0


def bits(text: str, codec: str) -> float:
    """The price of a text that a codec made."""
    counted = Counter(text)
    if codec not in _SCRIPTS:
        return _priced(counted, "letters") + _unlikely_letters(text)
    unusual = 0.0 if codec.startswith("utf") else _UNUSUAL
    return min(_priced(counted, script) + (at > 0) * unusual for at, script in enumerate(_SCRIPTS[codec]))


_SCRIPTS = {
    # the first is what the codec was made for
    "utf-8": ("chinese", "japanese", "korean", "letters"),
    "utf-16-le": ("chinese", "japanese", "korean", "letters"),
    "utf-16-be": ("chinese", "japanese", "korean", "letters"),
    "gb18030": ("chinese", "japanese", "korean"),
    "big5hkscs": ("chinese",),
    "cp932": ("japanese",),
    "euc_jp": ("japanese",),
    "cp949": ("korean",),
}


_UNUSUAL = 16.0
"""Bits for another script: GBK holds kana and hangul, too, at the places where EUC-JP has them."""


def _priced(counted: Counter[str], script: str) -> float:
    prices: Iterable[float] = map(_price, counted, repeat(script))
    return float(sum(map(mul, prices, counted.values())))


@cache
def _price(char: str, script: str) -> float:
    """Bits of one character in running text of a script: -log2(share of its class / size of the class)."""
    if char < "\x80":
        return _ASCII if char >= " " or char in "\t\n\r\f" else _CONTROL
    if char == "\ufffd":
        return _BROKEN
    if script == "letters":
        return _letter(char)
    if char in _PUNCTUATION:
        return _MARKS
    if "\uff01" <= char <= "\uff5e":
        return _FULLWIDTH
    if "\u4e00" <= char <= "\u9fff":
        return _han(char, script)
    if "\u3041" <= char <= "\u30fe":
        return (7.5 if char <= "\u309f" else 9.5) if script == "japanese" else 18.0
    if "\uac00" <= char <= "\ud7a3":
        return (
            (8.0 if char in _frequent("korean") else 13.0 if char in _usual() else 22.0) if script == "korean" else 24.0
        )
    if "\uff61" <= char <= "\uff9f":
        return 16.0  # half-width kana: a byte each, and what other text turns into under cp932
    if "\ue000" <= char <= "\uf8ff" or char > "\uffff" or "\x80" <= char <= "\x9f":
        return _CONTROL
    return _SYMBOL


def _han(char: str, script: str) -> float:
    if script == "korean":
        return _RARE
    japanese = script == "japanese"
    if char in _frequent("chinese"):
        return 11.5 if japanese else 10.3
    if char in _usual():
        return 14.5 if japanese else 13.5
    return _RARE


def _syllable(char: str) -> float:
    return 8.0 if char in _frequent("korean") else 13.0 if char in _usual() else 22.0


def _letter(char: str) -> float:
    """Of an alphabet. Which one is not known, so all cost about the same; what no news is written in costs more."""
    if char in _SIGNS:
        return 10.0
    if "\x80" <= char <= "\x9f":
        return _CONTROL
    if "\u0e01" <= char <= "\u0e5b":
        return 6.0
    if "\u0180" <= char <= "\u036f" or "\u0530" <= char <= "\u058f" or "\u0700" <= char <= "\u08ff":
        return _SYMBOL
    if not char.isalpha():
        return 13.0 if category(char).startswith("M") else 15.0
    return 9.0 if char.isupper() or char in "ðþ" else 6.5


_SIGNS = "\xa0©®«»°·–—‘’“”„…•€™"
_ACCENTED = re.compile(r"[À-ɏ]{2,}")
_LOWER, _UPPER, _OTHER = "a-zß-öø-ÿа-я", "A-ZÀ-ÖØ-ÞА-Я", "\u0370-\u07ff"
_BREAKS = re.compile(
    f"[{_LOWER}][{_UPPER}]|[A-Za-z][{_OTHER}]|[{_OTHER}][A-Za-z]|(?<=[A-Za-zÀ-ӿ])[^\\w\\s!-~·‘’–—](?=[A-Za-zÀ-ӿ])"
    "|(?<![\u0e01-\u0e4e])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|[\u0e40-\u0e44](?![\u0e01-\u0e2e])"
)


def _unlikely_letters(text: str) -> float:
    """What words do not do: change case or alphabet within, hold signs, go on in accented letters alone; in Thai, a
    vowel without its consonant."""
    accented = sum(len(run) - 1 for run in _ACCENTED.findall(text))
    return _ACCENTED_ON * accented + _BREAK * len(_BREAKS.findall(text))


@cache
def _frequent(script: str) -> frozenset[str]:
    return frozenset(_HANGUL if script == "korean" else _HAN)


@cache
def _usual() -> frozenset[str]:
    """What the national standards put first: GB 2312 level 1, Big5 level 1, JIS X 0208 level 1, KS X 1001 hangul."""
    rows = (("gb2312", 0xB0, 0xD7), ("euc_jp", 0xB0, 0xCF), ("euc_kr", 0xB0, 0xC8), ("big5", 0xA4, 0xC6))
    trails = {"big5": (*range(0x40, 0x7F), *range(0xA1, 0xFF))}
    found = (
        bytes((lead, trail)).decode(codec, "ignore")
        for codec, first, last in rows
        for lead in range(first, last + 1)
        for trail in trails.get(codec, range(0xA1, 0xFF))
    )
    return frozenset(char for char in found if len(char) == 1)
