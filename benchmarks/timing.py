"""Timing: what contenders cost next to each other, in turns, so that a busy machine is unfair to none."""

from __future__ import annotations

import gc
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import attrs

_GLANCE = 0.25
"""Seconds between looks at a running command's processes."""
_TICKS = os.sysconf("SC_CLK_TCK")


@attrs.frozen(kw_only=True)
class Cost:
    """What one run took."""

    cpu: float
    """Seconds of processor, user and system, of all processes of it."""
    wall: float
    memory: int = 0
    """Bytes at the highest, shared pages divided among those that share them; 0 where not looked at."""


Costs = Mapping[str, Sequence[Cost]]
"""By contender, a cost a round."""


def alternate(contenders: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Runs every contender once a round, in an order that turns around from round to round."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name in list(contenders)[:: -1 if number % 2 else 1]:
            costs[name].append(contenders[name]())
    return costs


def timed(work: Callable[[], object]) -> Callable[[], Cost]:
    """A contender of work within this process."""

    def run() -> Cost:
        gc.collect()
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        return Cost(cpu=time.process_time() - cpu, wall=time.perf_counter() - wall)

    return run


def middle(costs: Sequence[Cost], what: str = "cpu") -> float:
    """The median over the rounds."""
    return float(median(getattr(cost, what) for cost in costs))


def ratio(costs: Costs, name: str, over: str, what: str = "cpu") -> float:
    """The median of the rounds' own ratios: both ran while the machine was as busy."""
    pairs = zip(costs[name], costs[over], strict=True)
    return float(median(getattr(one, what) / max(getattr(two, what), 1e-9) for one, two in pairs))


def run_command(command: Sequence[str], folder: Path, limit: float = 300.0) -> Cost:
    """Runs a command to its end and adds up what it and its descendants took.

    Raises subprocess.CalledProcessError with what it said where it fails or takes longer than `limit` seconds.
    """
    with (folder / "said.txt").open("w+b") as said:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        watch, stop = _Watch(child.pid), threading.Timer(limit, child.kill)
        stop.start()
        watch.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        finally:  # also where we are told to stop: nothing is to go on crawling behind our back
            stop.cancel()
            watch.end()
            if child.returncode is None:
                child.kill()
                child.wait()
        wall = time.perf_counter() - start
        if child.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(child.returncode, list(command), stderr=said.read()[-2000:])
    # What its children took is in its own account once it has waited for them; those it killed were only watched.
    return Cost(cpu=max(usage.ru_utime + usage.ru_stime, watch.cpu), wall=wall, memory=watch.memory)


class _Watch(threading.Thread):
    """Looks at a process and its descendants in /proc until told to end."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._ended = threading.Event()
        self._seen: dict[int, float] = {}
        self.memory = 0

    @property
    def cpu(self) -> float:
        return sum(self._seen.values())

    def run(self) -> None:
        while not self._ended.wait(_GLANCE):
            family = _family(self._process)
            self._seen |= family
            self.memory = max(self.memory, sum(map(_memory, family)))

    def end(self) -> None:
        self._ended.set()
        self.join()


def _family(process: int) -> dict[int, float]:
    """A process and its descendants with the seconds each took by itself (proc(5), stat)."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
        seconds[int(folder.name)] = (int(fields[11]) + int(fields[12])) / _TICKS
    family = {process} & set(parents)
    while found := {one for one, parent in parents.items() if parent in family} - family:
        family |= found
    return {one: seconds[one] for one in family}


def _memory(process: int) -> int:
    """Bytes of a process's proportional share (proc(5), smaps_rollup); 0 where it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)
