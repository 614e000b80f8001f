"""Key shares lent for a time: the provider's key service decides once, by its own books, and the
holder opens the item with nobody at the line's end until the instant that the lease names.

The agreement's clock `lease` says for how long at most, and how long a ledger may wait for its
witness meanwhile. A lease is bound to the holder's key, the container, purposes, readers and its
end: its share opens under no other terms. Recall, withdrawal, another container and whatever keeps
the holder's own decision from permitting end it, as soon as they are told.
Spec: spec/exchange.md §6.1; spec/pack.md §6; R20, R31, R47, R57.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from sealane.base.errors import Conflict, Refused, declare
from sealane.base.values import format_instant, parse_instant
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.protocol.card_chain import PARTNER_KEY_ENDED
from sealane.registry.records import Given, ItemState
from sealane.registry.who_may import Act
from sealane.sealing.keywrap import HYBRID, KemPublicKey, wrap
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.deciding.request import item_facts, served_key_access, shut
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening import key_parts
from sealane.services.opening.containers import NO_KEY_SERVICE
from sealane.services.opening.lent import info, require_within, seconds, told_of
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.statements.journal import held_statement
from sealane.services.statements.talk import tell

LENDABLE = (ItemState.QUEUED, ItemState.DELIVERED, ItemState.ACCEPTED)

WHOLE = declare(
    "lease.undivided",
    Conflict,
    "The key of {item} is not divided between these two nations, so no share of it is lent.",
    "{item} の鍵は両国間で分割されていないため、分割片を貸与できません。",
    "Open it on the line.",
    "回線により開いてください。",
)
OTHER_PURPOSE = declare(
    "lease.purpose",
    Refused,
    "{item} was not given for the purpose {purpose}.",
    "{item} は目的 {purpose} のために提供されていません。",
    "Name purposes of the item.",
    "項目の目的から指定してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """What a lease is asked for: until when, for which purposes of the item, for whom alone."""

    until: str
    purposes: Sequence[str] = field(default=())
    """Empty: all of the item's."""
    readers: Sequence[str] = field(default=())
    """Ids of the holder's people; empty: whomever its own decision permits."""


def lease(node: Node, item: str, to: str, terms: LeaseTerms, person: Named) -> dict[str, Any]:
    """Lend this nation's share of an item to a holder until an instant; the offer's own decision is
    made again now, and its digest stands in the lease.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`, `item.state`,
    `lease.undivided`; Refused `person.duty`, `decision.refused`, `lease.not_agreed`,
    `lease.too_long`, `lease.purpose`, `container.suite_not_allowed`; Malformed `time.*`;
    Misconfigured `seal.no_key_service`, `partner.key_ended`; Unavailable `ledger.not_cosigned`;
    Untrusted `partner.equivocated`. Spec: spec/exchange.md §6.1.
    """
    until = parse_instant(terms.until)
    with node.store.writing() as tx:
        actor, _, _ = acts.require_about(node, tx, Act.LEASE, person, item)
        row = node.given(tx, item, to)
        if row.state not in LENDABLE or shut(row):
            state = "recalled" if row.recalled is not None else row.state
            raise WRONG_STATE(item=item, state=state)
        if "" in row.sealed["key_access"] or row.part is not None or row.origin != node.party:
            raise WHOLE(item=item)
        purposes = tuple(dict.fromkeys(terms.purposes)) or tuple(row.facts["purposes"])
        for one in purposes:
            if one not in row.facts["purposes"]:
                raise OTHER_PURPOSE(item=item, purpose=one)
        # 1. No longer than the agreement and the item itself let it be.
        require_within(node, tx, row, node.host.now(), until)
        # 2. What was decided when it was released is decided again, by the facts of now.
        decision = decide_now(node, tx, _request(node, tx, row))
        if not decision.permit:
            raise refusal(decision)
        # 3. This partner is honest, and its witness keeps up as far as leases ask it.
        node.require_proven(tx, row.agreement, to, lent=seconds(node, tx, row.agreement))
        node.require_honest(tx, to)
        body = _body(node, tx, row, decision.digest, replace(terms, purposes=purposes))
        # 4. On record, and queued: it leaves by the line or by a pack.
        agreement = (row.agreement, row.agreement_digest)
        told = tell(node, tx, body, to=to, agreement=agreement, item=item)
        acts.note(node, tx, Act.LEASE, actor, item=item, statement=told.digest)
    node.host.reached("lease.recorded")
    return {"item": item, "to": to, **told_of(told)}


def _request(node: Node, tx: Tx, row: Given) -> Mapping[str, Any]:
    """The request that the offer to this holder rested on, with the item's facts and the instant of
    now.
    """
    offer = held_statement(node, tx, str(row.offer))
    if offer is None:
        raise WRONG_STATE(item=row.id, state=row.state)
    stated = offer.statement.saying(bodies.Offer).request
    return {**stated, "label": row.label, "item": item_facts(row), "at": node.now()[1]}


def _body(node: Node, tx: Tx, row: Given, decision: str, terms: LeaseTerms) -> bodies.KeyLeased:
    """The lease with our share, sealed to the holder's own key for exactly these terms."""
    public = _key_of(node, tx, row.to)
    bare = bodies.KeyLeased(
        policy_uuid=row.policy_uuid,
        key_access=served_key_access(row, node.party),
        purposes=tuple(terms.purposes),
        readers=tuple(dict.fromkeys(terms.readers)),
        until=terms.until,
        decision=decision,
        suite=public.suite,
        kid=public.kid,
        share="",
    )
    share = key_parts.provider_share(node, row, node.agreements(tx))
    sealed = wrap(public, share, info(row.id, row.to, bare))
    return msgspec.structs.replace(bare, share=base64.b64encode(sealed).decode())


def _key_of(node: Node, tx: Tx, to: str) -> KemPublicKey:
    card = node.partner(tx, to)
    key = card.wrapping_key(HYBRID)
    if key is None:
        raise NO_KEY_SERVICE(party=to, suite=HYBRID)
    end = card.until(key.kid)
    if end is not None and node.host.now() >= end:
        raise PARTNER_KEY_ENDED(party=to, role="kas", kid=key.kid, until=format_instant(end))
    return key
