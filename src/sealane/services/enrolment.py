"""Partners and agreements enter a node: cards compared by people, agreements signed by every party over exact bytes.

Spec: R1, R8, R10; spec/exchange.md §2; spec/agreement.md §6.
"""

from __future__ import annotations

from dataclasses import replace

from sealane.agreements import signing
from sealane.agreements.agreement import Agreement, Period
from sealane.agreements.parse import parse_agreement
from sealane.base import canonical
from sealane.base.errors import Conflict, Refused, declare
from sealane.base.values import parse_instant
from sealane.ledger import receipt
from sealane.ports import Row, Tx
from sealane.protocol.card import Card, read_card
from sealane.services.node import Node
from sealane.services.recording import compose, log_statement, queue, record

HELD = "agreements held"
"""The series that counts every change of what this node holds, so that parsed agreements can be kept."""

OWN_CARD = declare(
    "card.own", Conflict,
    "This is {party}'s own card.", "これは {party} 自身のカードです。",
    "Enrol the partner's card.", "相手のカードを登録してください。",
)
NOT_A_PARTY = declare(
    "agreement.not_our_party", Refused,
    "{party} is not a party to {agreement}.", "{party} は {agreement} の当事者ではありません。",
)


def card_statement(node: Node) -> bytes:
    """This node's signed card, to be handed to the partner over any channel."""
    return compose(node, "enrolment", to=node.party, agreement=("", ""), item=None, body={"card": node.card.as_json()})


def enrol(node: Node, data: bytes) -> Card:
    """Accept a partner's card after people compared its fingerprint; recorded with the keys it names.

    Raises: Malformed, Untrusted: not a proper card; Conflict `card.own`.
    """
    card = read_card(data)
    if card.party == node.party:
        raise OWN_CARD(party=card.party)
    with node.store.writing() as tx:
        node.records.put(tx, "partners", {"party": card.party}, node=card.node, url=card.url, card=data, since=node.now()[1])
        record(node, tx, "peer.enrolled", party=card.party, kids=[key.kid for key in card.statement])
    return card


def adopt(node: Node, file: bytes, signatures: bytes) -> Agreement:
    """Hold an agreement version once every party's signature over these bytes is proven by enrolled keys.

    Raises: Untrusted `agreement.signature_*`; Malformed `agreement.*`; Refused `agreement.not_our_party`.
    """
    agreement = parse_agreement(file)
    if agreement.party(node.party) is None:
        raise NOT_A_PARTY(party=node.party, agreement=agreement.id)
    paper = signing.Paper.of(agreement, file)
    with node.store.writing() as tx:
        keys = {node.party: node.card.statement}
        for party in paper.parties:
            if party != node.party:
                keys[party] = node.partner(tx, party).statement
        signing.require(signing.examine(signatures, paper, keys))
        node.records.put(tx, "agreements", {"id": agreement.id, "digest": agreement.digest}, version=str(agreement.version),
                         file=file, signatures=canonical.parse(signatures, limit=signing.MAX_BYTES), state="in force",
                         since=node.now()[1])
        node.records.serial(tx, HELD)
        record(node, tx, "agreement.in_force", agreement=agreement.id, agreement_digest=agreement.digest,
               version=str(agreement.version))
    return agreement


def held_version(row: Row) -> Agreement:
    """The agreement of a row as it stands: a suspension recorded here is a gap in its period."""
    agreement = parse_agreement(bytes(row["file"]))
    if row["state"] == "suspended":
        gap = Period(since=parse_instant(row["since"]), until=None)
        return replace(agreement, suspensions=(*agreement.suspensions, gap))
    return agreement


def set_state(node: Node, agreement: str, state: str, reason: str) -> None:
    """Suspend or resume: recorded, effective here at once, and told to every other party by a signed notice. Spec: R8."""
    with node.store.writing() as tx:
        row = node.agreement_row(tx, agreement)
        for partner in node.records.find(tx, "partners", order="party"):
            data = compose(node, "agreement.state", to=partner["party"], agreement=(agreement, row["digest"]), item=None,
                           body={"state": state, "reason": reason})
            said = receipt.peek(data)
            log_statement(node, tx, data, said)
            queue(node, tx, data, said)
        apply_state(node, tx, agreement, str(row["digest"]), state)


def apply_state(node: Node, tx: Tx, agreement: str, digest: str, state: str) -> None:
    """The state as recorded here; either party's suspension suspends."""
    node.records.change(tx, "agreements", {"id": agreement, "digest": digest}, state=state, since=node.now()[1])
    node.records.serial(tx, HELD)
    kind = "agreement.suspended" if state == "suspended" else "agreement.in_force"
    record(node, tx, kind, agreement=agreement, agreement_digest=digest)
