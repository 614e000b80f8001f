"""The nation's own rule about what it sealed outside every agreement: the label's own conditions.

A clearance of the label's scheme that covers the level, citizenship, and every caveat held by name.
Spec: R20, R25; spec/container.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Refused, declare
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.scheme import Level, Scheme
from sealane.registry.records import Item
from sealane.registry.regime import Regimes, counts_until
from sealane.services.node import Node

NATIONAL = declare(
    "national.refused",
    Refused,
    "{party}'s own rules do not let {person} open this: {why}.",
    "{party} の国内規則により {person} は開けません：{why_ja}。",
    "Ask the security officer.",
    "保全責任者に相談してください。",
)


PLACE = declare(
    "national.place",
    Refused,
    "{party}'s own rules do not let a copy lie in {facility}: {why}.",
    "{party} の国内規則により {facility} には写しを置けません：{why_ja}。",
    "Name a facility that is accredited for the level.",
    "その区分に認定された施設を指定してください。",
)


@dataclass(frozen=True, slots=True)
class NationalGround:
    """Why the nation's own rule refuses, in both languages."""

    why: str
    why_ja: str


RECALLED = NationalGround("it was recalled", "回収されています")
UNKNOWN_LEVEL = NationalGround("its level is unknown", "区分が不明です")
NOT_CLEARED = NationalGround(
    "no clearance that counts covers its level", "区分に足りる有効な適格性がありません"
)
NOT_A_CITIZEN = NationalGround(
    "it is for this nation's citizens in its own bodies", "自国機関の自国民に限られます"
)
NOT_NAMED = NationalGround(
    "its caveats need a named authorisation", "注意事項があるため、名指しの認可が必要です"
)
NOT_ACCREDITED = NationalGround(
    "it is no facility of this nation that is accredited for the level now",
    "自国の、その区分に現在認定された施設ではありません",
)
NOT_RELEASABLE = NationalGround(
    "it is not releasable to this nation", "自国への提供が認められていません"
)


def national_refusal(
    node: Node, person: Mapping[str, Any], label: Label, row: Item, at: Instant | None = None
) -> NationalGround | None:
    """Why this person may not read an own item, or None; now, where no instant is given. Every
    restrictive value must be held by an authorisation.
    """
    now = node.host.now() if at is None else at
    if row.recalled is not None:
        return RECALLED
    scheme = node.schemes[label.policy]
    level = scheme.level(label.classification)
    if level is None:
        return UNKNOWN_LEVEL
    if not _cleared(node.regimes, person, scheme, level, now):
        return NOT_CLEARED
    if node.party not in person["nationality"] or person["organisation_country"] != node.party:
        return NOT_A_CITIZEN
    has_caveats = any(one.type == "restrictive" and one.values for one in label.categories)
    if has_caveats and not _named(person, row, now):
        return NOT_NAMED
    releasable = label.category(RELEASABLE_TO)
    if releasable is not None:
        nations = node.schemes.groups.expand(releasable.values, at=now)
        if node.party not in nations:
            return NOT_RELEASABLE
    return None


def national_place_refusal(
    node: Node, place: Mapping[str, Any], label: Label
) -> NationalGround | None:
    """Why a copy of an own item may not lie in a facility now, or None. Spec: R29."""
    if node.schemes[label.policy].level(label.classification) is None:
        return UNKNOWN_LEVEL
    holds = place_accredited(node, place, label.policy, label.classification)
    return None if holds else NOT_ACCREDITED


def place_accredited(node: Node, place: Mapping[str, Any], policy: str, level: str) -> bool:
    """Whether a facility of this nation is accredited now for a level of a scheme."""
    scheme, accredited, until = node.schemes[policy], place["accredited"], place["until"]
    wanted, most = scheme.level(level), scheme.level(accredited["level"])
    return (
        place["country"] == node.party
        and accredited["policy"] == scheme.id
        and wanted is not None
        and most is not None
        and most.order >= wanted.order
        and until is not None
        and node.host.now() < parse_instant(until)
    )


def cleared_at_home(node: Node, person: Mapping[str, Any], policy: str, level: str) -> bool:
    """Whether a clearance of the person's covers a level of a scheme now; nothing else is asked."""
    scheme = node.schemes.get(policy)
    known = None if scheme is None else scheme.level(level)
    if scheme is None or known is None:
        return False
    return _cleared(node.regimes, person, scheme, known, node.host.now())


def _cleared(
    regimes: Regimes, person: Mapping[str, Any], scheme: Scheme, level: Level, now: Instant
) -> bool:
    """Whether an active clearance of this scheme covers the level; one that is suspended, of
    whatever scheme, stops all.
    """
    if any(clearance["status"] == "suspended" for clearance in person["clearances"]):
        return False
    for clearance in person["clearances"]:
        if clearance["policy"] != scheme.id or clearance["status"] != "active":
            continue
        until = counts_until(regimes, clearance)
        if until is None or not parse_instant(clearance["granted"]) <= now < until:
            continue
        held = scheme.level(clearance["level"])
        if held is not None and held.order >= level.order:
            return True
    return False


def _named(person: Mapping[str, Any], row: Item, now: Instant) -> bool:
    """Whether the person sealed the item or an authorisation names the person for it now."""
    if row.facts["originator"] == person["id"]:
        return True
    return any(
        authorisation.get("item") == row.id
        and _counts(authorisation["from"], authorisation["until"], now)
        for authorisation in person["authorisations"]
    )


def _counts(since: str, until: str | None, now: Instant) -> bool:
    """Whether a grant counts now; one without an end counts for nothing, as in every decision."""
    return until is not None and parse_instant(since) <= now < parse_instant(until)
