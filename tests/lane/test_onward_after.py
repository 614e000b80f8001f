"""What becomes of an item that was passed on: recall, another label, further copies, the end of the
consent, a loss; at all three nations.

Spec: spec/onward.md §4 to §6; R16, R32, R40, R47, R48, R53.
"""

from __future__ import annotations

import io

import pytest

from sealane.base.values import SECOND
from sealane.labels.model.label import label_from_json
from sealane.services.custody import copying, ending
from sealane.services.dialogue import acting, incidents
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.exchange import arrival, outbox, recall, relabel, reseal, withdrawal
from sealane.services.opening import key_parts, open_item
from sealane.services.register import custody, suspense
from tests import nations, nations_three
from tests.lane import passing_on, several
from tests.lane.passing_on import copies, delivered, given, granted, passed, refused, state

TOP = label_from_json({**nations_three.LABEL, "classification": "TOP SECRET"})


@pytest.fixture
def held(three):
    passing_on.staffed(three)
    return three


def waiting(node, item):
    with node.store.reading() as tx:
        return {(one.what, one.party) for one in suspense.of_item(node, tx, item)}


def listed(node):
    with node.store.reading() as tx:
        return {(one.what, one.item, one.party) for one in suspense.waiting(node, tx)}


def recalled(three, item):
    return recall.recall(three.aus, item, reason="wrong source", person="aus.security")


def test_a_recall_reaches_the_third_party_through_the_holder_and_its_receipt_travels_back(held):
    three = held
    item = delivered(three)
    container = nations.given(three.usa, item, "USA").container
    assert three.usa.blobs.has(container)
    assert three.jpn.blobs.has(container)
    three.line.down = {"USA"}
    recalled(three, item)
    three.settle(2)
    assert copies(three.aus, item) == {"AUS 0": "held", "JPN 1": "destroyed", "USA 1": "recalled"}
    assert ("recall", item, "USA") in listed(three.aus)
    assert ("recall", item, "USA") in listed(three.jpn)
    three.line.down = set()
    three.settle(3)
    gone = {"AUS 0": "held", "JPN 1": "destroyed", "USA 1": "destroyed"}
    assert copies(three.aus, item) == gone
    assert copies(three.jpn, item) == {"JPN 1": "destroyed", "USA 1": "destroyed"}
    assert copies(three.usa, item) == {"USA 1": "destroyed"}
    assert not any(node.blobs.has(container) for node in three.line.nodes.values())
    assert waiting(three.aus, item) == waiting(three.jpn, item) == set()
    with three.aus.store.reading() as tx:
        told = three.aus.records.statements.find(tx, order="kept", item=item, type="onward.said")
        orders = three.aus.records.statements.find(
            tx, order="kept", item=item, type="recall.ordered"
        )
    assert {one.by for one in told} == {"JPN"}
    assert {one.to for one in orders} == {"JPN"}


def test_from_the_recall_on_nothing_opens_there_whoever_has_heard(held):
    three = held
    item = delivered(three)
    assert several.opened(three.usa, item) == b"harbour"
    recalled(three, item)
    assert refused(lambda: several.opened(three.usa, item)).code == "key.refused"


@pytest.mark.parametrize("act", ["withdrawn", "turned away"])
def test_what_a_holder_has_no_more_is_called_back_from_the_third_party(held, act):
    three = held
    item = nations.share(three, label=passing_on.LABEL)
    granted(three, item)
    passed(three, item)
    if act == "turned away":
        three.settle(1)
        arrival.reject(three.jpn, item, "jpn.clerk", reason="r")
    else:
        three.line.lose_answers = True
        other = nations.share(three, label=passing_on.LABEL, reference="r-2")
        three.line.lose_answers = False
        granted_and_passed(three, other)
        withdrawal.withdraw(three.aus, other, "aus.release", reason="r")
        item = other
    three.settle(4)
    assert copies(three.usa, item) == {"USA 1": "destroyed"}
    assert copies(three.aus, item)["USA 1"] == "destroyed"


def granted_and_passed(three, item):
    with three.jpn.store.reading() as tx:
        assert three.jpn.item(tx, item).state == "delivered"
    with three.aus.store.reading() as tx:
        assert three.aus.item(tx, item).state == "queued"
    granted_here(three, item)
    passed(three, item)


def granted_here(three, item):
    """A grant while the provider does not know of the delivery yet."""
    question = CaseAsked(
        kind="consent",
        with_="AUS",
        agreement=passing_on.AGREEMENT,
        form={"act": "onward", "to": "USA"},
        items=[item],
    )
    case = acting.open_case(three.jpn, question, person="jpn.release")
    outbox.deliver_due(three.jpn)
    until = {"until": passing_on.at(three, 9 * passing_on.DAY)}
    acting.say(three.aus, case, "grant", form=until, person=passing_on.BY_TWO)
    outbox.deliver_due(three.aus, item=None)
    with three.jpn.store.reading() as tx:
        assert three.jpn.records.cases.get(tx, id=case).state == "granted"


def test_once_the_consent_ends_nothing_opens_there(held):
    three = held
    item = given(three)
    case = granted(three, item)
    passed(three, item)
    three.settle(2)
    three.rounds(2)
    assert several.opened(three.usa, item) == b"harbour"
    acting.say(three.aus, case, "end", form={}, person="aus.release")
    error = refused(lambda: several.opened(three.usa, item))
    codes = {one["code"] for one in error.details["reasons"]}
    assert (error.code, codes) == ("key.refused", {"onward.no_grant"})
    three.settle(1)
    assert refused(lambda: several.opened(three.usa, item)).code == "key.refused"


