"""The viewer shows what lies in a collection, and nothing that a stranger wrote gets to act."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives.collection import Collection
from archives.viewer.catalogue import Catalogue, Wanted, snippet
from archives.viewer.safepage import safe_page
from archives.viewer.words import _WORDS, language_of
from tests.archives.samples import RUN
from tests.archives.viewing import HOSTILE, Viewer, some_urls, viewed_collection, viewing


@pytest.fixture(scope="module")
def viewer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewer]:
    collection = viewed_collection(tmp_path_factory.mktemp("viewed"))
    with viewing(collection, find_urls=some_urls) as listening:
        yield listening


@pytest.fixture
def copy(viewer: Viewer, tmp_path: Path) -> Collection:
    shutil.copytree(viewer.collection.path, tmp_path / "viewed")
    return Collection.open(tmp_path, "viewed")


class Markup(HTMLParser):
    """Every element and attribute of a page, as a browser's parser would find them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def all_pages(viewer: Viewer) -> list[str]:
    return [
        "/", "/texts", "/texts?q=%E6%B2%B3%E5%8F%A3", f"/texts?label=login_wall&run={RUN}", "/ledger",
        "/ledger?state=failed",
        viewer.text_path(0), viewer.text_path(3), viewer.path("capture", 0), viewer.path("page", 0),
        "/captures?url=http%3A%2F%2F127.0.0.2%3A8080%2F1", f"/runs/{RUN}/report.html", "/nothing",
    ]  # fmt: skip


# -- what is shown


def test_the_overview_tells_runs_counts_and_the_state_of_the_chain(viewer: Viewer) -> None:
    page = viewer.ask("/").text
    assert f'<a href="/runs/{RUN}/report.html">{RUN}</a>' in page and "complete" in page
    assert "<dt>Captures</dt><dd>5</dd>" in page
    assert '<dt>Texts</dt><dd><a href="/texts">4</a></dd>' in page
    assert "2 lines, each following the one before, every signature valid." in page


def test_a_broken_chain_is_not_called_sound(copy: Collection) -> None:
    path = copy.path / "chain.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"texts":4', b'"texts":5'))
    with viewing(copy) as viewer:
        page = viewer.ask("/").text
        assert "The chain does not hold." in page and "its signature does not hold" in page
        assert "its signature does not hold" in viewer.ask(viewer.text_path(1)).text


def found(viewer: Viewer, query: str) -> list[str]:
    """The numbers of the texts that a query lists."""
    page = viewer.ask(f"/texts?{query}").text
    return sorted(re.findall(rf'<a href="/texts/{RUN}/(\d+)_', page))


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("", ["000", "001", "002", "003"]),
        ("q=%E6%B2%B3%E5%8F%A3%E6%96%B0%E6%A1%A5", ["000", "001", "002", "003"]),  # 河口新桥, in titles too
        ("q=%E4%BB%8A%E6%97%A5%E9%80%9A%E8%BD%A6", ["001"]),  # 今日通车
        ("q=%E7%8C%AB", ["002"]),  # 猫: shorter than a trigram
        ("q=%E7%88%AC%E6%A0%91", ["002"]),  # 爬树
        ("q=archive+%E7%8C%AB", ["002"]),  # all words, whatever the case
        ("q=%E9%84%B0%E5%B1%85%E7%9A%84%E9%9B%9E", ["003"]),  # 鄰居的雞, out of Big5
        ("q=0%25", ["001"]),  # a wildcard of LIKE is a character
        ("q=0_", ["002"]),
        ("q=100%25", ["001"]),
        ("q=%22OR+NOT", []),  # nor is anything a query language
        ("q=%22+*+(", []),
        ("site=a.example", ["001", "002", "003"]),
        ("label=login_wall", ["000"]),
        ("since=2026-03-06&until=2026-03-06", ["000"]),
        ("since=2026-11-01", ["001", "002", "003"]),
        (f"run={RUN}&site=news.example", ["000"]),
        ("run=other", []),
        ("page=7", []),
        ("page=-1", ["000", "001", "002", "003"]),
        ("page=99999999999999999999999", []),
    ],
)
def test_texts_are_found(viewer: Viewer, query: str, texts: list[str]) -> None:
    expected = [] if query.startswith("page=9") else texts
    if query.startswith("page=999"):
        expected = ["000", "001", "002", "003"]  # no number at all: the first page
    assert found(viewer, query) == expected


