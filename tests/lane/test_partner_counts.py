"""A partner that is refused again and again fills no log, and learns nothing by asking."""

from __future__ import annotations

from sealane.base.values import DAY
from sealane.ledger import bodies, receipt
from sealane.services import dispatch
from sealane.services.register import enrolment
from sealane.services.statements import inbox, partner_counts
from sealane.services.statements.journal import compose, keep_bytes
from tests.lane.test_authority import item, outsider, refused, says, version
from tests.nations import AGREEMENT

__all__ = ["item", "outsider"]


def test_distinct_refusals_are_noted_up_to_a_bound_and_counted_beyond_it(pair, item, monkeypatch):
    """A partner that makes up a new one each time fills no log: one entry says that it goes on."""
    monkeypatch.setattr(inbox, "NOTED_A_DAY", 5)

    def said() -> None:
        data = says(pair.jpn, pair.aus, "recall.ordered", item, copies=[1])
        assert refused(dispatch.answer, pair.aus, data) == "statement.no_standing"

    def found() -> tuple[int, int, int]:
        with pair.aus.store.reading() as tx:
            kinds = pair.aus.records.entry_refs.column(tx, "kind")
            (told,) = partner_counts.told(pair.aus, tx)
        return kinds.count("peer.refused"), kinds.count("peer.limited"), told["count"]

    for _ in range(12):
        said()
    assert found() == (5, 1, 12)
    pair.clock.now_ += DAY
    for _ in range(7):
        said()
    assert found() == (10, 2, 19)


def test_asking_for_statements_that_are_not_ones_own_tells_nothing(pair, item, outsider):
    """One of another nation's and one that never was get the same answer, as for a lost one."""
    enrolment.enrol(pair.aus, enrolment.card_statement(outsider))
    said = bodies.Acknowledged(answers="0" * 96)
    anothers = compose(
        pair.aus, said, to="USA", agreement=(AGREEMENT, version(pair.aus)["digest"]), item=None
    )
    with pair.aus.store.writing() as tx:
        keep_bytes(pair.aus, tx, anothers)
        ours = str(pair.aus.records.transfers.get(tx, item=item, to="JPN").offer)
    asked = [anothers.digest, ours, "f" * 96]
    data = says(pair.jpn, pair.aus, "statements.request", None, digests=asked)
    answer = receipt.peek(dispatch.answer(pair.aus, data)).saying(bodies.StatementsHeld)
    assert len(answer.held) == 1
    assert answer.missing == (anothers.digest, "f" * 96)
