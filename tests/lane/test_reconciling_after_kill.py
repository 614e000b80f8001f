"""A reconciliation right after a kill names what is under way, and reports no difference that mends
itself.
"""

import pytest

from sealane.base.values import SECOND
from sealane.ledger.telling import Told
from sealane.services.audit import no_difference
from sealane.services.audit.compare_logs import Difference
from sealane.services.exchange import recall
from tests import engines, nations
from tests.clock import START, Clock
from tests.lane.test_kill import child, restarted, shared, steps_of
from tests.lane.test_ledgers import rounds
from tests.lane.test_reconciling import audit, kinds


def settled(folder):
    """One item shared, and both logs proven to both."""
    shared(folder)
    pair = nations.opened(folder, Clock(START + 1200 * SECOND))
    rounds(pair, 3)
    pair.close()


@pytest.mark.parametrize("act", ["recall", "rewrap", "open"])
def test_killed_at_any_step_nothing_that_mends_itself_is_a_difference(template, tmp_path, act):
    steps = steps_of(template, tmp_path, act, settled)
    base = nations.copy_of(template, tmp_path / "base")
    settled(base)
    moving = 0
    for number, step in enumerate(steps, 1):
        folder = nations.copy_of(base, tmp_path / f"kill-{number}")
        assert child(folder, act, str(number)).returncode == -9, step
        pair = restarted(folder)
        try:
            for party in ("AUS", "JPN"):
                assert (step, party, kinds(audit(pair, party))) == (step, party, [])
                moving += len(audit.last["under_way"])
            pair.settle()
            rounds(pair, 3)
            for party in ("AUS", "JPN"):
                audit(pair, party)
                assert (step, party, audit.last["under_way"]) == (step, party, [])
        finally:
            pair.close()
    assert moving > 0


def test_a_register_altered_by_hand_is_found_while_something_else_is_under_way(pair):
    one = nations.share(pair)
    other = nations.share(pair, b"second", reference="r-2")
    pair.settle()
    rounds(pair, 3)
    pair.line.down.add("JPN")
    recall.recall(pair.aus, other, reason="r", person="aus.release")
    pair.line.down.clear()
    for node, party in ((pair.aus, "AUS"), (pair.jpn, "JPN")):
        with node.store.writing() as tx:
            sql = "UPDATE containers SET container = 'x' WHERE item = ?"
            assert engines.by_hand(tx, sql, one) == 1
        found = [(found["kind"], found["item"]) for found in audit(pair, party)]
        assert ("row.altered", one) in found


def test_an_order_that_the_partner_has_and_does_not_answer_stays_a_difference():
    """The outbox goes on asking, and the partner's own signed log shows that it was heard."""
    order = told_by("recall.ordered", "a" * 96, by="AUS", to="JPN")
    unanswered = Difference(
        kind="unanswered",
        statement=order.statement,
        type=order.type,
        by="AUS",
        item="AUS-2026-000001",
        at=order.said,
        proof=None,
    )
    queue = {order.statement}
    assert no_difference.under_way([unanswered], ([order], [order]), queue) == {}
    assert set(no_difference.under_way([unanswered], ([order], []), queue)) == queue


def test_the_partner_s_word_in_its_log_alone_is_under_way_only_as_an_answer_to_what_we_queued():
    order = told_by("recall.ordered", "a" * 96, by="AUS", to="JPN")
    answer = told_by("destroyed", "b" * 96, by="JPN", to="AUS", answers=order.statement)
    told = ([order], [order, answer])
    assert set(no_difference.under_way([], told, {order.statement})) == {answer.statement}
    assert no_difference.under_way([], told, set()) == {}


def told_by(kind, name, *, by, to, answers=None):
    return Told(
        type=kind,
        statement=name,
        by=by,
        to=to,
        said="2026-11-24T00:00:00Z",
        item="AUS-2026-000001",
        answers=answers,
        container=None,
    )
