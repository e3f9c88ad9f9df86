"""How the crawl behaves towards its hosts, and what it makes of robots.txt, redirects and links out of bounds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Workplace
from tests.servers import MisbehavingServer, response

HTML = "Content-Type: text/html; charset=utf-8"
_PROSE = "<p>青岚市交通局今天上午宣布,城北的环线公交从下周一起延长到晚上十一点,沿线八个小区的居民不用再走夜路回家。</p>"
_MORE = (
    "延长后的末班车从体育中心站发出,途经图书馆、儿童医院和老船厂,全程大约五十分钟。",
    "公交公司说,夜间客流比去年同期增加了三成,多数是下晚自习的学生和下夜班的护士。",
    "为了安全,每辆夜班车配两名司机轮换,车上装了一键报警装置,站台的路灯也换成了更亮的。",
    "住在北湖小区的一位居民告诉记者,以前加班到十点只能打车,一个月要多花两三百元。",
    "市民可以在手机上查到每一班车的位置,也可以对线路提出意见,征集到下月十日为止。",
)
ARTICLE = f"<html><head><title>环线公交延长运营</title></head><body><h1>环线公交延长运营</h1>{_PROSE * 6}</body></html>"


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        running.pages["/"] = response(
            "<html><body><ul>"
            + "".join(f'<li><a href="/a{n}.html">环线公交延长运营之{n}</a></li>' for n in range(4))
            + "</ul></body></html>",
            HTML,
        )
        for number in range(4):
            running.pages[f"/a{number}.html"] = response(ARTICLE.replace("八个", f"{number + 2}个"), HTML)
        yield running


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "collections")


def test_robots_are_obeyed_and_their_sitemaps_read(work: Workplace, server: MisbehavingServer) -> None:
    sitemap = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{server.url}/hidden.html</loc></url></urlset>"
    server.pages["/hidden.html"] = response(ARTICLE.replace("八个", "九个"), HTML)
    server.pages["/map.xml"] = response(sitemap, "Content-Type: application/xml")
    server.pages["/robots.txt"] = response(
        f"User-agent: *\nDisallow: /a1\nSitemap: {server.url}/map.xml\n", "Content-Type: text/plain"
    )
    ran = work.crawl("c", "-a", f"urls={server.url}/")
    assert ran.code == 0, ran
    ledger = work.ledger("c")
    assert ledger[f"{server.url}/a1.html"]["state"] == "excluded_robots"
    assert ledger[f"{server.url}/hidden.html"]["text_file"]
    assert not server.served("/a1.html") and len(server.served("/robots.txt")) == 1
    assert b"newsarchive/" in server.served("/a2.html")[0].received


def test_a_robots_txt_that_fails_keeps_us_out(work: Workplace, server: MisbehavingServer) -> None:
    server.pages["/robots.txt"] = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    ran = work.crawl("c", "-a", f"urls={server.url}/", "-s", "RETRY_TIMES=0")
    assert ran.code == 3 and "excluded_robots" in ran.err, ran
    assert not server.served("/")


def test_a_delay_asked_for_is_kept_on_loopback_too(work: Workplace, server: MisbehavingServer) -> None:
    began = time.monotonic()
    ran = work.crawl("c", "-a", f"urls={server.url}/", "-s", "DOWNLOAD_DELAY=0.7", "-s", "DOWNLOAD_DELAY_JITTER=0")
    assert ran.code == 0, ran
    assert time.monotonic() - began > 5 * 0.7, "robots.txt and five pages, 0.7 s apart"


def test_redirects_are_outcomes_of_their_own(work: Workplace, server: MisbehavingServer) -> None:
    for number in range(14):
        location = f"Location: /hop{number + 1}"
        server.pages[f"/hop{number}"] = f"HTTP/1.1 302 Found\r\n{location}\r\nContent-Length: 0\r\n\r\n".encode()
    server.pages["/round"] = b"HTTP/1.1 301 Moved\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n"
    server.pages["/to"] = b"HTTP/1.1 301 Moved\r\nLocation: /a3.html#part\r\nContent-Length: 0\r\n\r\n"
    server.pages["/out"] = b"HTTP/1.1 301 Moved\r\nLocation: http://10.0.0.1/inside\r\nContent-Length: 0\r\n\r\n"
    urls = ",".join(f"{server.url}{path}" for path in ("/hop0", "/round", "/to", "/out"))
    ran = work.crawl("c", "-a", f"urls={urls}", "-a", "follow=false")
    ledger = work.ledger("c")
    assert ledger[f"{server.url}/hop0"]["state"] == ledger[f"{server.url}/round"]["state"] == "redirected", ran
    assert ledger[f"{server.url}/hop11"]["state"] == "excluded_trap"
    assert ledger[f"{server.url}/a3.html"]["text_file"]
    assert ledger["http://10.0.0.1/inside"]["state"] == "excluded_scope"
    assert ran.code == 3 and ran.err.count("finding:") == 1 and "redirects in a row" in ran.err, ran


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        ("/新闻.html".encode(), "/%E6%96%B0%E9%97%BB.html"),
        ("/新闻.html".encode("gbk"), "/%D0%C2%CE%C5.html"),
        (b"http://[::1/", None),
        (b"mailto:a@b", None),
    ],
)
def test_a_redirect_leads_where_a_browser_would_go(
    work: Workplace, server: MisbehavingServer, location: bytes, asked: str | None
) -> None:
    server.pages["/from"] = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    if asked:
        server.pages[asked] = response(ARTICLE, HTML)
    ran = work.crawl("c", "-a", f"urls={server.url}/from", "-a", "follow=false")
    state = work.ledger("c")[f"{server.url}/from"]["state"]
    assert (ran.code, state) == ((0, "redirected") if asked else (3, "failed")), ran
    assert not asked or len(server.served(asked)) == 1


def test_exactly_these_means_exactly_these(work: Workplace, server: MisbehavingServer) -> None:
    ran = work.crawl("c", "-a", f"urls={server.url}/a0.html,{server.url}/a1.html", "-a", "follow=false")
    assert ran.code == 0, ran
    assert set(work.ledger("c")) == {f"{server.url}/a0.html", f"{server.url}/a1.html"}
    assert len(work.rows("c")) == 2


def test_the_same_text_twice_is_one_file(work: Workplace, server: MisbehavingServer) -> None:
    server.pages["/copy.html"] = server.pages["/a0.html"]
    ran = work.crawl("c", "-a", f"urls={server.url}/a0.html,{server.url}/copy.html", "-a", "follow=false")
    assert ran.code == 0, ran
    states = sorted(row["state"] for row in work.ledger("c").values())
    assert states == ["archived", "duplicate"] and len(work.rows("c")) == 1


def test_near_copies_are_named(work: Workplace, server: MisbehavingServer) -> None:
    more = "".join(f"<p>{sentence}</p>" for sentence in _MORE)
    server.pages["/near.html"] = response(ARTICLE.replace("</body>", more + "</body>"), HTML)
    server.pages["/nearer.html"] = response(ARTICLE.replace("</body>", more.replace("三成", "四成") + "</body>"), HTML)
    ran = work.crawl("c", "-a", f"urls={server.url}/near.html,{server.url}/nearer.html", "-a", "follow=false")
    assert ran.code == 0, ran
    similar = [pair for row in work.rows("c") for pair in row["near_duplicates"]]
    assert len(similar) == 1 and similar[0]["similarity"] >= 0.8, similar


def test_a_site_that_is_not_due_is_left_alone(work: Workplace, server: MisbehavingServer, tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    profile = f'name = "bus"\n[crawl]\nseeds = ["{server.url}/"]\ndue_every = 6\n'
    (tmp_path / "sites" / "bus.toml").write_text(profile, encoding="utf-8")
    for _ in range(2):
        ran = work.crawl("c", "-s", f"SITES_DIR={tmp_path / 'sites'}")
        assert ran.code == 0, ran
    assert len(server.served("/")) == 1 and "not due" in ran.err
    assert work.crawl("c", "-a", f"urls={server.url}/").code == 0
    assert len(server.served("/")) == 2, "what is asked for by name is always due"
