"""What this node answers to each signed statement, by type; once recorded, the same bytes get the same answer.

Spec: spec/exchange.md §3.
"""

from __future__ import annotations

from sealane.base.errors import SealaneError
from sealane.ledger import receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.services import (
    assuring,
    claiming,
    custody,
    inventory,
    key_access,
    life,
    receive,
    relabelling,
    retrieving,
    rewrapping,
)
from sealane.services.incoming import accept_envelope, earlier_answer, keep_answer
from sealane.services.node import Node
from sealane.services.recording import compose, log_statement

NOTED = ("opened", "open.denied")
TYPES = ("assurance.request", "statements.request", "inventory.request", "claim", "open.request", "rewrap.request", "relabelled", "transfer.accepted", "recall.ordered",
         "agreement.state", *NOTED)


def answer(node: Node, data: bytes) -> bytes:
    """The signed answer to one statement. Raises: Untrusted, Malformed: who speaks is not proven, so nothing is signed."""
    with node.store.writing() as tx:
        said = accept_envelope(node, tx, data, types=TYPES)
        made = earlier_answer(node, tx, data)
        if made is not None:
            return made
        if said.type == "recall.ordered":
            log_statement(node, tx, data, said)
        else:
            made = _settled(node, tx, data, said)
    if made is None:  # the order to erase is durable by now; what another thread answered in between stands
        with node.store.writing() as tx:
            made = earlier_answer(node, tx, data) or _settled(node, tx, data, said)
    node.host.reached(f"answer.{said.type}")
    return made


def _settled(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    made = _made(node, tx, data, said)
    keep_answer(node, tx, data, said, made)
    return made


def _made(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    if said.type == "open.request":
        return key_access.answer_request(node, tx, data, said)
    if said.type == "inventory.request":
        return inventory.answer(node, tx, data, said)
    if said.type == "claim":
        return claiming.answer_claim(node, tx, data, said)
    if said.type == "statements.request":
        return retrieving.answer(node, tx, data, said)
    if said.type == "rewrap.request":
        return rewrapping.answer_request(node, tx, data, said)
    if said.type == "relabelled":
        return relabelling.obey(node, tx, data, said)
    if said.type == "recall.ordered":
        return custody.obey(node, tx, data, said)
    if said.type == "assurance.request":
        return _assure(node, tx, data, said)
    if said.type == "agreement.state":
        return _told(node, tx, data, said)
    if said.type == "transfer.accepted":
        receive.note_receipt(node, tx, said, data)
    else:
        log_statement(node, tx, data, said)
    return _reply(node, tx, said, "acknowledged", {"answers": receipt.digest(data)})


def _told(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    name = log_statement(node, tx, data, said)
    try:
        life.told(node, tx, said)
    except SealaneError as error:
        return _reply(node, tx, said, "rejected", {"answers": name, "code": error.code, "reason": error.message[:500]})
    return _reply(node, tx, said, "acknowledged", {"answers": name})


def _assure(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    name = log_statement(node, tx, data, said)
    try:
        body = assuring.answer(node, tx, said, name)
    except SealaneError as error:
        return _reply(node, tx, said, "rejected", {"answers": name, "code": error.code, "reason": error.message[:500]})
    if body is None:
        missing = assuring.NO_ASSURANCE(party=node.party, area=said.body["area"], level=said.body["level"])
        return _reply(node, tx, said, "rejected", {"answers": name, "code": missing.code, "reason": missing.message})
    return _reply(node, tx, said, "assurance", body)


def _reply(node: Node, tx: Tx, said: Statement, kind: str, body: dict[str, object]) -> bytes:
    data = compose(node, kind, to=said.by, agreement=(said.agreement, said.agreement_digest), item=said.item, body=dict(body))
    log_statement(node, tx, data, receipt.peek(data))
    return data
