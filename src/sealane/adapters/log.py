"""Logs in the node's database: entries, full tiles, the right edge and published heads, each in one
transaction.

`append` writes through the caller's transaction, so an entry and the registry row it records commit
together. The head row is read inside that transaction: a second writer waits, then continues from
the true size and cannot fork. Tiles and heads have modules of their own beside this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

from sqlalchemy import Connection

from sealane.adapters import log_heads, log_rows, log_tiles, log_walk
from sealane.adapters.log_rows import LogRow
from sealane.adapters.sql import together
from sealane.base import canonical
from sealane.base.errors import NotFound, Untrusted, declare
from sealane.base.values import Instant
from sealane.crypto.keys import Signer
from sealane.ledger.log import merkle, tiles
from sealane.ledger.log.checkpoint import Head, NoteSigner, parse_checkpoint, sign_head
from sealane.ledger.log.merkle import Frontier
from sealane.ledger.log.restore import FORKED
from sealane.ledger.log.shadow import Shadow
from sealane.ledger.log.tiles import MAX_ENTRY, WIDTH, Tile

NO_ENTRY = declare(
    "ledger.no_entry",
    NotFound,
    "Log {origin} has no {what}.",
    "ログ {origin} に {what} はありません。",
)
NOT_BEGUN = declare(
    "ledger.not_begun",
    NotFound,
    "Log {origin} has not begun here.",
    "ログ {origin} はここではまだ始まっていません。",
    "It begins with the first entry, or with the first round with the partner: run both nodes.",
    "最初の記録、または相手国との最初のやり取りで始まります。両方のノードを動かしてください。",
)
STORE_ALTERED = declare(
    "ledger.store_altered",
    Untrusted,
    "Log {origin}: what is stored no longer hashes to what was appended ({where}); nothing is"
    " signed.",
    "ログ {origin}：保存内容が追記時のハッシュと一致しません（{where}）。署名しません。",
    "Run `sealane ledger verify`, then restore the entry from the partner's mirror.",
    "`sealane ledger verify` を実行し、相手国の写しから記録を戻してください。",
)


class SqlLog:
    """One log of this node (`role` own), or its copy of a partner's (`role` mirror), by origin."""

    def __init__(
        self, origin: str, *, role: str = "own", check: Callable[[bytes], object] | None = None
    ) -> None:
        """Args: check: called with every entry before it is appended; what it raises refuses them
        all.
        """
        self._origin = origin
        self._role = role
        self._check = check

    @property
    def origin(self) -> str:
        """The log's name, as its checkpoints say it."""
        return self._origin

    @property
    def role(self) -> str:
        """`own` or `mirror`."""
        return self._role

    def _row(self, tx: Connection, *, locked: bool = False) -> LogRow:
        row = log_rows.find(tx, self._origin, self._role, locked=locked)
        if row is None:
            raise NOT_BEGUN(origin=self._origin)
        return row

    def open(self, tx: Connection) -> None:
        """Make the log, empty, unless it exists."""
        log_rows.begin(tx, self._origin, self._role)

    def _key(self, tx: Connection) -> int:
        """The log's row id; asked each time, for a transaction that made the row may have been
        rolled back.
        """
        return self._row(tx).id

    def append(self, tx: Connection, entries: Sequence[bytes]) -> int:
        """Append in order and give the first index; durable with `tx`, or nothing. The log is made
        when missing.

        Raises: Malformed `ledger.entry_too_large`.
        """
        row = log_rows.find(tx, self._origin, self._role, locked=True)
        if row is None:
            self.open(tx)
            row = self._row(tx, locked=True)
        front, dark = row.edges()
        rows = []
        for at, entry in enumerate(entries, start=row.size):
            if len(entry) > MAX_ENTRY:
                raise tiles.ENTRY_TOO_LARGE(size=len(entry))
            if self._check is not None:
                self._check(entry)
            rows.append((row.id, at, front.append(entry), entry))
            dark.append(entry)
        with together(tx):
            log_rows.add(tx, rows)
            log_rows.reach(tx, row.id, front.size, (front.pack(), dark.pack()))
        for index in range(row.size // WIDTH, front.size // WIDTH):
            log_tiles.fill(tx, row.id, index)
        return row.size

    def take_back(self, tx: Connection, start: int) -> list[bytes]:
        """Remove and give the entries from `start` on, none of which was ever under a signed head;
        for recovery only.

        Raises: Untrusted `ledger.forked`: a head over them was signed, so they stay.
        """
        try:
            key = self._row(tx, locked=True).id
        except NotFound:
            return []
        over = log_heads.newest(tx, key, start + 1)
        if over is not None:
            raise FORKED(origin=self._origin, signed=over.size)
        late = list(log_tiles.stored(tx, key, start, self.size(tx)))
        front, dark = Frontier(), Frontier(digest=hashlib.sha384)
        for entry in log_tiles.stored(tx, key, 0, start):
            front.append(entry)
            dark.append(entry)
        log_rows.cut(tx, key, start)
        log_rows.reach(tx, key, start, (front.pack(), dark.pack()))
        return late

    def size(self, tx: Connection) -> int:
        """How many entries the log holds."""
        return self._row(tx).size

    def floor(self, tx: Connection) -> int:
        """The lowest index still served; 0 unless pruned under a recorded authority."""
        return self._row(tx).floor

    def set_floor(self, tx: Connection, floor: int) -> None:
        """Serve nothing below this index from now on; stored entries stay."""
        log_rows.set_floor(tx, self._key(tx), floor)

    def head(self, tx: Connection) -> Head:
        """The head of what was appended; not yet proven against what is stored."""
        row = self._row(tx)
        return Head(self._origin, row.size, row.edges()[0].root())

    def shadow_root(self, tx: Connection) -> bytes:
        """The SHA-384 root over the same entries."""
        return self._row(tx).edges()[1].root()

    def prove_head(self, tx: Connection) -> Head:
        """The head re-derived from stored entries since the last proof, and equal to the appended
        one.

        Raises: Untrusted `ledger.store_altered`: a stored entry is not what was appended; do not
        sign.
        Spec: spec/ledger.md §7 (restore rule).
        """
        appended = self._row(tx)
        since, edge, shadow = log_rows.proven(tx, appended.id)
        front = Frontier.unpack(since, edge)
        dark = Frontier.unpack(since, shadow, hashlib.sha384)
        for entry in log_tiles.stored(tx, appended.id, since, appended.size):
            front.append(entry)
            dark.append(entry)
        derived = (front.size, front.pack(), dark.pack())
        if derived != (appended.size, appended.edge, appended.shadow):
            raise STORE_ALTERED(origin=self._origin, where=f"entries {since} to {appended.size}")
        if appended.size != since:
            log_rows.note_proven(tx, appended.id, front.size, derived[1:])
        return Head(self._origin, appended.size, front.root())

    def walk(self, tx: Connection) -> Head:
        """The same as `walk_in`, in one transaction."""
        return self.walk_in(lambda: nullcontext(tx))

    def walk_in(self, reading: log_walk.Reading, pause: Callable[[], None] = lambda: None) -> Head:
        """The head re-derived from every stored entry, with every stored leaf, tile and edge
        compared, a short transaction for each slice.

        Args: pause: called between slices; may raise to end the walk.
        Raises: Untrusted `ledger.store_altered`, naming the first entry, leaf hash or tile that
        differs; NotFound `ledger.not_begun`. Spec: R61.
        """
        try:
            with reading() as tx:
                row = self._row(tx)
                log_walk.require_nothing_beyond(tx, row.id, row.size)
            front = log_walk.walk(reading, row.id, (row.size, row.edge, row.shadow), pause)
        except log_walk.Differs as found:
            raise STORE_ALTERED(origin=self._origin, where=str(found)) from None
        return Head(self._origin, row.size, front.root())

    def entry(self, tx: Connection, index: int) -> bytes:
        """Raises: NotFound `ledger.no_entry`."""
        for entry in log_tiles.stored(tx, self._key(tx), index, index + 1):
            return entry
        raise NO_ENTRY(origin=self._origin, what=f"entry {index}")

    def entries(self, tx: Connection, start: int, end: int) -> Iterator[bytes]:
        """Stored entries [start, end) in order, as far as they exist."""
        return log_tiles.stored(tx, self._key(tx), start, end)

    def mentioning(
        self, tx: Connection, words: Sequence[str], below: int, above: int = 0
    ) -> Iterator[tuple[int, bytes]]:
        """(index, entry) of stored entries from `above` on and under `below` that hold any of these
        ASCII words, in order.
        """
        return log_rows.mentioning(tx, self._key(tx), words, (above, below))

    def tile(self, tx: Connection, tile: Tile) -> bytes:
        """A hash tile or entry bundle exactly as C2SP serves it. Raises: NotFound
        `ledger.no_entry`.
        """
        if not 0 < tile.width <= tiles.width_at(tile.level, tile.index, self.size(tx)):
            raise NO_ENTRY(origin=self._origin, what=tile.path)
        data = log_tiles.tile_bytes(tx, self._key(tx), tile)
        if data is None:
            raise STORE_ALTERED(origin=self._origin, where=tile.path)
        return data

    def nodes(self, tx: Connection, size: int) -> merkle.Nodes:
        """Hashes of complete nodes of the tree of `size`, for proofs; tiles read are kept for this
        call's life.
        """
        kept: dict[Tile, bytes] = {}

        def fetch(tile: Tile) -> bytes:
            if tile not in kept:
                kept[tile] = self.tile(tx, tile)
            return kept[tile]

        return tiles.nodes_from(fetch, size)

    def inclusion(self, tx: Connection, index: int, size: int | None = None) -> list[bytes]:
        """The path of an entry in the tree of `size` (default: now). Raises: Untrusted
        `ledger.inclusion`.
        """
        size = self.size(tx) if size is None else size
        return merkle.inclusion_path(index, size, self.nodes(tx, size))

    def consistency(self, tx: Connection, old_size: int, size: int | None = None) -> list[bytes]:
        """The path from an earlier size. Raises: Untrusted `ledger.consistency`."""
        size = self.size(tx) if size is None else size
        return merkle.consistency_path(old_size, size, self.nodes(tx, size))

    def root_at(self, tx: Connection, size: int) -> bytes:
        """The root of the first `size` entries, from stored tiles and entries."""
        return merkle.root_of(0, size, self.nodes(tx, size))

    def publish(
        self,
        tx: Connection,
        signers: Sequence[NoteSigner],
        at: Instant,
        *,
        shadow_signers: Sequence[Signer] = (),
        before: Callable[[Head], None] | None = None,
    ) -> bytes:
        """Sign the newest head, re-derived from stored entries, keep it and give its bytes.

        Call it in a transaction after the one that appended, so that no head is signed whose
        entries could still be lost; `services.ledgers.publisher` does. `before` holds the restore
        rule: it is called with the head and may refuse. An unchanged head is not signed again.
        Raises: Untrusted `ledger.store_altered`.
        """
        head = self.prove_head(tx)
        if before is not None:
            before(head)
        newest = self.checkpoint(tx, covering=head.size)
        if newest is not None and parse_checkpoint(newest).head == head:
            return newest
        note = sign_head(head, signers, at)
        shadow = None
        if shadow_signers:
            previous = self.shadow_checkpoint(tx)
            made = Shadow(
                head, self.shadow_root(tx), at, canonical.sha384(previous) if previous else None
            )
            shadow = made.sign(shadow_signers)
            note = note.adding([made.line(shadow)])
        self.put_checkpoint(tx, head.size, at, note.encode(), shadow)
        return note.encode()

    def put_checkpoint(
        self, tx: Connection, size: int, at: int, note: bytes, shadow: bytes | None = None
    ) -> None:
        """Keep a signed head; the same size again replaces its note (more signatures)."""
        log_heads.put(tx, self._key(tx), size=size, at=at, note=note, shadow=shadow)

    def checkpoint(self, tx: Connection, *, covering: int = 0) -> bytes | None:
        """The newest signed head of at least `covering` entries, or None."""
        newest = log_heads.newest(tx, self._key(tx), covering)
        return None if newest is None else newest.note

    def shadow_checkpoint(self, tx: Connection) -> bytes | None:
        """The newest `checkpoint.v2`, or None."""
        newest = log_heads.newest(tx, self._key(tx), 0)
        return None if newest is None else newest.shadow

    def signed(
        self, tx: Connection, *, below: int | None = None
    ) -> Iterator[tuple[int, int, bytes]]:
        """Every signed head (of fewer entries than `below`) as (size, at, note), newest first."""
        return log_heads.signed(tx, self._key(tx), below)
