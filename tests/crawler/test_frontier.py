"""What every frontier keeps to, whatever it is stored in."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from crawler.frontier.base import LEASE, TERMINAL, Frontier, Lease, Link, Outcome, State
from tests.crawler.frontiers import BACKENDS, NOW, Store, archived, lease_all, pages, place

A, B, C = "http://a.cn/1", "http://a.cn/2", "http://b.cn/1"


@pytest.fixture(params=sorted(BACKENDS))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return BACKENDS[request.param](tmp_path)


@pytest.fixture
def frontier(store: Store) -> Frontier:
    frontier = store.open()
    frontier.begin_run("r1", {})
    return frontier


def states(frontier: Frontier) -> dict[str, State]:
    return {row.url: row.state for row in frontier.rows()}


def next_run(frontier: Frontier, run: str = "r2") -> None:
    frontier.end_run("complete")
    assert not frontier.begin_run(run, {}).resumed


def test_it_is_a_frontier(frontier: Frontier) -> None:
    assert isinstance(frontier, Frontier)


def test_a_link_comes_back_as_it_was_found(frontier: Frontier) -> None:
    assert frontier.add([Link(url=A, via=C, hops="LL", depth=2, priority=7, seed=True)]) == 1
    assert frontier.lease(1, {}, 8, NOW) == [
        Lease(url=A, via=C, hops="LL", depth=2, priority=7, seed=True, attempts=0, previous=None)
    ]


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("http://a.cn/x", "http://A.cn:80/x#top"),
        ("https://a.cn", "https://a.cn:443/"),
        ("http://a.cn/?p=1&q=2", "http://a.cn/?q=2&p=1"),
        ("http://a.cn/%e4%b8", "http://a.cn/%E4%B8"),
        ("http://a.cn/b/../x", "http://a.cn/x"),
    ],
)
def test_two_spellings_of_a_url_are_one_and_the_first_is_fetched(frontier: Frontier, first: str, other: str) -> None:
    assert frontier.add([Link(url=first), Link(url=other)]) == 1
    assert [lease.url for lease in lease_all(frontier)] == [first]
    assert frontier.finish({other: archived()}) == []
    assert states(frontier) == {first: State.ARCHIVED}


@pytest.mark.parametrize(
    ("first", "other"),
    [("http://a.cn/x", "https://a.cn/x"), ("http://a.cn/x", "http://a.cn/x/"), ("http://a.cn/?p=", "http://a.cn/")],
)
def test_urls_that_a_server_may_tell_apart_are_two(frontier: Frontier, first: str, other: str) -> None:
    assert frontier.add([Link(url=first), Link(url=other)]) == 2


@pytest.mark.parametrize(
    "url", ["", "http://[bad", "http://a.cn:99999/", "http://a.cn/\ud800", "mailto:a@a.cn", "\x00"]
)
def test_what_is_hardly_a_url_is_kept_and_ended_like_any_other(frontier: Frontier, url: str) -> None:
    assert frontier.add([Link(url=url, via=url, hops=url)]) == 1
    assert len(lease_all(frontier)) == 1
    assert frontier.finish({url: Outcome(state=State.FAILED, reason=url)}) == []


def test_a_known_url_is_not_queued_twice_in_a_run(frontier: Frontier) -> None:
    frontier.add([Link(url=A)])
    assert frontier.add([Link(url=A)], again=True) == 0
    lease_all(frontier)
    assert frontier.add([Link(url=A)], again=True) == 0
    frontier.finish({A: archived()})
    assert frontier.add([Link(url=A)], again=True) == 0
    assert lease_all(frontier) == []


def test_no_host_gets_more_than_its_share(frontier: Frontier) -> None:
    frontier.add(pages("a.cn", 10) + pages("b.cn", 10) + pages("c.cn", 1))
    got = Counter(lease.url.split("/")[2] for lease in frontier.lease(100, {"a.cn": 1, "b.cn": 4}, 3, NOW))
    assert got == {"a.cn": 2, "c.cn": 1}


def test_the_least_busy_host_comes_first_and_hosts_take_turns(frontier: Frontier) -> None:
    frontier.add(pages("a.cn", 9) + pages("b.cn", 9) + pages("c.cn", 9))
    turns = [lease.url.split("/")[2] for lease in frontier.lease(5, {"a.cn": 2}, 8, NOW)]
    assert turns == ["b.cn", "c.cn", "b.cn", "c.cn", "a.cn"]
    single = [frontier.lease(1, {}, 8, NOW)[0].url.split("/")[2] for _ in range(6)]
    assert set(Counter(single).values()) == {2}


def test_ports_are_hosts_of_their_own_and_schemes_are_not(frontier: Frontier) -> None:
    frontier.add([Link(url=url) for url in ("http://a.cn/", "https://a.cn/", "http://a.cn:8080/", "http://[::1]:81/")])
    assert set(frontier.hosts()) == {"a.cn", "a.cn:8080", "[::1]:81"}
    assert frontier.hosts()["a.cn"].queued == 2


def test_within_a_host_priority_comes_before_age(frontier: Frontier, store: Store) -> None:
    frontier.add([Link(url=A)])
    store.clock.now += 1
    frontier.add([Link(url=B, priority=5), Link(url="http://a.cn/3", priority=-1), Link(url="http://a.cn/4")])
    assert [lease.url for lease in lease_all(frontier)] == [B, A, "http://a.cn/4", "http://a.cn/3"]


def test_a_retry_waits_its_time_and_counts(frontier: Frontier) -> None:
    frontier.add([Link(url=A)])
    lease_all(frontier)
    frontier.retry(A, NOW + 60, "503")
    assert frontier.next_due() == NOW + 60 and frontier.pending() == 1
    assert lease_all(frontier, now=NOW + 59) == []
    (lease,) = lease_all(frontier, now=NOW + 60)
    assert lease.attempts == 1


def test_a_retry_goes_behind_its_equals(frontier: Frontier, store: Store) -> None:
    frontier.add([Link(url=A), Link(url=B)])
    assert frontier.lease(1, {}, 8, NOW)[0].url == A
    store.clock.now += 1
    frontier.retry(A, 0, "503")
    assert [lease.url for lease in lease_all(frontier)] == [B, A]


def test_only_what_is_leased_can_be_tried_again(frontier: Frontier, caplog: pytest.LogCaptureFixture) -> None:
    frontier.add([Link(url=A)])
    frontier.retry(A, 0, "503")
    assert f"Cannot retry {A}" in caplog.text
    assert lease_all(frontier)[0].attempts == 0


def test_next_due_tells_now_from_later_from_never(frontier: Frontier) -> None:
    assert frontier.next_due() is None
    frontier.add([Link(url=A), Link(url=B)])
    lease_all(frontier)
    assert frontier.next_due() is None
    frontier.retry(A, NOW + 9, "")
    frontier.retry(B, NOW + 5, "")
    assert frontier.next_due() == NOW + 5
    frontier.add([Link(url=C)])
    assert frontier.next_due() == 0.0


def test_a_lapsed_lease_is_queued_again_unless_renewed(frontier: Frontier) -> None:
    frontier.add([Link(url=A), Link(url=B)])
    lease_all(frontier)
    frontier.renew([B], NOW + LEASE - 1)
    assert lease_all(frontier, now=NOW + LEASE - 1) == []
    (lease,) = lease_all(frontier, now=NOW + LEASE)
    assert (lease.url, lease.attempts) == (A, 1)


def test_a_released_lease_was_never_an_attempt(frontier: Frontier) -> None:
    frontier.add([Link(url=A), Link(url=B)])
    frontier.lease(1, {}, 8, NOW)
    frontier.release([A])
    assert [(lease.url, lease.attempts) for lease in lease_all(frontier)] == [(A, 0), (B, 0)]


def test_an_end_is_final(frontier: Frontier, caplog: pytest.LogCaptureFixture) -> None:
    frontier.add([Link(url=A), Link(url=B)])
    assert frontier.finish({A: archived()}) == []
    gone = Outcome(state=State.GONE)
    assert frontier.finish({A: gone, B: gone, C: gone}) == [A, C]
    assert states(frontier) == {A: State.ARCHIVED, B: State.GONE}
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert f"Refused to end {A} as gone: it is archived" in caplog.text


def test_an_outcome_must_be_an_end() -> None:
    with pytest.raises(ValueError, match="state"):
        Outcome(state=State.QUEUED)
    with pytest.raises(ValueError, match="no zone"):
        Outcome(state=State.ARCHIVED, captured_at=datetime(2023, 1, 1))


def test_exclusion_ends_what_the_run_does_not_know(frontier: Frontier) -> None:
    assert frontier.exclude(Link(url=A, via=C), State.EXCLUDED_SCOPE, "another host")
    assert not frontier.exclude(Link(url=A), State.EXCLUDED_TRAP, "calendar")
    frontier.add([Link(url=B)])
    assert not frontier.exclude(Link(url=B), State.EXCLUDED_SCOPE, "depth")
    assert frontier.add([Link(url=A)]) == 0
    row = next(frontier.rows(State.EXCLUDED_SCOPE))
    assert (row.url, row.via, row.reason) == (A, C, "another host")
    with pytest.raises(ValueError, match="no exclusion"):
        frontier.exclude(Link(url=C), State.FAILED, "")


def test_many_are_excluded_in_one_step_or_none(frontier: Frontier) -> None:
    trap = [(link, State.EXCLUDED_TRAP, "calendar") for link in pages("a.cn", 3)]
    assert frontier.exclude_all(trap + trap) == 3
    with pytest.raises(ValueError, match="no exclusion"):
        frontier.exclude_all([(Link(url=C), State.EXCLUDED_SCOPE, ""), (Link(url=C), State.GONE, "")])
    assert set(states(frontier).values()) == {State.EXCLUDED_TRAP} and len(states(frontier)) == 3


def test_a_row_says_all_there_is_to_know(frontier: Frontier) -> None:
    frontier.add([Link(url=A, via=C, hops="L", depth=1, priority=3)])
    lease_all(frontier)
    frontier.finish({A: attrs.evolve(archived(4), reason="why", last_modified="Sun, 01 Jan 2023 00:00:00 GMT")})
    (row,) = frontier.rows()
    assert (row.state, row.run, row.location, row.captured_at) == (
        State.ARCHIVED, "r1", place(4), datetime(2023, 1, 1, 12, 0, 4, tzinfo=UTC),
    )  # fmt: skip
    assert (row.reason, row.status, row.etag, row.text_file, row.host, row.kind) == (
        "why", 200, '"4"', "004.txt", "a.cn", "page",
    )  # fmt: skip
    assert row.discovered_at == row.changed_at == datetime.fromtimestamp(NOW, UTC)


def test_rows_are_in_order_and_can_be_chosen(frontier: Frontier) -> None:
    frontier.add(pages("a.cn", 2500))
    assert [row.url for row in frontier.rows()] == [link.url for link in pages("a.cn", 2500)]
    frontier.finish({A: archived()})
    next_run(frontier)
    frontier.add([Link(url=C)])
    assert [row.url for row in frontier.rows(State.ARCHIVED)] == [A]
    assert [row.url for row in frontier.rows(run="r2")] == [C]
    assert list(frontier.rows(State.ARCHIVED, "r2")) == []


def test_counts_are_those_of_the_run(frontier: Frontier) -> None:
    frontier.add(pages("a.cn", 4) + pages("b.cn", 1))
    frontier.exclude(Link(url="http://c.cn/"), State.EXCLUDED_ROBOTS, "")
    frontier.finish({A: archived(), C.replace("1", "0"): Outcome(state=State.FAILED)})
    frontier.lease(1, {}, 8, NOW)
    counts = frontier.counts()
    assert set(counts) == set(State) and sum(counts.values()) == 6 and frontier.pending() == 3
    assert {state: n for state, n in counts.items() if n} == {
        State.QUEUED: 2, State.LEASED: 1, State.ARCHIVED: 1, State.EXCLUDED_ROBOTS: 1, State.FAILED: 1,
    }  # fmt: skip
    hosts = frontier.hosts()
    assert attrs.astuple(hosts["a.cn"]) == (2, 1, 1, 0)
    assert attrs.astuple(hosts["b.cn"]) == (0, 0, 0, 1) and attrs.astuple(hosts["c.cn"]) == (0, 0, 1, 0)
    next_run(frontier)
    assert sum(frontier.counts().values()) == 0 and frontier.pending() == 0 and frontier.hosts() == {}


def test_an_unfinished_run_is_gone_on_with(frontier: Frontier, store: Store) -> None:
    frontier.close()
    frontier = store.open()
    frontier.begin_run("r1", {"ignored": "the run is r1 already"})
    frontier.add([Link(url=A), Link(url=B)])
    frontier.claim(Link(url=C))
    frontier.lease(1, {}, 8, NOW)
    frontier.close()
    again = store.open()
    start = again.begin_run("r9", {"other": "arguments"})
    assert (start.run, start.resumed, start.arguments) == ("r1", True, {})
    assert states(again) == {A: State.QUEUED, B: State.QUEUED, C: State.DISCOVERED}
    assert [(lease.url, lease.attempts) for lease in lease_all(again)] == [(A, 0), (B, 0)]


def test_an_ended_run_is_not_gone_on_with(frontier: Frontier, store: Store) -> None:
    frontier.end_run("complete")
    with pytest.raises(RuntimeError, match="begin_run"):
        frontier.add([Link(url=A)])
    frontier.close()
    frontier.close()
    start = store.open().begin_run("r2", {"sites": "a", "folder": Path("x")})
    assert (start.run, start.resumed, start.arguments) == ("r2", False, {"sites": "a", "folder": "x"})


def test_continuations_are_claimed_never_queued(frontier: Frontier) -> None:
    link = Link(url=A, kind="continuation")
    assert frontier.add([link]) == 0
    assert states(frontier) == {A: State.DISCOVERED}
    assert lease_all(frontier) == [] and frontier.pending() == 0
    assert frontier.claim(link)
    assert not frontier.claim(link)
    assert frontier.finish({A: archived()}) == []
    assert not frontier.claim(link)


def test_a_claim_takes_a_queued_page_out_of_the_queue(frontier: Frontier) -> None:
    frontier.add([Link(url=A), Link(url=B)])
    assert frontier.claim(Link(url=A))
    assert [lease.url for lease in lease_all(frontier)] == [B]
    assert not frontier.claim(Link(url=B))
    frontier.release([A])
    assert states(frontier)[A] == State.DISCOVERED


def test_a_claim_opens_a_page_of_an_earlier_run(frontier: Frontier) -> None:
    frontier.claim(Link(url=A))
    frontier.finish({A: archived()})
    next_run(frontier)
    assert frontier.claim(Link(url=A))
    assert states(frontier) == {A: State.LEASED}


def test_a_later_run_reopens_only_what_it_should(frontier: Frontier) -> None:
    ends = sorted(TERMINAL)
    urls = [f"http://a.cn/{state}" for state in ends]
    frontier.add([Link(url=url) for url in urls])
    frontier.finish({url: Outcome(state=state) for url, state in zip(urls, ends, strict=True)})
    next_run(frontier)
    assert frontier.add([Link(url=url) for url in urls]) == 4
    reopened = {State(lease.url.rsplit("/", 1)[1]) for lease in lease_all(frontier)}
    assert reopened == {State.EXCLUDED_ROBOTS, State.EXCLUDED_SCOPE, State.EXCLUDED_TRAP, State.FAILED}
    assert frontier.add([Link(url=url) for url in urls], again=True) == len(urls) - 4


def test_a_later_run_takes_up_what_an_ended_one_left(frontier: Frontier) -> None:
    frontier.add([Link(url=A)])
    next_run(frontier)
    assert lease_all(frontier) == []
    assert frontier.add([Link(url=A)]) == 1
    assert len(lease_all(frontier)) == 1


def test_an_exclusion_does_not_hide_an_earlier_capture(frontier: Frontier) -> None:
    frontier.add([Link(url=A), Link(url=B)])
    frontier.finish({A: archived(), B: Outcome(state=State.FAILED)})
    next_run(frontier)
    assert not frontier.exclude(Link(url=A), State.EXCLUDED_SCOPE, "depth")
    assert frontier.exclude(Link(url=B), State.EXCLUDED_SCOPE, "depth")
    assert states(frontier) == {A: State.ARCHIVED, B: State.EXCLUDED_SCOPE}


def test_the_capture_of_an_earlier_run_comes_with_the_lease(frontier: Frontier) -> None:
    def run_once(run: str, outcome: Outcome) -> Lease:
        next_run(frontier, run)
        frontier.add([Link(url=A)], again=True)
        (lease,) = lease_all(frontier)
        frontier.finish({A: outcome})
        return lease

    unchanged = Outcome(state=State.UNCHANGED, status=304, location=place(2), etag='"new"')
    failed = Outcome(state=State.FAILED, status=503, location=place(3))
    assert run_once("r2", archived(1)).previous is None
    first = run_once("r3", unchanged).previous
    assert first is not None
    assert (first.record_id, first.payload_digest, first.etag) == (place(1).record_id, place(1).payload_digest, '"1"')
    assert (first.status, first.date) == (200, datetime(2023, 1, 1, 12, 0, 1, tzinfo=UTC))
    after_304 = run_once("r4", failed).previous
    assert after_304 == attrs.evolve(first, etag='"new"'), "a revisit points at the record with the bytes"
    assert run_once("r5", archived(5)).previous == after_304, "a failure says nothing of the page"
    latest = run_once("r6", archived(6)).previous
    assert latest is not None and latest.record_id == place(5).record_id
