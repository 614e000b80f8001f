"""Operations about the node itself: its state, and whoever asks.

Spec: spec/openapi.yaml; R61.
"""

from __future__ import annotations

from typing import Any

from sealane.ledger import entries
from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import reader_of
from sealane.ports import Tx
from sealane.registry.who_may import Act
from sealane.services.exchange import outbox
from sealane.services.node import Node
from sealane.services.opentdf import partner_services
from sealane.services.register import equivocations, key_ends, partner_cards, suspense
from sealane.services.register.acts import Actor
from sealane.services.sight import is_staff
from sealane.services.statements import partner_counts
from sealane.services.watch import monthly


def _status(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    """The node's state, and for staff what waits and what was refused."""
    node = office.node
    settings = node.settings
    with node.store.reading() as tx:
        reader = reader_of(office, tx, Act.SEE_REGISTER, actor)
        newness, refused = node.newness(tx), partner_counts.told(node, tx)
        caught = equivocations.standing(node, tx)
        verification = monthly.standing(node, tx).as_json(node.host.now())
    told = {
        "node": settings.node,
        "party": settings.party,
        "current": newness.value,
        "accredited": settings.accredited or None,
        "accept_unverified": settings.accept_unverified,
        "ledgers": office.marks(),
        "verification": verification,
        **caught,
    }
    if reader is None or is_staff(reader):
        told |= {"outbox": outbox.waiting(node), "refused": refused}
    return told


def _me(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        person = node.person(tx, str(actor.person))
    told = {name: person[name] for name in ("id", "name", "post", "facility", "duties")}
    return {**told, "party": node.party, "node": node.settings.node, "proof": str(actor.proof)}


def _upkeep(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_UPKEEP, actor)
        cards = partner_cards.told(node, tx)
        services = partner_services.accepted(node, tx)
        backup = _backup(node, tx)
    now = node.host.now()
    keys = [one.as_json(now) for one in key_ends.key_ends(node)]
    fingerprint = node.own_card().fingerprint()
    return {
        "fingerprint": fingerprint,
        "keys": keys,
        "outbox": outbox.waiting(node),
        "services": services,
        "backup": backup,
        "checks": office.checks(),
        **cards,
    }


def _backup(node: Node, tx: Tx) -> dict[str, Any] | None:
    """The last backup on record; None: none was ever taken."""
    rows = node.records.entry_refs.find(
        tx, order="at", newest=True, limit=1, kind="node.backed_up", item=None
    )
    if not rows:
        return None
    told = entries.read(node.log(rows[0].origin).entry(tx, rows[0].index)).fields
    return {"at": rows[0].at, "digest": told.get("record"), "files": told.get("count")}


def _suspense(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    limit = asked["limit"] or suspense.MOST
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor)
        found = suspense.waiting(office.node, tx, limit=limit)
    return {"waiting": [one.as_json() for one in found]}


OPERATIONS = (
    Operation(
        id="node.status",
        act=Act.SEE_REGISTER,
        path="/api/v1/status",
        says="The node, what it is accredited for, and how far each ledger is proven to both.",
        says_ja="ノード、その認定、及び各台帳がどこまで両国に証明されているか。",
        answer="Status",
        do=_status,
    ),
    Operation(
        id="node.me",
        act=None,
        path="/api/v1/me",
        says="Who asks, with their post and duties.",
        says_ja="問い合わせている本人（職、職務）。",
        answer="Me",
        do=_me,
    ),
    Operation(
        id="node.upkeep",
        act=Act.SEE_UPKEEP,
        path="/api/v1/upkeep",
        answer="Upkeep",
        do=_upkeep,
    ),
    Operation(
        id="suspense.list",
        act=Act.SEE_HISTORY,
        path="/api/v1/suspense",
        says="What waits, the earliest due first.",
        says_ja="未了の事項（期限の早い順）。",
        answer="Suspense",
        members=(
            StatedMember(
                name="limit",
                kind=MemberKind.NUMBER,
                place=MemberPlace.QUERY,
                least=1,
                most=suspense.MOST,
                says="How many at most; default: all.",
            ),
        ),
        do=_suspense,
        keyless=True,
    ),
)
