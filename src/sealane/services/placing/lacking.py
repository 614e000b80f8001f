"""What a person lacks for a post or a room now: clearance, briefing, nationality, authorisation,
and what the place itself lacks.

What a clearance covers is said by the agreement's own clause, as for an opening, or by the nation's
rule. Everything is asked anew at each reading, of the records as they are then.
Spec: spec/post.md §2; R20, R21, R23, R26, R28, R49.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.values import parse_instant
from sealane.decisions.outlook import clearing
from sealane.decisions.outlook.facts import reader_from_json
from sealane.decisions.outlook.preview import Reader
from sealane.ports import Tx
from sealane.registry.post_life import GAP_WORDS
from sealane.registry.searched import LabelClass
from sealane.services.deciding.national_rule import cleared_at_home, place_accredited
from sealane.services.deciding.request import registered_reader
from sealane.services.node import Node


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that one person lacks."""

    person: str
    what: str
    """A word of `GAP_WORDS`."""
    needs: str
    """The level, agreement, project or facility that is asked for."""

    def as_json(self) -> dict[str, Any]:
        """As everybody is told of it."""
        text, text_ja = GAP_WORDS[self.what]
        return {
            "person": self.person,
            "what": self.what,
            "needs": self.needs,
            "text": text,
            "text_ja": text_ja,
        }


def of_person(node: Node, tx: Tx, asks: Mapping[str, Any], person: Mapping[str, Any]) -> list[Gap]:
    """Everything that a person lacks now for what a post or room asks; none: they may be placed.

    Args:
        asks: `level`, `agreement`, `project`, `facility`.
        person: the person's record.
    """
    who, level, name = str(person["id"]), str(asks["level"]), asks["agreement"]
    agreement = None if name is None else node.agreements(tx).at(name, node.host.now())
    found = [("agreement", str(name))] if not _in_force(node, name, agreement) else []
    if not _cleared(node, tx, level, agreement, person):
        found.append(("clearance", level))
    if name is not None and not _briefed(node, str(name), person):
        found.append(("briefing", str(name)))
    nations = _nations(node, agreement)
    if not nations & set(person["nationality"]):
        found.append(("nationality", ", ".join(sorted(nations))))
    if person["organisation_country"] not in nations:
        found.append(("organisation", ", ".join(sorted(nations))))
    if asks["project"] is not None and not _named(node, str(asks["project"]), person):
        found.append(("authorisation", str(asks["project"])))
    if asks["facility"] is not None and not holds(node, tx, str(asks["facility"]), level):
        found.append(("accreditation", str(asks["facility"])))
    return [Gap(who, what, needs) for what, needs in found]


def _in_force(node: Node, name: str | None, agreement: Agreement | None) -> bool:
    return name is None or (agreement is not None and agreement.in_force(node.host.now()))


def _nations(node: Node, agreement: Agreement | None) -> set[str]:
    """Whose citizens may be placed: this nation's, and under an agreement those of its parties."""
    return {node.party, *(one.id for one in (() if agreement is None else agreement.parties))}


def _cleared(
    node: Node, tx: Tx, level: str, agreement: Agreement | None, person: Mapping[str, Any]
) -> bool:
    """Whether a clearance covers a level of this nation's. What each clearance covers is said by
    the agreement, where it has a row for the level; else by the nation's own rule or an agreement
    in force here that has one.
    """
    facts = registered_reader(node, tx, person)
    who = reader_from_json({"subject": facts.subject, "facility": facts.facility})
    reader = Reader(subject=who.subject, facility=who.facility, purpose="", at=node.host.now())
    held = node.agreements(tx)

    def covered(one: Agreement) -> bool:
        """By its clause, in all of its areas that have a row for the level."""
        classes = _classes(node, level, one)
        return bool(classes) and all(
            clearing.reaches(reader, each, agreements=held, schemes=node.schemes)
            for each in classes
        )

    if agreement is not None and _classes(node, level, agreement):
        return covered(agreement)
    if cleared_at_home(node, person, node.party, level):
        return True
    current = (held.at(name, reader.at) for name in held)
    return any(covered(one) for one in current if one is not None and one.in_force(reader.at))


def _classes(node: Node, level: str, agreement: Agreement) -> list[LabelClass]:
    """What a partner would give that is handled under this level here."""
    return [
        LabelClass(
            agreement=agreement.id,
            provider=party.id,
            policy=party.policy,
            level=word,
            caveated=False,
            area=area.id,
        )
        for row in agreement.rows
        if level in row.holds.get(node.party, ())
        for party in agreement.parties
        if party.id != node.party
        for word in row.gives.get(party.id, ())[:1]
        for area in agreement.areas
        if row.areas is None or area.id in row.areas
    ]


def _briefed(node: Node, agreement: str, person: Mapping[str, Any]) -> bool:
    return any(
        one["agreement"] == agreement and _counts(node, one["on"], one["until"])
        for one in person["briefings"]
    )


def _named(node: Node, project: str, person: Mapping[str, Any]) -> bool:
    return any(
        one.get("project") == project and _counts(node, one["from"], one["until"])
        for one in person["authorisations"]
    )


def _counts(node: Node, since: str, until: str | None) -> bool:
    """Whether a grant counts now; one without an end counts for nothing, as in every decision."""
    return until is not None and parse_instant(since) <= node.host.now() < parse_instant(until)


def holds(node: Node, tx: Tx, facility: str, level: str) -> bool:
    """Whether a facility is accredited for a level of this nation's now."""
    place = node.facility(tx, facility)
    return place is not None and place_accredited(node, place.data, node.party, level)
