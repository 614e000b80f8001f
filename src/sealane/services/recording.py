"""Record, then act: entries and signed statements go into the ledger in the caller's transaction.

Shared acts go to the log of their agreement, which the partner witnesses and mirrors; the rest to the internal log.
Spec: R57, R59; spec/ledger.md.
"""

from __future__ import annotations

from typing import Any

from sealane.base.values import format_instant
from sealane.ledger import entries, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.services.node import Node


def record(node: Node, tx: Tx, kind: str, *, agreement: str | None = None, item: str | None = None, **fields: Any) -> int:
    """Append one entry of the catalogue; its index. Durable when `tx` commits, and only then."""
    at = node.host.now()
    data = entries.make(kind, at, node.host.entropy(16), node=node.settings.node, object=item, agreement=agreement, **fields)
    log = node.log(agreement)
    index = log.append(tx, [data])
    node.records.add(tx, "entry_refs", origin=log.origin, index=index, kind=kind, item=item, statement=None,
                     at=format_instant(at))
    return index


def compose(
    node: Node, kind: str, *, to: str, agreement: tuple[str, str], item: str | None, body: dict[str, Any]
) -> bytes:
    """A statement signed by this node's statement keys, as exact bytes; said to nobody yet."""
    _, at = node.now()
    statement = Statement(
        type=kind, agreement=agreement[0], agreement_digest=agreement[1], by=node.party, to=to, node=node.settings.node,
        item=item, at=at, nonce=node.host.entropy(16).hex(), body=body,
    )
    return receipt.sign(statement, node.keys.signers("statement"))


def log_statement(node: Node, tx: Tx, data: bytes, statement: Statement) -> str:
    """Append a statement's exact bytes to its agreement's log, whoever signed it; its digest."""
    log = node.log(statement.agreement or None)
    index = log.append(tx, [data])
    name = receipt.digest(data)
    node.records.add(tx, "entry_refs", origin=log.origin, index=index, kind=f"statement.{statement.type}",
                     item=statement.item, statement=name, at=statement.at)
    return name


def statement_bytes(node: Node, tx: Tx, name: str) -> bytes | None:
    """The exact bytes of a logged statement by its digest."""
    row = node.records.get(tx, "entry_refs", statement=name)
    if row is None:
        return None
    return node.log(str(row["origin"])).entry(tx, row["index"])


def queue(node: Node, tx: Tx, data: bytes, statement: Statement, *, container: str | None = None) -> None:
    """Put a logged statement into the outbox for its addressee; delivered at least once, accepted exactly once."""
    now, at = node.now()
    node.records.add(tx, "outbox", partner=statement.to, type=statement.type, item=statement.item,
                     statement=receipt.digest(data), container=container, created=at, due=int(now), attempts=0)
