from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from scrapy.settings import Settings

import crawler.settings
from crawler.extensions.report import (
    FAILURES_KEPT,
    Failure,
    HostFigures,
    ModelFigures,
    RunRecord,
    Timings,
    WarcFile,
    changed_settings,
    hide_credentials,
    render_report,
    write_report_html,
    write_run_json,
)
from crawler.frontier.base import State
from pipelines.document import LABELS

BEGAN = datetime(2026, 11, 22, 14, 38, 13, 123456, tzinfo=timezone(timedelta(hours=8)))
NASTY = "http://a.example/<script>alert(1)</script>?a=1&b=\"'"
PLAIN = RunRecord(
    run="20261122T063813Z-a1b2",
    collection="demo",
    started=BEGAN,
    finished=BEGAN + timedelta(seconds=133),
    verdict="complete",
    exit_code=0,
)
FULL = attrs.evolve(
    PLAIN,
    resumed=2,
    arguments={"sites": "lanhai,qingshan", "follow": True},
    settings={"DOWNLOAD_DELAY": 0.5},
    versions={"python": "3.11.9", "scrapy": "2.19.0"},
    counts={State.ARCHIVED: 1364, State.FAILED: 3, State.EXCLUDED_TRAP: 1, State.QUEUED: 0},
    texts=1284,
    labels={"mojibake": 1, "syndicated": 12},
    hosts=(
        HostFigures(host="news.example", fetched=1300, texts=1200, failed=2, received=5_000_000, mean_latency_ms=12.34),
        HostFigures(host="dead.example", fetched=0, texts=0, failed=1, received=0, mean_latency_ms=None),
    ),
    models=(ModelFigures(site="news.example", digest="sha256:" + "cd" * 32, fitted=1180, drifted=20),),
    failures=(Failure(url=NASTY, reason="<b>refused</b>"),),
    failures_total=3,
    statuses={200: 1300, 404: 64},
    received=28_345_678,
    pages_per_minute=615.33,
    extraction=Timings.of([3.0, 5.0, 200.0]),
    warcs=(WarcFile(file="demo-1.warc.gz", size=12_345_678, sha256="ab" * 32),),
    log="crawl.log",
    findings=("a <i>finding</i>",),
    verdict="findings",
    exit_code=3,
)


MODEL = f"../../models/{'cd' * 32}.json"


def text_of(record: RunRecord) -> str:
    body = html.fromstring(render_report(record)).find("body")
    return " ".join(" ".join(body.itertext()).split())


def test_json_says_everything_and_is_the_same_every_time(tmp_path):
    path = tmp_path / "runs" / FULL.run / "run.json"
    write_run_json(path, FULL)
    data = json.loads(path.read_text("utf-8"))
    assert set(data) == {field.name for field in attrs.fields(RunRecord)}
    assert data["started"] == "2026-11-22T06:38:13.123456Z" and data["finished"] == "2026-11-22T06:40:26.123456Z"
    assert data["counts"] == {"archived": 1364, "excluded_trap": 1, "failed": 3, "queued": 0}
    assert data["statuses"] == {"200": 1300, "404": 64}
    assert data["hosts"][1] == {
        "host": "dead.example", "fetched": 0, "texts": 0, "failed": 1, "received": 0, "mean_latency_ms": None,
    }  # fmt: skip
    assert data["extraction"] == {"count": 3, "mean_ms": pytest.approx(69.333, abs=0.001), "p95_ms": 200, "max_ms": 200}
    assert data["failures"] == [{"url": NASTY, "reason": "<b>refused</b>"}] and data["failures_total"] == 3
    keys = re.findall(r'^  "(\w+)"', path.read_text("utf-8"), re.MULTILINE)
    assert keys == sorted(keys)
    first = path.read_bytes()
    write_run_json(path, FULL)
    assert path.read_bytes() == first and first.endswith(b"}\n")


