"""Three processes work for one node, by an invented clock: they die, stall and go on at random
moments, and whatever they do each act completes once and no log forks.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sealane.base.errors import SealaneError, Unavailable
from sealane.base.values import SECOND
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.services.exchange import outbox, release
from sealane.services.leadership import LEASE_SECONDS, Leadership
from sealane.services.register import equivocations
from sealane.wiring.site import Site
from sealane.wiring.work import opened_to_lead
from tests import nations
from tests.nations import AGREEMENT, Pair

NAMES = ("a", "b", "c")


class Killed(BaseException):
    """The process died here."""


@dataclass
class Process:
    """One that may work: what it opened while it led, and what it still believes to lead with."""

    name: str
    leadership: Leadership
    office: tuple[int, Site] | None = None
    stale: list[Site] = field(default_factory=list)


class Canberra:
    """The processes of Canberra's node, and Tokyo as their partner."""

    def __init__(self, pair: Pair, chance: random.Random) -> None:
        self.pair, self.chance = pair, chance
        self.dead: set[str] = set()
        self.born = 0
        self.processes = [self._process() for _ in NAMES]
        self.items: list[str] = []
        self.killed = self.refused = 0
        self.troubles: set[str] = set()

    def _process(self) -> Process:
        self.born += 1
        name = f"process-{self.born}"
        return Process(name, Leadership(self.pair.aus, name, gone=self.dead.__contains__))

    def step(self) -> None:
        """One thing that happens."""
        self.pair.clock.now_ += int(self.chance.uniform(0, LEASE_SECONDS / 3) * SECOND)
        process = self.chance.choice(self.processes)
        what = self.chance.choice(["look", "look", "work", "work", "stall", "release", "tokyo"])
        if what == "release":
            self.release()
        elif what == "tokyo":
            self.tokyo()
        elif what == "stall":
            self.pair.clock.now_ += LEASE_SECONDS * SECOND
            self.go_on(process)
        else:
            self.alive(process, what)

    def release(self) -> None:
        """What a process that serves does; the delivery is left to the leader."""
        asked = nations.wanted(self.pair.aus, reference=f"leaders-{len(self.items)}")
        self.items.append(release.release(self.pair.aus, asked, io.BytesIO(b"harbour")).item)

    def tokyo(self) -> None:
        outbox.deliver_due(self.pair.jpn)
        for _, name, one in self.pair.sites["JPN"].partnerships():
            if name == AGREEMENT:
                one.round(nations.peer(self.pair.sites["AUS"], "JPN", name))

    def alive(self, process: Process, what: str) -> None:
        """A process looks or works, and dies at some step of it now and then."""
        clock = self.pair.clock
        left = self.chance.randrange(8) if self.chance.random() < 0.6 else -1

        def at(_: str) -> None:
            nonlocal left
            left -= 1
            if left == -1:
                raise Killed

        clock.at = at if left >= 0 else lambda _: None
        try:
            self.look(process) if what == "look" else self.work(process.office)
        except Killed:
            self.killed += 1
            self.dead.add(process.name)
            self.close(process)
            self.processes[self.processes.index(process)] = self._process()
        except Unavailable as error:
            self.troubles.add(error.code)
        finally:
            clock.at = lambda _: None

    def look(self, process: Process) -> None:
        process.leadership.seek()
        epoch = process.leadership.epoch
        if process.office is not None and process.office[0] != epoch:
            process.stale.append(process.office[1])
            process.office = None
        if epoch is not None and process.office is None:
            led = opened_to_lead(self.pair.sites["AUS"], process.leadership.fence(epoch))
            node = replace(led.node, peers=self.pair.line)
            process.office = (epoch, replace(led, node=node))

    def work(self, office: tuple[int, Site] | None) -> None:
        """What a leader does in turn: deliver, publish, be witnessed, sign its own log."""
        if office is None:
            return
        led = office[1]
        outbox.deliver_due(led.node)
        for _, name, one in led.partnerships():
            if name == AGREEMENT:
                one.round(nations.peer(self.pair.sites["JPN"], "AUS", name))
        led.internal.publish()

    def go_on(self, process: Process) -> None:
        """One that was stalled goes on with what it had, and must change nothing if it lost."""
        self.alive(self.chance.choice(self.processes), "look")
        for led in process.stale:
            before = self.told()
            with pytest.raises(SealaneError, match=r"node\.not_leading"):
                self.work((0, led))
            assert self.told() == before
            self.refused += 1

    def told(self) -> Any:
        """Every signed head, and what waits."""
        node = self.pair.aus
        with node.store.reading() as tx:
            logs = [nations.log_of(node, AGREEMENT), node.internal]
            heads = [[(size, note) for size, _, note in log.signed(tx)] for log in logs]
            rows = node.records.outbox.find(tx, order="id")
        return heads, rows

    def close(self, process: Process) -> None:
        for led in [*process.stale, *([process.office[1]] if process.office else [])]:
            led.dispose()

    def settle(self) -> None:
        """Whoever leads now works until nothing waits."""
        for _ in range(8):
            self.pair.clock.now_ += 30 * SECOND
            for process in self.processes:
                self.look(process)
                self.work(process.office)
            self.tokyo()
        for process in self.processes:
            self.close(process)


def changed(pair: Pair, seed: int, *, deaths: int) -> Canberra:
    """What is left after so many deaths and at least one that went on after it was stalled."""
    made = Canberra(pair, random.Random(seed))
    made.release()
    while made.killed < deaths or not made.refused:
        made.step()
    made.settle()
    return made


def once(made: Canberra) -> None:
    pair = made.pair
    assert made.troubles <= {"node.not_leading"}
    assert outbox.waiting(pair.aus) == outbox.waiting(pair.jpn) == []
    for node in (pair.aus, pair.jpn):
        log = nations.log_of(node, AGREEMENT)
        with node.store.reading() as tx:
            assert equivocations.open_ones(node, tx) == []
            log.walk(tx)
            for size, _, note in log.signed(tx):
                assert parse_checkpoint(note).head.root == log.root_at(tx, size)
            for item in made.items:
                refs = node.records.entry_refs.find(tx, order="index", item=item)
                kinds = [one.kind for one in refs]
                assert kinds.count("statement.offer") == 1
                assert kinds.count("statement.transfer.received") == 1
                assert node.item(tx, item).state == "delivered"


@pytest.mark.parametrize("seed", range(3))
def test_processes_die_and_stall_at_random_and_each_act_completes_once(
    pair: Pair, seed: int
) -> None:
    once(changed(pair, seed, deaths=2))


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(100, 125))
def test_two_hundred_deaths_and_more_at_random_lose_nothing(pair: Pair, seed: int) -> None:
    once(changed(pair, seed, deaths=8))
