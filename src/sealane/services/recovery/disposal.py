"""Dispose of the bytes of an item's statements under a recorded authority; the logs that name them
stay whole.

What the database lets go of, and where erased bytes may still lie, is told as it is; copies in
backups are the operator's to destroy.

Spec: R58; spec/ledger.md §3, §9.
"""

from __future__ import annotations

from typing import NamedTuple

from sealane.base.errors import Conflict, declare
from sealane.base.values import Instant, format_instant
from sealane.ports import Log
from sealane.services.ledgers.maintenance import SEARCHABLE, Keeper
from sealane.services.node import Node
from sealane.services.recovery.authority import Thing, require
from sealane.services.statements.journal import record

TOO_YOUNG = declare(
    "disposal.too_young",
    Conflict,
    "Statements about {item} are not disposed of: the one of {at} is kept until {until}.",
    "項目 {item} の文書は廃棄できません：{at} の文書は {until} まで保存します。",
    "Wait: statements are kept for twelve months, and as long as the agreement's clock `retention`"
    " says.",
    "文書は十二か月、かつ取決めの `retention` の期限まで保存します。それまで待ってください。",
)


class Disposed(NamedTuple):
    """How many statements lost their bytes, and where those may still lie, backups apart."""

    erased: int
    remains: tuple[str, ...]


def dispose(node: Node, item: str, authority: str) -> Disposed:
    """Erase the bytes of every statement about an item. The entries say so before it is done. Given
    again, it lets go again of what is erased.

    Args:
        authority: the digest that `authority.authorise` gave for this item.
    Raises: NotFound `item.unknown`; Conflict `disposal.too_young`; as `authority.require`.
    """
    with node.store.writing() as tx:
        require(node, tx, authority, Thing(item=node.item(tx, item).id))
        agreement = node.version(tx, node.item(tx, item))
        rows = [
            row
            for row in node.records.statements.find(tx, order="kept", limit=100_000, item=item)
            if row.data is not None
        ]
        newest = max((row.kept for row in rows), default=0)
        last = Instant(newest)
        agreed = None if agreement is None else agreement.due("retention", last)
        until = Instant(max(last + SEARCHABLE, agreed or 0))
        if rows and node.host.now() < until:
            raise TOO_YOUNG(item=item, at=format_instant(last), until=format_instant(until))
        if rows:
            record(node, tx, "statements.disposed", item=item, record=authority, count=len(rows))
            node.records.statements.change(tx, {"item": item}, data=None, disposed=authority)
            for row in rows:
                node.records.inbox.change(tx, {"statement": row.digest}, answer=b"")
    node.host.reached("disposal.done")
    return Disposed(len(rows), node.store.let_go())


def prune(node: Node, log: Log, below: int, authority: str) -> int:
    """Stop serving entries of a log under an index; the floor it has then.

    Raises: Conflict `ledger.no_disposal_authority`; as `authority.require`.
    """
    with node.store.reading() as tx:
        require(node, tx, authority, Thing(origin=log.origin, below=below))
    keeper = Keeper(store=node.store, host=node.host, internal=node.internal)
    return keeper.prune(log, below, authority)
