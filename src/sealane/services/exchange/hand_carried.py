"""A container that came by hand: the holder's node asks its originator for the offer, proves the
file and registers it.

What travels on a stick has no offer with it, and without one there is no release to rest on. So the
originator's node is asked for the signed offer of exactly this container; the file then takes the
way of every arrival, receipt included.
Spec: R42, R44, R60; spec/exchange.md §4 (by hand).
"""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from sealane.base.errors import Conflict, Refused, SealaneError, declare
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.protocol.card import Card
from sealane.registry.records import Given
from sealane.sealing import origin
from sealane.services import holding
from sealane.services.deciding.request import shut
from sealane.services.exchange import arrival
from sealane.services.node import Node
from sealane.services.opening import containers, key_parts
from sealane.services.statements.journal import Said, held_statement, log_statement
from sealane.services.statements.talk import OTHER_ANSWER, ask, reject, reply

CHUNK = 4 << 20

NOT_RELEASED = declare(
    "container.not_released",
    Refused,
    "{party} sealed this container and has not released it to {to}: {why}.",
    "{party} はこのコンテナを封緘しましたが、{to} に提供していません：{why}。",
    "Ask {party}'s release officer to release the item (`sealane item release`), then open it"
    " again.",
    "{party} の提供担当官に項目の提供（`sealane item release`）を求め、その後もう一度開いてください。",  # noqa: E501
)
NOT_TAKEN = declare(
    "container.not_taken",
    Refused,
    "The container that came by hand is not what {party} offered: {why}.",
    "手渡されたコンテナは {party} の申出と一致しません：{why}。",
    "Do not use it; ask {party} to send the item over the line.",
    "使わずに、{party} に回線での送付を求めてください。",
)
NO_OFFER = declare(
    "item.not_offered",
    Conflict,
    "This container has not been offered to {party}.",
    "このコンテナは {party} に提供されていません。",
    "Release it with `sealane item release`.",
    "`sealane item release` で提供してください。",
)


def take_in(node: Node, view: key_parts.KeyAccessView, source: BinaryIO) -> Given | None:
    """The register row of a partner's container after its offer was claimed; None: no enrolled
    partner sealed it.

    Raises: Refused `container.not_released`, `container.not_taken`; Unavailable
    `partner.no_answer`; Misconfigured
        `agreement.not_held`.
    """
    found = _originator(node, view)
    if found is None:
        return None
    card, claims = found
    agreement = claims.agreement
    if agreement is None:
        return None
    with node.store.reading() as tx:
        node.agreement_row(tx, agreement[0])
    claim = bodies.Claim(
        container=_sha384(source), policy_uuid=claims.policy_uuid, seal=claims.seal_digest
    )
    answer = ask(node, claim, to=card.party, agreement=agreement)
    body = answer.statement.body
    if isinstance(body, bodies.Rejected):
        raise NOT_RELEASED(
            party=card.party,
            to=node.party,
            why=body.code,
            details={"answer": bodies.as_json(body)},
        )
    if answer.statement.saying(bodies.Offer).container != claim.container:
        raise OTHER_ANSWER(party=card.party, what="container")
    source.seek(0)
    taken = arrival.take(node, answer.data, source, claimed=True).statement.body
    if isinstance(taken, bodies.TransferRejected):
        raise NOT_TAKEN(party=card.party, why=taken.code)
    with node.store.reading() as tx:
        return holding.given_by_policy(node.records, tx, claims.policy_uuid)


def _sha384(source: BinaryIO) -> str:
    found = hashlib.sha384()
    source.seek(0)
    while chunk := source.read(CHUNK):
        found.update(chunk)
    return found.hexdigest()


def _originator(node: Node, view: key_parts.KeyAccessView) -> tuple[Card, origin.SealClaims] | None:
    """The enrolled partner whose statement keys all signed the container's seal, and what the seal
    claims.
    """
    if not origin.has_seal(view.container.manifest):
        return None
    with node.store.reading() as tx:
        cards = node.partners(tx)
    for card in cards:
        try:
            return card, containers.proven(view.container, card)
        except SealaneError:
            continue
    return None


def answer_claim(node: Node, tx: Tx, heard: Said) -> Said:
    """The originator's answer: the offer as it was signed, for this container and this partner
    alone; else `rejected`.
    """
    log_statement(node, tx, heard)
    said = heard.statement
    claim = said.saying(bodies.Claim)
    row = holding.given_by_policy(node.records, tx, claim.policy_uuid)
    known = (node.party, said.agreement, said.by)
    if row is not None and (row.provider, row.agreement, row.to) != known:
        row = None
    offer = None if row is None else _offered(node, tx, row)
    if row is None or offer is None or shut(row):
        wrong = NO_OFFER(party=said.by)
        # Only to whom it was offered is anything told of it.
        told = offer is not None and row is not None and row.recalled is not None
        code = "key.recalled" if told else wrong.code
        body = bodies.Rejected(answers=heard.digest, code=code, reason=wrong.message)
        return reply(node, tx, heard, body)
    if offer.statement.saying(bodies.Offer).container != claim.container:
        return reject(node, tx, heard, NO_OFFER(party=said.by))
    return offer


def _offered(node: Node, tx: Tx, row: Given) -> Said | None:
    return None if row.offer is None else held_statement(node, tx, row.offer)
