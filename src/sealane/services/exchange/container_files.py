"""Containers of this node itself: sealed without a partner, opened by its own people under its own
key service.

Who may open them is the nation's own rule (`deciding.national_rule`).
Spec: R20, R25, R57; spec/container.md.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.base.errors import NotFound, Refused, declare
from sealane.labels.model.label import Label, label_from_json
from sealane.ports import Tx
from sealane.protocol.card import Card
from sealane.registry.effects import Holding
from sealane.registry.records import Direction, Given
from sealane.registry.who_may import Act
from sealane.services import holding
from sealane.services.deciding.accreditation import require_item_accredited
from sealane.services.deciding.national_rule import NATIONAL, NationalGround, national_refusal
from sealane.services.deciding.request import stated_facts
from sealane.services.exchange import hand_carried
from sealane.services.exchange.stray_files import NewNames
from sealane.services.node import Node
from sealane.services.opening import containers, key_parts, open_item
from sealane.services.register import acts, items
from sealane.services.register.acts import Actor, Named
from sealane.services.register.numbers import next_item
from sealane.services.statements.journal import record

COPY_CHUNK = 4 << 20

NOT_REGISTERED = declare(
    "container.not_registered",
    NotFound,
    "This container is not registered at this node.",
    "このコンテナはこのノードに登録されていません。",
    "Open it at the node that received it, or with a key in hand (--kas-key).",
    "受け取ったノードで開くか、手元の鍵（--kas-key）で開いてください。",
)
FOREIGN_SCHEME = declare(
    "label.foreign_scheme",
    Refused,
    "{party} does not seal as an originator under {policy}'s scheme, nor in {originator}'s name.",
    "{party} は {policy} の方式により、又は {originator} の名において、作成国として封緘しません。",
    "Label it in this nation's own scheme; what another nation gave is shared on with its consent"
    " (`sealane item onward`).",
    "自国の方式で標識を付けてください。他国から受けたものは、その同意を得て提供します（`sealane"
    " item onward`）。",
)
HALF_AWAY = NationalGround(
    "it was sealed for a partner, whose key service holds the other part",
    "相手国向けに封緘され、鍵の一部は相手国の鍵サービスにあります",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What is to be sealed and for whom; no partner means the own node."""

    label: Label
    profile: str
    to: str | None
    agreement: str | None
    purpose: str | None
    media_type: str
    actor: Actor = acts.OPERATOR
    """Who seals; at an embedded node whoever holds the keystore's passphrase may, without a name.
    """


def seal_to(node: Node, source: BinaryIO, sink: BinaryIO, asked: Sealing) -> dict[str, Any]:
    """Seal a stream into `sink` and register what was sealed, so that the key service answers for
    it.

    Raises: NotFound `person.unknown`; Misconfigured `partner.unknown`, `agreement.not_held`;
    Refused `person.duty`, `container.*`, `label.foreign_scheme`; Malformed `label.*`.
    """
    with node.store.reading() as tx:
        partner, agreement = _for_whom(node, tx, asked)
        held = node.agreements(tx)
    require_own_label(node, asked.label)
    document = containers.Document(
        label=asked.label,
        agreement=agreement,
        media_type=asked.media_type,
        profile=asked.profile,
        interop_url=node.interop_url,
    )
    sealed = containers.pack(node, source, sink, document, partner=partner, agreements=held)
    fresh = NewNames(node)
    if agreement is not None:
        _keep(node, sink, sealed, fresh)
    with node.store.writing() as tx:
        fresh.require_there(tx)
        item = next_item(node, tx)
        row = items.sealed_here(
            node,
            item=item,
            label=asked.label,
            document=sealed.document,
            agreement=agreement,
            facts=_facts(node, tx, item, asked),
            media_type=asked.media_type,
        )
        container = items.container_for(item, node.party, sealed)
        items.enter(node, tx, Holding(item=row, containers=(container,)))
        record(
            node,
            tx,
            "item.sealed",
            item=item,
            object_digest=sealed.container,
            policy=sealed.policy_uuid,
            label_digest=asked.label.digest(),
            **asked.actor.told(),
        )
    return {
        "item": item,
        "container": sealed.container,
        "bytes": sealed.size,
        "policy_uuid": sealed.policy_uuid,
        "profile": asked.profile,
        "agreement": None if agreement is None else {"id": agreement[0], "digest": agreement[1]},
    }


def _for_whom(node: Node, tx: Tx, asked: Sealing) -> tuple[Card | None, tuple[str, str] | None]:
    """The partner and the version of the agreement that are named, once who seals may."""
    acts.known(node, tx, Act.SEAL, asked.actor)
    partner = None if asked.to is None else node.partner(tx, asked.to)
    agreement = _version(node, tx, asked.agreement)
    acts.require(node, tx, Act.SEAL, asked.actor)
    return partner, agreement


