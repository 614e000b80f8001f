"""One log re-derived in slices: a short transaction for each bundle, so that whoever writes or
reads beside it waits for one slice at most.

A log only grows; what it held when the walk began stays where it is. Spec: R61; spec/ledger.md §9.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from sealane.base.errors import NotFound, Untrusted
from sealane.ledger.log import tiles
from sealane.ledger.log.checkpoint import Checkpoint, Head, parse_checkpoint
from sealane.ledger.log.merkle import EMPTY_ROOT
from sealane.ledger.log.note import Note
from sealane.ledger.log.rederive import rederive
from sealane.ledger.log.restore import FORKED
from sealane.ports import Log, Store

HEADS = 64
"""Signed heads that are compared in one transaction."""
MOST_ERROR = 160

Pause = Callable[[], None]
"""Called between slices: may rest, and may raise to end the walk."""


def finding(store: Store, log: Log, pause: Pause = lambda: None) -> dict[str, Any]:
    """Entries, tiles and the newest head as one tree, then every head that was ever signed: `error`
    names what differs, or is None.

    Raises: Unavailable: the store did not answer, so nothing is known; what `pause` raises.
    """
    with store.reading() as tx:
        head = _head(log, tx)
    found: dict[str, Any] = {
        "origin": log.origin,
        "size": head.size,
        "root": head.root.hex(),
        "heads": 0,
        "error": None,
    }
    try:
        rederive(Checkpoint(head, Note(head.body, ())), _fetching(store, log, pause))
        found["heads"] = _signed(store, log, head.size, pause)
    except (Untrusted, NotFound) as error:
        found["error"] = f"{error.code}: {error.message}"[:MOST_ERROR]
    return found


def _head(log: Log, tx: Any) -> Head:
    """What was appended; nothing where the log was never opened."""
    try:
        return log.head(tx)
    except NotFound:
        return Head(log.origin, 0, EMPTY_ROOT)


def _fetching(store: Store, log: Log, pause: Pause) -> Callable[[str], bytes | None]:
    def fetch(path: str) -> bytes | None:
        tile = tiles.parse_path(path)
        if tile.level == tiles.ENTRIES:
            pause()
        with store.reading() as tx:
            return log.tile(tx, tile)

    return fetch


def _signed(store: Store, log: Log, size: int, pause: Pause) -> int:
    """How many heads were signed, each the root of its entries. Raises: Untrusted
    `ledger.forked`.
    """
    below, count = size + 1, 0
    while True:
        pause()
        with store.reading() as tx:
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
