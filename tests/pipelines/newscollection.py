"""A small finished collection of news pages, made without a crawl: captures, texts, run record, chain."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from archives.capture import RecordLocation
from archives.collection import Collection
from pipelines.rules import ExtractRules
from pipelines.shelf import rules_shelf
from pipelines.workers import ExtractionTask, extract
from tests.archives.samples import START, capture, ok
from tests.crawler.newspages import BYLINE, page, paragraphs

RUN = "20261122T063000Z-ab12"
SITE = "http://127.0.0.2:8080"
RULES = ExtractRules(source="云江在线")


def article(number: int) -> bytes:
    """A page with a text of its own."""
    title = f"云江新建第{number}座步行桥 两岸居民出行更近"
    own = f"<p>　　第{number}座步行桥长{300 + number}米，连接东岸码头与西岸菜市，今天上午八时起向行人开放。</p>"
    return page(title, f"<h1>{title}</h1>{BYLINE}{own}{paragraphs(3 + number % 2)}").encode()


def news_collection(root: Path, articles: int = 5, name: str = "news") -> Collection:
    """`articles` pages with a text each, one page without, all of one sealed run."""
    collection = Collection.create(root, name)
    collection.start_writing({"software": "tests"})
    places: dict[str, RecordLocation] = {}
    for number in range(articles):
        url, taken = f"{SITE}/{number}.html", START + timedelta(seconds=number)
        places[url] = collection.append(capture(url, ok(article(number)), started=taken))
    empty = page("空", "<div></div>").encode()
    collection.append(capture(f"{SITE}/empty.html", ok(empty), started=START + timedelta(hours=1)))
    collection.stop_writing()
    rules_shelf(collection.path).keep(RULES)
    for place in places.values():
        put(collection, RUN, place)
    seal(collection, RUN)
    return collection


def put(collection: Collection, run: str, place: RecordLocation) -> None:
    """The text of a capture as the crawl would keep it, without its neighbours."""
    made = extract(ExtractionTask(collection=collection.path, locations=(place,), rules=RULES))
    assert made.text
    collection.texts(run).put(made.text, {**made.row, "duplicate_of": None, "near_duplicates": []})


def seal(collection: Collection, run: str) -> None:
    collection.storage.replace(f"runs/{run}/run.json", b'{"arguments": {}}')
    collection.storage.replace(f"runs/{run}/report.html", b"<p>done</p>")
    collection.seal_run(run)
