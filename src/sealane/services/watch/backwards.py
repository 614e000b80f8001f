"""A log read from its newest entry backwards, slice by slice.

Spec: spec/ledger.md §3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.ports import Log, Tx

SLICE = 500
"""Entries that are read from the store at once."""
KIND = re.compile(rb'"kind":"([a-z_.]+)"')
AT = re.compile(rb'"at":"([0-9TZ:.-]{20,30})"')


def told_at(data: bytes) -> Instant | None:
    """The instant that an entry's bytes tell; None: they tell none."""
    found = AT.search(data)
    try:
        return None if found is None else parse_instant(found[1].decode())
    except SealaneError:
        return None


def backwards(tx: Tx, log: Log, below: int) -> Iterator[tuple[int, bytes]]:
    """(index, entry) under an index, the newest first."""
    while below > 0:
        start = max(0, below - SLICE)
        held = list(log.entries(tx, start, below))
        yield from zip(range(below - 1, start - 1, -1), reversed(held), strict=True)
        below = start
