"""The signed heads of one log, the newest first, each with who is proven to have signed it.

Spec: C2SP tlog-checkpoint, C2SP tlog-cosignature; spec/ledger.md §4; R59.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from sealane.base.errors import NotFound, Untrusted
from sealane.base.values import Instant, format_instant
from sealane.ledger.log.checkpoint import Checkpoint, parse_checkpoint
from sealane.ports import Tx
from sealane.services.ledgers.at_hand import LedgersAtHand

MOST, USUAL = 500, 50


def page(
    tx: Tx, ledgers: LedgersAtHand, origin: str, *, below: int | None, limit: int
) -> dict[str, Any]:
    """A page of heads: size, root, instant, the signed note, and the names of who signed it.

    Args:
        below: heads of fewer entries than this; None: from the newest.
    Raises: NotFound `ledger.log_unknown`.
    """
    one = ledgers.named(tx, origin)
    try:
        found = list(islice(one.log.signed(tx, below=below), limit + 1))
    except NotFound:
        found = []
    heads = [_told(ledgers, at, note) for _, at, note in found[:limit]]
    proven = ledgers.marks(tx, one).proven
    return {
        "origin": origin,
        "role": one.role,
        "proven_to_both_up_to": proven,
        "heads": [{**head, "proven_to_both": head["size"] <= proven} for head in heads],
        "after": str(heads[-1]["size"]) if len(found) > limit else None,
    }


def _told(ledgers: LedgersAtHand, at: int, note: bytes) -> dict[str, Any]:
    checkpoint = parse_checkpoint(note)
    signed, trouble = _signed(ledgers, checkpoint)
    return {
        "size": checkpoint.head.size,
        "root": checkpoint.head.root.hex(),
        "at": format_instant(Instant(at)),
        "signed_by": signed,
        "trouble": trouble,
        "checkpoint": note.decode("utf-8", "replace"),
    }


def _signed(ledgers: LedgersAtHand, checkpoint: Checkpoint) -> tuple[list[str], str | None]:
    try:
        return ledgers.signed_by(checkpoint), None
    except Untrusted as error:
        return [], error.code
