"""Every key of a node is renewed while the two nations go on: nothing is refused in between."""

import base64
from dataclasses import replace

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.crypto import jws
from sealane.ledger import bodies, entries, receipt
from sealane.services import dispatch
from sealane.services.exchange import outbox, recall
from sealane.services.register import enrolment, key_ends, partner_cards, renewal
from sealane.services.statements.journal import compose, statement_bytes
from tests import nations
from tests.lane import years
from tests.lane.test_story import state
from tests.nations import read, share

ROLES = ("tls", "statement", "head", "log", "witness", "kas", "all")


def told_kinds(node):
    log = node.internal
    with node.store.reading() as tx:
        return [entries.read(one).kind for one in log.entries(tx, 0, log.size(tx))]


def kids_of_last(node, kind):
    with node.store.reading() as tx:
        (row,) = node.records.statements.find(tx, order="kept", newest=True, limit=1, type=kind)
        return set(jws.kids(statement_bytes(node, tx, row.digest)))


def kids(keys):
    return {key.kid for key in keys}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("party", ["AUS", "JPN"])
def test_items_go_and_open_before_during_and_after_a_renewal_of_any_role(pair, party, role):
    before = share(pair)
    pair.rounds()
    years.renew(pair, party, role)
    during = share(pair, reference="r-2")
    assert state(pair.aus, during)["state"] == "delivered"
    pair.rounds()
    assert [read(pair, one) for one in (before, during)] == [b"harbour"] * 2
    pair.settle(2)
    known = share(pair, reference="r-3")
    pair.rounds(2)
    assert [read(pair, one) for one in (before, during, known)] == [b"harbour"] * 3
    if role in ("statement", "all"):
        years.accept(pair.line.nodes[nations.other(party)], party)
        pair.settle(2)
    after = share(pair, reference="r-4")
    pair.rounds(2)
    assert [read(pair, one) for one in (before, during, known, after)] == [b"harbour"] * 4
    recall.recall(pair.aus, before, reason="r", person="aus.release")
    pair.settle(2)
    copies = [one["state"] for one in state(pair.aus, before)["copies"]]
    assert copies == ["held", "destroyed"]
    assert outbox.waiting(pair.aus) == outbox.waiting(pair.jpn) == []


def test_the_next_card_is_numbered_names_the_last_and_is_on_record_before_it_is_told(pair):
    first = pair.aus.own_card()
    assert (first.number, first.previous) == (1, None)
    done = years.renew(pair, "AUS")
    card = pair.aus.own_card()
    assert (card.number, card.previous) == (2, first.digest)
    assert done.told == ("JPN",)
    told = told_kinds(pair.aus)
    assert (told.count("key.born") - told.count("key.rotated")) == len(
        pair.sites["AUS"].keys.inventory()
    ) - len(done.keys)
    assert [one["type"] for one in outbox.waiting(pair.aus)] == ["card.renewed"]
    with pair.aus.store.reading() as tx:
        data = bytes(pair.aus.records.cards.get(tx, party="AUS", number=2).data)
    assert set(jws.kids(data)) == kids(first.statement) | kids(card.statement)


def test_statement_keys_count_when_two_people_accepted_them_and_not_before(pair):
    old = kids(pair.aus.own_card().statement)
    years.renew(pair, "AUS", "statement")
    new = kids(pair.aus.own_card().statement)
    pair.settle(2)
    assert years.standing(pair.aus, "JPN") == (2, 1)
    with pair.jpn.store.reading() as tx:
        assert kids(pair.jpn.partner(tx, "AUS").statement) == old
        (waits,) = partner_cards.told(pair.jpn, tx)["cards_waiting"]
    assert waits["fingerprint"] == pair.aus.own_card().fingerprint()
    share(pair)
    assert kids_of_last(pair.aus, "offer") == old
    with pytest.raises(SealaneError, match=r"peer\.second_needed"):
        enrolment.enrol(pair.jpn, enrolment.waiting_card(pair.jpn, "AUS"))
    years.accept(pair.jpn, "AUS")
    pair.settle(2)
    assert years.standing(pair.aus, "JPN") == (2, 2)
    share(pair, reference="r-2")
    assert kids_of_last(pair.aus, "offer") == new
    with pair.jpn.store.reading() as tx:
        assert partner_cards.told(pair.jpn, tx) == {"cards_waiting": [], "cards_forked": []}
    assert told_kinds(pair.jpn)[-1] == "peer.enrolled"


def test_other_roles_are_taken_over_by_themselves(pair):
    years.renew(pair, "AUS", "tls")
    years.renew(pair, "AUS", "log")
    pair.settle(2)
    assert years.standing(pair.aus, "JPN") == (3, 3)
    card = pair.aus.own_card()
    with pair.jpn.store.reading() as tx:
        held = pair.jpn.partner(tx, "AUS")
    assert (held.tls, held.log) == (card.tls, card.log)


