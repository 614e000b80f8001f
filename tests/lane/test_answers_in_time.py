"""An answer is believed only as an answer to these bytes: said after them, under the version that
they rest on; and no date that a partner writes moves a register's order.
"""

import pytest

from sealane.base.errors import Untrusted
from sealane.base.values import DAY, SECOND, Instant, format_instant, parse_instant
from sealane.ledger import bodies, receipt
from sealane.registry.records import CopyState
from sealane.services.exchange import arrival, outbox, recall
from sealane.services.register import views
from sealane.services.statements.journal import Said
from sealane.services.statements.talk import SKEW_SECONDS, Question, answer_to
from tests import mistyped
from tests.nations import AGREEMENT, share

PAIRS = sorted(
    (question, answer)
    for question, answers in bodies.ANSWERS.items()
    for answer in answers
    if answer != "offer"  # what answers a claim is older than it, and tied by its container
)
SPOILT = {
    "before it was asked": lambda at, digest: {
        "at": format_instant(Instant(at - (SKEW_SECONDS + 1) * SECOND))
    },
    "years before": lambda at, digest: {"at": "1999-01-01T00:00:00Z"},
    "under another version": lambda at, digest: {
        "agreement": {"id": AGREEMENT, "digest": "a" * 96}
    },
    "under none": lambda at, digest: {"agreement": {"id": AGREEMENT, "digest": ""}},
}


@pytest.mark.parametrize(("question", "kind"), PAIRS)
def test_an_answer_of_another_time_or_version_is_none(pair, question, kind):
    with pair.aus.store.reading() as tx:
        digest = str(pair.aus.agreement_row(tx, AGREEMENT).digest)
    held = {"item": "AUS-2026-000001", "agreement": {"id": AGREEMENT, "digest": digest}}
    data = mistyped.said(pair.aus, question, mistyped.good(question), to="JPN", **held)
    asked = Said.of(receipt.peek(data), data)
    body = {**mistyped.good(kind), "answers": asked.digest}

    def answered(**changes):
        said = mistyped.said(pair.jpn, kind, body, to="AUS", **{**held, **changes})
        with pair.aus.store.reading() as tx:
            return answer_to(pair.aus, tx, Question.of(asked), said)

    at = parse_instant(asked.statement.at)
    assert answered().statement.type == kind
    assert answered(at=format_instant(Instant(at - (SKEW_SECONDS - 1) * SECOND)))
    for spoil in SPOILT.values():
        with pytest.raises(Untrusted, match=r"statement\.other_answer"):
            answered(**spoil(at, digest))


@pytest.mark.parametrize("ahead", [DAY, 365 * DAY], ids=["a day", "a year"])
def test_a_receipt_from_the_future_settles_nothing_later_than_it_was_heard(pair, ahead):
    item = share(pair)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    pair.settle(1)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    honest = pair.line.say

    def lying(party, statement):
        said = receipt.peek(honest(party, statement))
        return mistyped.said(
            pair.jpn,
            said.type,
            bodies.as_json(said.body),
            to="AUS",
            item=said.item,
            agreement={"id": said.agreement, "digest": said.agreement_digest},
            at=format_instant(Instant(parse_instant(said.at) + ahead)),
        )

    pair.line.say = lying
    outbox.deliver_due(pair.aus)
    now = pair.clock.now()
    with pair.aus.store.reading() as tx:
        (copy,) = pair.aus.holding(tx, item).copies_of("JPN")
        kinds = [one["kind"] for one in views.history(pair.aus, tx, item)]
    assert copy.state == CopyState.DESTROYED
    assert parse_instant(copy.since) <= now
    assert kinds.index("statement.recall.ordered") < kinds.index("statement.destroyed")
