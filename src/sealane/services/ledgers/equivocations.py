"""What a node keeps of a partner that signed two histories: the proof, an entry, and a row that
stops keys to that partner.

Spec: spec/ledger.md §6; R59.
"""

from __future__ import annotations

from typing import Any

from sealane.base import canonical
from sealane.ledger import entries, fields
from sealane.ledger.log.checkpoint import Checkpoint, Head
from sealane.ports import Tx
from sealane.registry.records import Equivocation
from sealane.services.ledgers.witness import OnConflict
from sealane.services.node import Node


def noting(node: Node, partner: str) -> OnConflict:
    """What a witness calls with a head of this partner's log that contradicts an earlier one: an
    entry of the internal log, and, once the contradiction is proven, the row that stops keys.
    """

    def note(tx: Tx, checkpoint: Checkpoint, fraud: bytes | None) -> None:
        head, text, at = checkpoint.head, checkpoint.note.encode().decode(), node.host.now()
        made = _row(node, tx, partner, head, fraud)
        entry = entries.make(
            "head.conflict",
            at,
            node.host.entropy(entries.SALT),
            node=node.settings.node,
            peer=partner,
            origin=head.origin,
            size=head.size,
            root=head.root.hex(),
            outcome="proven" if fraud else "kept",
            note=text if len(text) <= fields.MAX_NOTE_FIELD else None,
            **_bound(node, tx, made),
        )
        node.internal.append(tx, [entry])
        if made is not None:
            node.records.equivocations.add(tx, made)

    return note


def _row(node: Node, tx: Tx, partner: str, head: Head, fraud: bytes | None) -> Equivocation | None:
    """The row that a proof makes; None for no proof, or one that is held already."""
    if fraud is None:
        return None
    proof = canonical.sha384(fraud)
    if node.records.equivocations.get(tx, party=partner, proof=proof) is not None:
        return None
    return Equivocation(party=partner, proof=proof, origin=head.origin, since=node.now()[1])


def _bound(node: Node, tx: Tx, made: Equivocation | None) -> dict[str, Any]:
    return {} if made is None or node.bound is None else node.bound.seal(tx, "equivocations", made)
