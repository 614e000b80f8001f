"""What a node keeps of a partner that signed two histories: the proof, an entry, and a row that
stops keys to that partner.

Spec: spec/ledger.md §6; R59.
"""

from __future__ import annotations

from sealane.base import canonical
from sealane.base.values import format_instant
from sealane.ledger import entries, fields
from sealane.ledger.log.checkpoint import Checkpoint
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
        )
        node.internal.append(tx, [entry])
        if fraud is not None:
            proof = canonical.sha384(fraud)
            if node.records.equivocations.get(tx, party=partner, proof=proof) is None:
                made = Equivocation(
                    party=partner, proof=proof, origin=head.origin, since=format_instant(at)
                )
                node.records.equivocations.add(tx, made)

    return note
