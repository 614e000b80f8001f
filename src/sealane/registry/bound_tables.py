"""Which rows of a node's register the ledger binds, and what of each: everything that people
entered or accepted, by which others' words are judged.

What signed statements tell of an item is not here: both registers and both logs are compared.
Spec: spec/ledger.md §3; R57, R59.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sealane.base.canonical import sha384
from sealane.registry.card_records import HeldCard
from sealane.registry.records import (
    AssuranceEntry,
    ClientEntry,
    Equivocation,
    FacilityEntry,
    HeldAgreement,
    HeldNotices,
    Partner,
    PersonEntry,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundTable:
    """One table whose rows count only as they were entered."""

    kind: str
    """What a row is, as a person reads it."""
    kind_ja: str
    order: str
    """A member that the table can be read in the order of."""
    key: Callable[[Any], str]
    """By what a row is named."""
    members: Callable[[Any], Mapping[str, Any]]
    """What of a row is bound."""
    ours: Callable[[Any], bool] = lambda _: True
    """Whether a row is of those that people entered here; others rest on a signed statement."""


def _person(row: PersonEntry) -> Mapping[str, Any]:
    return {"data": row.data, "verifier": row.verifier}


def _facility(row: FacilityEntry) -> Mapping[str, Any]:
    return {"data": row.data}


def _client(row: ClientEntry) -> Mapping[str, Any]:
    return {
        "person": row.person,
        "secret": row.secret_digest,
        "rule": row.rule,
        "purpose": row.purpose,
        "ended": row.ended,
    }


def _partner(row: Partner) -> Mapping[str, Any]:
    return {"node": row.node, "url": row.url, "card": sha384(bytes(row.card))}


def _card(row: HeldCard) -> Mapping[str, Any]:
    return {
        "number": row.number,
        "data": sha384(bytes(row.data)),
        "accepted": row.accepted,
        "unpinned": row.unpinned,
        "ended": row.ended,
        "refused": row.refused,
    }


def _agreement(row: HeldAgreement) -> Mapping[str, Any]:
    file = sha384(bytes(row.file))
    return {"id": row.id, "version": row.version, "file": file, "signatures": row.signatures}


def _notices(row: HeldNotices) -> Mapping[str, Any]:
    return {"file": sha384(bytes(row.file))}


def _assurance(row: AssuranceEntry) -> Mapping[str, Any]:
    return {"data": row.data}


def _equivocation(row: Equivocation) -> Mapping[str, Any]:
    return {
        "origin": row.origin,
        "settled": row.settled,
        "people": row.people,
        "reason": row.reason,
    }


TABLES: Mapping[str, BoundTable] = MappingProxyType(
    {
        "people": BoundTable(
            kind="person", kind_ja="人", order="id", key=lambda row: str(row.id), members=_person
        ),
        "facilities": BoundTable(
            kind="facility",
            kind_ja="施設",
            order="id",
            key=lambda row: str(row.id),
            members=_facility,
        ),
        "clients": BoundTable(
            kind="client",
            kind_ja="クライアント",
            order="id",
            key=lambda row: str(row.id),
            members=_client,
        ),
        "partners": BoundTable(
            kind="partner",
            kind_ja="相手国",
            order="party",
            key=lambda row: str(row.party),
            members=_partner,
        ),
        "cards": BoundTable(
            kind="card",
            kind_ja="カード",
            order="digest",
            key=lambda row: f"{row.party}|{row.digest}",
            members=_card,
        ),
        "agreements": BoundTable(
            kind="agreement",
            kind_ja="取決め",
            order="digest",
            key=lambda row: str(row.digest),
            members=_agreement,
        ),
        "notices": BoundTable(
            kind="notices",
            kind_ja="通告",
            order="agreement",
            key=lambda row: str(row.agreement),
            members=_notices,
        ),
        "assurances": BoundTable(
            kind="assurance",
            kind_ja="保証",
            order="agreement",
            key=lambda row: f"{row.agreement}|{row.by}|{row.to}|{row.area}|{row.level}",
            members=_assurance,
            ours=lambda row: row.statement is None,
        ),
        "equivocations": BoundTable(
            kind="equivocation",
            kind_ja="矛盾の記録",
            order="since",
            key=lambda row: f"{row.party}|{row.proof}",
            members=_equivocation,
        ),
    }
)
"""Every such table, by its name in the store."""
