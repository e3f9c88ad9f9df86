"""Bylines in Taiwan and Hong Kong, in Japanese, Korean and English."""

from __future__ import annotations

import pytest

from tests.pipelines.bylines import Case, check

ISLAND = (
    "三月六日清晨，雲溪縣的護林員在北坡發現一處新的泉眼，水溫常年保持在十一攝氏度上下，周圍的苔蘚沒有結冰。",
    "縣水務局當天派人取樣，初步檢測顯示，泉水的礦物質含量高於山下的水井，可以供兩個村莊飲用。",
    "水務局計畫在四月底之前完成水質複檢，之後再決定是否修建引水管道，工程預算約為六十萬元。",
)
TAIWAN = {
    "reporter and place": Case(
        line="<div>2026-03-06 09:30</div><p>記者沈青禾／台北報導</p>",
        author=("沈青禾",),
        published="2026-03-06 09:30",
    ),
    "reporter linked": Case(
        line="<h2><a href='#'>沈青禾</a></h2><p><a href='#'>2026年</a><a href='#'>03月</a>06日 20:36</p>"
        "<p><a href='#'>記者沈青禾／台北報導</a></p>",
        author=("沈青禾",),
        published="2026-03-06 20:36",
    ),
    "square brackets": Case(
        line="<div>2026/03/06 11:44</div>",
        lead="[記者沈青禾／台北報導]",
        author=("沈青禾",),
        published="2026-03-06 11:44",
    ),
    "shell brackets, three reporters": Case(
        line="<div>2026-3-6</div>",
        lead="〔記者沈青禾、陸遠、何曉／台北報導〕",
        author=("沈青禾", "陸遠", "何曉"),
        published="2026-03-06",
    ),
    "name first": Case(
        line="<div>2026年03月06日19:35</div>",
        lead="【沈青禾╱綜合外電報導】",
        author=("沈青禾",),
        published="2026-03-06 19:35",
    ),
    "central news agency": Case(
        line="<div>2026/3/6 10:20（3/6 11:05 更新）</div>",
        lead="（中央社記者沈青禾台北6日電）",
        author=("沈青禾",),
        published="2026-03-06 10:20",
    ),
    "central news agency, short name": Case(
        line="<div>2026/3/6 10:20</div>",
        lead="（中央社記者陸遠新竹縣6日電）".replace("縣", ""),
        author=("陸遠",),
        published="2026-03-06 10:20",
    ),
    "daily and reporter": Case(
        line="<div>2026-03-06 03:40 雲溪日報 記者沈青禾／台北報導</div>",
        author=("沈青禾",),
        source="雲溪日報",
        published="2026-03-06 03:40",
    ),
    "labels": Case(
        line="<div>發布時間：2026-03-06 10:20 作者：沈青禾 來源：雲溪新聞網 責任編輯：陸遠</div>",
        source="雲溪新聞網",
        author=("沈青禾",),
        editor="陸遠",
        published="2026-03-06 10:20",
    ),
    "hand": Case(line="<div>文／沈青禾</div><div>2026.03.06</div>", author=("沈青禾",), published="2026-03-06"),
    "set up": Case(line="<div>建立時間：2026/03/06 11:44</div>", published="2026-03-06 11:44"),
    "Hong Kong": Case(
        line="<div>文章日期：2026年3月6日</div>",
        lead="【雲溪日報專訊】",
        published="2026-03-06",
    ),
    "photographer": Case(
        line="<div>2026-03-06</div>",
        end="（記者沈青禾攝）",
        published="2026-03-06",
    ),
    "picture's hand": Case(
        line="<div>2026-03-06</div><h3>▲護林員在泉邊。（圖／沈青禾攝）</h3>",
        published="2026-03-06",
    ),
}


@pytest.mark.parametrize("case", TAIWAN.values(), ids=TAIWAN)
def test_bylines_in_traditional_characters(case: Case) -> None:
    check(case, ISLAND, "雲溪北坡發現新泉眼 兩個村莊或將受益", case.url)