def test_the_consents_last_instant_is_the_items_there(held):
    three = held
    item = given(three)
    granted(three, item, days=2)
    passed(three, item)
    three.settle(2)
    three.clock.pass_(3 * passing_on.DAY)
    error = refused(lambda: several.opened(three.usa, item))
    assert error.code == "decision.refused"
    unmet = {one["clause"] for one in error.details["decision"]["reasons"] if not one["met"]}
    assert unmet == {"4.3"}
    assert ("return-or-destroy", item, "USA") in listed(three.usa)


def test_a_purpose_that_the_consent_names_is_the_only_one_there(held):
    three = held
    item = given(three)
    granted(three, item, purpose="planning")
    passed(three, item)
    three.settle(2)
    three.rounds(2)
    assert refused(lambda: several.opened(three.usa, item)).code == "decision.refused"
    sink = io.BytesIO()
    open_item.open_item(
        three.usa, item, person="usa.reader", purpose="planning", action="open", sink=sink
    )
    assert sink.getvalue() == b"harbour"


def test_another_label_travels_on_and_shuts_it_there(held):
    three = held
    item = delivered(three)
    relabel.relabel(three.aus, item, TOP, reason="review", person="aus.release")
    assert refused(lambda: several.opened(three.usa, item)).code == "key.refused"
    three.settle(3)
    for node in three.line.nodes.values():
        with node.store.reading() as tx:
            assert node.item(tx, item).label == TOP.as_json(), node.party
    with three.usa.store.reading() as tx:
        assert three.usa.item(tx, item).handle_as == "TOP SECRET"
    assert copies(three.aus, item)["USA 1"] == "held"
    assert [one for one in listed(three.aus) if one[0] == "remark"] == []
    assert [one for one in listed(three.jpn) if one[0] == "remark"] == []
    # Nobody there reaches the new level; and what was sealed under the old one stays shut.
    error = refused(lambda: several.opened(three.usa, item))
    assert error.code == "decision.refused"


def test_copies_made_and_ended_there_stand_in_the_providers_custody(held):
    three = held
    item = delivered(three)
    with three.usa.store.reading() as tx:
        clerk = three.usa.person(tx, "usa.security")
    passing_on.directory.enter(
        three.usa, {**clerk, "id": "usa.witness", "duties": ["second-signer"]}
    )
    arrival.accept(three.usa, item, "usa.clerk")
    made = copying.copy(three.usa, item, "usa.clerk", place="usa.registry", holder="usa.reader")
    assert made["copy"] == 2
    three.settle(2)
    assert copies(three.aus, item)["USA 2"] == "held"
    ending.destroy(three.usa, item, "usa.clerk", number=2, means="shredded")
    three.settle(2)
    assert copies(three.aus, item)["USA 2"] == "destroyed"
    assert copies(three.aus, item)["USA 1"] == "held"
    with three.aus.store.reading() as tx:
        rows = three.aus.records.custody.find(tx, order="turn", item=item, holder="USA", number=2)
    assert rows[-1].certificate["by"] == "usa.clerk"
    # Copy 2 is made after the recall was ordered, and is called back by an order of its own.
    copying.copy(three.usa, item, "usa.clerk", place="usa.registry", holder="usa.reader")
    recalled(three, item)
    three.settle(4)
    assert copies(three.aus, item)["USA 1"] == "destroyed"
    assert copies(three.aus, item)["USA 3"] == "not destroyed"


def test_the_third_partys_clerk_turns_it_away(held):
    three = held
    item = given(three)
    granted(three, item)
    passed(three, item)
    three.settle(1)
    arrival.reject(three.usa, item, "usa.clerk", reason="not for us")
    three.settle(3)
    assert state(three.aus, item, "USA") == state(three.jpn, item, "USA") == "rejected"
    assert copies(three.aus, item)["USA 1"] == "rejected"
    assert refused(lambda: passed(three, item)).code == "item.state"
    with three.jpn.store.reading() as tx:
        assert three.jpn.item(tx, item).state == "accepted"


def test_a_key_under_which_the_provider_has_its_part_there_is_not_let_go(held):
    three = held
    item = delivered(three)
    part = nations.given(three.aus, item, "USA").part
    reseal.rewrap(three.aus, item, suite="X-Wing", person="aus.release")
    three.settle(2)
    assert key_parts.wrapped_to(three.aus, part["key_access"]["kid"]) == [item]
    passing_on.proven(three)
    assert several.opened(three.usa, item) == b"harbour"


def test_an_incidents_reach_counts_the_third_party(held):
    three = held
    item = delivered(three)
    for node in (three.aus, three.jpn):
        with node.store.reading() as tx:
            found = incidents.reach(node, tx, [item])
        assert found["parties"] == ["JPN", "USA"]
        assert {(one["holder"], one["number"]) for one in found["copies"]} == {
            ("JPN", 1),
            ("USA", 1),
        }


def test_what_the_provider_shows_of_an_instant_is_as_it_stood(held):
    three = held
    item = given(three)
    granted(three, item)
    before = three.clock.now()
    three.clock.pass_(10)
    passed(three, item)
    three.settle(2)
    with three.aus.store.reading() as tx:
        then = custody.of_item(three.aus, tx, item, at=nations.Instant(before + SECOND))
    assert [(one["nation"], one["number"]) for one in then["copies"]] == [("AUS", 0), ("JPN", 1)]
    assert copies(three.aus, item)["USA 1"] == "held"
