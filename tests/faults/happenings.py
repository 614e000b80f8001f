"""What happens to two nations, one thing after another at random moments, and how each ends."""

from __future__ import annotations

import contextlib
import heapq
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sealane.services.leadership import LEASE_SECONDS
from tests.faults.nation import CLOCK, DISK, FULL, HALF, Process
from tests.faults.stage import Stage
from tests.faults.ways import Way

T = TypeVar("T")
Undo = Callable[[], object]
Make = Callable[["Happenings"], "Happened | None"]
AHEAD = (5, 40, 600, 6 * 3600, 86_400)
BACK = (-5, -40, -600, -6 * 3600, -86_400)


@dataclass(frozen=True)
class Happened:
    """Something that was done, and what ends it after so many seconds."""

    what: str
    undo: Undo
    seconds: float


@dataclass
class Happenings:
    """The faults of one run, drawn from one seed."""

    stage: Stage
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    _ends: list[tuple[float, int, Undo]] = field(default_factory=list)
    _spoilt: set[str] = field(default_factory=set)

    @property
    def points(self) -> int:
        return sum(self.counts.values())

    def run(self, points: int) -> None:
        """So many faults, each at a random moment, several of them at a time."""
        wanted = self.points + points
        while self.points < wanted:
            self._pause(self.chance.uniform(0.05, 1.5))
            name = self.chance.choice(sorted(self._table()))
            happened = self._table()[name](self)
            if happened is None:
                continue
            self.counts[name] += 1
            self.told.append(f"{time.monotonic():.2f} {name} {happened.what}")
            self._later(happened)
        self.end()

    def end(self) -> None:
        """Everything that was begun ends, the soonest first."""
        while self._ends:
            heapq.heappop(self._ends)[2]()
        self._spoilt.clear()

    def _table(self) -> dict[str, Make]:
        server = self.stage.server is not None
        return {**EVERYWHERE, **(ON_SERVERS if server else ON_FILES)}

    def _later(self, happened: Happened) -> None:
        due = time.monotonic() + happened.seconds
        heapq.heappush(self._ends, (due, len(self.told), happened.undo))

    def _pause(self, seconds: float) -> None:
        """Wait, and end meanwhile what is to end."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end or (self._ends and self._ends[0][0] <= now):
            if self._ends and self._ends[0][0] <= now:
                heapq.heappop(self._ends)[2]()
            else:
                due = self._ends[0][0] if self._ends else end
                time.sleep(max(0.0, min(end, due) - now))

    def free(self, name: str, undo: Undo) -> Undo | None:
        """Take something to be spoilt; None where it is spoilt already. What ends it frees it."""
        if name in self._spoilt:
            return None
        self._spoilt.add(name)

        def over() -> None:
            undo()
            self._spoilt.discard(name)

        return over

    def process(self, role: str) -> Process | None:
        """One that does its part at this moment."""
        found = [one for one in self.stage.processes if one.role.startswith(role) and one.ready()]
        return self.chance.choice(found) if found else None


def _killed(role: str) -> Make:
    def make(run: Happenings) -> Happened | None:
        one = run.process(role)
        if one is None or (over := run.free(one.name, one.start)) is None:
            return None
        one.kill()
        return Happened(one.name, over, run.chance.choice([0, 0.5, 2]))

    return make


def _stopped(role: str) -> Make:
    """SIGSTOP, now and then for longer than the lease."""

    def make(run: Happenings) -> Happened | None:
        one = run.process(role)
        if one is None or (over := run.free(one.name, one.go_on)) is None:
            return None
        one.stop()
        longest = LEASE_SECONDS * 1.5 if role == "work" else 4
        return Happened(one.name, over, run.chance.uniform(0.2, longest))

    return make


def _way(ways: Callable[[Stage], dict[str, Way]], how: str) -> Make:
    def make(run: Happenings) -> Happened | None:
        name = run.chance.choice(sorted(ways(run.stage)))
        way = ways(run.stage)[name]
        if (over := run.free(f"way {way.port}", way.heal)) is None:
            return None
        if how == "cut":
            way.cut(run.chance.choice([1, 7, 100, 1000, 20_000]))
        else:
            getattr(way, how)()
        return Happened(f"{name} {how}", over, run.chance.uniform(0.2, 5))

    return make


def _split(run: Happenings) -> Happened | None:
    """No line between the nations, either way."""
    lines = list(run.stage.lines.values())

    def heal() -> None:
        for line in lines:
            line.heal()

    if (over := run.free("split", heal)) is None:
        return None
    for line in lines:
        line.close()
    return Happened("both lines", over, run.chance.uniform(1, 8))


def _full(run: Happenings) -> Happened | None:
    """No room on the disk of one process, or room for half of what is written."""
    one = run.process("")
    if one is None:
        return None
    if (over := run.free(f"disk {one.name}", lambda: one.machine.put(DISK, 0))) is None:
        return None
    one.machine.put(DISK, run.chance.choice([FULL, HALF]))
    return Happened(one.name, over, run.chance.uniform(0.2, 3))


def _clock(jumps: tuple[int, ...]) -> Make:
    """The clock of one nation's machines, or of one of them, is set, and is set right later."""

    def make(run: Happenings) -> Happened | None:
        nation = run.chance.choice([run.stage.pair[name] for name in sorted(run.stage.pair)])
        alone = run.chance.random() < 0.5
        machines = [run.chance.choice(nation.processes)] if alone else nation.processes

        def put(seconds: int) -> None:
            for one in machines:
                one.machine.put(CLOCK, nation.ahead + seconds)

        if (over := run.free(f"clock {nation.party}", lambda: put(0))) is None:
            return None
        seconds = run.chance.choice(jumps)
        put(seconds)
        run.stage.furthest = max(run.stage.furthest, nation.ahead + seconds)
        what = machines[0].name if alone else nation.party
        return Happened(f"{what} {seconds:+d} s", over, run.chance.uniform(0.5, 5))

    return make


