"""After an old backup came back: this node's own later entries return from the partner's mirror, and nothing is forked.

Entries appended since the backup came back were never signed; they keep their order behind what was recovered.
Spec: spec/ledger.md §7 (restore rule); R59.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Conflict
from sealane.ports import LogPeer, Tx
from sealane.services.node import Node
from sealane.services.partnership import Partnership
from sealane.services.publishing import Publisher
from sealane.services.recording import record

AT_ONCE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back of one log: entries [first, end), and how many later ones now stand behind them."""

    origin: str
    first: int
    end: int
    moved: int

    def as_json(self) -> dict[str, Any]:
        return {"origin": self.origin, "from": self.first, "to": self.end, "moved": self.moved}


def restore(node: Node, partnership: Partnership, peer: LogPeer) -> Restored:
    """Recover one agreement's log, and record that it was.

    Raises: NotFound `ledger.nothing_to_recover`; Untrusted `ledger.forked`, `ledger.consistency`; Unavailable.
    """
    origin, moved = partnership.publisher.log.origin, [0]

    def follow(tx: Tx, start: int, distance: int) -> None:
        moved[0] = _renumber(node, tx, origin, start, distance)

    first, end = partnership.publisher.recover(peer, follow)
    if end > first:
        with node.store.writing() as tx:
            record(node, tx, "log.restored", origin=origin, from_index=first, to_index=end)
    return Restored(origin=origin, first=first, end=end, moved=moved[0])


def internal_lost(internal: Publisher, found: Sequence[Restored]) -> bool:
    """Whether the end of the internal log, which no partner holds, was lost with the backup, or may have been."""
    if any(one.end > one.first for one in found):
        return True
    try:
        internal.publish()
    except Conflict:
        return True
    return False


def _renumber(node: Node, tx: Tx, origin: str, start: int, distance: int) -> int:
    """Let the register point at where moved entries stand now; how many there are."""
    rows = node.records.find(tx, "entry_refs", order="index", newest=True, limit=AT_ONCE, origin=origin)
    late = [row["index"] for row in rows if row["index"] >= start]
    for index in late:
        node.records.change(tx, "entry_refs", {"origin": origin, "index": index}, index=index + distance)
    return len(late)
