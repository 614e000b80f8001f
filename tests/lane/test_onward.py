"""A holder passes an item on to a third party with its provider's consent, who opens it under the
agreement of all three; the provider is told, and its custody shows the copy.

Spec: spec/onward.md; R6, R32.
"""

from __future__ import annotations

import pytest

from sealane.ledger import bodies, receipt
from sealane.services.audit import reconcile
from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.exchange import arrival, onward, outbox
from sealane.services.register import views
from sealane.services.register.acts import Actor
from tests import nations
from tests.lane import passing_on, several
from tests.lane.passing_on import (
    AGREEMENT,
    copies,
    delivered,
    given,
    granted,
    passed,
    readers,
    refused,
    state,
)
from tests.nations_three import TRILATERAL

DAY = passing_on.DAY


@pytest.fixture
def held(three):
    passing_on.staffed(three)
    return three


def said(node, item, kind):
    """The statements of a type about an item that a node keeps."""
    with node.store.reading() as tx:
        rows = node.records.statements.find(tx, order="kept", item=item, type=kind)
    return [receipt.peek(bytes(row.data)) for row in rows]


def test_with_a_grant_the_third_party_has_it_and_opens_it_and_the_provider_knows(held):
    three = held
    item = given(three)
    granted(three, item)
    found = passed(three, item)
    assert (found.state, found.decision["decision"]) == ("queued", "permit")
    assert {one["clause"] for one in found.leave["reasons"]} >= {"6.1", "6.3"}
    three.settle(2)
    assert state(three.usa, item, "USA") == state(three.jpn, item, "USA") == "delivered"
    assert copies(three.aus, item) == {"AUS 0": "held", "JPN 1": "held", "USA 1": "held"}
    assert state(three.aus, item, "USA") == "delivered"
    arrival.accept(three.usa, item, "usa.clerk")
    three.settle(2)
    assert state(three.aus, item, "USA") == state(three.jpn, item, "USA") == "accepted"
    three.rounds(2)
    assert several.opened(three.usa, item) == b"harbour"
    three.settle(1)
    assert readers(three.aus, item) == [("USA", None)]
    assert readers(three.usa, item) == [("USA", "usa.reader")]


def test_it_is_the_same_item_under_the_label_of_its_provider(held):
    three = held
    item = delivered(three)
    seen = {}
    for party, node in three.line.nodes.items():
        with node.store.reading() as tx:
            seen[party] = views.item(node, tx, item)
    there = seen["USA"]
    assert (there["provider"], there["passed_on_by"]) == ("AUS", "JPN")
    assert (there["agreement"], there["handle_as"]) == (TRILATERAL, "SECRET")
    assert there["label"] == seen["AUS"]["label"] == seen["JPN"]["label"]
    assert [(one["by"], one["to"]) for one in seen["AUS"]["onward"]] == [("JPN", "USA")]
    assert seen["AUS"]["onward"][0]["agreement"] == TRILATERAL
    assert seen["AUS"]["agreement"] == seen["JPN"]["agreement"] == AGREEMENT
    assert seen["JPN"]["state"] == seen["AUS"]["state"] == "accepted"
    # The consent and the agreement with the third party bound what USA has.
    (offer,) = said(three.usa, item, "offer")
    request = offer.saying(bodies.Offer).request
    assert set(request["item"]["purposes"]) == {"assessment", "planning"}
    assert [one["act"] for one in request["consents"]] == ["onward"]


def test_the_third_party_hears_nothing_of_what_holder_and_provider_said(held):
    three = held
    item = given(three)
    case = granted(three, item)
    passed(three, item)
    three.settle(2)
    with three.usa.store.reading() as tx:
        kept = three.usa.records.statements.find(tx, order="kept", limit=100)
    everything = b"".join(bytes(one.data) for one in kept)
    assert not passing_on.nowhere(everything, "onward.granted")
    for secret in (case, "a joint assessment", AGREEMENT):
        assert passing_on.nowhere(everything, secret), secret
    with three.usa.store.reading() as tx:
        assert three.usa.records.cases.find(tx, order="id") == []


def test_asked_again_it_tells_how_it_stands_and_sends_nothing(held):
    three = held
    item = delivered(three)
    before = len(said(three.jpn, item, "offer"))
    found = passed(three, item)
    assert (found.earlier, found.state) == (True, "delivered")
    assert len(said(three.jpn, item, "offer")) == before == 2


def nothing_went(three, item):
    three.settle(2)
    with three.jpn.store.reading() as tx:
        assert three.jpn.records.onwards.find(tx, order="to") == []
        assert three.jpn.records.outbox.find(tx, order="id", partner="USA", done=None) == []
    assert several.items(three.usa) == []
    assert copies(three.aus, item) == {"AUS 0": "held", "JPN 1": "held"}


def clauses(error):
    return {one["code"] for one in error.details["decision"]["reasons"] if not one["met"]}


@pytest.mark.parametrize(
    "form",
    [
        {"to": "GBR"},
        {"purpose": "planning"},
        {"paragraphs": ["1"]},
        {"level": "TOP SECRET"},
        {"act": "copy", "to": None},
    ],
)
def test_a_grant_of_something_else_lets_nothing_go(held, form):
    three = held
    item = given(three)
    wanted = {"act": "onward", "to": "USA", **form}
    granted(three, item, **{name: value for name, value in wanted.items() if value is not None})
    error = refused(lambda: passed(three, item, purpose="assessment"))
    assert error.code == "decision.refused"
    assert "consent.missing" in clauses(error)
    nothing_went(three, item)