def test_a_hit_is_marked(viewer: Viewer) -> None:
    page = viewer.ask("/texts?q=%E4%BB%8A%E6%97%A5%E9%80%9A%E8%BD%A6").text
    assert "<mark>今日通车</mark>" in page
    assert "&lt;script&gt;" in viewer.ask("/texts?q=%E4%BB%8A%E6%97%A5%E8%A6%81%E9%97%BB").text  # snippets are escaped


def test_texts_that_come_later_are_found_too(copy: Collection) -> None:
    with viewing(copy) as viewer:
        assert found(viewer, "q=%E7%8C%AB") == ["002"]
        row = {**viewer.row(2), "url": "http://127.0.0.2:8080/new"}
        copy.texts(RUN).put("又一只猫", row)
        assert found(viewer, "q=%E7%8C%AB") == ["002", "004"]
        table = copy.path / "texts" / RUN / "documents.jsonl"
        table.write_bytes(b"".join(table.read_bytes().splitlines(keepends=True)[:2]))
        assert found(viewer, "") == ["000", "001"] and found(viewer, "q=%E7%8C%AB") == []


@pytest.mark.parametrize("patience", [0.0, 60.0])
def test_what_is_found_does_not_hang_on_the_index(copy: Collection, patience: float) -> None:
    catalogue = Catalogue(copy, patience=patience)
    for words, count in (
        ("今日通车", 1),
        ("archive CAT", 1),
        ("河口新桥", 4),
        ("100%", 1),
        ("没有这句话", 0),
        ("猫", 1),
    ):
        assert catalogue.find(Wanted(words=words))[1] == count, words
    table = copy.path / "texts" / RUN / "documents.jsonl"
    lines = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(b"".join(lines[:1]))
    assert catalogue.find(Wanted(words="今日通车"))[1] == 0
    table.write_bytes(b"".join(lines))
    assert catalogue.find(Wanted(words="今日通车"))[1] == 1 and catalogue.find(Wanted())[1] == 4


def test_a_text_has_its_page_its_grounds_and_its_lineage(viewer: Viewer) -> None:
    row, page = viewer.row(0), viewer.ask(viewer.text_path(0)).text
    at = row["captures"][0]
    assert '<iframe sandbox=""' in page and f'src="/page/{at["file"]}/{at["offset"]}"' in page
    for fact in (
        row["text_digest"],
        at["payload_digest"],
        "h1&lt;script&gt;",
        "&lt;b&gt;登录&lt;/b&gt;",
        "line 1, byte 0",
    ):
        assert fact in page
    assert at["record_id"].strip("<>") in page and "signature valid" in page
    assert len(re.findall(r'<a href="/capture/', viewer.ask(viewer.text_path(1)).text)) == 3  # lineage, two captures