def _version(node: Node, tx: Tx, agreement: str | None) -> tuple[str, str] | None:
    """The agreement's id and the digest of its governing version; None where none is named. Raises:
    Unavailable `node.in_doubt`, `node.behind`: nothing is sealed now.
    """
    node.require_current(tx)
    if agreement is None:
        return None
    return agreement, node.agreement_row(tx, agreement).digest


def _facts(node: Node, tx: Tx, item: str, asked: Sealing) -> dict[str, Any]:
    """An item of this nation's own has no end of its own and is released to nobody."""
    people = node.records.people.find(tx, order="id", limit=2, ended=None)
    author = asked.actor.person or (people[0].id if len(people) == 1 else None)
    return stated_facts(
        id=item,
        provider=node.party,
        until="9999-12-31T00:00:00Z",
        purposes=[asked.purpose] if asked.purpose else [],
        originator=author,
    )


def _keep(node: Node, sink: BinaryIO, sealed: containers.Packed, fresh: NewNames) -> None:
    """A copy in the node's own store: its key service reads it, and a release sends it."""
    sink.seek(0)
    with node.blobs.adding() as spool:
        shutil.copyfileobj(sink, spool.file, COPY_CHUNK)
        fresh.keep(spool, sealed.container)
    sink.seek(0, 2)
    node.host.reached("seal.kept")


def require_own_label(node: Node, label: Label) -> None:
    """A proper label of this nation's own, or of a scheme that belongs to no nation.

    Raises: Refused `label.foreign_scheme`; Malformed `label.*`. Spec: R3, R12.
    """
    scheme = node.schemes[label.policy]
    scheme.check(label)
    if scheme.country is not None and (
        scheme.country != node.party or label.originator not in (None, node.party)
    ):
        raise FOREIGN_SCHEME(
            party=node.party, policy=label.policy, originator=label.originator or "-"
        )


def open_from(
    node: Node, source: BinaryIO, sink: BinaryIO, *, person: Named, purpose: str
) -> dict[str, Any]:
    """Open a container file by its registered item; the caller hands `sink` over only when this
    returns.

    A partner's container that came by hand is first claimed from the partner, proven and
    registered.
    Raises: NotFound `person.unknown`, `container.not_registered`; Refused `container.not_released`,
    `container.not_taken`; Refused `national.refused`, `decision.refused`, `key.refused`.
    """
    with node.store.reading() as tx:
        node.require_current(tx)
        acts.require(node, tx, Act.OPEN, person)
    view = key_parts.manifest_of(source)
    with node.store.reading() as tx:
        row = holding.given_by_policy(node.records, tx, view.container.manifest.policy.uuid)
    if row is None:
        row = hand_carried.take_in(node, view, source)
    if row is None:
        raise NOT_REGISTERED()
    source.seek(0)
    if row.direction == Direction.IN:
        found = open_item.open_container_of(
            node, row, source, person=person, purpose=purpose, action="open", sink=sink
        )
        return {"item": found.item, "decision": found.decision, "media_type": found.media_type}
    return _open_own(node, row, view, source, sink, person=person, purpose=purpose)


def _open_own(
    node: Node,
    row: Given,
    view: key_parts.KeyAccessView,
    source: BinaryIO,
    sink: BinaryIO,
    *,
    person: Named,
    purpose: str,
) -> dict[str, Any]:
    label = label_from_json(row.label)
    require_item_accredited(node, row)
    with node.store.reading() as tx:
        actor, reader, _ = acts.require_about(node, tx, Act.OPEN_OWN, person, row.id, in_hand=True)
        why = national_refusal(node, reader or {}, label, row)
    if why is None and len(view.container.parts()) > 1:
        why = HALF_AWAY
    if why is None:
        open_item.suites_in_use(node, row, view, person=actor, purpose=purpose)
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "key.refused" if why else "key.released",
            item=row.id,
            policy=row.policy_uuid,
            outcome="refused" if why else "released",
            **actor.told(),
        )
    if why:
        raise NATIONAL(party=node.party, person=actor.person, why=why.why, why_ja=why.why_ja)
    dek = key_parts.own_share(node, view, row)
    source.seek(0)
    containers.unpack(source, dek, sink, provider=node.own_card(), held=key_parts.ItemTerms.of(row))
    return {
        "item": row.id,
        "decision": None,
        "media_type": row.media_type,
        "purpose": purpose,
    }
