"""A verdict stands, clause by clause, until the instant that its horizon names."""

from __future__ import annotations

import dataclasses
import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.agreements.agreement import Period
from sealane.agreements.loaded import Agreements
from sealane.base.values import Instant, parse_instant
from sealane.decisions.asked import Request
from sealane.decisions.decide import decide
from sealane.decisions.outlook.horizon import holds_until
from sealane.decisions.request import request_from_json
from sealane.labels.model.groups import CountryGroup, Member
from sealane.labels.model.scheme import Schemes
from tests import cases
from tests.cli import contract_cases
from tests.decisions import schemes, the_agreement

FAR = parse_instant("2200-01-01T00:00:00Z")


def outcome(
    request: Request, at: int, agreements: Agreements
) -> tuple[bool, list[tuple[str, bool]]]:
    found = decide(
        msgspec.structs.replace(request, at=Instant(at)), agreements=agreements, schemes=schemes()
    )
    return found.permit, [(reason.clause, reason.met) for reason in found.reasons]


def suspended() -> Agreements:
    gap = Period(
        since=parse_instant("2026-12-01T00:00:00Z"), until=parse_instant("2027-01-01T00:00:00Z")
    )
    return shipped.agreements().with_(dataclasses.replace(the_agreement(), suspensions=(gap,)))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1 << 32), st.booleans())
def test_no_clause_changes_before_the_horizon(seed: int, gap: bool) -> None:
    rng = random.Random(seed)
    request, agreements = (
        request_from_json(cases.case(rng)),
        suspended() if gap else shipped.agreements(),
    )
    at, first = request.at, outcome(request, request.at, agreements)
    for _ in range(12):  # from horizon to horizon, until nothing changes any more
        until = holds_until(
            msgspec.structs.replace(request, at=Instant(at)),
            agreements=agreements,
            groups=schemes().groups,
        )
        end = FAR if until is None else until
        assert end > at
        for moment in (end - 1, rng.randrange(at, end)):
            assert outcome(request, moment, agreements) == first
        if until is None:
            return
        at, first = until, outcome(request, until, agreements)


def test_a_change_lies_exactly_at_the_horizon() -> None:
    request = request_from_json(contract_cases.opening(item__until="2026-11-26T00:00:00Z"))
    until = holds_until(request, agreements=shipped.agreements(), groups=schemes().groups)
    assert until == parse_instant("2026-11-26T00:00:00Z")
    assert outcome(request, until - 1, shipped.agreements())[0]
    assert not outcome(request, until, shipped.agreements())[0]


def test_a_clearance_that_grows_too_old_is_seen_coming() -> None:
    request = request_from_json(
        contract_cases.opening(
            "AUS",
            "PROTECTED",
            "energy",
            subject__clearances__0__level="特定秘密",
            subject__clearances__0__granted="2021-12-01T00:00:00Z",
        )
    )
    until = holds_until(request, agreements=shipped.agreements(), groups=schemes().groups)
    assert until == parse_instant("2026-12-01T00:00:00Z")
    assert not outcome(request, until, shipped.agreements())[0]


def test_a_membership_that_ends_is_seen_coming() -> None:
    end = parse_instant("2027-03-01T00:00:00Z")
    groups = schemes().groups.with_groups(
        [
            CountryGroup(
                token="WATCH",
                names={"en": "x", "ja": "x"},
                members=(Member(token="AUS"), Member(token="JPN", end=end)),
            )
        ]
    )
    loaded = Schemes(
        {name: dataclasses.replace(one, groups=groups) for name, one in schemes().items()}, groups
    )
    request = request_from_json(contract_cases.opening(label__categories__0__values=["WATCH"]))
    until = holds_until(request, agreements=shipped.agreements(), groups=groups)
    assert until == parse_instant("2027-03-01T00:00:00Z")
    for moment, met in ((end - 1, True), (end, False)):
        found = decide(
            msgspec.structs.replace(request, at=Instant(moment)),
            agreements=shipped.agreements(),
            schemes=loaded,
        )
        assert found.permit == met


def test_what_time_cannot_change_has_no_horizon() -> None:
    request = request_from_json(contract_cases.release(at="2029-01-01T00:00:00Z"))
    assert holds_until(request, agreements=shipped.agreements(), groups=schemes().groups) is None
