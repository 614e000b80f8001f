"""A nation assures its own visitors' clearances, from its register as it is now: whoever lacks one
is not requested at all.

What a clearance covers is said by the agreement's own clause, as for an opening, now and at the end
of the visit, in every area in which the level has a row.
Spec: spec/case.md §7; R22, R23, R50.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from sealane.agreements.agreement import EquivalenceRow
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.cases.course import Course
from sealane.cases.form import wrong
from sealane.decisions.asked import HeldClearance, Subject
from sealane.decisions.outlook import clearing
from sealane.decisions.outlook.facts import reader_from_json
from sealane.decisions.outlook.preview import Reader
from sealane.ports import Tx
from sealane.registry.searched import LabelClass
from sealane.services.cases import assured
from sealane.services.cases.assured import VisitorAssurance, row_named, word_of
from sealane.services.deciding.request import registered_reader
from sealane.services.node import Node

UNNAMED = "-"
"""What stands for a name, a post or an organisation that the register does not hold."""


def assure(node: Node, tx: Tx, visit: Course) -> list[dict[str, Any]]:
    """What this nation assures of each visitor, for the level and the days of a visit as its form
    has them.

    Raises: Refused `visit.assurance`: somebody lacks a clearance for it; Malformed `case.form`.
    """
    form = visit.form()
    row = row_named(visit, form["level"])
    if len(set(form["visitors"])) != len(form["visitors"]):
        raise wrong("visitors", assured.TWICE)
    made = {person: _assured(node, tx, visit, row, person) for person in form["visitors"]}
    if uncovered := [person for person, one in made.items() if one is None]:
        raise assured.lacking(uncovered, form["level"], form["until"])
    return [msgspec.to_builtins(one) for one in made.values()]


def _assured(
    node: Node, tx: Tx, visit: Course, row: EquivalenceRow, person: str
) -> VisitorAssurance | None:
    """What is assured of one person; None where nothing covers the visit."""
    try:
        record = node.person(tx, person)
    except SealaneError:  # nobody of that name, or a record that was changed by hand
        return None
    facts = registered_reader(node, tx, record)
    subject = reader_from_json({"subject": facts.subject, "facility": None}).subject
    if any(one.status == "suspended" for one in subject.clearances):
        return None
    wanted, best = word_of(row, visit.head.with_), None
    for held in subject.clearances:
        mapped = _mapped(node, tx, visit, msgspec.structs.replace(subject, clearances=(held,)))
        if wanted not in mapped or held.expires is None:
            continue
        one = _told(visit, record, held, mapped)
        if best is None or (len(one.mapped), one.until) > (len(best.mapped), best.until):
            best = one
    return best


def _mapped(node: Node, tx: Tx, visit: Course, subject: Subject) -> list[str]:
    """The host's levels that a person's clearance covers now and to the end of the visit."""
    now, end = node.host.now(), parse_instant(visit.form()["until"])
    reader = Reader(subject=subject, facility=None, purpose="", at=now)
    readers = (reader, replace(reader, at=Instant(end - SECOND)))
    held = node.agreements(tx)

    def covered(row: EquivalenceRow) -> bool:
        return all(
            clearing.reaches(one, each, agreements=held, schemes=node.schemes)
            for one in readers
            for each in _classes(visit, row)
        )

    rows = [row for row in visit.agreement.rows if row.gives.get(visit.head.with_)]
    rows.sort(key=lambda row: row.level, reverse=True)
    return [word_of(row, visit.head.with_) for row in rows if covered(row)]


def _classes(visit: Course, row: EquivalenceRow) -> list[LabelClass]:
    """What the host would give at the level of a row, in each area that has it."""
    host = visit.agreement.party(visit.head.with_)
    assert host is not None
    return [
        LabelClass(
            agreement=visit.agreement.id,
            provider=host.id,
            policy=host.policy,
            level=word_of(row, host.id),
            caveated=False,
            area=area.id,
        )
        for area in visit.agreement.areas
        if row.areas is None or area.id in row.areas
    ]


def _told(
    visit: Course, record: Mapping[str, Any], held: HeldClearance, mapped: list[str]
) -> VisitorAssurance:
    """Level, reach and end: nothing of when, by whom or on what ground it was granted."""
    assert held.expires is not None
    briefed = [
        parse_instant(one["until"])
        for one in record["briefings"]
        if one["agreement"] == visit.head.agreement and one["until"] is not None
    ]
    return VisitorAssurance(
        person=record["id"],
        name=str(record["name"])[:200] or UNNAMED,
        name_ja=_in_japanese(record, "name_ja"),
        position=str(record["post"])[:200] or UNNAMED,
        position_ja=_in_japanese(record, "post_ja"),
        organisation=str(record["organisation"])[:200] or UNNAMED,
        nationality=tuple(sorted(record["nationality"])),
        policy=held.policy,
        level=held.level,
        mapped=tuple(mapped),
        until=format_instant(held.expires),
        briefed_until=format_instant(max(briefed)) if briefed else None,
    )


def _in_japanese(record: Mapping[str, Any], member: str) -> str | None:
    """A name as the register holds it in Japanese, if it does."""
    return str(record.get(member) or "")[:200] or None
