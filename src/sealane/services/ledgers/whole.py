"""Every stored log proven at once: after an upgrade, and before an imported database counts.

Spec: R61; spec/database.md §5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import SealaneError, Untrusted, declare
from sealane.base.values import parse_instant
from sealane.crypto.keys import PublicKey
from sealane.ledger.log.checkpoint import parse_checkpoint, signed_by
from sealane.ledger.log.note import VerifierKey
from sealane.ledger.log.origins import node_and_name
from sealane.ports import Log, Tx
from sealane.services.ledgers.ledger import log_keys
from sealane.services.ledgers.slices import finding
from sealane.services.node import Node

NOT_WHOLE = declare(
    "db.log_unproven",
    Untrusted,
    "Log {origin} does not hold: {why}; nothing was changed.",
    "ログ {origin} が成り立ちません：{why}。何も変更していません。",
    "Put back a backup from before, and find out who had the database.",
    "以前のバックアップに戻し、データベースに触れた者を調べてください。",
)


@dataclass(frozen=True, slots=True)
class StoredLog:
    """A log that a database holds, and whether it is this node's own or the copy of a partner's."""

    log: Log
    own: bool


def require_whole(tx: Tx, logs: Iterable[Log], passed: Callable[[int], None]) -> int:
    """Every log re-derived from its entries, every signed head compared; their number.

    Args:
        passed: told how many entries were proven since it was told last.
    Raises: Untrusted `db.log_unproven`.
    """
    number = 0
    for log in logs:
        found = finding(lambda: nullcontext(tx), log)
        if found["error"] is not None:
            raise NOT_WHOLE(origin=log.origin, why=found["error"])
        passed(found["size"])
        number += 1
    return number


def require_signed(node: Node, tx: Tx, logs: Iterable[StoredLog], own: Sequence[PublicKey]) -> None:
    """Every signed head carries the signature of the log's own writer: this node's log keys, or
    the log key of the enrolled card for heads since that card was enrolled.

    Raises: Untrusted `db.log_unproven`.
    """
    for stored in logs:
        log = stored.log
        if stored.own:
            since, keys = 0, log_keys(log.origin, own)
        else:
            since, keys = _partner(node, tx, log.origin)
        for size, at, note in log.signed(tx):
            if at >= since and not _signed(note, keys):
                raise NOT_WHOLE(origin=log.origin, why=f"the head of size {size} is not signed")


def _signed(note: bytes, keys: Sequence[VerifierKey]) -> bool:
    try:
        return bool(signed_by(parse_checkpoint(note), keys))
    except SealaneError:
        return False


def _partner(node: Node, tx: Tx, origin: str) -> tuple[int, tuple[VerifierKey, ...]]:
    name, _ = node_and_name(origin)
    for row in node.records.partners.find(tx, order="party"):
        if row.node == name:
            card: Any = node.partner(tx, row.party)
            return int(parse_instant(row.since)), log_keys(origin, [card.log])
    raise NOT_WHOLE(origin=origin, why="no partner is enrolled whose log it is")
