"""The grant that goes with what a holder passes on: signed by the nation whose item it is, for the
third party alone, once its key service decided to permit.

It says how far its consent reaches, and nothing of what holder and origin said to one another. The
third party, the holder and the origin hold an offer against it by the same rule.
Spec: R6, R32; spec/onward.md §2.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.base.values import parse_instant
from sealane.decisions.decide import Decision
from sealane.decisions.request import request_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry.records import Given
from sealane.services import holding
from sealane.services.deciding.onward_leave import leave
from sealane.services.deciding.partner_request import ONWARD
from sealane.services.node import Node
from sealane.services.statements import inbox
from sealane.services.statements.journal import compose

GRANTED = "onward.granted"

OUTSIDE = declare(
    "onward.origin_outside",
    Refused,
    "{provider} is no party of {agreement} with {to}, or not enrolled with {to}: its key service"
    " could decide nothing there.",
    "{provider} は {to} との {agreement} の当事国でないか、{to} と相互に登録されていないため、"
    "その鍵サービスは {to} での開封を判断できません。",
    "Name an agreement of all three, once each is enrolled with the others.",
    "三か国すべてが当事国である取決めを指定し、相互に登録してください。",
)
OTHERWISE = declare(
    "onward.already_there",
    Refused,
    "{provider} does not consent that {item} goes to {to} this way.",
    "{provider} は {item} がこの経路で {to} に提供されることに同意しません。",
    "Ask {provider}.",
    "{provider} に照会してください。",
)
BEYOND = declare(
    "onward.beyond_grant",
    Malformed,
    "The offer goes beyond what the nation whose item it is granted ({what}).",
    "申出が、項目の提供国の同意の範囲を超えています（{what}）。",
    "The holder passes it on within the grant, or asks for another consent.",
    "保有国は同意の範囲内で提供するか、改めて同意を求めてください。",
)


def require_all_three(node: Node, tx: Tx, agreement: str, *, provider: str, to: str) -> Agreement:
    """The agreement under which an item may be passed on: in force, with its origin and the third
    party among the parties, and the other of them enrolled here.

    Raises: Refused `onward.origin_outside`.
    """
    now = node.host.now()
    found = node.agreements(tx).at(agreement, now)
    outside = OUTSIDE(provider=provider, agreement=agreement, to=to)
    if found is None or not found.in_force(now):
        raise outside
    other = to if provider == node.party else provider
    if None in (found.party(provider), found.party(to)):
        raise outside
    if node.records.partners.get(tx, party=other) is None:
        raise outside
    return found


def grant(
    node: Node, tx: Tx, row: Given, request: Mapping[str, Any], decision: Decision
) -> str | None:
    """The origin's signed grant for a request that it permits, in base64; None for every other act
    than passing the item on.

    Raises: Refused `onward.origin_outside`, `onward.already_there`, `onward.no_grant`.
    """
    if request["action"] != ONWARD:
        return None
    to, name = str(request["recipient"]), str(request["third_agreement"])
    agreement = require_all_three(node, tx, name, provider=node.party, to=to)
    if holding.given(node.records, tx, row.id, to) is not None:
        raise OTHERWISE(provider=node.party, item=row.id, to=to)
    bounds = leave(node, tx, row, to, str(request["purpose"]), agreement=agreement)
    body = bodies.OnwardGranted(
        holder=row.to,
        label=row.label,
        purposes=bounds.purposes,
        until=bounds.until,
        binding=bodies.optional(row.binding),
        decision=decision.digest,
    )
    digest = node.agreement_row(tx, name).digest
    said = compose(node, body, to=to, agreement=(name, digest), item=row.id)
    return base64.b64encode(said.data).decode()


def heard(node: Node, tx: Tx, offer: Statement) -> Statement | None:
    """The grant that an offer carries, proven to be the origin's word to this nation; None for an
    offer that carries none.

    Raises: Untrusted `statement.*`, `jws.*`, `signature.invalid`; Malformed `statement.*`,
    `onward.beyond_grant`.
    """
    carried = bodies.stated(offer.saying(bodies.Offer).onward)
    if carried is None:
        return None
    data = base64.b64decode(carried)
    said = inbox.prove(node, tx, data, types=(GRANTED,)).statement
    require_within(said, offer)
    return said


def of_answer(released: bodies.KeyReleased) -> Statement | None:
    """The grant in a key service's answer as it claims to be; an offer is held against it."""
    carried = bodies.stated(released.grant)
    try:
        said = None if carried is None else receipt.peek(base64.b64decode(carried))
    except SealaneError:
        return None
    return said if said is not None and said.type == GRANTED else None


def require_within(granted: Statement, offer: Statement) -> None:
    """Silence where an offer is within what the nation whose item it is granted. Raises: Malformed
    `onward.beyond_grant`, `request.*`.
    """
    body, made = granted.saying(bodies.OnwardGranted), offer.saying(bodies.Offer)
    request_from_json(made.request)
    item = made.request["item"]
    holds = {
        "item": granted.item == offer.item == item["id"],
        "agreement": (granted.agreement, granted.agreement_digest)
        == (offer.agreement, offer.agreement_digest),
        "parties": (granted.by, body.holder, granted.to) == (item["provider"], offer.by, offer.to),
        "label": body.label == made.label,
        "purposes": set(item["purposes"]) <= set(body.purposes),
        "until": item["until"] is not None
        and parse_instant(item["until"]) <= parse_instant(body.until),
        "binding": bodies.stated(body.binding) == bodies.stated(made.binding),
    }
    if wrong := [what for what, same in holds.items() if not same]:
        raise BEYOND(what=", ".join(wrong))
