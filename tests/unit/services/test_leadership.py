"""Of several processes one leads, by an invented clock: nobody leads twice in one epoch, and what
was begun in an epoch that is over does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.base.errors import Unavailable
from sealane.base.values import SECOND
from sealane.services.leadership import LEASE_SECONDS, FencedStore, Leadership
from tests import engines
from tests.clock import Clock
from tests.nodes import node_of


@pytest.fixture(scope="module", params=engines.ENGINES)
def database(request: Any, tmp_path_factory: Any) -> Iterator[Any]:
    place = engines.place_in(tmp_path_factory.mktemp("lease"), request.param)
    engine = open_engine(place)
    make_tables(engine)
    yield engine
    engine.dispose()
    if isinstance(place, str):
        engines.server().dropped(place)


class Processes:
    """Several processes of one node, each with a clock of its own."""

    def __init__(self, engine: Any, number: int = 3) -> None:
        self.dead: set[str] = set()
        self.clocks = [Clock() for _ in range(number)]
        self.store = SqlStore(engine)
        with self.store.writing() as tx:
            tx.exec_driver_sql("DELETE FROM leases")
            tx.exec_driver_sql("DELETE FROM serials")
        self.nodes = [
            node_of("AUS", store=self.store, records=SqlRecords(), host=clock)
            for clock in self.clocks
        ]
        self.parts = [
            Leadership(node, f"process-{at}", gone=self.dead.__contains__)
            for at, node in enumerate(self.nodes)
        ]

    def pass_(self, seconds: float) -> None:
        for clock in self.clocks:
            clock.now_ += int(seconds * SECOND)

    def leaders(self) -> list[int]:
        return [at for at, part in enumerate(self.parts) if part.epoch is not None]

    def write(self, at: int, epoch: int) -> bool:
        """One step through the fence of an epoch; whether it happened."""
        fenced, happened = FencedStore(self.store, self.parts[at].fence(epoch)), False
        with suppress(Unavailable), fenced.writing() as tx:
            self.nodes[at].records.serial(tx, "written")
            happened = True
        return happened

    def written(self) -> int:
        with self.store.reading() as tx:
            row = self.nodes[0].records.serials.get(tx, name="written")
        return 0 if row is None else row.last


@pytest.fixture
def three(database: Any) -> Processes:
    return Processes(database)


def test_the_first_leads_and_goes_on_while_it_renews(three: Processes) -> None:
    assert three.parts[0].seek()
    for _ in range(20):
        three.pass_(LEASE_SECONDS / 4)
        assert three.parts[0].seek()
        assert not three.parts[1].seek()
        assert not three.parts[2].seek()
    assert three.parts[0].epoch == 1


def test_one_that_is_stalled_past_its_lease_is_followed_and_then_does_nothing(
    three: Processes,
) -> None:
    three.parts[0].seek()
    assert not three.parts[1].seek()
    three.pass_(LEASE_SECONDS - 1)
    assert not three.parts[1].seek()
    three.pass_(1)
    assert three.parts[1].seek()
    assert (three.parts[1].epoch, three.parts[0].epoch) == (2, None)
    assert not three.write(0, 1)
    assert three.write(1, 2)
    assert three.written() == 1
    assert not three.parts[0].seek()


def test_what_was_begun_in_an_epoch_does_nothing_in_a_later_one_of_the_same_process(
    three: Processes,
) -> None:
    first, second = three.parts[:2]
    first.seek()
    for following, leading in ((second, first), (first, second)):
        assert not following.seek()
        three.pass_(LEASE_SECONDS)
        assert following.seek()
        assert not leading.seek()
    assert first.epoch == 3
    assert not three.write(0, 1)
    assert three.write(0, 3)


def test_one_that_is_proven_gone_or_resigned_is_followed_at_once(three: Processes) -> None:
    three.parts[0].seek()
    assert not three.parts[1].seek()
    three.dead.add("process-0")
    assert three.parts[1].seek()
    three.parts[1].resign()
    assert three.parts[2].seek()
    assert three.parts[2].epoch == 3


@pytest.mark.parametrize("seconds", [300 * 86_400, -300 * 86_400])
def test_no_clock_that_is_set_takes_or_keeps_the_lease(three: Processes, seconds: int) -> None:
    three.parts[0].seek()
    assert not three.parts[1].seek()
    three.clocks[1].set(seconds)
    assert not three.parts[1].seek()
    three.clocks[0].set(seconds)
    three.pass_(LEASE_SECONDS / 2)
    assert three.parts[0].seek()
    assert not three.parts[1].seek()
    three.pass_(LEASE_SECONDS)
    assert three.parts[1].seek()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["seek", "write", "write old", "resign", "die", "set clock"]),
        st.integers(0, 2),
        st.floats(0, LEASE_SECONDS * 1.2),
        st.integers(-(10**7), 10**7),
    ),
    max_size=30,
)


@given(STEPS)
@settings(max_examples=40)
def test_whatever_happens_epochs_only_grow_and_each_is_of_one_process(
    database: Any, steps: Any
) -> None:
    made, known, done = Processes(database), {}, []
    old = [1, 1, 1]
    for what, at, seconds, jump in steps:
        made.pass_(seconds)
        part = made.parts[at]
        if what == "seek":
            part.seek()
        elif what == "resign":
            part.resign()
        elif what == "die":
            made.dead.add(part.holder)
        elif what == "set clock":
            made.clocks[at].set(jump)
        epoch = part.epoch
        if epoch is not None:
            assert known.setdefault(epoch, at) == at
            old[at] = epoch
        if what == "write" and epoch is not None and made.write(at, epoch):
            done.append((epoch, at))
        # one that was stalled goes on with what it knew
        if what == "write old" and made.write(at, old[at]):
            done.append((old[at], at))
    assert done == sorted(done)
    assert all(known.get(epoch, at) == at for epoch, at in done)
    assert made.written() == len(done)


def test_of_several_that_find_the_lease_free_at_once_one_has_it(three: Processes) -> None:
    found = [part.seek() for part in three.parts]
    assert found == [True, False, False]
    # both decide by what they saw before either wrote
    with three.store.reading() as tx:
        row = three.nodes[0].records.leases.get(tx, name="work")
    assert row is not None
    taken = [part._take(row, row.epoch + 1) for part in three.parts[1:]]
    assert sorted(taken) == [0, 2]


def test_hints_are_fenced_like_records(three: Processes, tmp_path: Path) -> None:
    three.parts[0].seek()
    fenced = FencedStore(three.store, three.parts[0].fence(7))
    with pytest.raises(Unavailable, match=r"node\.not_leading"), fenced.hinting():
        pass
    with fenced.reading() as tx:
        assert three.nodes[0].records.leases.get(tx, name="work") is not None