def test_chinese_stays_readable_and_broken_text_stays_json(tmp_path):
    record = attrs.evolve(PLAIN, findings=("新闻 缺页", "half \udce4"))
    write_run_json(tmp_path / "run.json", record)
    write_report_html(tmp_path / "report.html", record)
    raw = (tmp_path / "run.json").read_bytes()
    assert "新闻".encode() in raw
    assert json.loads(raw.decode("utf-8"))["findings"] == ["新闻 缺页", "half \udce4"]
    assert "half \\udce4" in (tmp_path / "report.html").read_text("utf-8")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "run.json"
    write_run_json(path, PLAIN)
    before = path.read_bytes()
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError):
        write_run_json(path, FULL)
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"] and before


def test_no_verdict_but_the_three():
    with pytest.raises(ValueError, match="verdict"):
        attrs.evolve(PLAIN, verdict="fine")


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("AWS_SECRET_ACCESS_KEY", "abc", "***"),
        ("S3_PASSWORD", "abc", "***"),
        ("api_token", "abc", "***"),
        ("SIGNING_KEY", b"abc", "***"),
        ("ARCHIVE_SIGNING_KEY", "", ""),
        ("ARCHIVE_SIGNING_KEY", None, None),
        ("FRONTIER_URL", "redis://me:pw@h.example:6379/0", "redis://***@h.example:6379/0"),
        ("PROXIES", ["http://u:p@ss@h/", "http://h/"], ["http://***@h/", "http://h/"]),
        ("STORE", "s3://b/?access_token=abc&x=1", "s3://b/?access_token=***&x=1"),
        ("URL", "https://h.example/?api_key=abc", "https://h.example/?api_key=***"),
        ("urls", "https://h.example/?keyword=abc", "https://h.example/?keyword=abc"),
        ("HEADERS", {"Authorization": "Basic abc", "Accept": "x"}, {"Authorization": "***", "Accept": "x"}),
        ("CALLABLE", Timings, "crawler.extensions.report.Timings"),
        ("COOKIES_ENABLED", True, True),
        ("DELAY", 0.5, 0.5),
    ],
)
def test_secrets_are_masked(name, value, kept):
    assert attrs.evolve(PLAIN, settings={name: value}).settings == {name: kept}
    assert attrs.evolve(PLAIN, arguments={name: value}).arguments == {name: kept}


def test_no_secret_reaches_either_file(tmp_path):
    record = attrs.evolve(
        FULL,
        settings={"NESTED": {"DEEP": [{"db_password": "hunter2"}, "ftp://x:hunter2@h/"]}},
        arguments={"urls": "https://me:hunter2@h.example/"},
        failures=(Failure(url="https://me:hunter2@h.example/a", reason="no way to https://me:hunter2@h.example/"),),
        findings=("lost: https://me:hunter2@h.example/a",),
    )
    write_run_json(tmp_path / "run.json", record)
    write_report_html(tmp_path / "report.html", record)
    for file in tmp_path.iterdir():
        assert "hunter2" not in file.read_text("utf-8") and "***@h.example" in file.read_text("utf-8")


@pytest.mark.parametrize("url", ["https://h.example/@user", "https://h.example/?to=a@b.example", "mail me@h.example"])
def test_an_at_sign_elsewhere_is_no_credential(url):
    assert hide_credentials(url) == url


def test_only_changed_settings_are_told():
    settings = Settings()
    settings.setmodule(crawler.settings)
    assert changed_settings(settings) == {}
    settings.set("DOWNLOAD_DELAY", "0.25", "cmdline")
    settings.set("MY_TOKEN", "abc", "cmdline")
    settings.set("SETTINGS_MODULE", "crawler.settings", "cmdline")
    settings.set("RETRY_TIMES", crawler.settings.RETRY_TIMES, "cmdline")
    assert changed_settings(settings) == {"DOWNLOAD_DELAY": "0.25", "MY_TOKEN": "***"}


def test_timings():
    assert Timings.of([]) is None
    timings = Timings.of(range(1, 101))
    assert timings == Timings(count=100, mean_ms=50.5, p95_ms=95, max_ms=100)


