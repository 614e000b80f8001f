"""The visits that were approved and stand: the one place that a decision about a visitor, and a
room that a visitor would enter, ask.

A visit stands as the ledger binds its case, while it is approved or under way; one that was amended
waits for the host again and stands no more until it looked.
Spec: spec/case.md §7; spec/interfaces.md §4, §6; R37, R50.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.cases.course import Course
from sealane.ports import Tx
from sealane.registry.case_records import KeptCase
from sealane.services.cases import assured, books
from sealane.services.cases.assured import Assured
from sealane.services.node import Node

KIND, STANDING = "visit", frozenset({"approved", "under-way"})
MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingVisit:
    """A visit as its host approved it."""

    case: str
    host: str
    visitors: str
    """The party whose people visit."""
    agreement: str
    policy: str
    """The host's scheme."""
    level: str
    row: int
    """The row of the agreement's table that the level is in."""
    word: str
    """What the host calls that level."""
    subject: str
    facility: str
    since: str
    until: str
    assured: Assured
    """What is assured of each visitor; nobody else is one."""

    def covers(self, person: str, at: Instant) -> bool:
        """Whether a person visits at an instant."""
        return (
            person in self.assured
            and parse_instant(self.since) <= at < parse_instant(self.until)
            and at < parse_instant(self.assured[person].until)
        )

    def member(self) -> dict[str, Any]:
        """As a request takes it."""
        return {
            "case": self.case,
            "level": self.level,
            "subject": self.subject,
            "from": self.since,
            "until": self.until,
            "facility": self.facility,
            "people": list(self.assured),
        }

    def place(self) -> dict[str, Any]:
        """The facility as a request takes it: the host's, which vouched by its approval that it may
        hold this level.
        """
        return {
            "id": self.facility,
            "country": self.host,
            "accredited": {"policy": self.policy, "level": self.level},
            "until": self.until,
        }


def standing(
    node: Node, tx: Tx, *, host: str, person: str | None = None
) -> Iterator[StandingVisit]:
    """Every visit to a host that stands now; those alone that may name a person, where one is asked
    for.
    """
    shelf = node.records.cases
    for state in sorted(STANDING):  # no date leads into these: what is written is where it stood
        for row in shelf.find(tx, order="id", limit=MOST, kind=KIND, state=state, with_=host):
            if _may_name(row, person) and (found := _standing(node, tx, row)) is not None:
                yield found


def _may_name(row: KeptCase, person: str | None) -> bool:
    """Whether a visit names a person, or was amended and has to be read for that."""
    return person is None or row.count > 1 or person in row.form["visitors"]


def covering(node: Node, tx: Tx, *, agreement: str, host: str, person: str) -> StandingVisit | None:
    """The visit of this nation's person to a host that covers now, under one agreement: of several
    the one approved at the highest level.
    """
    found = [
        one
        for one in standing(node, tx, host=host, person=person)
        if (one.visitors, one.agreement) == (node.party, agreement)
        and one.covers(person, node.host.now())
    ]
    return max(found, key=lambda one: one.row, default=None)


def dates(node: Node, tx: Tx, host: str) -> Iterator[Instant]:
    """When visits of this nation's people to a host begin and end, and what is assured of them."""
    for one in (each for each in standing(node, tx, host=host) if each.visitors == node.party):
        for text in (one.since, one.until, *(each.until for each in one.assured.values())):
            yield parse_instant(text)


def _standing(node: Node, tx: Tx, row: KeptCase) -> StandingVisit | None:
    """A visit as it stands; None where it was not approved, or counts for nothing."""
    if row.refused is not None:
        return None
    try:
        case = books.course(node, tx, row)
        if case.standing(node.host.now()).state not in STANDING:
            return None
        return _approved(case) if books.entered(node, tx, row, case) else None
    except SealaneError:  # its agreement or kind is not here, or it does not say what it must
        return None


def _approved(case: Course) -> StandingVisit | None:
    said = [step.form for step in case.steps if step.event == "approve"]
    host = case.agreement.party(case.head.with_)
    if not said or host is None:
        return None
    form, approved = case.form(), said[-1]
    row = assured.row_named(case, approved["level"])
    return StandingVisit(
        case=case.head.id,
        host=host.id,
        visitors=case.head.opener,
        agreement=case.head.agreement,
        policy=host.policy,
        level=approved["level"],
        row=row.level,
        word=assured.word_of(row, host.id),
        subject=approved["subject"],
        facility=form["facility"],
        since=form["from"],
        until=form["until"],
        assured=assured.read(case),
    )
