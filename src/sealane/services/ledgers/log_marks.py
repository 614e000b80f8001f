"""How far a log is durable, signed, cosigned and mirrored, as this node has it on record.

Spec: spec/ledger.md §4; R59.
"""

from __future__ import annotations

from functools import lru_cache

from sealane.base.values import Instant
from sealane.ledger import entries
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.log.marks import Marks
from sealane.ports import Log, Tx, WitnessBook
from sealane.services.ledgers.slices import size_of

COSIGNED, MIRRORED = "cosigned", "mirrored"


def marks(tx: Tx, log: Log, book: WitnessBook) -> Marks:
    """How far a log is durable, signed, cosigned and mirrored."""
    size = size_of(tx, log)
    note = log.checkpoint(tx) if size else None
    cosigned = book.mark(tx, log.origin, COSIGNED)
    since = None
    if (
        cosigned < size
    ):  # our own clock bounds it from below: a partner's statement carries the partner's clock
        since = max(_written_at(log.entry(tx, cosigned)), book.marked_at(tx, log.origin, COSIGNED))
    return Marks(
        origin=log.origin,
        size=size,
        signed=_signed_size(bytes(note)) if note else 0,
        cosigned=cosigned,
        mirrored=book.mark(tx, log.origin, MIRRORED),
        uncosigned_since=since,
    )


def mirror_marks(tx: Tx, log: Log, book: WitnessBook) -> Marks:
    """How far the partner's log is witnessed and held here."""
    size = log.size(tx)
    note, witnessed = log.checkpoint(tx) if size else None, book.last(tx, log.origin)
    held = parse_checkpoint(note).head.size if note else 0
    return Marks(
        origin=log.origin,
        size=size,
        signed=held,
        cosigned=parse_checkpoint(witnessed).head.size if witnessed else 0,
        mirrored=held,
        uncosigned_since=None,
    )


@lru_cache(maxsize=256)
def _signed_size(note: bytes) -> int:
    return parse_checkpoint(note).head.size


def _written_at(entry: bytes) -> Instant:
    found = entries.known(entry)
    return Instant(0) if found is None else found.at