def test_failures_are_cut_but_the_total_is_true():
    many = tuple(Failure(url=f"http://a.example/{n}", reason="gone") for n in range(250))
    record = attrs.evolve(PLAIN, failures=many, failures_total=250)
    assert record.failures == many[:FAILURES_KEPT]
    assert "The first 100 of 250" in text_of(record)
    assert "http://a.example/99" in text_of(record) and "http://a.example/100" not in text_of(record)


def test_many_findings_do_not_bury_the_rest():
    record = attrs.evolve(FULL, findings=tuple(f"finding {n}." for n in range(130)))
    tree = html.fromstring(render_report(record))
    (folded,) = [part for part in tree.iterfind(".//details") if "110 more" in (part.findtext("summary") or "")]
    listed = [item.text for item in tree.iterfind(".//ul[@class='findings']/li")]
    assert listed == list(record.findings) and len(folded.findall(".//li")) == 110


class Outside(HTMLParser):
    """Every tag, and every reference to something else, of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.references: set[str] = set()
        self.handlers: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references |= {value or "" for name, value in attributes if name in {"href", "src", "action", "data"}}
        self.handlers |= {name for name, _ in attributes if name.startswith("on")}


def test_a_page_that_needs_nothing_else():
    page = Outside(render_report(FULL))
    assert not page.tags & {"script", "link", "img", "iframe", "object", "base", "form"} and not page.handlers
    assert page.references == {
        "../../texts/20261122T063813Z-a1b2/", "../../archive/", "../../archive/demo-1.warc.gz",
        "../../ledger.sqlite", "crawl.log", "run.json", MODEL,
    }  # fmt: skip
    assert "@import" not in render_report(FULL) and "url(" not in render_report(FULL)


def test_links_lead_where_things_lie(tmp_path):
    collection = tmp_path / "demo"
    names = ["archive/a b#1.warc.gz", "ledger.sqlite", f"texts/{FULL.run}/000.txt", f"runs/{FULL.run}/crawl.log"]
    names.append(MODEL.removeprefix("../../"))
    for name in names:
        (collection / name).parent.mkdir(parents=True, exist_ok=True)
        (collection / name).touch()
    folder = collection / "runs" / FULL.run
    record = attrs.evolve(FULL, warcs=(WarcFile(file="a b#1.warc.gz", size=1, sha256="00"),))
    write_run_json(folder / "run.json", record)
    write_report_html(folder / "report.html", record)
    for reference in Outside((folder / "report.html").read_text("utf-8")).references:
        assert (folder / unquote(reference)).exists(), reference
        assert "#" not in reference


def test_strangers_text_is_only_text():
    page = render_report(FULL)
    assert "<script" not in page and "<b>refused" not in page and "<i>finding" not in page
    assert NASTY in text_of(FULL) and "<b>refused</b>" in text_of(FULL)


@given(st.text(max_size=60))
def test_any_text_is_only_text(text):
    tags = Outside(render_report(FULL)).tags
    record = attrs.evolve(
        FULL, failures=(Failure(url=text, reason=text),), findings=(text,), arguments={text: text},
        settings={text: [text]}, versions={"x": text}, labels={text: 1}, counts={text: 1},
        warcs=(WarcFile(file=text, size=1, sha256=text),),
        hosts=(HostFigures(host=text, fetched=1, texts=0, failed=0, received=1, mean_latency_ms=1.0),),
    )  # fmt: skip
    page = Outside(render_report(record))
    assert page.tags <= tags and not page.handlers
    assert all(reference.startswith(("../../", "run.json", "crawl.log")) for reference in page.references)


def test_direction_marks_and_controls_are_shown():
    record = attrs.evolve(
        PLAIN, failures=(Failure(url="http://a.example/\u202egpj.exe\x07", reason="x"),), failures_total=1
    )
    page = render_report(record)
    assert "\\u202egpj.exe\\u0007" in page and "\u202e" not in page


def test_a_person_who_was_not_there_can_read_it():
    text = text_of(FULL)
    for words in (
        "Findings 有待查看", "2026-11-22 06:38:13 UTC", "2 min 13 s", "2 分 13 秒", "1,364 responses from 2 hosts",
        "1,284 texts", "3 URLs could not be fetched", "resumed 2 times", "28.3 MB", "615.3", "a <i>finding</i>",
        "archived 已存档 1,364 99.7 %", "excluded trap 陷阱", "syndicated 转载 12", "demo-1.warc.gz",
        "news.example 1,300 1,200 2 5.0 MB 12 ms", "dead.example 0 0 1 0 B —", "69 ms 200 ms 200 ms",
        "Exit code 3: ran, but findings", "DOWNLOAD_DELAY 0.5", "follow true", "audit demo --run 20261122T063813Z-a1b2",
    ):  # fmt: skip
        assert words in text, words
    assert "queued" not in text


@pytest.mark.parametrize(("verdict", "code", "word"), [("complete", 0, "Complete"), ("interrupted", 5, "Interrupted")])
def test_an_empty_run_reads_well_too(verdict, code, word):
    text = text_of(attrs.evolve(PLAIN, verdict=verdict, exit_code=code))
    assert f"{word} " in text and "nothing failed." in text and "The ledger holds no URL." in text
    assert "0 responses from 0 hosts" in text and "resumed" not in text


def test_every_state_and_label_has_its_chinese_name():
    record = attrs.evolve(PLAIN, counts=dict.fromkeys(State, 1), labels=dict.fromkeys(LABELS, 1))
    tree = html.fromstring(render_report(record))
    for name in (*State, *LABELS):
        (cell,) = [
            th for th in tree.iterfind(".//th") if (th.text_content() or "").startswith(name.replace("_", " ") + " ")
        ]
        assert cell.find("span[@lang='zh']") is not None, name
    style = tree.findtext(".//style") or ""
    for state in State:
        assert re.search(rf"\.{state}\b", style), state


def test_the_bar_is_whole_and_nothing_in_it_vanishes():
    record = attrs.evolve(PLAIN, counts={"archived": 1_000_000, "failed": 1, "gone": 3, "queued": 0})
    rects = html.fromstring(render_report(record)).findall(".//svg/rect")
    widths = [float(rect.get("width") or 0) for rect in rects]
    assert [rect.get("class") for rect in rects] == ["archived", "gone", "failed"]
    assert sum(widths) == pytest.approx(100, abs=0.01) and min(widths) > 1
    assert float(rects[1].get("x") or 0) == pytest.approx(widths[0], abs=0.01)


def test_tables_can_be_heard():
    tree = html.fromstring(render_report(FULL))
    for table in tree.iterfind(".//table"):
        assert table.findtext("caption") is not None
        assert all(cell.get("scope") for cell in table.iterfind(".//th"))
    assert tree.get("lang") == "en" and tree.find(".//svg[@role='img']/title") is not None
    for element in tree.iter():
        if (
            isinstance(element.tag, str)
            and re.search(r"[\u4e00-\u9fff]", element.text or "")
            and element.tag != "style"
        ):
            assert any(up.get("lang") == "zh" for up in (element, *element.iterancestors())), element.text


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_in_light_dark_and_print():
    style = html.fromstring(render_report(FULL)).findtext(".//style") or ""
    palettes = [
        dict(re.findall(r"--(\w+): (#\w+)", block)) for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(palettes) == 3
    for colours in palettes:
        page = colours["page"]
        for name in ("ink", "soft", "link", "complete", "interrupted", "findings"):
            assert contrast(colours[name], page) >= 4.5, name
        for name in ("ink", "soft"):
            assert contrast(colours[name], colours["band"]) >= 4.5, name
        for name in set(colours) - {"page", "line", "band"}:
            assert contrast(colours[name], page) >= 3, name


def test_reports_are_written_beside_nothing(tmp_path: Path):
    write_report_html(tmp_path / "report.html", FULL)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert BEGAN.astimezone(UTC).strftime("%H:%M") in (tmp_path / "report.html").read_text("utf-8")