def _locked(run: Happenings) -> Happened | None:
    """Another process holds the whole database file."""
    name = run.chance.choice(sorted(run.stage.pair))
    file = run.stage.pair[name].folder / "node.db"
    with contextlib.suppress(sqlite3.OperationalError):
        held = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=2)
        held.execute("BEGIN IMMEDIATE")
        return Happened(name, held.close, run.chance.uniform(0.2, 4))
    return None


def _crashed(run: Happenings) -> Happened | None:
    """The database's machine stops, and starts again."""
    server = run.stage.server
    assert server is not None
    if (over := run.free("server", server.start)) is None:
        return None
    server.stop(now=True)
    return Happened("the server of both", over, run.chance.uniform(0, 3))


def _nats_killed(run: Happenings) -> Happened | None:
    nats = run.stage.nats
    assert nats is not None
    if (over := run.free("nats", nats.start)) is None:
        return None
    nats.kill()
    return Happened("nats", over, run.chance.uniform(0, 5))


def _ways(what: str, ways: Callable[[Stage], dict[str, Way]]) -> Iterator[tuple[str, Make]]:
    for how in ("close", "stall", "cut"):
        yield f"{what} {how}", _way(ways, how)


EVERYWHERE: dict[str, Make] = {
    "kill serve": _killed("serve"),
    "kill work": _killed("work"),
    "stop serve": _stopped("serve"),
    "stop work": _stopped("work"),
    "split": _split,
    "disk full": _full,
    "clock ahead": _clock(AHEAD),
    "clock back": _clock(BACK),
    **dict(_ways("line", lambda stage: stage.lines)),
}
ON_FILES: dict[str, Make] = {"file held": _locked}
ON_SERVERS: dict[str, Make] = {
    "postgresql stops": _crashed,
    "nats stops": _nats_killed,
    **dict(_ways("postgresql", lambda stage: stage.databases)),
    **dict(_ways("s3", lambda stage: stage.buckets)),
    **dict(_ways("nats", lambda stage: stage.wakes)),
}
