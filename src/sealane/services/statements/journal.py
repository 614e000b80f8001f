"""Record, then act: entries and signed statements go into the ledger in the caller's transaction.

A log tells of a statement by its digest; its bytes stand in a table of the node, and the partner
has its own copy. What two nations do under an agreement goes to the log of these two, which the
partner witnesses and mirrors and no third nation reads; the rest to the internal log.
Spec: R57, R59; spec/ledger.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Unavailable, declare
from sealane.base.values import Instant, format_instant
from sealane.ledger import entries, receipt, telling
from sealane.ledger.bodies import Body
from sealane.ledger.receipt import Statement
from sealane.ports import Log, Tx
from sealane.registry.records import EntryRef, KeptStatement, OutboxRow
from sealane.services.node import Node

INTERNAL = frozenset(
    {"actor", "proof", "second", "second_proof", "people", "credential", "label_digest"}
)
"""Fields of the internal log only: the partner's mirror learns the act, not the person; and labels
are few enough to be guessed from a digest.
"""

OWN_ADDRESSEE = declare(
    "internal.own_addressee",
    Unavailable,
    "Sealane met a fault of its own: {party} was to say {type!r} to itself; nothing was done.",
    "Sealane 内部の障害です：{party} が自らに {type!r} を送ろうとしました。何も行われていません。",
    "Report it with the node's log.",
    "ノードのログを添えて報告してください。",
)

REFUSED = "peer.refused"
"""The kind of entry that tells of a partner's statement that was not its own to make."""


def record(
    node: Node,
    tx: Tx,
    kind: str,
    *,
    agreement: str | None = None,
    partners: Iterable[str] = (),
    item: str | None = None,
    **fields: Any,
) -> None:
    """Append one entry of the catalogue. Durable when `tx` commits, and only then.

    An act under an agreement stands in the log of each pair that it concerns, and one that concerns
    no partner in the internal log. One with a field of `INTERNAL` is told twice: whole in the
    internal log, without it in the shared ones.

    Args:
        partners: with whom the act is done, under `agreement`; a third party reads nothing of it.
    """
    at = node.host.now()

    def append(log: Log, told: dict[str, Any]) -> EntryRef:
        entry = entries.make(
            kind,
            at,
            node.host.entropy(entries.SALT),
            node=node.settings.node,
            object=item,
            agreement=agreement,
            **told,
        )
        return appended(tx, log, entry, kind=kind, at=at, item=item)

    refs = [
        append(node.shared_log(tx, agreement, partner), shared(fields))
        for partner in dict.fromkeys(partners)
        if agreement is not None
    ]
    if not refs or any(fields.get(name) for name in INTERNAL):
        refs = [append(node.internal, fields)]
    for ref in refs:
        node.records.entry_refs.add(tx, ref)


def appended(
    tx: Tx, log: Log, entry: bytes, *, kind: str, at: Instant, item: str | None = None
) -> EntryRef:
    """Append an entry about no statement; where it stands, for the register of entries."""
    return EntryRef(
        origin=log.origin,
        index=log.append(tx, [entry]),
        kind=kind,
        item=item,
        statement=None,
        at=format_instant(at),
    )


def bound_fields(node: Node, tx: Tx, table: str, row: Any) -> dict[str, Any]:
    """The fields by which an entry binds a row; none where the node has no keystore."""
    return {} if node.bound is None else node.bound.seal(tx, table, row)


def record_row(node: Node, tx: Tx, table: str, row: Any, **told: Any) -> None:
    """Enter, in the internal log, that a row is from now on as it stands here. Whoever puts the row
    does both in one step.
    """
    fields = bound_fields(node, tx, table, row)
    record(node, tx, "item.recorded", register=table, **fields, **told)