def test_cards_that_cross_or_come_out_of_order_are_walked_one_by_one(pair):
    pair.line.down.add("JPN")
    for role in ("statement", "kas", "log"):
        years.renew(pair, "AUS", role)
    pair.line.down.clear()
    with pair.aus.store.writing() as tx:
        rows = pair.aus.records.outbox.find(tx, order="id", type="card.renewed", done=None)
        pair.aus.records.outbox.change(
            tx, {"id": rows[0].id}, due=int(pair.clock.now() + 30 * SECOND)
        )
    assert {one.trouble for one in outbox.deliver_due(pair.aus)} == {"card.gap"}
    pair.clock.pass_(1100)
    pair.settle(4)
    assert years.standing(pair.aus, "JPN") == (4, 1)
    years.accept(pair.jpn, "AUS")
    pair.settle(2)
    assert years.standing(pair.aus, "JPN") == (4, 4)
    assert outbox.waiting(pair.aus) == []


def test_keys_are_warned_of_90_30_and_7_days_before_their_end(pair):
    assert key_ends.keys_ending(pair.aus) == []
    soonest = key_ends.key_ends(pair.aus)[0]
    assert soonest.role == "tls"
    left = soonest.days_left(pair.clock.now())
    pair.clock.pass_((left - 89) * years.DAY_SECONDS)
    seen = []
    for days in (0, 60, 23, 7):
        pair.clock.pass_(days * years.DAY_SECONDS)
        (told,) = [one for one in key_ends.keys_ending(pair.aus) if one["role"] == "tls"]
        seen.append(told["within"])
    assert seen == [90, 30, 7, 7]
    assert told["days_left"] < 0
    years.renew(pair, "AUS", "tls")
    assert key_ends.keys_ending(pair.aus) == []


def test_a_waiting_card_that_was_accepted_by_hand_in_the_books_counts_for_nothing(pair):
    years.renew(pair, "AUS", "statement")
    pair.settle(2)
    with pair.jpn.store.writing() as tx:
        tx.exec_driver_sql("UPDATE cards SET accepted = since WHERE party = 'AUS' AND number = 2")
    with pair.jpn.store.reading() as tx, pytest.raises(SealaneError, match=r"directory\.altered"):
        pair.jpn.partner(tx, "AUS")


def test_a_second_successor_of_one_card_is_refused_and_loud(pair):
    years.renewed(pair, "AUS", "log")
    first = pair.aus.own_card().before[0]
    older = replace(first, number=2, previous=first.digest, url="https://127.0.0.1:2")
    data = renewal.signed(pair.aus, older, pair.aus.keys.signers_of(older.statement))
    said = handed(pair, data, 2)
    answer = receipt.peek(dispatch.answer(pair.jpn, said))
    assert (answer.type, answer.body.code) == ("rejected", "card.forked")
    with pair.jpn.store.reading() as tx:
        (told,) = partner_cards.told(pair.jpn, tx)["cards_forked"]
        assert pair.jpn.partner(tx, "AUS").url == pair.aus.own_card().url
    assert (told["party"], told["number"]) == ("AUS", 2)
    assert "peer.card_forked" in told_kinds(pair.jpn)
    assert read(pair, share(pair)) == b"harbour"
    by = nations.two("operator", "jpn.security")
    enrolment.enrol(pair.jpn, enrolment.card_statement(pair.aus), by=by)


def test_an_old_card_that_comes_again_changes_nothing(pair):
    with pair.aus.store.reading() as tx:
        data = bytes(pair.aus.records.cards.get(tx, party="AUS", number=1).data)
    years.renewed(pair, "AUS", "tls")
    assert receipt.peek(dispatch.answer(pair.jpn, handed(pair, data, 1))).type == "acknowledged"
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.partner(tx, "AUS").tls == pair.aus.own_card().tls
    enrolment.enrol(pair.jpn, data, by=nations.two("operator", "jpn.security"))
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.partner(tx, "AUS").number == 2


def test_a_card_is_no_successor_without_the_signatures_of_the_one_before_it(pair):
    years.renew(pair, "AUS", "statement")
    with pair.aus.store.reading() as tx:
        data = bytes(pair.aus.records.cards.get(tx, party="AUS", number=2).data)
    alone = jws.narrowed(data, kids(pair.aus.own_card().statement))
    answer = receipt.peek(dispatch.answer(pair.jpn, handed(pair, alone, 2)))
    assert (answer.type, answer.body.code) == ("rejected", "jws.signature_missing")


def handed(pair, data, number):
    """A card as AUS tells it JPN over the line."""
    with pair.aus.store.writing() as tx:
        agreement = renewal.agreement_with(pair.aus, tx, "JPN")
        body = bodies.CardRenewed(card=base64.b64encode(data).decode(), number=number)
        return compose(pair.aus, body, to="JPN", agreement=agreement, item=None).data
