"""One way to say, ask, answer and reject: each statement is signed once and read once, and an
answer counts only for the question that it fits.
"""

import dataclasses
import io
from collections import Counter
from pathlib import Path

import pytest

import sealane
from sealane.base.errors import SealaneError, Unavailable
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import Way
from sealane.services import dispatch
from sealane.services.audit import inventory
from sealane.services.exchange import arrival, outbox, recall, release, reseal
from sealane.services.statements import journal, talk
from tests import mistyped, nations
from tests.nations import AGREEMENT, read, share


@pytest.fixture
def counted(monkeypatch):
    """How often statements of each type are signed and read, on both nodes together; what is looked
    up in a node's own books is counted apart.
    """
    signed, seen, looked_up = Counter(), Counter(), Counter()
    sign, parse, peek = receipt.sign, receipt.parse, receipt.peek

    def signing(statement, signers):
        signed[statement.type] += 1
        return sign(statement, signers)

    def parsing(payload):
        statement = parse(payload)
        seen[statement.type] += 1
        return statement

    def peeking(data):
        statement = peek(data)
        seen[statement.type] -= 1
        looked_up[statement.type] += 1
        return statement

    monkeypatch.setattr(receipt, "sign", signing)
    monkeypatch.setattr(receipt, "parse", parsing)
    monkeypatch.setattr(receipt, "peek", peeking)
    return signed, seen, looked_up


def clear(counts):
    for count in counts:
        count.clear()


def forgotten(pair):
    """The pair's nodes with no assurance held, so that a release asks for one."""
    with pair.aus.store.writing() as tx:
        tx.exec_driver_sql("DELETE FROM assurances WHERE \"by\" = 'JPN'")


def warm(pair):
    """Cards are read once in a process; what a release reads is counted without them."""
    for node, other in ((pair.aus, "JPN"), (pair.jpn, "AUS")):
        with node.store.reading() as tx:
            node.partner(tx, other)


def test_a_release_signs_and_reads_each_of_its_statements_exactly_once(pair, counted):
    warm(pair)
    forgotten(pair)
    clear(counted)
    share(pair)
    once = {"assurance.request": 1, "assurance": 1, "offer": 1, "transfer.received": 1}
    # The recipient looks up what it assured, which it kept when it said so: a book, not a message;
    # once before the container is taken, and once before it is recorded.
    assert counted == (once, once, {"assurance": 2})


def test_an_opening_and_a_recall_sign_and_read_each_of_their_statements_exactly_once(pair, counted):
    item = share(pair)
    clear(counted)
    read(pair, item)
    outbox.deliver_due(pair.jpn)
    once = {"open.request": 1, "key.released": 1, "opened": 1, "acknowledged": 1}
    assert counted == (once, once, {})
    clear(counted)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    outbox.deliver_due(pair.aus)
    once = {"recall.ordered": 1, "destroyed": 1}
    assert counted == (once, once, {})


def test_the_door_has_a_handler_for_exactly_the_types_that_are_said_to_it():
    assert dispatch.HANDLERS.keys() == bodies.types_by(Way.ASKED)


def test_every_question_has_answers_and_every_answer_a_question():
    assert bodies.ANSWERS.keys() == bodies.types_by(Way.ASKED) | bodies.types_by(Way.OFFERED)
    answers = frozenset().union(*bodies.ANSWERS.values())
    assert answers == bodies.types_by(Way.ANSWER)


class Answering:
    """A partner that answers with what it is told to say, properly signed."""

    def __init__(self, speaker, kind: str, body: dict, **members: object) -> None:
        self.speaker, self.kind, self.body, self.members = speaker, kind, body, members

    def say(self, party: str, statement: bytes) -> bytes:
        asked = receipt.peek(statement)
        body = dict(self.body)
        if body.get("answers") == "it":
            body["answers"] = receipt.digest(statement)
        fitting = {
            "to": asked.by,
            "agreement": {"id": asked.agreement, "digest": asked.agreement_digest},
            "item": asked.item,
        }
        return mistyped.said(self.speaker, self.kind, body, **{**fitting, **self.members})


PAGE = {"answers": "it", "items": [], "next": None}


@pytest.mark.parametrize(
    ("kind", "body", "members"),
    [
        ("inventory", {**PAGE, "answers": "0" * 96}, {}),
        ("inventory", PAGE, {"to": "USA"}),
        ("inventory", PAGE, {"by": "USA"}),
        ("inventory", PAGE, {"node": "osaka.jpn.example"}),
        ("inventory", PAGE, {"item": "AUS-2026-000001"}),
        ("inventory", PAGE, {"agreement": {"id": "jpn-aus-2012-isa", "digest": "0" * 96}}),
        ("acknowledged", {"answers": "it"}, {}),
        ("rejected", {"answers": "it", "code": "x", "reason": "x"}, {}),
        ("inventory.request", {"after": None}, {}),
    ],
)
def test_an_answer_that_does_not_fit_its_question_is_refused_and_not_kept(
    pair, kind, body, members
):
    node = dataclasses.replace(pair.aus, peers=Answering(pair.jpn, kind, body, **members))
    with pytest.raises(SealaneError) as caught:
        inventory.ask(node, "JPN", AGREEMENT)
    assert caught.value.code == "statement.other_answer"
    with node.store.reading() as tx:
        kept = node.records.statements.find(tx, order="kept", by="JPN")
        asked = node.records.statements.find(tx, order="kept", type="inventory.request")
    assert (kept, len(asked)) == ([], 1)


