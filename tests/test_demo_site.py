"""The demo site serves what it says it serves: its gold is a measure only if this holds."""

from __future__ import annotations

import base64
import gzip
import html
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from archives.capture import WireMessage
from crawler.profiles import load_profiles
from tests.demo import drive
from tests.demo.article import load_articles
from tests.demo.gold import Gold, write_gold
from tests.demo.outlets import ADDRESSES, all_gold, build_outlets
from tests.demo.profiles import write_profiles
from tests.demo.score import score
from tests.demo.server import DemoSite

ROOT = Path(__file__).parent.parent
INTENDED_COPIES = {("kangzhi/pipe", "qinglan/waterpipe"), ("kangzhi/bridge", "qinglan/bridge")}
FOUND_WITH = {"redirect": (301, 302), "loop": (302,), "dead": (404,), "gone": (410,), "challenge": (200, 503)}


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(record=True) as running:
        yield running


class Client:
    """One keep-alive connection that keeps the very bytes of each answer."""

    def __init__(self, address: str, port: int) -> None:
        self.host = f"{address}:{port}"
        self.socket = socket.create_connection((address, port), timeout=5)
        self.left = b""

    def ask(self, path: str, *fields: str, method: str = "GET") -> tuple[bytes, bytes]:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "accept-Encoding:  gzip", *fields]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self.socket.sendall(request)
        return request, self.read(bodiless=method == "HEAD")

    def read(self, *, bodiless: bool = False) -> bytes:
        """One response, framed by what its head says."""
        while b"\r\n\r\n" not in self.left:
            self.more()
        message = WireMessage.of(self.left)
        head, size = message.head, message.body_offset
        if bodiless or head.status == 304:
            pass
        elif message.chunked:
            while b"\r\n0\r\n\r\n" not in self.left[size - 2 :]:
                self.more()
            size = self.left.index(b"\r\n0\r\n\r\n", size - 2) + 7
        elif (length := head.get("Content-Length")) is not None:
            size += int(length)
            while len(self.left) < size:
                self.more()
        else:
            while self.more():
                size = len(self.left)
            size = len(self.left)
        answer, self.left = self.left[:size], self.left[size:]
        return answer

    def more(self) -> bytes:
        data = self.socket.recv(65536)
        self.left += data
        return data


def fetch(site: DemoSite, url: str, *fields: str, method: str = "GET") -> WireMessage:
    parts = urlsplit(url)
    client = Client(parts.hostname or "", site.port)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        return WireMessage.of(client.ask(path, *fields, method=method)[1])
    finally:
        client.socket.close()


def body(message: WireMessage) -> bytes:
    entity = message.entity()
    return gzip.decompress(entity) if message.head.get("Content-Encoding") == "gzip" else entity


def gold_of(site: DemoSite, kind: str) -> list[Gold]:
    return [answer for outlet in site.outlets.values() for answer in outlet.gold if answer.kind == kind]