def test_verify_now_says_match_and_why_not(copy: Collection) -> None:
    with viewing(copy) as viewer:
        good = viewer.ask(viewer.text_path(1) + "/verify", "POST")
        assert good.status == 200 and "<strong>MATCH</strong>" in good.text and "does not hold" not in good.text
        assert good.text.count("✓ holds") >= 10
        changed = copy.path / "texts" / RUN / viewer.row(2)["file"]
        changed.write_bytes(changed.read_bytes().replace("猫".encode(), "狗".encode()))
        bad = viewer.ask(viewer.text_path(2) + "/verify", "POST").text
        assert "<strong>MISMATCH</strong>" in bad and "text not as extracted" in bad and "does not hold" in bad
        at = viewer.row(0)["captures"][0]
        warc = copy.path / "archive" / at["file"]
        data = bytearray(warc.read_bytes())
        data[at["offset"] + at["length"] // 2] ^= 1
        warc.write_bytes(data)
        broken = viewer.ask(viewer.text_path(0) + "/verify", "POST").text
        assert "<strong>FIXITY_FAILED</strong>" in broken and "not a gzip member" in broken
        assert viewer.ask(viewer.path("page", 0)).status == 404


def test_a_record_is_downloaded_as_it_lies_there(viewer: Viewer) -> None:
    at = viewer.row(0)["captures"][0]
    answer = viewer.ask(viewer.path("raw", 0))
    data = (viewer.collection.path / "archive" / at["file"]).read_bytes()
    assert answer.body == data[at["offset"] : at["offset"] + at["length"]]
    assert gzip.decompress(answer.body).startswith(b"WARC/1.1\r\n")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert viewer.ask(f"/archive/{at['file']}").body == data


def test_a_page_is_shown_in_the_charset_that_was_decided(viewer: Viewer) -> None:
    answer = viewer.ask(viewer.path("page", 3))
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8" and "鄰居的雞每天四點啼" in answer.text


def test_a_failure_has_its_capture_page(viewer: Viewer) -> None:
    at = next(at for at in viewer.collection.locations() if viewer.collection.read(at).failure)
    page = viewer.ask(f"/capture/{at.file}/{at.offset}").text
    assert "refused &lt;script&gt;alert(2)" in page and "nothing came back" in page
    assert "refused &lt;script&gt;" in viewer.ask(f"/page/{at.file}/{at.offset}").text


def test_the_ledger_is_filtered_and_paged(viewer: Viewer) -> None:
    first, third = viewer.ask("/ledger").text, viewer.ask("/ledger?page=3").text
    assert "251 found" in first and "page 1 of 3" in first and 'rel="next"' in first and 'rel="prev"' not in first
    assert 'rel="next"' not in third and "http://a.example/249" in third
    failed = viewer.ask("/ledger?state=failed&q=b.example").text
    assert "1 found" in failed and "&lt;script&gt;alert(3)" in failed and "<i>" not in failed


def test_links_of_the_run_report_lead_somewhere(viewer: Viewer) -> None:
    for path in (f"/texts/{RUN}/", "/archive/", "/ledger.sqlite"):
        answer = viewer.ask(path)
        assert answer.status == 303 and viewer.ask(answer.headers["Location"].partition("#")[0]).status == 200


def test_every_link_leads_somewhere(viewer: Viewer) -> None:
    seen, waiting = set(), ["/"]
    while waiting:
        path = waiting.pop().partition("#")[0]
        if path in seen or "lang=" in path or not path:
            continue
        seen.add(path)
        answer = viewer.ask(path)
        assert answer.status == 200, path
        if answer.headers["Content-Type"].startswith("text/html"):
            found = [attrs.get("href") or attrs.get("src") or "" for _, attrs in Markup(answer.text).elements]
            waiting += [link for link in found if link.startswith("/")]
    assert len(seen) > 25 and any(path.startswith("/raw/") for path in seen)


# -- two languages


def test_both_languages_by_header_link_and_cookie(viewer: Viewer) -> None:
    chinese = viewer.ask("/", Accept_Language="fr, zh-TW;q=0.9, en;q=0.5")
    assert '<html lang="zh-Hans">' in chinese.text and "<h1>概览</h1>" in chinese.text
    assert '<html lang="en">' in viewer.ask("/", Accept_Language="de").text
    asked = viewer.ask("/texts?lang=zh&q=x")
    assert "文本" in asked.text and asked.headers["Set-Cookie"].startswith("lang=zh;")
    assert 'href="/texts?lang=en&amp;q=x"' in asked.text
    assert "<h1>概览</h1>" in viewer.ask("/", Cookie="a=b; lang=zh").text
    assert "登录墙 login_wall" in viewer.ask(viewer.text_path(0), Accept_Language="zh").text
    assert "一致 MATCH" in viewer.ask(viewer.text_path(1) + "/verify", "POST", Accept_Language="zh").text


def test_every_word_is_there_in_both_languages() -> None:
    for key, (chinese, english) in _WORDS.items():
        assert sorted(re.findall(r"\{\w+\}", chinese)) == sorted(re.findall(r"\{\w+\}", english)), key
        assert chinese and english, key


@given(st.text(max_size=60))
def test_any_accept_language_gives_a_language(field: str) -> None:
    assert language_of(field) in ("zh", "en")


# -- harmless


def test_every_page_forbids_scripts_and_is_well_labelled(viewer: Viewer) -> None:
    for path in all_pages(viewer):
        answer = viewer.ask(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        elements = Markup(answer.text).elements
        if "report" not in path:
            assert not [tag for tag, _ in elements if tag in ("script", "base", "object")], path
        assert not [name for _, attrs in elements for name in attrs if name.startswith("on")], path
        if not path.startswith(("/page", "/runs")):
            captions = sum(tag == "caption" for tag, _ in elements)
            assert captions == sum(tag == "table" for tag, _ in elements), path
            assert elements[0][1].get("lang") == "en", path


def test_a_hostile_page_is_defused_twice(viewer: Viewer) -> None:
    answer = viewer.ask(viewer.path("page", 0))
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"sandbox", "default-src 'none'", "form-action 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert answer.headers["X-DNS-Prefetch-Control"] == "off"
    elements = Markup(answer.text).elements
    assert {tag for tag, _ in elements} <= {
        "html",
        "head",
        "meta",
        "style",
        "body",
        "h1",
        "p",
        "a",
        "img",
        "div",
        "plaintext",
    }
    for tag, attrs in elements:
        assert attrs.keys() <= {"charset", "name", "content", "title", "src", "alt"}, (tag, attrs)
        assert (attrs.get("src") or "data:image/").startswith("data:image/")
    assert "今日要闻" in answer.text and "河口新桥" in answer.text and "表单" in answer.text
    assert "http://192.0.2.1/next" in answer.text, "an address is shown, though it leads nowhere"


def test_run_reports_are_shut_in(viewer: Viewer) -> None:
    policy = viewer.ask(f"/runs/{RUN}/report.html").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox") and "allow-scripts" not in policy and "allow-same-origin" not in policy


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([HOSTILE[n : n + 37] for n in range(0, len(HOSTILE), 23)]) | st.text(max_size=20), max_size=12
    )
)
def test_whatever_a_page_is_it_comes_out_harmless(pieces: list[str]) -> None:
    for tag, attrs in Markup(safe_page("".join(pieces)).decode("utf-8")).elements:
        assert tag not in ("script", "iframe", "object", "embed", "base", "link", "form", "svg", "template")
        assert not {"href", "action", "srcdoc", "background", "http-equiv"} & attrs.keys()
        assert not [name for name in attrs if name.startswith("on")]
        assert (attrs.get("src") or "data:image/").startswith("data:image/")


