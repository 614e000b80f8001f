"""A partner whose signatures hold says in cases what is not its own to say: a signed refusal, and
nothing of it is kept. Spec: spec/case.md §5; docs/threat-model.md.
"""

from __future__ import annotations

import pytest

from sealane.ledger import bodies
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import RFI, alike, opened, said, settled, shown
from tests.lane.dialogue import hears as told

DAY = 86_400


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def cases(two):
    found = []
    for node in (two.aus, two.jpn):
        with node.store.reading() as tx:
            found.append(
                (
                    node.records.cases.find(tx, order="id"),
                    node.records.case_events.find(tx, order="place"),
                )
            )
    return found


OPENED = {"case": "JPN-AUS-2026-C00001", "kind": "rfi", "form": RFI, "items": ()}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"case": "AUS-JPN-2026-C00001"}, "case.other_number"),
        ({"case": "JPN-USA-2026-C00001"}, "case.other_number"),
        ({"case": "anything"}, "case.other_number"),
        ({"kind": "wedding"}, "case.kind"),
        ({"items": ("AUS-2026-000777",)}, "item.unknown"),
        ({"form": {}}, "case.form"),
        ({"form": {**RFI, "urgency": "now"}}, "case.form"),
        ({"form": {**RFI, "more": "x"}}, "case.form"),
        ({"form": {**RFI, "subject": 7}}, "case.form"),
        ({"form": {**RFI, "subject": "x" * 100_000}}, "case.form"),
    ],
)
def test_a_case_that_is_not_well_opened_is_refused_and_not_kept(two, changes, code):
    before = cases(two)
    assert told(two, bodies.CaseOpened(**(OPENED | changes))) == code
    assert cases(two) == before


def test_an_item_of_a_case_is_between_the_two(two):
    item = nations.share(two)
    settled(two)
    with two.aus.store.reading() as tx:
        kept = two.aus.records.items.get(tx, id=item)
    other = {"kind": "consent", "form": {"act": "copy"}, "items": (item,)}
    assert told(two, bodies.CaseOpened(**(OPENED | other))) == "acknowledged"
    assert kept is not None
    again = {"case": "AUS-JPN-2026-C00001", "kind": "consent", "form": {"act": "copy"}}
    wrong = bodies.CaseOpened(**(OPENED | again | {"items": (item,)}))
    assert told(two, wrong, by="AUS") == "item.not_yours"


def test_a_number_opens_one_case_alone(two):
    assert told(two, bodies.CaseOpened(**OPENED)) == "acknowledged"
    assert told(two, bodies.CaseOpened(**OPENED)) == "case.other_number"


def begun(two):
    case = opened(two.aus, "rfi", RFI)["id"]
    settled(two)
    return shown(two.jpn, case)


def word(case, event, /, **changes):
    body = {"case": case["id"], "follows": case["digest"], "event": event, "form": {}, "items": ()}
    return bodies.CaseSaid(**(body | changes))


@pytest.mark.parametrize(
    ("event", "changes", "code"),
    [
        ("withdraw", {}, "life.not_yours"),
        ("close", {"form": {"rating": 3}}, "life.no_such_step"),
        ("dance", {}, "life.no_such_step"),
        ("decline", {"form": {"reason": "because"}}, "case.form"),
        ("interim", {}, "case.form"),
        ("accept", {"form": {"note": "x"}}, "case.form"),
        ("accept", {"items": ("AUS-2026-000777",)}, "item.unknown"),
        ("accept", {"follows": "0" * 96}, "case.waits"),
        ("accept", {"case": "AUS-JPN-2026-C99999"}, "case.waits"),
    ],
)
def test_what_is_not_theirs_to_say_is_refused_and_not_kept(two, event, changes, code):
    case, before = begun(two), cases(two)
    assert told(two, word(case, event, **changes)) == code
    assert cases(two) == before


def test_two_words_after_one_state_are_one_too_many(two):
    case = begun(two)
    assert told(two, word(case, "accept")) == "acknowledged"
    assert told(two, word(case, "decline", form={"reason": "not-held"})) == "case.forked"
    assert shown(two.aus, case["id"])["state"] == "accepted"


def test_a_date_is_signed_by_its_side_when_it_has_come(two):
    item = nations.share(two)
    settled(two)
    case = opened(two.jpn, "consent", {"act": "copy"}, item)
    settled(two)
    lapse = word(case, "lapse")
    assert told(two, lapse) == "life.not_yours"
    assert told(two, lapse, by="AUS") == "life.not_yours"
    two.clock.pass_(31 * DAY)
    assert told(two, lapse, by="AUS", at=case["due"]) == "life.not_yours"
    assert told(two, lapse, at=dialogue.at(two, 0)) == "life.not_yours"
    assert told(two, lapse, at=case["due"]) == "acknowledged"


def test_what_the_other_side_refused_counts_at_neither(two):
    case = begun(two)["id"]
    two.line.down = {"AUS"}
    said(two.jpn, case, "accept")
    with two.aus.store.writing() as tx:
        two.aus.records.cases.change(tx, {"id": case}, agreement_digest="0" * 96)
    two.line.down = set()
    settled(two)
    with two.aus.store.writing() as tx:
        row = two.jpn.records
        digest = str(two.aus.agreement_row(tx, nations.AGREEMENT).digest)
        two.aus.records.cases.change(tx, {"id": case}, agreement_digest=digest)
        assert row is not None
    whole = alike(two, case)
    assert (whole["state"], whole["events"]) == ("asked", [])
    (beside,) = shown(two.jpn, case)["own"]["not_taken"]
    assert (beside["event"], beside["code"]) == ("accept", "case.unknown")
    said(two.jpn, case, "accept")
    settled(two)
    assert alike(two, case)["state"] == "accepted"
