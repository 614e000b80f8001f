"""The sender's side of what its partner says about an offer: the transfer moves by the life's
table, and the receipt stands beside it.

Spec: R42, R44; spec/exchange.md §4; docs/lives.md.
"""

from __future__ import annotations

from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.records import ItemState
from sealane.registry.transfer import HOLDER, TRANSFER, WITHDRAWN
from sealane.services.exchange.arrival import WRONG_BYTES
from sealane.services.exchange.onward_word import tell_origin
from sealane.services.exchange.recall import erase_passed_on
from sealane.services.node import Node
from sealane.services.register import effects
from sealane.services.statements.journal import Said, end_waiting, is_logged, log_statement, record


def note_receipt(node: Node, tx: Tx, heard: Said) -> None:
    """Log a receipt or a rejection, move the transfer, mark the copy; what still waits to be said
    about an item that was turned away ends with it. Idempotent.
    """
    if is_logged(node, tx, heard):
        return
    log_statement(node, tx, heard)
    said = heard.statement
    row = node.given(tx, str(said.item), said.by)
    if row.state == WITHDRAWN:
        return  # it crossed with our withdrawal, which stands; the holder obeys that next
    body = said.body
    if isinstance(body, bodies.TransferReceived) and body.container != row.container:
        raise WRONG_BYTES(what="the receipt names another container")
    if TRANSFER.row_of(row.state, f"statement.{said.type}") is None:
        TRANSFER.step(row.state, said.type, by=HOLDER)
    effects.apply(node, tx, heard)
    if isinstance(body, bodies.TransferRejected):
        end_waiting(node, tx, row.id, said.by, why=ItemState.REJECTED)
    record(
        node,
        tx,
        "transfer.delivered",
        agreement=said.agreement,
        partners=[said.by],
        item=row.id,
        statement=heard.digest,
        outcome=said.type.split(".")[1],
        object_digest=row.container,
    )
    erase_passed_on(node, tx, heard)
    tell_origin(node, tx, heard)
