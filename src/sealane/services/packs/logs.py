"""The ledgers by pack: what the partner's witness needs to go on where there is no line, and the
round that is made with what its packs bring.

A pack carries our newest signed head of each log with the partner, the entries and hashes since
what the partner is known to hold, and what our witness and mirror say of the partner's log. Whoever
takes it proves, cosigns and mirrors by the very code of the line; its cosignature goes back by its
next pack.
Spec: spec/pack.md §4 and §5; spec/ledger.md §4; R42, R59.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import SealaneError, Unavailable, declare
from sealane.base.values import Instant
from sealane.ledger.log import tiles
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ledger.log.tiles import ENTRIES, HEIGHT, WIDTH, Tile
from sealane.ports import Log, Tx
from sealane.protocol import pack_logs
from sealane.protocol.pack_form import LINE_MOST, LOGS_MOST
from sealane.services.ledgers.mirror import MUCH_MORE
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import Publisher, origin_hash
from sealane.services.ledgers.slices import size_of

Partnerships = Sequence[tuple[str, str, Partnership]]
"""Partner, agreement and their two logs."""

NOT_CARRIED = declare(
    "pack.not_carried",
    Unavailable,
    "The pack does not carry {path} of the partner's ledger.",
    "パックには相手国の台帳の {path} が含まれていません。",
    "Nothing is wrong: import the packs before it, or the next one.",
    "異常ではありません。先に作られたパック、または次のパックを取り込んでください。",
)
NOBODY_THERE = declare(
    "pack.nobody_there",
    Unavailable,
    "Nobody answers at the other end of a medium.",
    "媒体の先で応答する者はいません。",
    "The partner's next pack brings its cosignature.",
    "連署は相手国の次のパックで届きます。",
)


@dataclass(frozen=True, slots=True)
class PackedLogPeer:
    """One of the partner's logs as a pack shows it. What is not in a pack is not thereby gone."""

    resources: Mapping[str, bytes]

    def fetch(self, path: str) -> bytes | None:
        """A resource's bytes; None for a head that the partner did not have. Raises: Unavailable
        `pack.not_carried`.
        """
        found = self.resources.get(path)
        if found is None and not path.endswith("checkpoint"):
            raise NOT_CARRIED(path=path[:120])
        return found

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Raises: Unavailable `pack.nobody_there`."""
        raise NOBODY_THERE(path=path[:120], size=len(body))


def carried(pairs: Partnerships, partner: str) -> bytes:
    """What goes to the partner of every ledger with it: our newest head is signed now.

    Raises: as `Publisher.publish`, but for storage that is away: then the last signed head goes.
    """
    found: dict[str, dict[str, bytes]] = {}
    room = LOGS_MOST - LINE_MOST
    for party, _, pair in pairs:
        if party == partner and (resources := dict(_within(room, _resources(pair)))):
            found[pair.publisher.log.origin] = resources
            room -= sum(_weight(one) for one in resources.items())
    return pack_logs.encoded(found)


def taken(pairs: Partnerships, partner: str, data: bytes, said: Instant) -> list[dict[str, Any]]:
    """What each ledger with the partner came to, by agreement: how far its log is mirrored here and
    ours is cosigned there, and the code of what stands against it.

    Args:
        said: when the partner made the pack.
    Raises: Untrusted `pack.damaged`.
    """
    shown = pack_logs.decoded(data)
    return [
        _round(agreement, pair, PackedLogPeer(shown[pair.mirror.log.origin]), said)
        for party, agreement, pair in pairs
        if party == partner and pair.mirror.log.origin in shown
    ]


def _round(agreement: str, pair: Partnership, peer: PackedLogPeer, said: Instant) -> dict[str, Any]:
    code: str | None = MUCH_MORE.code
    try:
        # A round takes so many entries at most; a pack of more is several rounds.
        while code == MUCH_MORE.code:
            waiting = pair.carried(peer, said).waiting
            code = waiting[0].code if waiting else None
    except SealaneError as error:
        code = error.code
    with pair.publisher.store.reading() as tx:
        told: dict[str, Any] = {
            "agreement": agreement,
            "mirrored": size_of(tx, pair.mirror.log),
            "cosigned": pair.publisher.marks(tx).cosigned,
        }
    return told if code is None else {**told, "code": code}


def _resources(pair: Partnership) -> Iterator[tuple[str, bytes]]:
    """Heads first, then hashes, then entries: what there is no room for goes another time."""
    publisher, theirs = pair.publisher, pair.mirror.log.origin
    with publisher.store.reading() as tx:
        begun = size_of(tx, publisher.log) > 0
    if begun:
        with suppress(Unavailable):
            publisher.publish()
    with publisher.store.reading() as tx:
        head = publisher.log.checkpoint(tx) if begun else None
        heads = {
            "checkpoint": head,
            f"witness/{origin_hash(theirs)}/checkpoint": publisher.book.last(tx, theirs),
            f"mirror/{origin_hash(theirs)}/checkpoint": pair.mirror.checkpoint(),
        }
        yield from ((path, bytes(note)) for path, note in heads.items() if note is not None)
        if head is not None:
            yield from _tiles(tx, publisher, parse_checkpoint(bytes(head)).head.size)


def _tiles(tx: Tx, publisher: Publisher, size: int) -> Iterator[tuple[str, bytes]]:
    """Every tile on the way from any head between what the partner mirrored and this one."""
    marks = publisher.marks(tx)
    since, log = min(marks.mirrored, marks.cosigned, size), publisher.log
    level = 0
    while size >> (HEIGHT * level):
        yield from _level(tx, log, level, (since >> (HEIGHT * level), size))
        level += 1
    yield from _level(tx, log, ENTRIES, (since, size))


def _level(tx: Tx, log: Log, level: int, span: tuple[int, int]) -> Iterator[tuple[str, bytes]]:
    since, size = span
    index = since // WIDTH
    while width := tiles.width_at(level, index, size):
        tile = Tile(level, index, width)
        yield tile.path, log.tile(tx, tile)
        index += 1


def _within(room: int, found: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """As much as there is room for, from the front."""
    for one in found:
        room -= _weight(one)
        if room < 0:
            return
        yield one


def _weight(one: tuple[str, bytes]) -> int:
    """Not less than what a resource takes in the part: its line has an origin and a path."""
    return len(one[1]) + len(one[0]) + 1024