def test_empty_and_deep_pages_are_shown_as_far_as_they_go() -> None:
    for page in (
        "",
        " ",
        "<",
        "\0",
        "<!doctype html>",
        "plain words",
        "<div>" * 50_000,
        "<?xml version='1.0'?><a/>",
        "\ud800",
    ):
        assert safe_page(page).startswith(b"<!doctype html>")


# -- who may ask, and for what


@pytest.mark.parametrize(
    "path",
    [
        "/../chain.jsonl", "/texts/../../chain.jsonl", "/texts/%2e%2e/%2e%2e%2fchain.jsonl",
        f"/texts/{RUN}/..%2f..%2fkeys",
        f"/texts/{RUN}/documents.jsonl", f"/plain/{RUN}/documents.jsonl", "/archive/..%2fkeys%2fsigning.key",
        "/archive/%2e%2e", "/archive/..", "/runs/../keys/signing.key", f"/runs/{RUN}/..%2f..%2fledger.sqlite",
        "/keys/signing.key", "/page/..%2fchain.jsonl/0", "/page/x.warc.gz/0", "/raw/x/-1", "/raw/x/1e9", "/raw//0",
        "/raw/x/99999999999999999999", "//etc/passwd", "/texts/a%00b/c", "/style.css/../../app.py", "/page/%ff%fe/0",
        "/captures/x", "/archive/" + "a" * 3000,
    ],
)  # fmt: skip
def test_nothing_but_what_is_offered_can_be_had(viewer: Viewer, path: str) -> None:
    answer = viewer.ask(path)
    assert answer.status in (400, 404) and "Traceback" not in answer.text and "PRIVATE" not in answer.text
    assert (
        answer.headers["Content-Type"] == "text/html; charset=utf-8" and str(viewer.collection.path) not in answer.text
    )


def test_odd_places_in_a_real_file_are_no_record(viewer: Viewer) -> None:
    file = viewer.row(0)["captures"][0]["file"]
    for offset in (1, 7, 10**14):
        for kind in ("page", "raw", "capture"):
            assert viewer.ask(f"/{kind}/{file}/{offset}").status == 404


def test_odd_addresses_and_queries_are_answered(viewer: Viewer) -> None:
    for url in ("http://%5B", "%00", "javascript:alert(1)", "%ff%fe", "http://a:b/", "x" * 3000):
        assert viewer.ask(f"/captures?url={url}").status == 200, url
    assert viewer.ask("/texts?" + "&".join(f"a{n}=1" for n in range(50))).status == 400
    assert viewer.ask("/%ff").status == 400


def test_methods(viewer: Viewer) -> None:
    for path in [*all_pages(viewer), viewer.path("raw", 0), "/style.css"]:
        head, get = viewer.ask(path, "HEAD"), viewer.ask(path)
        assert head.status == get.status and head.body == b"", path
        assert head.headers["Content-Length"] == str(len(get.body)), path
    refused = viewer.ask(viewer.text_path(0), "POST")
    assert refused.status == 405 and refused.headers["Allow"] == "GET, HEAD"
    assert viewer.ask(viewer.text_path(0) + "/verify").status == 405
    assert viewer.ask("/", "DELETE").status == 405


def test_a_name_of_the_web_cannot_reach_the_viewer(viewer: Viewer) -> None:
    for host in (
        "evil.example",
        f"evil.example:{viewer.port}",
        "127.0.0.1.evil.example",
        "localhost.evil",
        "10.0.0.1",
        "",
    ):
        answer = viewer.ask("/", Host=host)
        assert answer.status == 421 and "<script" not in answer.text, host
    for host in ("localhost", f"localhost:{viewer.port}", "[::1]:80", "127.0.0.1"):
        assert viewer.ask("/", Host=host).status == 200, host


