"""The register of people as of any date: who was there, with which clearances and authorisations,
as the ledger says that it was entered.

Spec: spec/interfaces.md §5 (people register); R22, R28, R57.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sealane.base.values import Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.registry.regime import as_counted, counts_until
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import OPERATOR, Named
from sealane.services.statements.journal import record

MOST = 1_000_000


def roll(
    node: Node, *, by: Named = OPERATOR, at: Instant | None = None, facility: str | None = None
) -> dict[str, Any]:
    """The people of the directory as their records stood at an instant; that it was read is
    recorded. A record that was changed by hand is nobody's.

    Args:
        by: a security officer or an auditor; at an embedded node whoever holds the keystore may.
        at: now, where none is given.
        facility: only whose record named this one then.
    Raises: NotFound `person.unknown`; Refused `person.duty`, `person.unproven`; Malformed
    `usage.person`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.SEE_CLEARANCES, by)
        when = node.host.now() if at is None else at
        people = [
            _line(node, person, data, when)
            for person, data in sorted(_standing(node, tx, when))
            if facility is None or data["facility"] == facility
        ]
        record(node, tx, "record.read", register="people", count=len(people), **actor.told())
    return {"at": format_instant(when), "people": people}


def _standing(node: Node, tx: Tx, at: Instant) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each person's record as it stood: the one that stands now, or one that was put by."""
    for now in node.people(tx, limit=MOST):
        if parse_instant(now.since) <= at:
            yield now.id, now.data
    for past in node.records.past_people.find(tx, order="person", limit=MOST):
        stood = parse_instant(past.since) <= at < parse_instant(past.until)
        if stood and node.entered(tx, "past_people", past):
            yield past.person, past.data


def _line(node: Node, person: str, data: Mapping[str, Any], at: Instant) -> dict[str, Any]:
    return {
        "person": person,
        "name": data["name"],
        "name_ja": data["name_ja"],
        "post": data["post"],
        "post_ja": data["post_ja"],
        "facility": data["facility"],
        "duties": data["duties"],
        "clearances": [_clearance(node, held, at) for held in data["clearances"]],
        "authorisations": [
            {**given, "counts": _within(given["from"], given["until"], at)}
            for given in data["authorisations"]
        ],
    }


def _clearance(node: Node, held: Mapping[str, Any], at: Instant) -> dict[str, Any]:
    """A clearance with the end until which it counts, and whether it counted at the instant."""
    until = counts_until(node.regimes, held)
    counts = (
        held["status"] == "active"
        and until is not None
        and parse_instant(held["granted"]) <= at < until
    )
    return {**as_counted(node.regimes, held), "counts": counts}


def _within(since: str, until: str | None, at: Instant) -> bool:
    return until is not None and parse_instant(since) <= at < parse_instant(until)


def told_of(node: Node, tx: Tx, person: str) -> list[dict[str, Any]]:
    """Each record of one person as it stood, the newest first, with the members that became others
    by it; a record that was changed by hand is nobody's.

    Raises: NotFound `person.unknown`; Untrusted `directory.altered`.
    """
    now = node.person(tx, person)
    row = node.records.people.get(tx, id=person)
    past = [
        (one.since, one.data)
        for one in node.records.past_people.find(tx, order="since", person=person)
        if node.entered(tx, "past_people", one)
    ]
    stood = [*past, ("" if row is None else row.since, now)]
    told: list[dict[str, Any]] = []
    before: Mapping[str, Any] = {}
    for since, data in stood:
        changed = sorted(name for name in data if data[name] != before.get(name))
        told.append({"since": since, "changed": changed if before else [], "record": dict(data)})
        before = data
    return told[::-1]
