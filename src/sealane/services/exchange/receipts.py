"""The sender's side of what its partner says about an offer: the transfer moves by the life's
table, and the receipt stands beside it.

Spec: R42, R44; spec/exchange.md §4; docs/lives.md.
"""

from __future__ import annotations

from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.transfer import COPY, HOLDER, TRANSFER, WITHDRAWN
from sealane.services.exchange.arrival import WRONG_BYTES
from sealane.services.node import Node
from sealane.services.statements.journal import Said, is_logged, log_statement, record


def note_receipt(node: Node, tx: Tx, heard: Said) -> None:
    """Log a receipt or a rejection, move the transfer, mark the copy.
    Idempotent.
    """
    if is_logged(node, tx, heard):
        return
    log_statement(node, tx, heard)
    said = heard.statement
    row = node.item(tx, str(said.item))
    if row.state == WITHDRAWN:
        return  # it crossed with our withdrawal, which stands; the holder obeys that next
    body = said.body
    if isinstance(body, bodies.TransferReceived) and body.container != row.container:
        raise WRONG_BYTES(what="the receipt names another container")
    event = TRANSFER.event_of(row.state, f"statement.{said.type}") or said.type
    step = TRANSFER.step(row.state, event, by=HOLDER)
    node.records.items.change(tx, {"id": row.id}, state=step.to)
    ended = {} if step.stops is None else {"due": None}
    node.records.transfers.change(
        tx,
        {"item": row.id, "to": said.by},
        state=step.to,
        since=said.at,
        receipt=heard.digest,
        **ended,
    )
    if event == "reject":
        copy = node.records.copies.get(tx, item=row.id, number=1)
        if copy is not None and copy.state == "held":
            made = COPY.step(copy.state, event, by=HOLDER)
            key = {"item": row.id, "number": 1}
            node.records.copies.change(tx, key, state=made.to, since=said.at)
    record(
        node,
        tx,
        "transfer.delivered",
        agreement=said.agreement,
        item=row.id,
        statement=heard.digest,
        outcome=said.type.split(".")[1],
        object_digest=row.container,
    )