def test_a_grant_of_another_item_or_one_that_is_over_lets_nothing_go(held):
    three = held
    item, other = given(three), given(three, reference="r-2")
    granted(three, other)
    assert refused(lambda: passed(three, item)).code == "decision.refused"
    case = granted(three, item, days=2)
    three.clock.pass_(3 * DAY)
    assert refused(lambda: passed(three, item)).code == "decision.refused"
    case = granted(three, item)
    acting.say(three.aus, case, "end", form={}, person="aus.release")
    three.settle(1)
    assert refused(lambda: passed(three, item)).code == "decision.refused"
    passing_on.asked(three, item)
    assert refused(lambda: passed(three, item)).code == "decision.refused"
    nothing_went(three, item)


def test_a_grant_that_ended_at_its_provider_and_not_here_yet_gives_no_key(held):
    three = held
    item = given(three)
    case = granted(three, item)
    three.line.down = {"JPN"}
    acting.say(three.aus, case, "end", form={}, person="aus.release")
    outbox.deliver_due(three.aus)
    three.line.down = set()
    with three.jpn.store.reading() as tx:
        assert three.jpn.records.cases.get(tx, id=case).state == "granted"
    error = refused(lambda: passed(three, item))
    assert error.code == "key.refused"
    nothing_went(three, item)


def test_without_a_second_signer_where_the_level_asks_nothing_goes(held):
    three = held
    item = given(three)
    granted(three, item)
    error = refused(lambda: passed(three, item, person=Actor("jpn.release")))
    assert clauses(error) == {"release.no_second_signer"}
    error = refused(
        lambda: passed(three, item, person=Actor("jpn.release", second=Actor("jpn.sato")))
    )
    assert error.code == "person.duty"
    nothing_went(three, item)


@pytest.mark.parametrize("agreement", [None, "no-such", AGREEMENT])
def test_only_under_an_agreement_with_the_third_party(held, agreement):
    three = held
    item = given(three)
    granted(three, item)
    error = refused(lambda: passed(three, item, agreement=agreement))
    assert "consent.no_third_agreement" in clauses(error)
    nothing_went(three, item)


def test_only_to_a_third_party_within_the_label(held):
    three = held
    narrow = nations.label_from_json(nations.LABEL)
    item = nations.share(three, label=narrow)
    three.settle(1)
    granted(three, item)
    assert "release.recipient_not_releasable" in clauses(refused(lambda: passed(three, item)))
    nothing_went(three, item)


def test_a_provider_that_is_away_lets_nothing_go(held):
    three = held
    item = given(three)
    granted(three, item)
    three.line.down = {"AUS"}
    assert refused(lambda: passed(three, item)).code == "key.provider_unavailable"
    three.line.down = set()
    nothing_went(three, item)


def test_it_goes_no_further_than_to_the_third_party(held):
    three = held
    item = delivered(three)
    with three.usa.store.reading() as tx:
        reader = three.usa.person(tx, "usa.reader")
    passing_on.directory.enter(
        three.usa, {**reader, "id": "usa.release", "duties": ["release-officer"]}
    )
    asked = onward.PassingOn(item=item, to="GBR", agreement=TRILATERAL)
    error = refused(lambda: onward.pass_on(three.usa, asked, person="usa.release"))
    assert "consent.missing" in clauses(error)
    question = CaseAsked(
        kind="consent",
        with_="AUS",
        agreement=TRILATERAL,
        form={"act": "onward", "to": "GBR"},
        items=[item],
    )
    error = refused(lambda: acting.open_case(three.usa, question, person="usa.release"))
    assert error.code == "item.unknown"


def test_both_key_services_decide_each_opening_there(held):
    three = held
    item = delivered(three)
    for away in ("JPN", "AUS"):
        three.line.down = {away}
        error = refused(lambda: several.opened(three.usa, item))
        assert error.code == "key.provider_unavailable", away
        three.line.down = set()
    assert several.opened(three.usa, item) == b"harbour"
    for node in (three.aus, three.jpn):
        with node.store.reading() as tx:
            given_ = node.records.statements.find(tx, order="kept", item=item, type="key.released")
        assert any((one.by, one.to) == (node.party, "USA") for one in given_)


@pytest.mark.parametrize(
    ("us", "them", "agreement"),
    [("JPN", "USA", TRILATERAL), ("AUS", "JPN", AGREEMENT), ("AUS", "USA", TRILATERAL)],
)
def test_the_books_of_each_two_agree(held, us, them, agreement):
    three = held
    item = delivered(three)
    several.opened(three.usa, item)
    three.settle(2)
    for name in (AGREEMENT, TRILATERAL):
        three.rounds(3, agreement=name)
    for one, other in ((us, them), (them, us)):
        report = reconcile.reconcile(
            three.line.nodes[one],
            other,
            agreement,
            three.ledgers(one, other, agreement),
            theirs=passing_on.claimed(three, other, one, agreement),
        )
        assert report["differences"] == [], (one, other)
        assert report["items"] == (0 if {us, them} == {"AUS", "USA"} else 1)
