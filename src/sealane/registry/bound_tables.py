"""Which rows of a node's register the ledger binds, and what of each: everything that people
entered or accepted, by which others' words are judged. What signed statements tell of an item is
not here: both registers and both logs are compared. Spec: spec/ledger.md §3; R57, R59.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from sealane.base.canonical import sha384
from sealane.registry.card_records import CardStanding, HeldCard
from sealane.registry.case_records import KeptCase, KeptOwn
from sealane.registry.custody_records import CustodyRow
from sealane.registry.desk_records import ReleaseForm
from sealane.registry.exercise_records import Inject
from sealane.registry.export_records import GuardedExport
from sealane.registry.inventory_records import CountLine
from sealane.registry.post_records import Placing, Post
from sealane.registry.records import (
    AssuranceEntry,
    ClientEntry,
    Equivocation,
    FacilityEntry,
    HeldAgreement,
    HeldNotices,
    Partner,
    PastPerson,
    PersonEntry,
)
from sealane.registry.sign_in_records import CredentialEntry, IdentityEntry
from sealane.registry.waiting_act_life import content
from sealane.registry.waiting_act_records import WaitingAct


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
    left = {} if row.ended is None else {"ended": row.ended}
    return {"data": row.data, "verifier": row.verifier, **left}


def _credential(row: CredentialEntry) -> Mapping[str, Any]:
    return {
        "person": row.person,
        "kind": row.kind,
        "name": row.name,
        "data": row.data,
        "ended": row.ended,
    }


def _identity(row: IdentityEntry) -> Mapping[str, Any]:
    return {"name": row.name, "external": row.external, "person": row.person, "ended": row.ended}


def _past(row: PastPerson) -> Mapping[str, Any]:
    return {"data": row.data}


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


def _standing(row: CardStanding) -> Mapping[str, Any]:
    return {"known": row.known, "accepted": row.accepted, "refused": row.refused}


def _agreement(row: HeldAgreement) -> Mapping[str, Any]:
    file = sha384(bytes(row.file))
    return {"id": row.id, "version": row.version, "file": file, "signatures": row.signatures}


def _notices(row: HeldNotices) -> Mapping[str, Any]:
    return {"file": sha384(bytes(row.file))}


def _assurance(row: AssuranceEntry) -> Mapping[str, Any]:
    return {"data": row.data}


def _custody(row: CustodyRow) -> Mapping[str, Any]:
    return {
        "person": row.person,
        "place": row.place,
        "state": str(row.state),
        "level": row.level,
        "since": row.since,
        "by": row.by,
        "proof": row.proof,
        "certificate": row.certificate,
    }


def _case(row: KeptCase) -> Mapping[str, Any]:
    """The digest covers everything that counts in it."""
    return {
        "agreement": row.agreement_digest,
        "statement": row.statement,
        "opened": row.opened,
        "digest": row.digest,
        "refused": row.refused,
    }


def _own(row: KeptOwn) -> Mapping[str, Any]:
    return {"form": row.form, "at": row.at, "by": row.by}


def _line(row: CountLine) -> Mapping[str, Any]:
    return {
        "state": str(row.state),
        "by": row.by,
        "at": row.at,
        "incident": row.incident,
        "finding": row.finding,
    }


def _post(row: Post) -> Mapping[str, Any]:
    return {"kind": str(row.kind), "asks": row.asks}


def _placing(row: Placing) -> Mapping[str, Any]:
    return {
        "post": row.post,
        "kind": str(row.kind),
        "person": row.person,
        "since": row.since,
        "gaps": row.gaps,
        "exception": row.exception,
        "ended": row.ended,
    }


def _export(row: GuardedExport) -> Mapping[str, Any]:
    return {**asdict(row), "state": str(row.state)}


def _inject(row: Inject) -> Mapping[str, Any]:
    return {
        "kind": str(row.kind),
        "about": row.about,
        "since": row.since,
        "by": row.by,
        "case": row.case,
        "ended": row.ended,
        "ended_by": row.ended_by,
    }


def _equivocation(row: Equivocation) -> Mapping[str, Any]:
    return {
        "origin": row.origin,
        "settled": row.settled,
        "people": row.people,
        "reason": row.reason,
    }


def _form(row: ReleaseForm) -> Mapping[str, Any]:
    return {
        "kind": str(row.kind),
        "name": row.name,
        "by": row.by,
        "since": row.since,
        "state": str(row.state),
        "changed": row.changed,
        "changed_by": row.changed_by,
        "terms": row.terms,
        "item": row.item,
    }


def _waiting(row: WaitingAct) -> Mapping[str, Any]:
    """What is asked, by the digest that it is confirmed by as well as anew."""
    return {
        "content": content(row),
        "digest": row.digest,
        "state": str(row.state),
        "by": row.by,
        "by_proof": row.by_proof,
        "at": row.at,
        "reason": row.reason,
        "turn": row.turn,
    }


TABLES: Mapping[str, BoundTable] = MappingProxyType(
    {
        "people": BoundTable(
            kind="person", kind_ja="人", order="id", key=lambda row: str(row.id), members=_person
        ),
        "past_people": BoundTable(
            kind="earlier record of a person",
            kind_ja="人の以前の記録",
            order="person",
            key=lambda row: f"{row.person}|{row.since}|{row.until}",
            members=_past,
        ),
        "credentials": BoundTable(
            kind="credential",
            kind_ja="認証手段",
            order="id",
            key=lambda row: str(row.id),
            members=_credential,
        ),
        "identities": BoundTable(
            kind="identity",
            kind_ja="識別名",
            order="id",
            key=lambda row: str(row.id),
            members=_identity,
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
        "card_standings": BoundTable(
            kind="our cards' standing at",
            kind_ja="自国カードの周知状況",
            order="party",
            key=lambda row: str(row.party),
            members=_standing,
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
        "custody": BoundTable(
            kind="custody of a copy",
            kind_ja="写しの保管記録",
            order="item",
            key=lambda row: f"{row.item}|{row.holder}|{row.number}|{row.turn}",
            members=_custody,
            ours=lambda row: row.by is not None,
        ),
        "cases": BoundTable(
            kind="case",
            kind_ja="案件",
            order="id",
            key=lambda row: str(row.id),
            members=_case,
        ),
        "case_own": BoundTable(
            kind="own note on a case",
            kind_ja="案件の自国の記録",
            order="case",
            key=lambda row: f"{row.case}|{row.name}",
            members=_own,
        ),
        "inventory_lines": BoundTable(
            kind="line of an inventory",
            kind_ja="棚卸しの記録",
            order="inventory",
            key=lambda row: f"{row.inventory}|{row.item}|{row.number}",
            members=_line,
            ours=lambda row: row.by is not None,
        ),
        "posts": BoundTable(
            kind="post or room",
            kind_ja="職又は部屋",
            order="id",
            key=lambda row: str(row.id),
            members=_post,
        ),
        "placings": BoundTable(
            kind="placing of a person",
            kind_ja="人の配置",
            order="id",
            key=lambda row: str(row.id),
            members=_placing,
        ),
        "exports": BoundTable(
            kind="export",
            kind_ja="持ち出し",
            order="id",
            key=lambda row: str(row.id),
            members=_export,
        ),
        "feeds": BoundTable(
            kind="feed", kind_ja="フィード", order="id", key=attrgetter("id"), members=asdict
        ),
        "injects": BoundTable(
            kind="inject of an exercise",
            kind_ja="演習の状況付与",
            order="id",
            key=lambda row: str(row.id),
            members=_inject,
        ),
        "equivocations": BoundTable(
            kind="equivocation",
            kind_ja="矛盾の記録",
            order="since",
            key=lambda row: f"{row.party}|{row.proof}",
            members=_equivocation,
        ),
        "release_forms": BoundTable(
            kind="release form",
            kind_ja="提供の様式",
            order="id",
            key=lambda row: str(row.id),
            members=_form,
        ),
        "waiting_acts": BoundTable(
            kind="waiting act",
            kind_ja="待機中の行為",
            order="id",
            key=lambda row: str(row.id),
            members=_waiting,
        ),
    }
)
"""Every such table, by its name in the store."""