def reads(site: DemoSite, answer: Gold) -> str:
    """An article's page as a browser that gets the charset right would read it, tags removed."""
    data = body(fetch(site, answer.url))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode(site.outlets[answer.outlet].codec)
    text = re.sub(r"<(script|style|title).*?</\1>", "", text, flags=re.DOTALL | re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def test_there_is_enough_of_everything() -> None:
    articles = load_articles()
    own = [article for article in articles.values() if not article.copy_of]
    gold = all_gold(80)
    assert len(own) >= 60
    assert len(ADDRESSES) >= 5 and len(set(ADDRESSES.values())) == len(ADDRESSES)
    assert {answer.kind for answer in gold} >= {
        "article", "part", "front", "section", "feed", "sitemap", "robots", "redirect", "loop", "dead", "gone",
        "image", "pdf", "soft_404", "challenge", "login_wall", "listing", "disallowed",
    }  # fmt: skip
    assert {label for answer in gold for label in answer.labels} >= {
        "hijacked_title", "keyword_stuffing", "spun_text", "annotated_pinyin", "snapshot_copy", "syndicated",
        "soft_404", "challenge_page", "login_wall", "listing_page",
    }  # fmt: skip
    assert {block.kind for article in own for block in article.blocks} == {"p", "h", "ul", "table"}
    assert {len(article.pages) for article in own} >= {1, 2, 3}


def test_articles_are_distinct_but_for_the_copies() -> None:
    own = {key: article for key, article in load_articles().items() if not article.copy_of}
    texts = {key: "".join(block.text for block in article.blocks) for key, article in own.items()}
    for key, text in texts.items():
        assert len(text) >= 240 or own[key].wall, key
    grams = {key: {text[at : at + 3] for at in range(len(text) - 2)} for key, text in texts.items()}
    alike = {
        (one, two): len(grams[one] & grams[two]) / len(grams[one] | grams[two])
        for one in grams
        for two in grams
        if one < two
    }
    for pair, share in alike.items():
        assert share < 0.05 or pair in INTENDED_COPIES, (pair, share)
    assert all(alike[pair] > 0.05 for pair in INTENDED_COPIES)


def test_gold_is_consistent() -> None:
    gold = all_gold(80)
    assert len({answer.url for answer in gold}) == len(gold)
    assert {answer.kind for answer in gold if answer.text is not None} == {"article"}
    assert all(answer.text for answer in gold if answer.kind == "article")
    urls = {answer.url for answer in gold}
    assert all(answer.part_of in urls for answer in gold if answer.kind == "part")
    assert all((answer.original_url in urls) == ("snapshot_copy" in answer.labels) for answer in gold)


def test_every_gold_url_answers(site: DemoSite) -> None:
    for outlet in site.outlets.values():
        for answer in outlet.gold:
            message = fetch(site, answer.url)
            assert message.head.status in FOUND_WITH.get(answer.kind, (200,)), answer.url
            assert message.excess == 0


def test_pages_show_what_gold_says(site: DemoSite) -> None:
    for answer in gold_of(site, "article"):
        page = re.sub(r"\s+", "", reads(site, answer))
        for part in (answer.title, answer.source, answer.editor, *answer.author):
            assert part is None or re.sub(r"\s+", "", part) in page, (answer.url, part)
        day = answer.published and answer.published[:10]
        if day:
            year, month, date = day.split("-")
            forms = (day, f"{year}年{month}月{date}日", f"{year}/{month}/{date}", day[2:])
            assert any(form in page for form in forms), answer.url
        joined = page + "".join(
            re.sub(r"\s+", "", reads(site, part)) for part in gold_of(site, "part") if part.part_of == answer.url
        )
        for block in answer.text or ():
            assert all(re.sub(r"\s+", "", line) in joined for line in block.split("\n")), (answer.url, block)


def test_charsets_are_as_wrong_as_meant(site: DemoSite) -> None:
    message = fetch(site, site.url("yunjiang", "/yw/2026/0302/102233.shtml"))
    assert message.head.get("Content-Type") == "text/html; charset=gb2312"
    with pytest.raises(UnicodeDecodeError):
        body(message).decode("gb2312")
    assert all(character in body(message).decode("gb18030") for character in "镕堃喆")
    with pytest.raises(UnicodeDecodeError):
        body(fetch(site, site.url("yunjiang", "/sn/2026/0305/102288.shtml"))).decode("gbk")
    lying = fetch(site, site.url("yunjiang", "/wt/2026/0308/102330.shtml"))
    assert lying.head.get("Content-Type") == "text/html; charset=gb2312"
    assert "木桨" in body(lying).decode("utf-8")
    bare = fetch(site, site.url("liuxi", "/xwzx/zwyw/202603/t20260302_51001.html"))
    assert "charset" not in (bare.head.get("Content-Type") or "")
    assert b"charset" not in body(bare).lower() and "柳溪县" in body(bare).decode("gbk")
    assert "記者林映竹" in body(fetch(site, site.url("haidao", "/news/society/20260302001.html"))).decode("big5")


def test_bodies_come_in_every_framing(site: DemoSite) -> None:
    seen = set()
    for outlet in site.outlets.values():
        message = fetch(site, outlet.base + "/")
        coded = message.head.get("Content-Encoding") == "gzip"
        framing = "chunked" if message.chunked else "length" if message.head.get("Content-Length") else "close"
        seen.add((framing, coded))
        assert b"</html>" in body(message).lower()
    assert seen >= {("length", True), ("chunked", True), ("chunked", False), ("length", False), ("close", False)}


def test_heads_differ_by_outlet(site: DemoSite) -> None:
    starts = {fetch(site, outlet.base + "/").head.start_line for outlet in site.outlets.values()}
    assert starts >= {b"HTTP/1.1 200 OK", b"HTTP/1.1 200 Okay", b"HTTP/1.1 200 ", b"HTTP/1.1 200 Ok"}
    names = [tuple(name for name, _ in fetch(site, o.base + "/").head.fields) for o in site.outlets.values()]
    assert len(set(names)) >= 6


def test_unchanged_page_is_a_304(site: DemoSite) -> None:
    with_tag = [o.base + path for o in site.outlets.values() for path, response in o.responses.items() if response.etag]
    assert with_tag
    for url in with_tag:
        tag = fetch(site, url).head.get("ETag")
        again = fetch(site, url, f"If-None-Match: {tag}")
        assert again.head.status == 304 and again.head.get("Content-Length") is None
        assert fetch(site, url, 'If-None-Match: "other"').head.status == 200


def test_unknown_paths(site: DemoSite) -> None:
    for key, outlet in site.outlets.items():
        message = fetch(site, outlet.base + "/nobody/knows/this.html?x=1")
        assert message.head.status == (200 if key == "kangzhi" else 404)
        assert key != "kangzhi" or "页面不存在" in body(message).decode("utf-8")


def test_feeds_and_sitemaps_are_xml_and_lead_to_articles(site: DemoSite) -> None:
    articles = {answer.url for answer in gold_of(site, "article")}
    for answer in [*gold_of(site, "feed"), *gold_of(site, "sitemap")]:
        data = body(fetch(site, answer.url))
        root = ElementTree.fromstring(gzip.decompress(data) if answer.url.endswith(".gz") else data)
        if not root.tag.endswith("sitemapindex"):
            links = {e.text or e.get("href") for e in root.iter() if e.tag.rpartition("}")[2] in ("loc", "link")}
            base = "http://" + urlsplit(answer.url).netloc
            assert len({link if link and "://" in link else f"{base}{link}" for link in links} & articles) >= 8


def test_every_article_can_be_found_by_links(site: DemoSite) -> None:
    linked = set()
    for kind in ("front", "section", "listing", "feed", "sitemap"):
        for answer in gold_of(site, kind):
            data = body(fetch(site, answer.url))
            text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("latin-1")
            base = "http://" + urlsplit(answer.url).netloc
            found = re.findall(r"""(?:href="|<loc>|<link>)([^"<]+)""", text)
            linked |= {link if "://" in link else base + link for link in found}
    missing = {answer.url for answer in gold_of(site, "article")} - linked
    assert not missing


def test_only_made_up_hosts_are_linked_besides_loopback(site: DemoSite) -> None:
    hosts = set()
    for outlet in site.outlets.values():
        for response in outlet.responses.values():
            hosts |= set(re.findall(rb"(?:href|src)=[\"']?https?://([^/:\"']+)", response.body))
    allowed = {address.encode() for address in ADDRESSES.values()} | {b"example.invalid"}
    assert hosts <= allowed and b"example.invalid" in hosts


def test_exchanges_are_recorded_to_the_byte(tmp_path: Path) -> None:
    with DemoSite(record=tmp_path / "wire.jsonl") as site:
        client = Client(ADDRESSES["lanfeng"], site.port)
        told = [client.ask(path) for path in ("/", "/atom.xml", "/nothing", "/sitemap-news.xml.gz")]
        told.append(client.ask("/about/", "X-Odd:\tyes", method="HEAD"))
        client.socket.close()
        assert [(e.request, e.response) for e in site.exchanges] == told
        assert {e.host for e in site.exchanges} == {ADDRESSES["lanfeng"]}
        kept = [json.loads(line) for line in (tmp_path / "wire.jsonl").read_text(encoding="ascii").splitlines()]
        assert [base64.b64decode(row["response"]) for row in kept] == [response for _, response in told]
        assert [e.path for e in site.exchanges] == ["/", "/atom.xml", "/nothing", "/sitemap-news.xml.gz", "/about/"]


def test_requests_that_come_in_one_piece_are_answered_in_turn(site: DemoSite) -> None:
    client = Client(ADDRESSES["qinglan"], site.port)
    one = f"GET /robots.txt HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode()
    client.socket.sendall(one * 3 + b"NONSENSE\r\n\r\n")
    assert [WireMessage.of(client.read()).head.status for _ in range(4)] == [200, 200, 200, 405]
    assert client.more() == b""
    client.socket.close()


def test_bodies_are_the_same_every_time() -> None:
    one, two = build_outlets(4000), build_outlets(4000)
    for key in one:
        assert {p: r.wire(one[key].manner) for p, r in one[key].responses.items()} == {
            p: r.wire(two[key].manner) for p, r in two[key].responses.items()
        }


def test_it_is_fast_enough_to_be_no_bottleneck(site: DemoSite) -> None:
    def many(address: str) -> int:
        client = Client(address, site.port)
        count = sum(client.ask("/robots.txt")[1].startswith(b"HTTP/1.1 200") for _ in range(150))
        client.socket.close()
        return count

    begun = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        answered = sum(pool.map(many, [ADDRESSES[key] for key in ("qinglan", "lanfeng", "liuxi", "kuailan")]))
    assert answered == 600
    assert answered / (time.perf_counter() - begun) > 150  # 2000 and more where nothing else runs


def test_profiles_are_profiles(tmp_path: Path) -> None:
    files = write_profiles(tmp_path / "sites", 4321)
    profiles = load_profiles(tmp_path / "sites")
    assert set(profiles) == set(ADDRESSES) and len(files) == len(ADDRESSES)
    for key, profile in profiles.items():
        assert f"http://{ADDRESSES[key]}:4321/" in profile.crawl.seeds
        assert not profile.extract


@pytest.mark.parametrize("ends_by", ["eof", "lifetime", "parent"])
def test_the_server_stops_by_itself(ends_by: str) -> None:
    orphan = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    options = {"eof": ["--until-eof"], "lifetime": ["--lifetime", "0.5"], "parent": ["--parent", str(orphan.pid)]}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.demo", "serve", "--lifetime", "20", *options[ends_by]],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None and server.stdin is not None
    try:
        assert any(line.startswith("ready on port") for line in server.stdout)
        assert server.poll() is None
        if ends_by == "eof":
            server.stdin.close()
        orphan.communicate(b"\n")
        assert server.wait(5) == 0
    finally:
        server.kill()
        server.wait()
        server.stdout.close()
        server.stdin.close()
        orphan.wait()


def test_a_taken_port_is_one_clear_line(site: DemoSite) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.demo", "serve", "--port", str(site.port)],
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=False, env={**os.environ},
    )  # fmt: skip
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and str(site.port) in done.stderr


