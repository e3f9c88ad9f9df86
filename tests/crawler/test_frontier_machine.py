"""Whatever is asked of a frontier, in whatever order: it stays what a plain dictionary says it is."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crawler.frontier.base import LEASE, RETRIABLE, TERMINAL, Link, Outcome, State
from tests.crawler.frontiers import BACKENDS

URLS = [f"http://{host}.cn/{n}" for host in "abc" for n in range(3)]
urls = st.sampled_from(URLS)


@attrs.define
class Known:
    state: State
    run: str
    kind: str = "page"
    attempts: int = 0
    due: float = 0.0
    until: float = 0.0


class FrontierMachine(RuleBasedStateMachine):
    backend = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = BACKENDS[self.backend](Path(self.folder.name))
        self.frontier = self.store.open()
        self.model: dict[str, Known] = {}
        self.runs = 1
        self.frontier.begin_run("r1", {})

    @property
    def run(self) -> str:
        return f"r{self.runs}"

    def teardown(self) -> None:
        self.frontier.close()
        self.folder.cleanup()

    def known_now(self, url: str) -> Known | None:
        known = self.model.get(url)
        return known if known and known.run == self.run else None

    def rest(self, known: Known) -> None:
        known.state = State.QUEUED if known.kind == "page" else State.DISCOVERED

    @rule(chosen=st.lists(urls, max_size=4), again=st.booleans(), kind=st.sampled_from(["page", "continuation"]))
    def add(self, chosen: list[str], again: bool, kind: str) -> None:
        queued = 0
        for url in chosen:
            known = self.model.get(url)
            ended = known is not None and known.state in TERMINAL and known.state not in RETRIABLE
            if known is None or (known.run != self.run and (again or not ended)):
                self.model[url] = Known(state=State.QUEUED, run=self.run, kind=kind)
                self.rest(self.model[url])
                queued += kind == "page"
        assert self.frontier.add([Link(url=url, kind=kind) for url in chosen], again=again) == queued  # type: ignore[arg-type]

    @rule(limit=st.integers(1, 6), per_host=st.integers(1, 3), busy=st.dictionaries(st.sampled_from("abc"), st.just(1)))
    def lease(self, limit: int, per_host: int, busy: dict[str, int]) -> None:
        now = self.store.clock.now
        for known in self.model.values():
            if known.run == self.run and known.state == State.LEASED and known.until <= now:
                self.rest(known)
                known.attempts += 1
        got = self.frontier.lease(limit, {f"{host}.cn": n for host, n in busy.items()}, per_host, now)
        for lease in got:
            known = self.model[lease.url]
            assert known.run == self.run and known.state == State.QUEUED and known.kind == "page" and known.due <= now
            assert lease.attempts == known.attempts
            known.state, known.until = State.LEASED, now + LEASE
        hosts = Counter(lease.url[7] for lease in got)
        room = {host: per_host - busy.get(host, 0) for host in "abc"}
        assert all(hosts[host] <= max(0, room[host]) for host in "abc")
        left = Counter(url[7] for url, k in self.model.items() if self.ready(k, now))
        assert len(got) == limit or all(not left[host] or hosts[host] >= room[host] for host in "abc")

    def ready(self, known: Known, now: float) -> bool:
        return known.run == self.run and known.state == State.QUEUED and known.due <= now

    @rule(url=urls)
    def claim(self, url: str) -> None:
        known = self.known_now(url)
        free = known is None or known.state in (State.DISCOVERED, State.QUEUED)
        assert self.frontier.claim(Link(url=url)) == free
        if free:
            attempts = known.attempts if known else 0
            until = self.store.clock.now + LEASE
            self.model[url] = Known(State.LEASED, self.run, "continuation", attempts, until=until)

    @rule(url=urls, delay=st.sampled_from([0, 5, 500]))
    def retry(self, url: str, delay: int) -> None:
        due = self.store.clock.now + delay
        self.frontier.retry(url, due, "again")
        if (known := self.known_now(url)) and known.state == State.LEASED:
            self.rest(known)
            known.attempts += 1
            known.due = due

    @rule(chosen=st.lists(urls, max_size=3))
    def release(self, chosen: list[str]) -> None:
        self.frontier.release(chosen)
        for url in chosen:
            if (known := self.known_now(url)) and known.state == State.LEASED:
                self.rest(known)

    @rule(outcomes=st.dictionaries(urls, st.sampled_from(sorted(TERMINAL)), max_size=3))
    def finish(self, outcomes: dict[str, State]) -> None:
        refused = []
        for url, state in outcomes.items():
            known = self.known_now(url)
            if known is None or known.state in TERMINAL:
                refused.append(url)
            else:
                known.state = state
        assert self.frontier.finish({url: Outcome(state=state) for url, state in outcomes.items()}) == refused

    @rule(seconds=st.sampled_from([1, 60, LEASE]))
    def time_passes(self, seconds: float) -> None:
        self.store.clock.now += seconds

    @rule()
    def die_and_come_back(self) -> None:
        self.frontier.close()
        self.frontier = self.store.open()
        assert self.frontier.begin_run("another", {}).run == self.run
        for known in self.model.values():
            if known.run == self.run and known.state == State.LEASED:
                self.rest(known)

    @precondition(lambda self: self.model)
    @rule()
    def next_run(self) -> None:
        self.frontier.end_run("complete")
        self.runs += 1
        assert self.frontier.begin_run(self.run, {}).run == self.run

    @invariant()
    def the_ledger_tells_the_truth(self) -> None:
        rows = {row.url: (row.state, row.run, row.kind) for row in self.frontier.rows()}
        assert rows == {url: (known.state, known.run, known.kind) for url, known in self.model.items()}
        counted = Counter(known.state for known in self.model.values() if known.run == self.run)
        assert self.frontier.counts() == {state: counted[state] for state in State}
        assert self.frontier.pending() == counted[State.QUEUED] + counted[State.LEASED]
        assert (self.frontier.next_due() is None) == (not counted[State.QUEUED])
        assert {row.url for row in self.frontier.leased()} == {
            url for url, known in self.model.items() if known.run == self.run and known.state == State.LEASED
        }


@pytest.mark.parametrize("backend", sorted(BACKENDS))
def test_a_frontier_is_what_a_dictionary_says(backend: str) -> None:
    class Machine(FrontierMachine):
        pass

    Machine.backend = backend
    case = Machine.TestCase()
    case.settings = settings(
        max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    case.runTest()