def shared(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an act as the agreement's log may tell it."""
    return {name: value for name, value in fields.items() if name not in INTERNAL}


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with the exact bytes that were signed and their digest, which is its name; what
    was just built or proven is never read again.
    """

    statement: Statement
    data: bytes
    digest: str

    @classmethod
    def of(cls, statement: Statement, data: bytes) -> Said:
        """The bytes must be those that the statement was signed or read as."""
        return cls(statement, data, receipt.digest(data))


def compose(
    node: Node,
    body: Body,
    *,
    to: str,
    agreement: tuple[str, str],
    item: str | None,
    at: str | None = None,
) -> Said:
    """A statement signed by the statement keys that its addressee judges this node by; said to
    nobody yet. Raises: Malformed `statement.*`: a member is out of its bounds; Misconfigured
    `key.ended`.

    Args:
        at: when a date did what is said; None: now.
    """
    statement = Statement(
        agreement=agreement[0],
        agreement_digest=agreement[1],
        by=node.party,
        to=to,
        node=node.settings.node,
        item=item,
        at=at or node.now()[1],
        nonce=node.host.entropy(16).hex(),
        body=body,
    )
    return Said.of(statement, receipt.sign(statement, node.signers_for(to)))


def log_statement(node: Node, tx: Tx, said: Said) -> str:
    """Keep a statement's exact bytes and tell of it in the log of the two who share it, whoever
    signed it; its digest.

    Bytes and entry are durable together; the same statement again changes nothing.
    """
    name, statement = said.digest, said.statement
    if node.records.statements.get(tx, digest=name) is not None:
        return name
    other = statement.to if statement.by == node.party else statement.by
    log, at = node.shared_log(tx, statement.agreement, other), node.host.now()
    entry = telling.entry_of(
        statement, name, node=node.settings.node, at=at, salt=node.host.entropy(entries.SALT)
    )
    index = log.append(tx, [entry])
    keep_bytes(node, tx, said)
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


def is_logged(node: Node, tx: Tx, said: Said) -> bool:
    """Whether a log of ours tells of this statement already; that it was refused does not count."""
    kind = f"statement.{said.statement.type}"
    return node.records.entry_refs.get(tx, statement=said.digest, kind=kind) is not None


def keep_bytes(node: Node, tx: Tx, said: Said) -> None:
    """Keep the bytes of a statement that a log of ours names; unproven here, for the entry proves
    them.
    """
    statement = said.statement
    node.records.statements.add(
        tx,
        KeptStatement(
            digest=said.digest,
            type=statement.type,
            by=statement.by,
            to=statement.to,
            agreement=statement.agreement,
            item=statement.item,
            said=statement.at,
            data=said.data,
            kept=int(node.host.now()),
            disposed=None,
        ),
    )


def note_refused(node: Node, tx: Tx, heard: Said, code: str) -> None:
    """Enter into the internal log alone that a partner's proven statement was refused: who, what
    kind, which bytes, by which code; neither the bytes nor the item are kept.
    """
    log, at, said = node.internal, node.host.now(), heard.statement
    entry = entries.make(
        "peer.refused",
        at,
        node.host.entropy(entries.SALT),
        node=node.settings.node,
        party=said.by,
        type=said.type,
        record=heard.digest,
        reason=code,
    )
    index = log.append(tx, [entry])
    ref = EntryRef(
        origin=log.origin,
        index=index,
        kind=REFUSED,
        item=None,
        statement=heard.digest,
        at=format_instant(at),
    )
    node.records.entry_refs.add(tx, ref)


def is_refused(node: Node, tx: Tx, heard: Said) -> bool:
    """Whether the refusal of these very bytes was noted before."""
    return node.records.entry_refs.get(tx, statement=heard.digest, kind=REFUSED) is not None


def held_statement(node: Node, tx: Tx, name: str) -> Said | None:
    """A statement that our log names, by its digest; None where its bytes were never here, or are
    disposed of.
    """
    data = statement_bytes(node, tx, name)
    return None if data is None else Said(receipt.peek(data), data, name)


def statement_bytes(node: Node, tx: Tx, name: str) -> bytes | None:
    """The exact bytes of a statement by its digest; None where they were never here, or are
    disposed of.
    """
    row = node.records.statements.get(tx, digest=name)
    return None if row is None or row.data is None else bytes(row.data)


def statements_about(node: Node, tx: Tx, item: str, partner: str) -> list[bytes]:
    """The exact bytes of every statement about an item that is still held, in the order they were
    kept; none that was said between us and another nation with whom we share its agreement.
    """
    rows = node.records.statements.find(tx, order="kept", limit=20_000, item=item)
    found = []
    for row in rows:
        other = row.to if row.by == node.party else row.by
        if row.data is not None and (other == partner or not node.shares(tx, row.agreement, other)):
            found.append(bytes(row.data))
    return found


def queue(node: Node, tx: Tx, said: Said, *, container: str | None = None) -> None:
    """Put a logged statement into the outbox for its addressee; delivered at least once, accepted
    exactly once. Nothing else puts rows there.

    Raises: Unavailable `internal.own_addressee`: nothing is said to oneself; such a row would wait
    for ever.
    """
    now, at = node.now()
    statement = said.statement
    if statement.to == node.party:
        raise OWN_ADDRESSEE(type=statement.type, party=node.party)
    node.records.outbox.add(
        tx,
        OutboxRow(
            partner=statement.to,
            type=statement.type,
            item=statement.item,
            statement=said.digest,
            container=container,
            created=at,
            due=int(now),
            attempts=0,
        ),
    )


def end_waiting(node: Node, tx: Tx, item: str, to: str, *, why: str) -> None:
    """Close what still waits to be said to a party about an item that it does not have and will not
    take: an order to give it back, another label or suite would be refused for ever.
    """
    waiting = {"item": item, "partner": to, "done": None}
    node.records.outbox.change(tx, waiting, done=node.now()[1], trouble=why)