def test_an_answer_signed_by_another_nation_proves_nothing(pair):
    node = dataclasses.replace(pair.aus, peers=Answering(pair.aus, "inventory", PAGE, by="JPN"))
    with pytest.raises(SealaneError) as caught:
        inventory.ask(node, "JPN", AGREEMENT)
    assert caught.value.code == "jws.unknown_key"


def test_an_assurance_for_another_area_or_with_no_end_is_not_kept_and_the_next_one_serves(pair):
    forgotten(pair)
    good = {
        "answers": "it",
        "area": "maritime",
        "level": "SECRET",
        "clearance": True,
        "need": True,
        "protection": True,
        "until": "2036-11-22T00:00:00Z",
        "by_person": "jpn.security",
        "posts": [],
    }
    for wrong, code in (
        ({"area": "space"}, "statement.other_answer"),
        ({"level": "OFFICIAL"}, "statement.other_answer"),
        ({"until": None}, "statement.malformed"),
        ({"posts": None}, "statement.malformed"),
    ):
        line = Answering(pair.jpn, "assurance", {**good, **wrong})
        node = dataclasses.replace(pair.aus, peers=line)
        with pytest.raises(SealaneError) as caught:
            release.release(node, nations.wanted(node), io.BytesIO(b"x"))
        assert caught.value.code == code, wrong
        with node.store.reading() as tx:
            assert node.records.assurances.find(tx, order="area", by="JPN") == []
    assert release.release(pair.aus, nations.wanted(pair.aus), io.BytesIO(b"x")).state == "queued"


def test_a_recall_is_settled_by_proof_of_destruction_alone(pair):
    item = share(pair)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    for kind, body in (
        ("acknowledged", {"answers": "it"}),
        ("rejected", {"answers": "it", "code": "x", "reason": "x"}),
    ):
        node = dataclasses.replace(pair.aus, peers=Answering(pair.jpn, kind, body))
        (sent,) = outbox.deliver_due(node)
        assert (sent.answer, sent.trouble) == (None, talk.OTHER_ANSWER.code)
        pair.clock.pass_(120)
    (sent,) = outbox.deliver_due(pair.aus)
    assert (sent.answer, sent.trouble) == ("destroyed", None)


def test_a_fault_of_ours_in_one_row_is_its_trouble_and_the_others_leave(pair, monkeypatch):
    items = [
        release.release(
            pair.aus, nations.wanted(pair.aus, reference=f"r-{at}"), io.BytesIO(b"x")
        ).item
        for at in range(3)
    ]
    say = pair.line.offer

    def faulty(party, statement, container):
        if receipt.peek(statement).item == items[1]:
            raise TypeError("a fault")
        return say(party, statement, container)

    monkeypatch.setattr(pair.line, "offer", faulty)
    sent = {one.item: (one.answer, one.trouble) for one in outbox.deliver_due(pair.aus)}
    assert sent == {
        items[0]: ("transfer.received", None),
        items[1]: (None, "internal.fault (TypeError)"),
        items[2]: ("transfer.received", None),
    }


def test_a_dead_line_spares_its_other_rows_and_a_status_does_not(pair, monkeypatch):
    from sealane.adapters.peers import PARTNER_AWAY

    for at in range(3):
        release.release(pair.aus, nations.wanted(pair.aus, reference=f"r-{at}"), io.BytesIO(b"x"))
    for details, tried in ((None, 1), ({"status": 404}, 3)):

        def answered(party, *_, details=details):
            raise PARTNER_AWAY(party=party, why="x", details=details)

        monkeypatch.setattr(pair.line, "offer", answered)
        sent = outbox.deliver_due(pair.aus)
        assert [one.trouble for one in sent] == ["partner.unavailable"] * tried
        assert len(outbox.waiting(pair.aus)) == 3
        pair.clock.pass_(120)


def test_nothing_is_ever_queued_to_oneself(pair):
    node, body = pair.aus, bodies.Enrolment(card=pair.aus.card.as_json())
    said = journal.compose(node, body, to="AUS", agreement=("", ""), item=None)
    with node.store.writing() as tx, pytest.raises(SealaneError) as caught:
        journal.queue(node, tx, said)
    assert (caught.value.code, caught.value.exit_status) == ("internal.own_addressee", 3)
    assert outbox.waiting(pair.aus) == []
    source = Path(sealane.__file__).parent
    doors = [
        str(path.relative_to(source))
        for path in source.rglob("*.py")
        if "outbox.add(" in path.read_text() or "outbox.put(" in path.read_text()
    ]
    assert doors == ["services/statements/journal.py"]


def test_a_question_that_nobody_answers_is_not_said_to_wait(pair):
    item = nations.share(pair)
    pair.settle()
    arrival.accept(pair.jpn, item, "jpn.clerk")
    pair.settle()
    pair.line.down |= {"AUS", "JPN"}
    other = label_from_json({**nations.LABEL, "classification": "PROTECTED"})
    asking = {
        "an assurance": lambda: nations.share(
            pair, reference="r-9", label=other, area="logistics", second=None
        ),
        "a share": lambda: reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release"),
        "an opening": lambda: nations.read(pair, item),
        "an inventory": lambda: inventory.ask(pair.aus, "JPN", nations.AGREEMENT),
    }
    for what, ask in asking.items():
        with pytest.raises(Unavailable) as caught:
            ask()
        told = caught.value
        assert told.code == {"an opening": "key.provider_unavailable"}.get(
            what, "partner.no_answer"
        )
        for text in (told.message, told.remedy, told.message_ja, told.remedy_ja):
            assert "waits" not in text
            assert "送信箱" not in text
    assert outbox.waiting(pair.aus) == outbox.waiting(pair.jpn) == []
