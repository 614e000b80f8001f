"""What an activity lets people gain: an item that was released for one opens only while it is under
way, and only for those whom their own side let take part.

It narrows and never widens: each reason here refuses what the agreement would permit. The
agreement's digest, which both nations compute, is without it; each nation judges by its own record
of the case.
Spec: spec/case.md §10; spec/agreement.md §6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeGuard

from sealane.decisions.asked import Request
from sealane.decisions.terms import Reason

CLAUSE = "activity"
"""Under which name these reasons stand among an agreement's clauses."""
PLANNED, UNDER_WAY, ENDED = "planned", "under-way", "ended"
_NUMBER = re.compile(r"[A-Z]{3}-[A-Z]{3}-[0-9]{4}-C[0-9]{5,9}")


def _reason(code: str, text: str, text_ja: str) -> Reason:
    return Reason(CLAUSE, f"activity.{code}", False, text, text_ja)


UNKNOWN = _reason(
    "unknown",
    "The activity that the item was released for must be one that is on record here.",
    "項目の提供先である活動が、ここに記録されていること。",
)
NOT_BETWEEN = _reason(
    "not_between",
    "An activity's items stay between its two nations, under its own agreement.",
    "活動の項目は、その二か国の間で、その活動の取決めの下でのみ扱うこと。",
)
OVER = _reason(
    "over",
    "Nothing is released for an activity that has ended.",
    "終了した活動のためには何も提供しないこと。",
)
NOT_UNDER_WAY = _reason(
    "not_under_way",
    "The activity that the item was released for must be under way.",
    "項目の提供先である活動が実施中であること。",
)
NOT_JOINED = _reason(
    "not_joined",
    "The reader must be among those whom the reader's own nation let take part in the activity.",
    "閲覧者が、自国が当該活動に参加させた者であること。",
)
OTHER_PLACE = _reason(
    "facility",
    "Where the reader's nation named facilities for the activity, the place must be one of them.",
    "閲覧者の国が当該活動の施設を指定している場合、場所がその一つであること。",
)
OTHER_PURPOSE = _reason(
    "purpose",
    "Where the activity names a purpose, it is the only one.",
    "活動に目的の定めがある場合、その目的であること。",
)
ABOVE = _reason(
    "level",
    "Where the activity names a highest level, the item must not be above it.",
    "活動に最高区分の定めがある場合、項目がそれを超えないこと。",
)
CODES = frozenset(
    one.code
    for one in (
        UNKNOWN,
        NOT_BETWEEN,
        OVER,
        NOT_UNDER_WAY,
        NOT_JOINED,
        OTHER_PLACE,
        OTHER_PURPOSE,
        ABOVE,
    )
)
TITLE = ("The activity", "活動")
_PLANNER = (
    "the release officer: release it for another activity, or for none",
    "提供担当官：別の活動のために、又は活動によらずに提供する",
)
_OWN_SIDE = (
    "the reader's own security officer, by `case join`",
    "閲覧者の国の保全責任者（`case join`）",
)
_EITHER_SIDE = (
    "a release or security officer of either nation, from its first day on; after its end, nobody",
    "いずれかの国の提供担当官又は保全責任者（初日以降）。終了後は対処できません",
)
MENDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        NOT_UNDER_WAY.code: _EITHER_SIDE,
        NOT_JOINED.code: _OWN_SIDE,
        OTHER_PLACE.code: _OWN_SIDE,
    }
)
"""Who can mend it, by the code of the reason."""


def mend_of(code: str) -> tuple[str, str]:
    """Who can mend what a reason of this code misses, in both languages."""
    return MENDS.get(code, _PLANNER)


def is_activity(project: str | None) -> TypeGuard[str]:
    """Whether a project is written as a case's number: it is that activity, and no other thing."""
    return project is not None and _NUMBER.fullmatch(project) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An activity as its case has it at an instant."""

    case: str
    agreement: str
    state: str
    level: int | None
    """The highest row of the agreement's table; 0: its word has none; None: it names none."""
    purpose: str | None
    people: Mapping[str, frozenset[str]]
    """By each of its two parties the people and posts that it let take part."""
    facilities: Mapping[str, frozenset[str]]
    """By each of its two parties where its people take part; empty: anywhere."""


def unmet(
    activity: Activity | None, request: Request, *, level: int | None, names: frozenset[str]
) -> tuple[Reason, ...]:
    """What keeps an act outside an activity; nothing: the agreement alone decides.

    Args:
        activity: None where no such activity is on record.
        level: the row of the item's label under its agreement; None: it has none.
        names: the person and the posts by which the reader takes part.
    """
    if activity is None:
        return (UNKNOWN,)
    is_release, item = request.action == "release", request.item
    other = request.recipient if is_release else request.subject.organisation_country
    between = {item.provider, other} == set(activity.people)
    if not between or request.agreement != activity.agreement or request.action == "onward":
        return (NOT_BETWEEN,)
    found = []
    if is_release and activity.state == ENDED:
        found.append(OVER)
    elif not is_release:
        found += _of_reader(activity, request, other, names)
    if activity.purpose not in (None, request.purpose):
        found.append(OTHER_PURPOSE)
    if activity.level is not None and (level is None or level > activity.level):
        found.append(ABOVE)
    return tuple(found)


def _of_reader(
    activity: Activity, request: Request, nation: str, names: frozenset[str]
) -> list[Reason]:
    found, places = [], activity.facilities[nation]
    if activity.state != UNDER_WAY:
        found.append(NOT_UNDER_WAY)
    if not names & activity.people[nation]:
        found.append(NOT_JOINED)
    if places and (request.facility is None or request.facility.id not in places):
        found.append(OTHER_PLACE)
    return found
