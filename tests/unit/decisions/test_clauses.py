"""What rare states of agreements mean for each check: one missing base, one verified row, one bare
forbid.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from sealane import shipped
from sealane.agreements.agreement import Agreement, Bilingual, Clause, Period
from sealane.agreements.lifecycle import EFFECTS
from sealane.agreements.loaded import Agreements
from sealane.base.errors import Malformed
from sealane.base.values import Instant, parse_instant
from sealane.decisions.decide import decide
from sealane.decisions.request import request_from_json
from tests.cli.contract_cases import opening, release, yes
from tests.decisions import decided, schemes, the_agreement, unmet

AT = parse_instant("2026-11-25T00:00:00Z")
BASE = "jpn-aus-2012-isa"


def among(*changed: Agreement, without: str | None = None) -> Agreements:
    ids = {one.id for one in changed}
    others = [
        one for name, one in shipped.agreements().items() if name not in ids and name != without
    ]
    return Agreements([*others, *changed])


def over(name: str, **changes: Any) -> Agreement:
    return dataclasses.replace(shipped.agreements()[name], **changes)


@pytest.mark.parametrize(
    "held",
    [
        among(without=BASE),
        among(over(BASE, period=Period(since=parse_instant("2013-01-01T00:00:00Z"), until=AT))),
        among(over(BASE, period=Period(since=Instant(AT + 1), until=None))),
        among(over(BASE, suspensions=(Period(since=AT, until=None),))),
    ],
)
def test_an_agreement_whose_base_is_missing_ended_not_begun_or_suspended_is_not_in_force(
    held: Agreements,
) -> None:
    for request in (release(), opening()):
        assert decided(request).permit
        assert unmet(decided(request, held)) == ["1.1"]


def test_a_suspension_that_is_over_counts_no_more() -> None:
    over_ = over(BASE, suspensions=(Period(since=Instant(AT - 10), until=AT),))
    assert decided(opening(), among(over_)).permit
    assert decided(
        opening(),
        among(over("jpn-aus-2022", suspensions=(Period(since=Instant(AT - 10), until=AT),))),
    ).permit


def test_a_verified_row_needs_nobody_to_accept_it() -> None:
    rows = tuple(
        msgspec.structs.replace(row, status="verified" if row.level == 3 else "unverified")
        for row in the_agreement().rows
    )
    verified = among(over("jpn-aus-2022", rows=rows))
    for make in (release, opening):
        assert unmet(decided(make(accept_unverified=False))) == ["2.2"]
        assert decided(make(accept_unverified=False), verified).permit
        assert unmet(
            decided(make("AUS", "TOP SECRET", "defence", accept_unverified=False), verified)
        ) == ["2.2"]


def test_a_forbid_without_a_question_always_refuses_and_beats_the_permit() -> None:
    bare = Clause(
        id="9.1",
        article="6",
        effect="forbid",
        actions=("open",),
        text=Bilingual(en="No.", ja="不可。"),
    )
    held = among(over("jpn-aus-2022", clauses=(*the_agreement().clauses, bare)))
    decision = decided(opening(), held)
    assert [(one.clause, one.code) for one in decision.unmet] == [("9.1", "decision.forbidden")]
    assert decided(opening(action="view"), held).permit


@pytest.mark.parametrize(
    ("third", "met"),
    [
        ({}, True),
        ({"period": Period(since=parse_instant("2020-01-01T00:00:00Z"), until=AT)}, False),
        ({"suspensions": (Period(since=AT, until=None),)}, False),
        ({"rests_on": ("not-loaded",)}, False),
    ],
)
def test_the_third_agreement_is_itself_in_force_between_holder_and_third_party(
    third: dict[str, Any], met: bool
) -> None:
    asked = opening(
        action="onward",
        recipient="USA",
        third_agreement="aus-jpn-usa-trilateral",
        consents=[yes("onward", to="USA")],
        label__categories__0__values=["AUS", "JPN", "USA"],
    )
    held = among(over("aus-jpn-usa-trilateral", **third))
    assert unmet(decided(asked, held)) == ([] if met else ["6.3"])
    two = tuple(
        party
        for party in shipped.agreements()["aus-jpn-usa-trilateral"].parties
        if party.id != "JPN"
    )
    assert unmet(decided(asked, among(over("aus-jpn-usa-trilateral", parties=two)))) == ["6.3"]


def test_an_area_that_the_agreement_does_not_name_has_no_ceiling_to_be_under() -> None:
    asked = request_from_json(
        opening("AUS", "OFFICIAL: Sensitive", "health", item__area="astrology")
    )
    found = decide(asked, agreements=shipped.agreements(), schemes=schemes())
    assert unmet(found) == ["2.3"]


def test_what_a_state_lets_anybody_do_is_written_beside_the_table() -> None:
    assert {state for state, effect in EFFECTS.items() if effect.releases} == {"in-force"}
    assert {state for state, effect in EFFECTS.items() if effect.opens} == {"in-force"}
    assert {state for state, effect in EFFECTS.items() if effect.duties} == {
        "in-force",
        "amended",
        "suspended",
        "ended",
    }


@pytest.mark.parametrize(
    ("members", "met"),
    [
        ({}, True),
        ({"created": "2026-01-01T00:00:00Z"}, True),
        ({"created": "2026-11-25T00:00:01Z"}, False),
        ({"privacy_mark": "Staff in confidence"}, True),
        ({"privacy_mark": "Staff\u200bin confidence"}, None),
        ({"created": "2026-01-01T00:00:00Z", "privacy_mark": "Staff\u200bin confidence"}, None),
    ],
)
def test_what_stands_beside_a_label_s_word_is_asked_of_its_scheme(
    members: dict[str, Any], met: bool | None
) -> None:
    for make in (opening, release):
        request = make()
        request["label"] |= members
        if met is None:
            with pytest.raises(Malformed):
                decided(request)
        else:
            assert unmet(decided(request)) == ([] if met else ["2.1"])
