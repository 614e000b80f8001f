"""The ledger's entries for somebody who reads: the newest first over all logs, in bounded pages,
narrowed by log, kind, word and time; one entry whole, with its proof.

A page looks at so many entries and no more, however few of them fit: it then ends with a cursor
and says how many it looked at, so that no question makes the node walk its whole ledger at once.
Spec: spec/openapi.yaml (ledger); R57, R58, R61.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sealane.base.errors import NotFound
from sealane.base.values import format_instant
from sealane.ledger import entries
from sealane.ledger.entries import Entry
from sealane.ledger.log import merkle
from sealane.ports import Log, Tx
from sealane.services.ledgers import proofs
from sealane.services.ledgers.at_hand import LedgersAtHand, LogAtHand
from sealane.services.ledgers.maintenance import Query, fits
from sealane.services.ledgers.slices import size_of
from sealane.services.node import Node
from sealane.services.watch import places as places_of
from sealane.services.watch.backwards import backwards, told_at
from sealane.services.watch.feed import operators_edition
from sealane.services.watch.places import LedgerReader

MOST, USUAL = 1000, 100
LOOKED_AT = 20_000
"""Entries that one page looks at."""

Edition = Callable[[Entry], Entry | None]


def whole_edition(entry: Entry) -> Entry | None:
    """What an auditor reads of an entry: all of it."""
    return entry


def edition(*, whole: bool) -> Edition:
    """What of each entry a reader may see."""
    return whole_edition if whole else operators_edition


def page(
    node: Node,
    tx: Tx,
    ledgers: LedgersAtHand,
    query: Query,
    reader: LedgerReader,
    *,
    origin: str | None = None,
    after: str | None = None,
) -> dict[str, Any]:
    """A page of entries, the newest first.

    Args:
        query: `limit` is the page's.
        reader: as `feed.opened` gave it; nothing that they may not see can be asked for.
        origin: one log only.
        after: the `after` of the page before.
    Raises: Malformed `feed.cursor`; NotFound `ledger.log_unknown`.
    """
    # 1. the logs, each from where the page before left it
    logs = [ledgers.named(tx, origin)] if origin else list(ledgers.stored(tx))
    begun, shown = places_of.read(node, after, reader.register), edition(whole=reader.whole)
    below = [_from(tx, one.log, begun, anew=after is None) for one in logs]
    # 2. the newest of all again and again, up to the page's end or its measure
    found: list[dict[str, Any]] = []
    proven = {one.log.origin: ledgers.marks(tx, one).proven for one in logs}
    looked = 0
    for number, index, data in _newest(tx, [one.log for one in logs], below):
        below[number], looked = index, looked + 1
        entry = entries.known(data) if _may_fit(data, query) else None
        told = None if entry is None else shown(entry)
        if told is not None and fits(told, query):
            found.append(_told(logs[number], index, told, proven))
        if len(found) >= query.limit or looked >= LOOKED_AT:
            break
    # 3. a place of 0 is an end, so a cursor holds each place and one
    places = {one.log.origin: place + 1 for one, place in zip(logs, below, strict=True)}
    return {
        "entries": found,
        "proven_to_both_up_to": proven,
        "looked_at": looked,
        "after": places_of.written(node, places, reader) if any(below) else None,
    }


def _from(tx: Tx, log: Log, begun: Mapping[str, int], *, anew: bool) -> int:
    """Below which entry a log is read on; one that came since the cursor is another page's. Raises:
    Malformed `feed.cursor`.
    """
    size = size_of(tx, log)
    place = begun.get(places_of.mark(log.origin), size + 1 if anew else 1) - 1
    if place > size:
        raise places_of.BAD_CURSOR()
    return max(0, place)


def _newest(tx: Tx, logs: Sequence[Log], below: Sequence[int]) -> Iterator[tuple[int, int, bytes]]:
    """Every entry of all logs, the newest first as each says of itself: the log's number, the
    index, and the bytes.
    """
    readers = [backwards(tx, log, place) for log, place in zip(logs, below, strict=True)]
    waiting: list[tuple[int, int, int, bytes]] = []

    def put(number: int, newer: int) -> None:
        for index, data in readers[number]:
            at = told_at(data)
            heapq.heappush(waiting, (newer if at is None else -at, number, -index, data))
            return

    for number in range(len(logs)):
        put(number, 0)
    while waiting:
        at, number, index, data = heapq.heappop(waiting)
        yield number, -index, data
        put(number, at)


def _may_fit(data: bytes, query: Query) -> bool:
    """Whether an entry's bytes hold what is looked for: most do not, and need not be read."""
    word = query.word
    if query.kind is not None and f'"kind":"{query.kind}"'.encode() not in data:
        return False
    plain = word is not None and word.isascii() and word.isprintable() and not set(word) & {*'"\\'}
    return not plain or f'"{word}"'.encode() in data


def _told(one: LogAtHand, index: int, entry: Entry, proven: Mapping[str, int]) -> dict[str, Any]:
    origin = one.log.origin
    return {
        "origin": origin,
        "role": one.role,
        "index": index,
        "kind": entry.kind,
        "at": format_instant(entry.at),
        "fields": entry.fields,
        "proven_to_both": index < proven[origin],
    }


def single(
    tx: Tx, ledgers: LedgersAtHand, origin: str, index: int, shown: Edition
) -> dict[str, Any]:
    """One entry with its exact bytes, its leaf and the proof that it is in the log under the newest
    signed head; `proof` is null until a head covers it.

    Raises: NotFound `ledger.log_unknown`, `ledger.entry_unknown`: also where the reader may not see
    it.
    """
    one = ledgers.named(tx, origin)
    if index >= size_of(tx, one.log):
        raise proofs.NO_SUCH_ENTRY()
    data = one.log.entry(tx, index)
    entry = entries.read(data)
    told = shown(entry)
    if told is None:
        raise proofs.NO_SUCH_ENTRY()
    whole = told == entry
    try:
        proof = proofs.prove(tx, one.log, index).encode().decode()
    except NotFound:
        proof = None
    return {
        **_told(one, index, told, {origin: ledgers.marks(tx, one).proven}),
        "text": data.decode() if whole else None,
        "leaf": merkle.leaf_hash(data).hex(),
        "proof": proof,
    }