JAPANESE_STORY = (
    "雲渓町の山林で六日朝、見回りをしていた職員が新しい泉を見つけた。水温は一年を通じて十一度前後に保たれているという。",
    "町の水道課によると、最初の検査では飲み水として使えることが分かり、二つの集落に引く計画を検討している。",
    "職員は「二十年この山を歩いているが、見たことがなかった」と話した。",
)
JAPANESE = {
    "signed at the end": Case(
        line="<div>2026年3月6日 21時17分</div>",
        end="【松岡大地】",
        author=("松岡大地",),
        published="2026-03-06 21:17",
    ),
    "declared": Case(
        line="<div>2026年3月6日 21時17分</div>",
        head='<script type=\'application/ld+json\'>{"@type":"NewsArticle","datePublished":"2026-03-06T21:17:27+09:00",'
        '"author":{"@type":"Person","name":"松岡大地"}}</script>',
        author=("松岡大地",),
        published="2026-03-06 21:17",
    ),
    "marked": Case(
        line="<div>2026年3月6日 21時17分 <span class='author'>松岡大地</span></div>",
        author=("松岡大地",),
        published="2026-03-06 21:17",
    ),
    "marked, with a first name in kana": Case(
        line="<div>2026年3月6日 21時17分</div><div class='author'>文・松岡 さくら</div>",
        author=("松岡 さくら",),
        published="2026-03-06 21:17",
    ),
    "an office is marked": Case(
        line="<div>2026年3月6日 21時17分 <span class='author'>雲渓新聞編集部</span></div>",
        published="2026-03-06 21:17",
    ),
    "an office": Case(
        line="<div>公開日：2026/03/06</div>",
        head=(
            '<script type=\'application/ld+json\'>{"@type":"NewsArticle","author":['
            '{"name":"雲渓新聞デジタル"}]}</script>'
        ),
        author=("雲渓新聞デジタル",),
        published="2026-03-06",
    ),
}


@pytest.mark.parametrize("case", JAPANESE.values(), ids=JAPANESE)
def test_japanese_bylines(case: Case) -> None:
    check(case, JAPANESE_STORY, "雲渓町の山林で新しい泉 二つの集落に給水へ", case.url)


KOREAN_STORY = (
    (
        "운계면 북쪽 산기슭에서 6일 아침 새로운 샘이 발견됐다. "
        "산림 감시원은 물의 온도가 일 년 내내 십일 도 안팎이라고 말했다."
    ),
    "군청 수도과는 첫 검사에서 마실 수 있는 물로 나왔으며 두 마을에 물을 대는 방안을 검토하고 있다고 밝혔다.",
    "감시원은 이십 년 동안 이 산을 다녔지만 처음 보는 일이라고 전했다.",
)
KOREAN = {
    "reporter": Case(
        line="<div>홍길동 기자</div><div>입력 2026.03.06 10:20</div>",
        author=("홍길동",),
        published="2026-03-06 10:20",
    ),
    "reporter with an address": Case(
        line="<div>승인 2026-03-06 10:20</div><div>홍길동 기자 hong@news.example</div>",
        author=("홍길동",),
        published="2026-03-06 10:20",
    ),
    "afternoon": Case(line="<div>입력 : 2026. 3. 6. 오후 3:20</div>", published="2026-03-06 15:20"),
    "entered, changed and reporter": Case(
        line="<div>입력 2026.03.06. 오전 8:30 수정 2026.03.06. 오후 1:05 홍길동 기자</div>",
        author=("홍길동",),
        published="2026-03-06 08:30",
    ),
    "entered and changed": Case(
        line="<div>수정 : 2026-03-07 09:00</div><div>입력 : 2026-03-06 10:20</div>",
        published="2026-03-06 10:20",
    ),
}


@pytest.mark.parametrize("case", KOREAN.values(), ids=KOREAN)
def test_korean_bylines(case: Case) -> None:
    check(case, KOREAN_STORY, "운계면에서 새로운 샘 발견 두 마을에 물 댄다", case.url)


