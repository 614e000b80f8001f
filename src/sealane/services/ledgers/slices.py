"""One log re-derived in slices: a short transaction for each bundle, so that whoever writes or
reads beside it waits for one slice at most.

A log only grows; what it held when the walk began stays where it is. Spec: R61; spec/ledger.md §9.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any

from sealane.base.errors import NotFound, Untrusted
from sealane.ledger.log.checkpoint import Head, parse_checkpoint
from sealane.ledger.log.merkle import EMPTY_ROOT
from sealane.ledger.log.restore import FORKED
from sealane.ports import Log, Tx

HEADS = 64
"""Signed heads that are compared in one transaction."""
MOST_ERROR = 160

Reading = Callable[[], AbstractContextManager[Tx]]
Pause = Callable[[], None]
"""Called between slices: may rest, and may raise to end the walk."""


def finding(reading: Reading, log: Log, pause: Pause = lambda: None) -> dict[str, Any]:
    """Entries, leaf hashes, tiles and edges as one tree, then every head that was ever signed:
    `error` names what differs, or is None.

    Args: reading: a transaction for each slice, or one that all share.

    Raises: Unavailable: the store did not answer, so nothing is known; what `pause` raises.
    """
    with reading() as tx:
        size = size_of(tx, log)
    found: dict[str, Any] = {
        "origin": log.origin,
        "size": size,
        "root": None,
        "heads": 0,
        "error": None,
    }
    try:
        head = log.walk_in(reading, pause) if size else Head(log.origin, 0, EMPTY_ROOT)
        found |= {"size": head.size, "root": head.root.hex()}
        found["heads"] = _signed(reading, log, head.size, pause)
    except (Untrusted, NotFound) as error:
        found["error"] = f"{error.code}: {error.message}"[:MOST_ERROR]
    return found


def size_of(tx: Tx, log: Log) -> int:
    """How many entries a log has; none where it was never begun."""
    try:
        return log.size(tx)
    except NotFound:
        return 0


def _signed(reading: Reading, log: Log, size: int, pause: Pause) -> int:
    """How many heads were signed, each the root of its entries. Raises: Untrusted
    `ledger.forked`.
    """
    below, count = size + 1, 0
    while True:
        pause()
        with reading() as tx:
            page = list(islice(log.signed(tx, below=below), HEADS)) if size else []
            for signed, _, note in page:
                head = parse_checkpoint(note).head
                if (head.origin, head.size) != (log.origin, signed) or (
                    signed and head.root != log.root_at(tx, signed)
                ):
                    raise FORKED(origin=log.origin, signed=signed)
        count += len(page)
        if len(page) < HEADS:
            return count
        below = page[-1][0]