def test_a_demo_goes_on_only_with_its_own_port(
    site: DemoSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(drive, "_SERVER_WAIT", 0.0)
    (tmp_path / "demo-site.json").write_text(json.dumps({"port": site.port}), encoding="utf-8")
    assert drive.run(collections=tmp_path, name="demo") == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and str(site.port) in said.err
    assert json.loads((tmp_path / "demo-site.json").read_text(encoding="utf-8")) == {"port": site.port}


def test_score_sees_what_is_right_and_what_is_not(tmp_path: Path) -> None:
    gold = [answer for answer in all_gold(80) if answer.text and answer.outlet == "qinglan"]
    listing = next(answer for answer in all_gold(80) if answer.kind == "front")
    folder = tmp_path / "demo" / "texts" / "20260309T040000Z-abcd"
    folder.mkdir(parents=True)
    rows = []
    for number, answer in enumerate([*gold[1:], listing]):
        text = "\n\n".join([answer.title or "", "byline", *(answer.text or ("x",))])
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
        row = {field: getattr(answer, field) for field in ("title", "source", "author", "editor", "published")}
        rows.append({**row, "url": answer.url.replace(":80", ":999"), "file": f"{number}.txt", "body_block": 2})
    rows[0]["title"], rows[1]["author"] = "wrong", ["罗", "方"]
    rows[2]["labels"] = [{"name": "spun_text", "score": 1.0, "evidence": ""}]
    (folder / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = score(tmp_path / "demo", gold)
    assert {page.f1 for page in result.pages} == {1.0}
    assert result.missing == (gold[0].url.replace("http://", "").replace(":80", ""),) and len(result.extra) == 1
    assert result.share("title") == result.share("author") == 1 - 1 / len(result.pages)
    assert result.share("published") == 1 and result.least_f1 == 0
    assert "label spun_text without ground" in result.table()


def test_gold_can_be_written_down(tmp_path: Path) -> None:
    write_gold(tmp_path / "gold.jsonl", all_gold(80))
    rows = [json.loads(line) for line in (tmp_path / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len(all_gold(80)) and rows[0]["published"].endswith("+08:00")
