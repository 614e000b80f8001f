"""What the sender assures of each courier: a clearance of its own scheme that reaches everything on
the list to the end of the journey, and nothing of the vetting behind it.

The sender asks the agreement's own clause, as for an opening; the receiver works out from the
agreement's table what the level reaches, and believes nothing else.
Spec: spec/case.md §7; R22, R43.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sealane.base.described import described
from sealane.base.errors import Refused, SealaneError, declare
from sealane.base.values import SECOND, Instant, country, format_instant, parse_instant
from sealane.cases.course import Course
from sealane.cases.form import Why, wrong
from sealane.decisions.asked import HeldClearance, Subject
from sealane.decisions.compiled import terms_of
from sealane.decisions.outlook import clearing
from sealane.decisions.outlook.facts import reader_from_json
from sealane.decisions.outlook.preview import Reader
from sealane.ports import Tx
from sealane.registry.searched import LabelClass
from sealane.services.cases.carried import row_of_item
from sealane.services.deciding.request import registered_reader
from sealane.services.node import Node

FIELD, UNNAMED = "assurances", "-"
LACKING = declare(
    "courier.clearance",
    Refused,
    "No clearance reaches everything on the list until {until} for: {people}.",
    "{until} まで一覧の全項目に足りる適格性がありません：{people}。",
    "Name other couriers, or have the clearances renewed first.",
    "別の伝書使を指名するか、先に適格性を更新してください。",
)
ONE_EACH: Why = (
    "each courier is assured once, and nobody else",
    "伝書使ごとに一つで、その他の人のものはありません",
)
_Text = Annotated[str, Meta(min_length=1, max_length=200)]


class CourierAssurance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is assured of one courier."""

    person: _Text
    name: _Text
    name_ja: _Text | None
    position: _Text
    position_ja: _Text | None
    organisation: _Text
    nationality: Annotated[tuple[_Text, ...], Meta(min_length=1, max_length=32)]
    policy: _Text
    level: _Text
    until: _Text
    """When the clearance stops counting."""


described(CourierAssurance)


def assure(node: Node, tx: Tx, journey: Course) -> list[dict[str, Any]]:
    """What this nation assures of each courier, from its register as it is now.

    Raises: Refused `courier.clearance`; Malformed `case.form`; Conflict `case.other_agreement`.
    """
    people, until = journey.form()["couriers"], journey.form()["until"]
    if len(set(people)) != len(people):
        raise wrong("couriers", ONE_EACH)
    made = {person: _assured(node, tx, journey, person) for person in people}
    if uncovered := [person for person, one in made.items() if one is None]:
        raise _lacking(uncovered, until)
    return [msgspec.to_builtins(one) for one in made.values()]


def require_assured(node: Node, tx: Tx, journey: Course) -> None:
    """Every courier is assured once, at a level that reaches the whole list to the end. Raises:
    Refused `courier.clearance`; Malformed `case.form`; Conflict `case.other_agreement`.
    """
    form, opener = journey.form(), journey.head.opener
    assured = [_read(one) for one in form.get(FIELD, ())]
    if sorted(one.person for one in assured) != sorted(form["couriers"]):
        raise wrong(FIELD, ONE_EACH)
    terms = terms_of(journey.agreement)
    wanted = max(row_of_item(journey, node.item(tx, one)).level for one in journey.head.items)
    uncovered = []
    for one in assured:
        reach = terms.reaches.get((opener, one.level))
        reaches = reach is not None and reach.covers >= wanted
        lasts = parse_instant(one.until) >= parse_instant(form["until"])
        if not (reaches and lasts and one.policy == terms.policy_of.get(opener)):
            uncovered.append(one.person)
    if uncovered:
        raise _lacking(uncovered, form["until"])


def _lacking(people: list[str], until: str) -> SealaneError:
    return LACKING(people=", ".join(people)[:300], until=until, details={"people": people})


def _assured(node: Node, tx: Tx, journey: Course, person: str) -> CourierAssurance | None:
    """What is assured of one person; None where no clearance reaches the whole list."""
    try:
        record = node.person(tx, person)
    except SealaneError:  # nobody of that name, or a record that was changed by hand
        return None
    facts = registered_reader(node, tx, record)
    subject = reader_from_json({"subject": facts.subject, "facility": None}).subject
    classes = _classes(node, tx, journey)
    end = Instant(parse_instant(journey.form()["until"]) - SECOND)
    held = []
    for one in subject.clearances:
        alone = msgspec.structs.replace(subject, clearances=(one,))
        if one.expires is not None and _reaches(node, tx, alone, classes, end=end):
            held.append(one)
    if any(one.status == "suspended" for one in subject.clearances) or not held:
        return None
    best = max(held, key=lambda one: one.expires or Instant(0))
    return _told(record, best)


def _reaches(
    node: Node, tx: Tx, subject: Subject, classes: list[LabelClass], *, end: Instant
) -> bool:
    """Whether a person's one clearance reaches everything, now and to the end of the journey."""
    now = Reader(subject=subject, facility=None, purpose="", at=node.host.now())
    agreements = node.agreements(tx)
    return all(
        clearing.reaches(one, each, agreements=agreements, schemes=node.schemes)
        for one in (now, replace(now, at=end))
        for each in classes
    )


def _classes(node: Node, tx: Tx, journey: Course) -> list[LabelClass]:
    """What stands on the list, as its provider labels it."""
    found = []
    for name in journey.head.items:
        item = node.item(tx, name)
        row_of_item(journey, item)
        party = journey.agreement.party(item.provider)
        assert party is not None  # the row is one of its own
        found.append(
            LabelClass(
                agreement=journey.agreement.id,
                provider=party.id,
                policy=party.policy,
                level=str(item.label["classification"]),
                caveated=False,
                area=str(item.facts["area"]),
            )
        )
    return list(dict.fromkeys(found))


def _told(record: Mapping[str, Any], held: HeldClearance) -> CourierAssurance:
    """Level and end: nothing of when, by whom or on what ground it was granted."""
    assert held.expires is not None
    return CourierAssurance(
        person=record["id"],
        name=str(record["name"])[:200] or UNNAMED,
        name_ja=str(record.get("name_ja") or "")[:200] or None,
        position=str(record["post"])[:200] or UNNAMED,
        position_ja=str(record.get("post_ja") or "")[:200] or None,
        organisation=str(record["organisation"])[:200] or UNNAMED,
        nationality=tuple(sorted(record["nationality"])),
        policy=held.policy,
        level=held.level,
        until=format_instant(held.expires),
    )


def _read(told: Any) -> CourierAssurance:
    try:
        one = msgspec.convert(told, CourierAssurance)
        for nation in one.nationality:
            country(nation)
        parse_instant(one.until)
    except (msgspec.ValidationError, SealaneError) as error:
        raise wrong(FIELD, (str(error)[:200], str(error)[:200])) from None
    return one
