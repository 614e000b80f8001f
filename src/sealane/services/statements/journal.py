"""Record, then act: entries and signed statements go into the ledger in the caller's transaction.

A log tells of a statement by its digest; its bytes stand in a table of the node, and the partner
has its own copy. Shared acts go to the log of their agreement, which the partner witnesses and
mirrors; the rest to the internal log.
Spec: R57, R59; spec/ledger.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sealane.base.values import format_instant
from sealane.ledger import bodies, entries, receipt, telling
from sealane.ledger.receipt import Statement
from sealane.ports import Host, Log, Tx
from sealane.registry.records import EntryRef, KeptStatement, OutboxRow
from sealane.services.node import Node

INTERNAL = frozenset({"actor", "people", "credential", "label_digest"})
"""Fields of the internal log only: the partner's mirror learns the act, not the person; and labels
are few enough to be guessed from a digest.
"""


class Keeper(Protocol):
    """The part of a node that keeping statements needs."""

    @property
    def settings(self) -> Any: ...

    @property
    def host(self) -> Host: ...

    @property
    def records(self) -> Any: ...

    @property
    def log(self) -> Callable[[str | None], Any]: ...


def record(
    node: Node,
    tx: Tx,
    kind: str,
    *,
    agreement: str | None = None,
    item: str | None = None,
    **fields: Any,
) -> int:
    """Append one entry of the catalogue; its index. Durable when `tx` commits, and only then.

    An act under an agreement with a field of `INTERNAL` is told twice: whole in the internal log,
    without it in the shared one.
    """
    at = node.host.now()

    def append(log: Log, told: dict[str, Any]) -> int:
        return log.append(
            tx,
            [
                entries.make(
                    kind,
                    at,
                    node.host.entropy(entries.SALT),
                    node=node.settings.node,
                    object=item,
                    agreement=agreement,
                    **told,
                )
            ],
        )

    log = node.log(agreement)
    index = append(log, fields if agreement is None else shared(fields))
    if agreement is not None and any(fields.get(name) for name in INTERNAL):
        log = node.log(None)
        index = append(log, fields)
    node.records.entry_refs.add(
        tx,
        EntryRef(
            origin=log.origin,
            index=index,
            kind=kind,
            item=item,
            statement=None,
            at=format_instant(at),
        ),
    )
    return index


def shared(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an act as the agreement's log may tell it."""
    return {name: value for name, value in fields.items() if name not in INTERNAL}


def compose(
    node: Node,
    kind: str,
    *,
    to: str,
    agreement: tuple[str, str],
    item: str | None,
    body: dict[str, Any],
) -> bytes:
    """A statement signed by this node's statement keys, as exact bytes; said to nobody yet."""
    _, at = node.now()
    statement = Statement(
        agreement=agreement[0],
        agreement_digest=agreement[1],
        by=node.party,
        to=to,
        node=node.settings.node,
        item=item,
        at=at,
        nonce=node.host.entropy(16).hex(),
        body=bodies.read(kind, body),
    )
    return receipt.sign(statement, node.keys.signers("statement"))


def log_statement(node: Keeper, tx: Tx, data: bytes, statement: Statement) -> str:
    """Keep a statement's exact bytes and tell of it in its agreement's log, whoever signed it; its
    digest.

    Bytes and entry are durable together; the same statement again changes nothing.
    """
    name = receipt.digest(data)
    if node.records.statements.get(tx, digest=name) is not None:
        return name
    log, at = node.log(statement.agreement or None), node.host.now()
    entry = telling.entry_of(
        statement, name, node=node.settings.node, at=at, salt=node.host.entropy(entries.SALT)
    )
    index = log.append(tx, [entry])
    keep_bytes(node, tx, data, statement)
    node.records.entry_refs.add(
        tx,
        EntryRef(
            origin=log.origin,
            index=index,
            kind=f"statement.{statement.type}",
            item=statement.item,
            statement=name,
            at=statement.at,
        ),
    )
    return name


def keep_bytes(node: Keeper, tx: Tx, data: bytes, statement: Statement) -> None:
    """Keep the bytes of a statement that a log of ours names; unproven here, for the entry proves
    them.
    """
    node.records.statements.add(
        tx,
        KeptStatement(
            digest=receipt.digest(data),
            type=statement.type,
            by=statement.by,
            to=statement.to,
            agreement=statement.agreement,
            item=statement.item,
            said=statement.at,
            data=data,
            kept=int(node.host.now()),
            disposed=None,
        ),
    )


def statement_bytes(node: Node, tx: Tx, name: str) -> bytes | None:
    """The exact bytes of a statement by its digest; None where they were never here, or are
    disposed of.
    """
    row = node.records.statements.get(tx, digest=name)
    return None if row is None or row.data is None else bytes(row.data)


def statements_about(node: Node, tx: Tx, item: str) -> list[bytes]:
    """The exact bytes of every statement about an item that is still held, in the order they were
    kept.
    """
    rows = node.records.statements.find(tx, order="kept", limit=20_000, item=item)
    return [bytes(row.data) for row in rows if row.data is not None]


def queue(
    node: Node, tx: Tx, data: bytes, statement: Statement, *, container: str | None = None
) -> None:
    """Put a logged statement into the outbox for its addressee; delivered at least once, accepted
    exactly once.
    """
    now, at = node.now()
    node.records.outbox.add(
        tx,
        OutboxRow(
            partner=statement.to,
            type=statement.type,
            item=statement.item,
            statement=receipt.digest(data),
            container=container,
            created=at,
            due=int(now),
            attempts=0,
        ),
    )
