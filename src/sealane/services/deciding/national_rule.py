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


@dataclass(frozen=True, slots=True)
class NationalGround:
    """Why the nation's own rule refuses, in both languages."""

    why: str
    why_ja: str


RECALLED = NationalGround("it was recalled", "回収されています")
UNKNOWN_LEVEL = NationalGround("its level is unknown", "区分が不明です")
NOT_CLEARED = NationalGround(
    "no clearance that counts covers its level", "区分に足りる有効なクリアランスがありません"
)
NOT_A_CITIZEN = NationalGround(
    "it is for this nation's citizens in its own bodies", "自国機関の自国民に限られます"
)
NOT_NAMED = NationalGround(
    "its caveats need a named authorisation", "注意事項があるため、名指しの認可が必要です"
)
NOT_RELEASABLE = NationalGround(
    "it is not releasable to this nation", "自国への提供が認められていません"
)


def national_refusal(
    node: Node, person: Mapping[str, Any], label: Label, row: Item
) -> NationalGround | None:
    """Why this person may not read an own item now, or None. Every restrictive value must be held
    by an authorisation.
    """
    now = node.host.now()
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
