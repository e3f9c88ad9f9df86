"""What a crawl may fetch, and that no public page leads it inside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.hosts import address_of, is_private_host
from crawler.profiles import CrawlRules, SiteProfile
from crawler.scope import Scope

SEED = "http://www.yunjiang.example/"
SCOPE = Scope.of([SEED, "http://news.yunjiang.example/report.pdf"])


def state(scope: Scope, url: str, *, via: str | None = SEED, depth: int = 1) -> str | None:
    verdict = scope.check(url, via=via, depth=depth)
    assert verdict.in_scope == (verdict.state is None) and verdict.reason
    return verdict.state


@pytest.mark.parametrize(
    "url",
    [
        SEED, "https://www.yunjiang.example/a.html", "http://yunjiang.example/a", "http://m.yunjiang.example/a",
        "http://WWW.YUNJIANG.EXAMPLE:80/a", "https://wap.yunjiang.example:443/", "http://news.yunjiang.example/x.shtml",
        "http://news.yunjiang.example/report.pdf", "http://yunjiang.example/2031/05/15/05/05/05.html",
        "http://yunjiang.example/sitemap.xml.gz", "http://yunjiang.example/news.php?id=1.jpg",
        "http://yunjiang.example/feed.json", "http://yunjiang.example/v1.2/", "http://yunjiang.example/cal?year=2031",
    ],
)  # fmt: skip
def test_in(url: str) -> None:
    assert state(SCOPE, url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://sports.yunjiang.example/", "http://yunjiang.example.evil.example/", "http://evilyunjiang.example/",
        "http://yunjiang.example:8080/", "ftp://www.yunjiang.example/", "javascript:x", "http://[", "",
        "http://www.yunjiang.example@evil.example/", "http://yunjiang.example/a.jpg", "http://yunjiang.example/A.ZIP",
        "http://yunjiang.example/a.mp4?x=1", "http://yunjiang.example/app.apk", "http://yunjiang.example/s.css",
        "http://yunjiang.example/other.pdf", "http://yunjiang.example/a%2Ejpg",
        "http://yunjiang.example/" + "a" * 2000, "http://yunjiang.example/?q=" + "中" * 300,
    ],
)  # fmt: skip
def test_out(url: str) -> None:
    assert state(SCOPE, url) == "excluded_scope"


@pytest.mark.parametrize(
    "url",
    [
        "http://yunjiang.example/a/b/a/b/a/b.html", "http://yunjiang.example/x/x/x/",
        "http://yunjiang.example" + "/1" * 13,
        "http://yunjiang.example/cal?year=2931&month=5", "http://yunjiang.example/cal?date=1203-05-01",
        "http://yunjiang.example/?" + "&".join(f"k{n}=1" for n in range(25)), "http://yunjiang.example/?sid=1&sid=2",
    ],
)  # fmt: skip
def test_traps(url: str) -> None:
    assert state(SCOPE, url) == "excluded_trap"


def test_depth_and_follow() -> None:
    assert state(SCOPE, SEED + "a", depth=5) is None
    assert state(SCOPE, SEED + "a", depth=6) == "excluded_scope"
    assert state(Scope.of([SEED], CrawlRules(max_depth=1)), SEED + "a", depth=2) == "excluded_scope"
    only = Scope.of([SEED], follow=False)
    assert state(only, SEED, via=None, depth=0) is None
    assert state(only, "https://yunjiang.example/", depth=0) is None, "a redirect keeps the depth"
    assert state(only, SEED + "a", depth=1) == "excluded_scope"


def test_rules_of_a_profile() -> None:
    rules = CrawlRules(
        allow_hosts=("b.example:8080", "*.c.example"), deny=(r"/print/", r"[?&]sort="), follow_subdomains=True
    )
    scope = Scope.of([SEED, SEED + "print/all"], rules)
    for url in (
        "http://b.example:8080/x",
        "http://c.example/",
        "http://x.y.c.example/",
        "http://sports.yunjiang.example/",
    ):
        assert state(scope, url) is None, url
    for url in ("http://b.example/x", "http://cc.example/", SEED + "print/1", SEED + "a?x=1&sort=2"):
        assert state(scope, url) == "excluded_scope", url
    assert state(scope, SEED + "print/all") is None, "the user's own seed is not denied"
    assert "/print/" in scope.check(SEED + "print/1", via=SEED, depth=1).reason


def test_each_seed_under_its_own_profile() -> None:
    profiles = {
        "a": SiteProfile(name="a", crawl=CrawlRules(seeds=("http://a.example/",), deny=("/x/",), max_depth=1)),
        "b": SiteProfile(name="b", crawl=CrawlRules(seeds=("http://b.example/",), allow_hosts=("img.b.example",))),
    }
    scope = Scope.for_plan(["http://a.example/", "http://c.example/"], profiles, max_depth=3)
    assert state(scope, "http://a.example/x/") == "excluded_scope" and state(scope, "http://c.example/x/") is None
    assert state(scope, "http://a.example/y", depth=2) == "excluded_scope"
    assert state(scope, "http://c.example/y", depth=3) is None
    assert state(scope, "http://b.example/") == "excluded_scope", "not asked for in this crawl"
    assert state(Scope.for_plan([], profiles), "http://a.example/") == "excluded_scope"


PRIVATE = [
    "127.0.0.1", "127.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.01", "127.0.0.1.", "0",
    "0.0.0.0",
    "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]",
    "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "224.0.0.1",
    "255.255.255.255",
    "localhost", "LOCALHOST.", "a.localhost", "metadata.google.internal", "printer.local", "intranet", "１２７.0.0.1",
    "127。0。0。1", "%31%32%37.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_no_way_inside(host: str) -> None:
    """Not even to a host that a profile allows or that is a seed: that is for the user to open, not for a page."""
    assert is_private_host(host.strip("[]"))
    url = f"http://{host}/x"
    scope = Scope.of([SEED], CrawlRules(allow_hosts=(host.strip("[]").lower(), "127.0.0.1")))
    assert state(scope, url) == "excluded_scope"
    both = Scope.of([SEED, url])
    assert state(both, url) == "excluded_scope"
    assert state(both, url, via=None, depth=0) is None


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8",
        "0x08.8.8.8",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "yunjiang.example",
        "1.2.3.4.5",
        "256.1.1.1.example",
    ],
)
def test_public_hosts(host: str) -> None:
    assert not is_private_host(host)


def test_between_private_hosts_only_seeds_count() -> None:
    scope = Scope.of(["http://127.0.0.1:8001/", "http://127.0.0.2:8001/"])
    page = "http://127.0.0.1:8001/"
    assert state(scope, "http://127.0.0.1:8001/a", via=page) is None
    assert state(scope, "http://127.0.0.2:8001/a", via=page) is None
    assert state(scope, "http://127.0.0.1:8002/a", via=page) == "excluded_scope"
    assert state(scope, "http://127.0.0.3:8001/a", via=page) == "excluded_scope"
    assert state(scope, "http://127.0.0.1:8001/a", via=SEED) == "excluded_scope"


@given(st.ip_addresses(v=4))
def test_every_way_to_write_an_address(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    for host in (
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"{number >> 24}.{number & 0xFFFFFF}",
    ):
        assert address_of(host) == address


@given(st.text(), st.text() | st.none(), st.integers())
def test_any_url_gets_a_verdict(url: str, via: str | None, depth: int) -> None:
    for text in (url, "http://" + url, SEED + url):
        state(SCOPE, text, via=via, depth=depth)


@pytest.mark.parametrize("who", ["user:pass", "user", ":pass", "", "%75ser"])
def test_a_url_with_a_user_name_is_never_fetched(who: str) -> None:
    url = f"http://{who}@www.yunjiang.example/a.html"
    for scope, via in ((SCOPE, SEED), (Scope.of([url]), None), (SCOPE.with_seed(url), SEED)):
        verdict = scope.check(url, via=via, depth=0)
        assert (verdict.state, verdict.reason) == ("excluded_scope", "carries a user name or password")
    assert SCOPE.check("http://www.yunjiang.example/@user", via=SEED, depth=1).in_scope
