"""A turn serves all callers of a batch by the same few statements; each keeps its own answer,
entries and marks.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event

from sealane.adapters import replays
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.base.values import SECOND, Instant
from sealane.ledger import entries
from sealane.protocol.tokens import Once
from sealane.services.opentdf.group_commit import Turnstile
from sealane.services.opentdf.model import ItemRecord, Outcome
from sealane.services.opentdf.register import Recorder
from sealane.services.opentdf.turn import Step, Turn
from tests.clock import StillClock
from tests.kas import AGREEMENT

RECORDS = SqlRecords()


class Service:
    """The turn of a node's key access over a real database and real logs."""

    def __init__(self, place):
        self.engine, self.host = open_engine(place), StillClock()
        make_tables(self.engine, "aus.example")
        self.store = SqlStore(self.engine)
        self.internal, self.shared = SqlLog("aus.example/internal"), SqlLog("aus.example/x")
        recorder = Recorder(
            node="aus.example",
            host=self.host,
            internal=self.internal,
            shared=lambda _, __, partner: self.shared if partner == "JPN" else None,
            register=RECORDS,
            together=self.store.together,
        )
        self.turn = Turn(self.host, lambda: None, replays.first, recorder)

    def step(self, name, *, partner="JPN"):
        """One call about an item of its own, answered by its name and whether it came first."""
        at = self.host.now()
        record = ItemRecord(
            item=f"item-{name}",
            policy_uuid=f"p-{name}",
            attributes=frozenset(),
            policy_digest="",
            kao_digests=frozenset(),
            agreement=AGREEMENT,
            label=None,
            label_digest="",
            provider=partner,
        )
        told = Outcome(
            released=False, at=at, reason="key.no_purpose", request_digest="ab" * 48, record=record
        )
        marks = tuple(
            Once(f"{kind}:{name}", Instant(at + 60 * SECOND)) for kind in ("token", "proof", "srt")
        )
        return Step(marks, lambda _, first: ((name, first), [told]))

    def take(self, steps):
        with self.store.writing() as tx:
            return self.turn(tx, steps)

    def entries(self, log):
        with self.store.reading() as tx:
            return [entries.read(one).fields["object"] for one in log.entries(tx, 0, 10_000)]

    def history(self):
        with self.store.reading() as tx:
            rows = RECORDS.entry_refs.find(tx, order="index")
        return [(row.origin, row.index, row.item, row.kind) for row in rows]


@pytest.fixture
def service(place):
    made = Service(place)
    yield made
    made.engine.dispose()


@pytest.mark.parametrize("count", [1, 2, 13, 64])
def test_each_of_a_batch_has_its_own_answer_entries_and_history(service, count):
    names = [f"{at:02}" for at in range(count)]
    assert service.take([service.step(name) for name in names]) == [(name, True) for name in names]
    items = [f"item-{name}" for name in names]
    assert service.entries(service.internal) == service.entries(service.shared) == items
    assert service.history() == [
        ("aus.example/internal", at, item, "key.refused") for at, item in enumerate(items)
    ]


def test_what_comes_twice_in_one_batch_or_in_two_is_first_once(service):
    again = service.step("a")
    assert service.take([again, service.step("b"), again]) == [
        ("a", True), ("b", True), ("a", False),
    ]  # fmt: skip
    assert service.take([service.step("c"), again]) == [("c", True), ("a", False)]


def test_a_log_that_is_shared_with_nobody_hears_nothing(service):
    service.take([service.step("a"), service.step("b", partner=None), service.step("c")])
    assert service.entries(service.shared) == ["item-a", "item-c"]
    assert service.entries(service.internal) == ["item-a", "item-b", "item-c"]


def test_a_step_that_fails_leaves_nothing_and_takes_nobody_with_it(service):
    def failing(tx, first):
        raise KeyError("no")

    bad, turnstile = service.step("bad"), Turnstile(service.store, service.turn)
    with pytest.raises(KeyError):
        turnstile.commit(Step(bad.once, failing))
    assert turnstile.commit(service.step("good")) == ("good", True)
    assert service.entries(service.internal) == ["item-good"]
    assert turnstile.commit(bad) == ("bad", True)


def test_a_batch_asks_the_database_as_often_as_one_caller(tmp_path: Path):
    service, said = Service(tmp_path / "node.db"), []

    @event.listens_for(service.engine, "connect")
    def _listen(connection, _):
        connection.set_trace_callback(said.append)

    service.engine.dispose()
    service.take([service.step("first")])
    counts = []
    for count in (1, 16, 64):
        said.clear()
        service.take([service.step(f"{count}/{at}") for at in range(count)])
        counts.append(len([one for one in said if not one.startswith("--")]))
    assert counts[0] == counts[1] == counts[2] > 0
