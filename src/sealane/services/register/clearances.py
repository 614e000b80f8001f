"""What becomes of clearances after they were granted: an authority's extension, the warning before
one lapses, the debriefing of a person; each an act of the security officer, in the ledger.

Spec: R22, R23, R28, R57; policy/clearances.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Conflict, NotFound, declare
from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.registry.regime import EXTENSION, counts_until, require_extension
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.register.directory import keep_person
from sealane.services.statements.journal import record

MOST = 100_000

NO_CLEARANCE = declare(
    "clearance.unknown",
    NotFound,
    "{person} holds no active clearance {level}.",
    "{person} に有効な適格性 {level} はありません。",
    "See `sealane people list`.",
    "`sealane people list` を見てください。",
)
NO_BRIEFING = declare(
    "briefing.unknown",
    NotFound,
    "{person} has no current briefing on {agreement}.",
    "{person} に {agreement} の有効な事前説明の記録はありません。",
    "See `sealane people list`.",
    "`sealane people list` を見てください。",
)
SHORTER = declare(
    "clearance.not_longer",
    Conflict,
    "The clearance {level} of {person} counts until {until} already.",
    "{person} の適格性 {level} は既に {until} まで有効です。",
    "Name a later end.",
    "より後の期限を指定してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A clearance that ends soon, or whose renewal is due by its regime."""

    person: str
    level: str
    until: Instant
    renewal_due: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "level": self.level,
            "expires": format_instant(self.until),
            "renewal_due": self.renewal_due,
        }


def extend(
    node: Node, person: str, level: str, *, until: Instant, reference: str, by: Named
) -> dict[str, Any]:
    """Let a clearance count until a later day, by an authority's documented word; the changed
    clearance.

    Raises: NotFound `person.unknown`, `clearance.unknown`; Refused `person.duty`; Conflict
    `clearance.not_longer`; Malformed `clearance.extension_malformed`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.VET, by)
        extension = {
            "by": actor.person or node.settings.node,
            "until": format_instant(until),
            "reference": reference,
        }
        require_extension(extension)
        data = node.person(tx, person)
        held = _active(data, level, person)
        counts = counts_until(node.regimes, held)
        if counts is not None and counts >= until:
            raise SHORTER(person=person, level=level, until=format_instant(counts))
        changed = {**held, "expires": extension["until"], EXTENSION: extension}
        clearances = [changed if one is held else one for one in data["clearances"]]
        keep_person(
            node,
            tx,
            {**data, "clearances": clearances},
            kind="clearance.extended",
            actor=actor,
            until=extension["until"],
        )
    return changed


def _active(data: Mapping[str, Any], level: str, person: str) -> dict[str, Any]:
    found = [one for one in data["clearances"] if one["level"] == level]
    active = [one for one in found if one["status"] == "active"]
    if not active:
        raise NO_CLEARANCE(person=person, level=level)
    newest: dict[str, Any] = max(active, key=lambda one: parse_instant(one["granted"]))
    return newest


def warn(node: Node, *, by: Named, days: int) -> list[Lapse]:
    """Those whose clearance lapses within so many days, or whose renewal is due by the regime; that
    they were told is recorded.

    Raises: NotFound `person.unknown`; Refused `person.duty`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.VET, by)
        found = sorted(lapses(node, tx, days=days), key=lambda one: (one.until, one.person))
        for one in found:
            record(
                node,
                tx,
                "clearance.warned",
                **actor.told(),
                people=[one.person],
                until=format_instant(one.until),
            )
    return found


def lapses(node: Node, tx: Tx, *, days: int) -> Iterator[Lapse]:
    """Active clearances that count now and lapse within so many days, or whose renewal is due."""
    now = node.host.now()
    for row in node.people(tx, limit=MOST):
        for held in row.data["clearances"]:
            until = counts_until(node.regimes, held)
            if held["status"] != "active" or until is None or until <= now:
                continue
            regime = node.regimes.get(held["issuer"])
            granted = parse_instant(held["granted"])
            renewal = None if regime is None else regime.renewal_due(held["level"], granted)
            due = renewal is not None and renewal <= now
            if due or until <= now + days * DAY:
                yield Lapse(person=row.id, level=held["level"], until=until, renewal_due=due)


def debrief(node: Node, person: str, agreement: str, *, by: Named) -> str:
    """End a person's briefing on an agreement now, because they were debriefed; the instant.

    Raises: NotFound `person.unknown`, `briefing.unknown`; Refused `person.duty`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.VET, by)
        data = node.person(tx, person)
        now, at = node.now()
        current = [
            one
            for one in data["briefings"]
            if one["agreement"] == agreement
            and one["until"] is not None
            and parse_instant(one["until"]) > now
        ]
        if not current:
            raise NO_BRIEFING(person=person, agreement=agreement)
        ended = [{**one, "until": at} if one in current else one for one in data["briefings"]]
        keep_person(
            node,
            tx,
            {**data, "briefings": ended},
            kind="person.debriefed",
            actor=actor,
            briefing=agreement,
        )
    return at
