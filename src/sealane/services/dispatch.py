"""What this node answers to each signed statement, by type; once recorded, the same bytes get the
same answer.

Spec: spec/exchange.md §3.
"""

from __future__ import annotations

from collections.abc import Callable

from sealane.base.errors import SealaneError
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.services.audit import inventory
from sealane.services.exchange import (
    arrival,
    assurance,
    hand_carried,
    recall,
    relabel,
    reseal,
    withdrawal,
)
from sealane.services.node import Node
from sealane.services.opening import partner_key_service
from sealane.services.recovery import missing_statements
from sealane.services.register import agreement_life
from sealane.services.statements.inbox import (
    admit,
    earlier_answer,
    keep_answer,
    prove,
    refusals_recorded,
)
from sealane.services.statements.journal import compose, log_statement


def answer(node: Node, data: bytes) -> bytes:
    """The signed answer to one statement. The same bytes again get the same answer, whatever
    changed since.

    Raises: Untrusted, Malformed: who speaks is not proven, so nothing is signed; and as
    `inbox.admit`: it is not theirs to say, which is noted once.
    """
    with node.store.reading() as tx:
        said = prove(node, tx, data, types=_ANSWERS.keys())
    with refusals_recorded(node, data, said), node.store.writing() as tx:
        made = earlier_answer(node, tx, data)
        if made is not None:
            return made
        admit(node, tx, said)
        if said.type == "recall.ordered":
            log_statement(node, tx, data, said)
        else:
            made = _settled(node, tx, data, said)
    if made is None:
        # The order to erase is durable by now; what another thread answered in between stands.
        with node.store.writing() as tx:
            made = earlier_answer(node, tx, data) or _settled(node, tx, data, said)
    node.host.reached(f"answer.{said.type}")
    return made


def _settled(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    made = _ANSWERS[said.type](node, tx, data, said)
    keep_answer(node, tx, data, said, made)
    return made


def _accepted(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    arrival.note_receipt(node, tx, said, data)
    return _reply(node, tx, said, "acknowledged", {"answers": receipt.digest(data)})


def _destroyed(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    recall.note_destruction(node, tx, data, said)
    return _reply(node, tx, said, "acknowledged", {"answers": receipt.digest(data)})


def _noted(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    return _reply(node, tx, said, "acknowledged", {"answers": log_statement(node, tx, data, said)})


def _told(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    name = log_statement(node, tx, data, said)
    try:
        agreement_life.told(node, tx, said)
    except SealaneError as error:
        return _rejected(node, tx, said, name, error)
    return _reply(node, tx, said, "acknowledged", {"answers": name})


def _assure(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    name = log_statement(node, tx, data, said)
    try:
        body = assurance.answer(node, tx, said, name)
    except SealaneError as error:
        return _rejected(node, tx, said, name, error)
    if body is None:
        asked = said.saying(bodies.AssuranceRequest)
        missing = assurance.NO_ASSURANCE(party=node.party, area=asked.area, level=asked.level)
        return _rejected(node, tx, said, name, missing)
    return _reply(node, tx, said, "assurance", body)


def _rejected(node: Node, tx: Tx, said: Statement, name: str, error: SealaneError) -> bytes:
    return _reply(
        node,
        tx,
        said,
        "rejected",
        {"answers": name, "code": error.code, "reason": error.message[:500]},
    )


def _reply(node: Node, tx: Tx, said: Statement, kind: str, body: dict[str, object]) -> bytes:
    data = compose(
        node,
        kind,
        to=said.by,
        agreement=(said.agreement, said.agreement_digest),
        item=said.item,
        body=dict(body),
    )
    log_statement(node, tx, data, receipt.peek(data))
    return data


_ANSWERS: dict[str, Callable[[Node, Tx, bytes, Statement], bytes]] = {
    "assurance.request": _assure,
    "statements.request": missing_statements.answer,
    "inventory.request": inventory.answer,
    "claim": hand_carried.answer_claim,
    "open.request": partner_key_service.answer_request,
    "rewrap.request": reseal.answer_request,
    "relabelled": relabel.obey,
    "transfer.accepted": _accepted,
    "transfer.rejected": _accepted,
    "withdrawn": withdrawal.obey,
    "destroyed": _destroyed,
    "recall.ordered": recall.obey,
    "agreement.state": _told,
    "opened": _noted,
    "open.denied": _noted,
}
"""What answers each type of statement; any other type is refused unread."""
