"""What keeps an act outside an activity, cause by cause, from its facts alone."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from sealane.base.errors import Malformed
from sealane.decisions import activity
from sealane.decisions.activity import Activity
from sealane.decisions.request import request_from_json
from tests import cases

CASE = "AUS-JPN-2026-C00001"
NAMES = frozenset({"p-reader"})
WHOLE = Activity(
    case=CASE,
    agreement="jpn-aus-2022",
    state="under-way",
    level=3,
    purpose="training",
    people={"AUS": frozenset(), "JPN": NAMES},
    facilities={"AUS": frozenset(), "JPN": frozenset({"f-1"})},
)


def asked(**changes: Any) -> Any:
    """An opening by a Japanese reader of an Australian item of the activity."""
    request = cases.complete(random.Random(5))
    request.pop("target", None)
    request["action"] = "open"
    request["item"] |= {"provider": "AUS", "released_to": ["JPN"], "project": CASE}
    request["label"] |= {"policy": "AUS", "originator": "AUS", "classification": "SECRET"}
    request["subject"] |= {"id": "p-reader", "organisation_country": "JPN"}
    request["facility"] = {
        "id": "f-1",
        "country": "JPN",
        "accredited": {"policy": "JPN", "level": "極秘"},
        "until": "2029-01-01T00:00:00Z",
    }
    request |= {"recipient": "JPN", "purpose": "training", "agreement": "jpn-aus-2022"}
    return request_from_json(request | changes)


def codes(
    found: Activity | None, request: Any, *, level: int | None = 3, names: Any = NAMES
) -> Any:
    return [one.code for one in activity.unmet(found, request, level=level, names=names)]


def test_within_the_activity_nothing_keeps_it_out() -> None:
    assert codes(WHOLE, asked()) == []
    open_to_all = replace(WHOLE, level=None, purpose=None, facilities={"AUS": (), "JPN": ()})
    assert codes(open_to_all, asked(purpose="assessment"), level=4) == []


@pytest.mark.parametrize(
    ("found", "changes", "more", "code"),
    [
        (None, {}, {}, "unknown"),
        (replace(WHOLE, agreement="other"), {}, {}, "not_between"),
        (replace(WHOLE, people={"AUS": (), "USA": ()}), {}, {}, "not_between"),
        (WHOLE, {"action": "onward"}, {}, "not_between"),
        (replace(WHOLE, state="planned"), {}, {}, "not_under_way"),
        (replace(WHOLE, state="ended"), {}, {}, "not_under_way"),
        (WHOLE, {}, {"names": frozenset({"p-other"})}, "not_joined"),
        (WHOLE, {"facility": None}, {}, "facility"),
        (WHOLE, {"purpose": "assessment"}, {}, "purpose"),
        (replace(WHOLE, level=2), {}, {}, "level"),
        (replace(WHOLE, level=0), {}, {"level": 1}, "level"),
        (WHOLE, {}, {"level": None}, "level"),
        (replace(WHOLE, state="ended"), {"action": "release"}, {}, "over"),
    ],
)
def test_each_cause_keeps_it_out(found: Any, changes: Any, more: Any, code: str) -> None:
    assert codes(found, asked(**changes), **more) == [f"activity.{code}"]


def test_a_release_asks_for_nobody_who_takes_part() -> None:
    planned = replace(WHOLE, state="planned", people={"AUS": frozenset(), "JPN": frozenset()})
    assert codes(planned, asked(action="release", facility=None), names=frozenset()) == []


@pytest.mark.parametrize(
    ("project", "found"),
    [
        (CASE, True),
        ("ZZA-ZZB-2026-C123456789", True),
        ("harbour-watch", False),
        (None, False),
        ("AUS-JPN-2026-C0001", False),
        ("AUS-JPN-2026-C00001 ", False),
        ("aus-jpn-2026-C00001", False),
    ],
)
def test_a_project_that_is_written_as_a_cases_number_is_that_activity(
    project: str | None, found: bool
) -> None:
    assert activity.is_activity(project) is found


def test_as_whom_a_reader_takes_part_stands_in_the_text_of_the_request_where_it_is_said() -> None:
    part = {"case": CASE, "as": "desk"}
    without, named = asked(), asked(activity=part)
    assert named.activity is not None
    assert (named.activity.case, named.activity.name) == (CASE, "desk")
    assert json.loads(named.normal())["activity"] == part
    assert "activity" not in json.loads(without.normal())
    for wrong in ({"case": CASE}, {**part, "x": 1}, {"case": CASE, "as": ""}, "desk", None):
        with pytest.raises(Malformed):
            asked(activity=wrong)


def test_each_reason_says_who_can_mend_it_in_both_languages() -> None:
    for code in activity.CODES:
        assert all(activity.mend_of(code))