def test_another_site_cannot_press_the_button(viewer: Viewer) -> None:
    button = viewer.text_path(1) + "/verify"
    assert viewer.ask(button, "POST", Origin="http://evil.example").status == 403
    assert viewer.ask(button, "POST", Origin="null").status == 403
    assert viewer.ask(button, "POST", Sec_Fetch_Site="cross-site").status == 403
    own = f"http://127.0.0.1:{viewer.port}"
    assert viewer.ask(button, "POST", Origin=own, Sec_Fetch_Site="same-origin").status == 200


def test_a_token_is_wanted_of_every_request(viewer: Viewer) -> None:
    with viewing(viewer.collection, token="a long enough token é") as guarded:
        for path in ("/", "/style.css", guarded.path("raw", 0), "/nothing"):
            refused = guarded.ask(path)
            assert refused.status == 401 and refused.headers["WWW-Authenticate"].startswith("Basic "), path
        basic = base64.b64encode("anyone:a long enough token é".encode()).decode()
        assert guarded.ask("/", Authorization=f"Basic {basic}", Host="archive.example").status == 200
        for wrong in (base64.b64encode(b"anyone:wrong").decode(), "%%%", "", base64.b64encode(b"\xff").decode()):
            assert guarded.ask("/", Authorization=f"Basic {wrong}").status == 401
        assert guarded.ask("/", Authorization="Bearer wrong").status == 401
        assert guarded.ask("/", Authorization=f"Digest {basic}").status == 401
    with viewing(viewer.collection, token="a-long-enough-token") as guarded:
        assert guarded.ask("/", Authorization="Bearer a-long-enough-token").status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"captures": None},
        {"captures": [{"file": "..", "offset": 0, "length": 1, "record_id": "", "payload_digest": ""}]},
        {"captures": [{"file": "a\0", "offset": -1, "length": True, "record_id": 1, "payload_digest": []}]},
        {"title": None, "labels": "x", "charset": [], "provenance": 7, "origins": []}, {"labels": [1, {}, {"name": 2}]},
        {"title": "\ud800", "url": "http://\ud800/", "labels": [{"name": "\ud800"}]}, {"url": ""}, {"chars": 10**40},
        {"title": ["a"], "site": {}, "lang": 3, "published": 5, "near_duplicates": [{"a": "<i>"}]}, {"file": "../../x"},
    ],
)  # fmt: skip
def test_rows_that_were_tampered_with_are_shown_as_they_are(copy: Collection, changes: dict[str, Any]) -> None:
    table = copy.path / "texts" / RUN / "documents.jsonl"
    lines = table.read_text("utf-8").splitlines()
    for name in ("lang", "title", "chars"):  # and what is missing is no error either
        whole = json.loads(lines[1])
        del whole[name]
        lines[1] = json.dumps(whole)
    file = json.loads(lines[0])["file"]
    table.write_text("\n".join([json.dumps({**json.loads(lines[0]), **changes}), *lines[1:]]) + "\n", "utf-8")
    with viewing(copy) as viewer:
        for path in ("/", "/texts", "/texts?q=a", "/texts?q=abc", viewer.text_path(1)):
            assert viewer.ask(path).status == 200, path
        wanted = 404 if "file" in changes else 200
        assert viewer.ask(f"/texts/{RUN}/{file}").status == wanted
        assert viewer.ask(f"/texts/{RUN}/{file}/verify", "POST").status == wanted


def test_an_empty_collection_has_pages(tmp_path: Path) -> None:
    with viewing(Collection.create(tmp_path, "empty")) as viewer:
        assert "Nothing was crawled yet." in viewer.ask("/").text
        assert "Nothing matches." in viewer.ask("/texts?q=x").text
        assert "has no ledger" in viewer.ask("/ledger").text


def test_looking_writes_nothing(copy: Collection) -> None:
    def everything() -> dict[str, tuple[int, int]]:
        return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in copy.path.rglob("*")}

    before = everything()
    with viewing(copy) as viewer:
        for path in all_pages(viewer):
            viewer.ask(path)
        viewer.ask(viewer.text_path(0) + "/verify", "POST")
    assert everything() == before


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=3))
def test_a_snippet_is_made_of_the_text(text: str, terms: list[str]) -> None:
    pieces = [piece for piece, _ in snippet(text, terms)]
    assert "".join(pieces).strip("…") in text.strip("…") or "…" in text
