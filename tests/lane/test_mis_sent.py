"""An item that went to the wrong recipient: everybody who has it is decided on anew, and every
nation that has it, or gave it, is told by a signed notice of its own.

Spec: spec/case.md §7; R13, R20, R53.
"""

from __future__ import annotations

from typing import Any

import pytest

from sealane.ledger import bodies
from sealane.services.dialogue import acting, mis_sent, seeing
from tests import nations
from tests.lane import dialogue, passing_on, several
from tests.lane.dialogue import alike, opened, settled, shown
from tests.lane.passing_on import refused
from tests.lane.within import changed
from tests.nations import Pair
from tests.nations_three import TRILATERAL, Three

FORM = {"what": "mis-sent", "text": "meant for somebody else"}


@pytest.fixture
def two(pair: Pair) -> Pair:
    dialogue.officers(pair)
    return pair


@pytest.fixture
def held(three: Three) -> Three:
    passing_on.staffed(three)
    return three


def incidents(node: Any) -> list[Any]:
    with node.store.reading() as tx:
        return list(node.records.cases.find(tx, order="seen", kind="incident"))


def parties(node: Any) -> list[tuple[str, str]]:
    return sorted((one.opener, one.with_) for one in incidents(node))


def reported(node: Any, with_: str, agreement: str, *items: str, **form: Any) -> str:
    asked = acting.CaseAsked(
        kind="incident", with_=with_, agreement=agreement, form=FORM | form, items=items
    )
    return acting.open_case(node, asked, person=f"{node.party.lower()}.security")


def authorised(node: Any, case: str) -> dict[str, tuple[bool, bool]]:
    told = seeing.show(node, case, person=f"{node.party.lower()}.security")["own"]["reach"]
    return {one["person"] or one["party"]: (one["then"], one["now"]) for one in told["authorised"]}


def test_everybody_who_has_a_mis_sent_item_is_decided_on_anew(two: Pair) -> None:
    item = nations.share(two)
    settled(two)
    two.rounds(2)
    assert nations.read(two, item) == b"harbour"
    settled(two)
    changed(two.jpn, "jpn.sato", authorisations=[])
    case = opened(two.jpn, "incident", FORM, item, person="jpn.security")["id"]
    assert authorised(two.jpn, case) == {"JPN": (True, True), "jpn.sato": (False, False)}
    told = shown(two.jpn, case)["own"]["reach"]["authorised"][1]
    assert [one["code"] for one in told["unmet"]] == ["access.not_authorised"]
    settled(two)
    alike(two, case)
    assert authorised(two.aus, case) == {"JPN": (True, True)}
    with two.aus.store.reading() as tx:
        row = two.aus.records.cases.get(tx, id=case)
    assert row is not None
    assert "jpn.sato" not in str(row.form)


def test_who_was_authorised_and_is_no_more_is_told_apart(two: Pair) -> None:
    item = nations.share(two)
    two.rounds(2)
    nations.read(two, item)
    with two.jpn.store.reading() as tx:
        sato = two.jpn.person(tx, "jpn.sato")
    soon = dialogue.at(two, 3600)
    named = [{**one, "until": soon} for one in sato["authorisations"]]
    changed(two.jpn, "jpn.sato", authorisations=named)
    two.clock.pass_(7200)
    case = opened(two.jpn, "incident", FORM, item, person="jpn.security")["id"]
    assert authorised(two.jpn, case)["jpn.sato"] == (True, False)


def test_another_incident_decides_on_nobody_and_tells_nobody_else(held: Three) -> None:
    item = passing_on.delivered(held)
    case = reported(held.jpn, "AUS", passing_on.AGREEMENT, item, what="loss")
    held.settle(2)
    told = seeing.show(held.jpn, case, person="jpn.security")
    assert "authorised" not in told["own"]["reach"]
    assert parties(held.aus) == [("JPN", "AUS")]
    assert parties(held.usa) == []


def test_a_holder_that_reports_tells_the_provider_and_the_third_party(held: Three) -> None:
    item = passing_on.delivered(held)
    case = reported(held.jpn, "AUS", passing_on.AGREEMENT, item)
    held.settle(3)
    assert parties(held.jpn) == [("JPN", "AUS"), ("JPN", "USA")]
    assert parties(held.aus) == [("JPN", "AUS")]
    (there,) = incidents(held.usa)
    assert (there.agreement, there.form["held"], there.items) == (TRILATERAL, [item], [])
    assert "copies" not in there.form
    assert authorised(held.jpn, case)["USA"] == (True, True)
    assert authorised(held.aus, case)["USA"] == (True, True)


def test_a_third_party_that_reports_reaches_the_provider_through_the_holder(held: Three) -> None:
    item = passing_on.delivered(held)
    reported(held.usa, "JPN", TRILATERAL, held=[item])
    held.settle(3)
    assert parties(held.usa) == [("USA", "JPN")]
    assert parties(held.jpn) == [("JPN", "AUS"), ("USA", "JPN")]
    (there,) = incidents(held.aus)
    assert (there.items, there.agreement) == ([item], passing_on.AGREEMENT)
    assert "USA" not in there.form["text"]


def test_a_provider_that_mis_sent_tells_every_recipient_once_and_names_none(held: Three) -> None:
    item = several.share(held)
    held.settle(2)
    reported(held.aus, "JPN", TRILATERAL, held=[item])
    held.settle(3)
    assert parties(held.aus) == [("AUS", "JPN"), ("AUS", "USA")]
    (there,) = incidents(held.usa)
    assert there.form["held"] == [item]
    assert "JPN" not in str(there.form)
    reported(held.jpn, "AUS", TRILATERAL, item)
    held.settle(3)
    assert parties(held.usa) == [("AUS", "USA")]


def test_what_is_not_between_the_two_is_not_there(held: Three) -> None:
    item = passing_on.given(held)
    held.settle(2)
    for name in (item, "AUS-2026-999999"):
        error = refused(lambda name=name: reported(held.jpn, "USA", TRILATERAL, held=[name]))
        assert error.code == "item.unknown"
    assert incidents(held.jpn) == incidents(held.usa) == []


def test_the_hearer_judges_what_it_is_said_to_have(two: Pair) -> None:
    nations.share(two)
    settled(two)
    form = FORM | {mis_sent.HELD: ["AUS-2026-000077"]}
    lie = bodies.CaseOpened(
        case=f"JPN-AUS-{dialogue.at(two, 0)[:4]}-C00001", kind="incident", form=form, items=()
    )
    assert dialogue.hears(two, lie) == "item.unknown"
    assert incidents(two.aus) == []
