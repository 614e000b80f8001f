"""Each end and each beginning at its very instant, and the rare facts one by one."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import msgspec
import pytest

from sealane import shipped
from sealane.agreements.agreement import Bilingual, GroupDefinition, Period
from sealane.agreements.loaded import Agreements
from sealane.base.errors import Malformed
from sealane.base.values import parse_instant
from tests import cases
from tests.cli import contract_cases
from tests.decisions import decided, the_agreement, unmet
from tests.unit.decisions.test_decide import reader_in_japan

BEFORE, AT, AFTER = "2026-11-21T23:59:59.999999999Z", cases.AT, "2026-11-22T00:00:00.000000001Z"


def opening(action: str = "open") -> dict[str, Any]:
    request = reader_in_japan("defence", "TOP SECRET")
    request["subject"]["clearances"][0].update(level="機密", granted="2024-01-01T00:00:00Z")
    request["action"] = action
    if action == "downgrade":
        request["target"] = "OFFICIAL: Sensitive"
    if action == "new-purpose":
        request["purpose"] = next(one["purpose"] for one in request["consents"] if "purpose" in one)
    return request


def release() -> dict[str, Any]:
    request = opening("release")
    request["item"]["released_to"] = []
    return request


def place(request: dict[str, Any], *path: Any) -> Any:
    found: Any = request
    for step in path:
        found = found[step]
    return found


@pytest.mark.parametrize(
    ("make", "path", "member", "clause"),
    [
        (opening, ("item",), "until", "4.3"),
        (release, ("item",), "until", "3.5"),
        (opening, ("facility",), "until", "4.9"),
        (opening, ("subject", "clearances", 0), "expires", "5.1"),
        (opening, ("subject", "briefings", 0), "until", "4.6"),
        (opening, ("subject", "authorisations", 0), "until", "4.5"),
        (lambda: opening("copy"), ("consents", 3), "until", "6.2"),
        (lambda: opening("downgrade"), ("consents", 2), "until", "6.1"),
    ],
)
def test_what_ends_at_an_instant_has_ended_at_it(
    make: Any, path: tuple[Any, ...], member: str, clause: str
) -> None:
    request = make()
    assert decided(request).permit
    for end, met in ((BEFORE, False), (AT, False), (AFTER, True), (None, False)):
        place(request, *path)[member] = end
        assert unmet(decided(request)) == ([] if met else [clause]), end


@pytest.mark.parametrize(
    ("make", "path", "member", "clause"),
    [
        (release, ("assurance",), "at", "3.6"),
        (opening, ("subject", "clearances", 0), "granted", "5.1"),
        (opening, ("subject", "briefings", 0), "on", "4.6"),
        (opening, ("subject", "authorisations", 0), "from", "4.5"),
        (lambda: opening("copy"), ("consents", 3), "at", "6.2"),
        (lambda: opening("new-purpose"), ("consents", 1), "at", "6.1"),
    ],
)
def test_what_begins_after_the_instant_does_not_count(
    make: Any, path: tuple[Any, ...], member: str, clause: str
) -> None:
    request = make()
    for begin, met in ((BEFORE, True), (AT, True), (AFTER, False)):
        place(request, *path)[member] = begin
        assert unmet(decided(request)) == ([] if met else [clause]), begin


def test_five_years_are_counted_to_the_nanosecond() -> None:
    request = reader_in_japan("energy", "PROTECTED")
    clearance = request["subject"]["clearances"][0]
    clearance["level"] = "特定秘密"
    for granted, met in (("2021-11-22T00:00:00Z", False), ("2021-11-22T00:00:00.000000001Z", True)):
        clearance["granted"] = granted
        assert unmet(decided(request)) == ([] if met else ["5.1"])
    request["item"]["area"] = "logistics"
    clearance["granted"] = "2019-01-01T00:00:00Z"
    assert decided(request).permit
    request["label"]["classification"] = "OFFICIAL: Sensitive"
    request["item"]["area"] = "energy"
    assert decided(request).permit


def test_the_agreement_begins_at_its_first_instant() -> None:
    request = opening()
    for subject_fact in (
        *request["subject"]["clearances"],
        *request["subject"]["briefings"],
        *request["subject"]["authorisations"],
    ):
        subject_fact.update(
            {
                name: "2020-01-01T00:00:00Z"
                for name in ("granted", "on", "from")
                if name in subject_fact
            }
        )
    request["at"] = "2022-10-22T00:00:00Z"
    assert decided(request).permit
    request["at"] = "2022-10-21T23:59:59.999999999Z"
    assert unmet(decided(request)) == ["1.1"]


def among(**changes: Any) -> Agreements:
    return shipped.agreements().with_(dataclasses.replace(the_agreement(), **changes))


def test_a_suspension_stops_every_act_and_its_end_resumes_them() -> None:
    gap = Period(since=parse_instant(AT), until=parse_instant(AFTER))
    assert unmet(decided(opening(), among(suspensions=(gap,)))) == ["1.1"]
    later = {**opening(), "at": AFTER}
    assert decided(later, among(suspensions=(gap,))).permit


def test_an_agreement_falls_with_what_it_rests_on() -> None:
    agreements = shipped.agreements()
    assert unmet(decided(opening(), Agreements([the_agreement()]))) == ["1.1"]
    base = agreements["jpn-aus-2012-isa"]
    ended = dataclasses.replace(
        base, period=Period(since=base.period.since, until=parse_instant(AT))
    )
    assert unmet(decided(opening(), agreements.with_(ended))) == ["1.1"]


def test_the_version_that_governs_at_the_instant_decides() -> None:
    change = parse_instant(AT)
    first = dataclasses.replace(
        the_agreement(), period=Period(since=the_agreement().period.since, until=change)
    )
    second = dataclasses.replace(
        the_agreement(),
        version=2,
        digest="2" * 96,
        previous=first.digest,
        period=Period(since=change, until=None),
        areas=tuple(msgspec.structs.replace(area, ceiling=1) for area in the_agreement().areas),
    )
    agreements = Agreements([second, first, shipped.agreements()["jpn-aus-2012-isa"]])
    before, after = ({**opening(), "at": at} for at in (BEFORE, AT))
    assert decided(before, agreements).agreement.version == 1
    assert decided(before, agreements).permit
    assert decided(after, agreements).agreement.version == 2
    assert unmet(decided(after, agreements)) == ["2.3"]
    early = decided({**opening(), "at": "2000-01-01T00:00:00Z"}, agreements)
    assert early.agreement.version == 1
    assert "1.1" in unmet(early)


def test_a_verified_row_needs_nobodys_acceptance() -> None:
    request = {**opening(), "accept_unverified": False}
    assert unmet(decided(request)) == ["2.2"]
    rows = tuple(msgspec.structs.replace(row, status="verified") for row in the_agreement().rows)
    assert decided(request, among(rows=rows)).permit


def test_a_no_beside_a_yes_is_no_until_it_ends() -> None:
    request = opening("copy")
    yes = request["consents"][3]
    for no, met in [
        ({}, False),
        ({"until": None}, True),
        ({"until": BEFORE}, True),
        ({"until": AT}, True),
        ({"until": AFTER}, False),
        ({"at": AT}, False),
        ({"at": AFTER}, True),
        ({"item": "item-2"}, True),
        ({"act": "downgrade"}, True),
        ({"by": "JPN"}, True),
        ({"to": "USA"}, True),
        ({"to": None}, True),
    ]:
        request["consents"] = [yes, {**yes, "answer": "no", **no}]
        assert decided(request).permit == met, no
        request["consents"].reverse()
        assert decided(request).permit == met, no


def test_the_bases_that_need_consent_need_it_for_that_item() -> None:
    request = opening()
    for basis in ("exempt-by-law", "temporary"):
        request["subject"]["clearances"][0]["basis"] = basis
        given = next(one for one in request["consents"] if one["act"] == basis)
        assert decided(request).permit
        for change in (
            {"item": "item-2"},
            {"by": "JPN"},
            {"answer": "no"},
            {"until": AT},
            {"at": AFTER},
        ):
            poorer = copy.deepcopy(request)
            next(one for one in poorer["consents"] if one["act"] == basis).update(change)
            assert unmet(decided(poorer)) == ["5.1"], (basis, change)
        assert given["answer"] == "yes"


@pytest.mark.parametrize(
    ("subject", "duties", "met"),
    [
        ("p-originator", ["originator"], True),
        ("p-officer", ["release-officer"], True),
        ("p-signer", ["second-signer"], True),
        ("p-originator", ["release-officer"], False),
        ("p-officer", ["second-signer"], False),
        ("p-signer", ["originator"], False),
        ("p-signer", ["auditor"], False),
        ("p-reader", ["auditor"], True),
        ("p-reader", ["registry-clerk", "auditor"], False),
        ("p-reader", ["reader", "operator", "auditor"], True),
        ("p-reader", ["originator", "auditor"], False),
    ],
)
def test_nobody_is_two_of_the_five(subject: str, duties: list[str], met: bool) -> None:
    request = opening()
    request["subject"].update(id=subject, duties=duties)
    assert unmet(decided(request)) == ([] if met else ["7.1"])
    assert decided({**release(), "subject": request["subject"]}).permit


def test_an_unknown_originator_cannot_be_told_from_the_officer() -> None:
    request = release()
    request["item"]["originator"] = None
    assert unmet(decided(request)) == ["3.7"]


def test_a_group_that_the_agreement_defines_admits_its_members_and_never_widens_a_public_one() -> (
    None
):
    name = Bilingual(en="x", ja="あ")
    own = (
        GroupDefinition(id="AJ", members=("AUS", "JPN"), name=name),
        GroupDefinition(id="FVEY", members=("AUS", "JPN", "GBR"), name=name),
    )
    request = opening()
    request["label"]["categories"][0]["values"] = ["AJ"]
    with pytest.raises(Malformed):
        decided(request)
    assert decided(request, among(groups=own)).permit
    request["label"]["categories"][0]["values"] = ["FVEY"]
    assert unmet(decided(request, among(groups=own))) == ["4.7"]
    request["label"]["categories"][0]["values"] = ["FVEY", "JPN"]
    for citizenship, met in (("GBR", True), ("USA", False)):
        request["subject"]["nationality"] = [citizenship]
        assert decided(request, among(groups=own)).permit == met


def test_an_unknown_country_in_releasable_to_is_not_decided() -> None:
    request = opening()
    request["label"]["categories"][0]["values"] = ["AUS", "JPN", "Atlantis"]
    with pytest.raises(Malformed) as caught:
        decided(request)
    assert caught.value.code == "label.unknown_token"


@pytest.mark.parametrize(
    ("created", "accepted"),
    [(None, True), ("2026-01-01T00:00:00Z", True), ("2010-01-01T00:00:00Z", False)],
)
def test_a_label_that_its_own_scheme_refuses_has_no_row(
    created: str | None, accepted: bool
) -> None:
    for make in (contract_cases.opening, contract_cases.release):
        request = make("JPN", "特定秘密", "maritime", label__created=created)
        assert unmet(decided(request)) == ([] if accepted else ["2.1"])


def test_what_an_informative_category_says_is_in_no_decision() -> None:
    for request in (opening(), release()):
        request["label"]["categories"].append(
            {"tag": "Note", "type": "informative", "values": ["at all"]}
        )
        assert decided(request).permit


def test_a_group_admits_its_members_and_an_unlisted_one_nobody() -> None:
    request = opening()
    request["subject"]["nationality"] = ["GBR"]
    assert unmet(decided(request)) == ["4.7"]
    request["label"]["categories"][0]["values"] = ["FVEY", "JPN"]
    assert decided(request).permit


def test_thousands_of_clearances_and_consents_are_walked_once() -> None:
    request = opening()
    clearance = {**request["subject"]["clearances"][0], "basis": "temporary"}
    refusal = {**request["consents"][0], "act": "temporary", "to": None, "item": "item-2"}
    request["subject"]["clearances"] = [
        {**clearance, "sponsor": f"s{number}"} for number in range(3000)
    ]
    request["consents"] = [{**refusal, "by": f"b{number}"} for number in range(3000)]
    assert unmet(decided(request)) == ["5.1"]