ENGLISH_STORY = (
    "A ranger found a new spring on the northern slope early on Friday, with water that stays warm all year long.",
    "The water board took samples on the same day, and the first results show that it could serve two villages.",
    "“I have walked these hills for twenty years and never saw it,” the ranger said on Friday afternoon.",
)
_PERSON = '{"@type":"Person","name":"Ann Fields"}'
ENGLISH = {
    "by and date": Case(
        line="<p class='byline'>By Ann Fields</p><p>March 6, 2026, 9:30 AM</p>",
        author=("Ann Fields",),
        published="2026-03-06 09:30",
    ),
    "by, two of them, and a post": Case(
        line="<p class='byline'>By Ann Fields and Tom O’Hara, Science Writer</p><p>6 March 2026</p>",
        author=("Ann Fields", "Tom O’Hara"),
        published="2026-03-06",
    ),
    "declared": Case(
        head='<script type=\'application/ld+json\'>{"@graph":[{"@type":"WebSite"},{"@type":"NewsArticle",'
        f'"datePublished":"2026-03-06T09:30:00+01:00","author":[{_PERSON}]}}]}}</script>',
        author=("Ann Fields",),
        published="2026-03-06 09:30",
    ),
    "rel": Case(
        line=(
            "<div><a rel='author' href='/ann'>Ann Fields</a> "
            "<time datetime='2026-03-06T09:30:00Z'>yesterday</time></div>"
        ),
        author=("Ann Fields",),
        published="2026-03-06 09:30",
    ),
    "shown to the day, marked to the minute": Case(
        line="<div><time datetime='2026-03-06T09:30:00Z'>March 6, 2026</time></div>",
        published="2026-03-06 09:30",
    ),
    "marked with another's day": Case(
        line="<div>March 6, 2026</div>",
        tail="<div><time datetime='2026-03-07T09:30:00Z'>yesterday</time></div>",
        published="2026-03-06",
    ),
    "midnight stands for the day": Case(
        line="<div><time datetime='2026-03-06T00:00:00Z'>March 6, 2026</time></div>",
        published="2026-03-06",
    ),
    "meta": Case(
        head=(
            "<meta name='byl' content='By Ann Fields'>"
            "<meta property='article:published_time' content='2026-03-06T09:30:00Z'>"
        ),
        author=("Ann Fields",),
        published="2026-03-06 09:30",
    ),
    "day first": Case(line="<p>06.03.2026 09:30</p>", published="2026-03-06 09:30"),
    "a page of somebody": Case(
        head="<meta property='article:author' content='https://social.example/ann'>",
        line="<p>6 Mar 2026</p>",
        published="2026-03-06",
    ),
}


@pytest.mark.parametrize("case", ENGLISH.values(), ids=ENGLISH)
def test_english_bylines(case: Case) -> None:
    check(case, ENGLISH_STORY, "A new spring on the northern slope may serve two villages", case.url, lang="en")


PAPERS = {
    "paper and reporter": Case(
        line="<div>2026-03-06 10:20 雲溪報／ 記者沈青禾／台北即時報導</div>",
        source="雲溪報",
        author=("沈青禾",),
        published="2026-03-06 10:20",
    ),
    "desk": Case(
        line="<div>2026/03/06 10:20:00</div><p>政治中心／沈青禾報導</p>",
        author=("沈青禾",),
        published="2026-03-06 10:20",
    ),
    "television": Case(
        line="<div>記者 沈青禾 報導</div><div>發佈時間：2026/03/06 10:20</div>",
        author=("沈青禾",),
        published="2026-03-06 10:20",
    ),
    "writer and editor": Case(
        line="<div>時間：2026-03-06 10:20 撰稿編輯：沈青禾</div>", editor="沈青禾", published="2026-03-06 10:20"
    ),
    "agency's editor": Case(
        line="<div>2026/3/6 10:20</div>",
        lead="（中央社記者沈青禾高雄6日電）",
        end="（編輯：陸遠）1150306",
        author=("沈青禾",),
        editor="陸遠",
        published="2026-03-06 10:20",
    ),
    "outlet and name": Case(
        line="<div><span>10:20</span> <span>2026/03/06</span> <span>雲溪新聞網</span> <span>沈青禾</span></div>",
        source="雲溪新聞網",
        author=("沈青禾",),
        published="2026-03-06",
    ),
    "compiled": Case(
        line="<div>2026-03-06</div>", lead="〔編譯沈青禾／綜合報導〕", author=("沈青禾",), published="2026-03-06"
    ),
}


@pytest.mark.parametrize("case", PAPERS.values(), ids=PAPERS)
def test_bylines_of_taiwanese_papers(case: Case) -> None:
    check(case, ISLAND, "雲溪北坡發現新泉眼 兩個村莊或將受益", case.url)
