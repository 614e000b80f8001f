"""Logs in the node's database: entries, full tiles, the right edge and published heads, each in one
transaction.

`append` writes through the caller's transaction, so an entry and the registry row it records commit
together. The head row is read inside that transaction: a second writer waits, then continues from
the true size and cannot fork. Level-0 tiles are stored when full and derived from entries before;
higher tiles grow in place.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from sealane.adapters import logwalk
from sealane.adapters.sql import open_engine, reading
from sealane.base import canonical
from sealane.base.errors import Misconfigured, NotFound, Untrusted, declare
from sealane.base.values import Instant
from sealane.crypto.keys import Signer
from sealane.ledger.log import merkle, tiles
from sealane.ledger.log.checkpoint import Head, NoteSigner, parse_checkpoint, sign_head
from sealane.ledger.log.merkle import Frontier
from sealane.ledger.log.restore import FORKED
from sealane.ledger.log.shadow import Shadow
from sealane.ledger.log.tiles import ENTRIES, HASH, MAX_ENTRY, WIDTH, Tile

DATABASE = "node.db"
NO_DATABASE = declare(
    "node.no_database",
    Misconfigured,
    "{path} does not exist: this is not a node's folder.",
    "{path} がありません。ノードのフォルダーではありません。",
    "Give the folder that `sealane node init` made.",
    "`sealane node init` が作ったフォルダーを指定してください。",
)
NO_ENTRY = declare(
    "ledger.no_entry",
    NotFound,
    "Log {origin} has no {what}.",
    "ログ {origin} に {what} はありません。",
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
        return self._origin

    @property
    def role(self) -> str:
        return self._role

    def _row(self, tx: Connection, columns: str) -> tuple[Any, ...]:
        row = (
            _raw(tx)
            .execute(
                f"SELECT {columns} FROM log WHERE origin = ? AND role = ?",
                (self._origin, self._role),
            )
            .fetchone()
        )
        if row is None:
            raise NO_ENTRY(origin=self._origin, what="head row; open the log first")
        return tuple(row)

    def open(self, tx: Connection) -> None:
        """Make the log, empty, unless it exists."""
        _raw(tx).execute(
            "INSERT INTO log (origin, role, size, edge, shadow, floor) VALUES (?, ?, 0, x'', x'',"
            " 0) ON CONFLICT DO NOTHING",
            (self._origin, self._role),
        )

    def _key(self, tx: Connection) -> int:
        """The log's row id; asked each time, for a transaction that made the row may have been
        rolled back.
        """
        return int(self._row(tx, "id")[0])

    def append(self, tx: Connection, entries: Sequence[bytes]) -> int:
        """Append in order and give the first index; durable with `tx`, or nothing. The log is made
        when missing.

        Raises: Malformed `ledger.entry_too_large`.
        """
        columns, raw = "id, size, edge, shadow", _raw(tx)
        try:
            key, size, edge, shadow = self._row(tx, columns)
        except NotFound:
            self.open(tx)
            key, size, edge, shadow = self._row(tx, columns)
        front, dark = Frontier.unpack(size, edge), Frontier.unpack(size, shadow, hashlib.sha384)
        rows = []
        for at, entry in enumerate(entries, start=size):
            if len(entry) > MAX_ENTRY:
                raise tiles.ENTRY_TOO_LARGE(size=len(entry))
            if self._check is not None:
                self._check(entry)
            rows.append((key, at, front.append(entry), entry))
            dark.append(entry)
        raw.executemany("INSERT INTO log_entry (log, idx, leaf, data) VALUES (?, ?, ?, ?)", rows)
        for index in range(size // WIDTH, front.size // WIDTH):
            self._fill(raw, key, index)
        raw.execute(
            "UPDATE log SET size = ?, edge = ?, shadow = ? WHERE id = ?",
            (front.size, front.pack(), dark.pack(), key),
        )
        return int(size)

    def take_back(self, tx: Connection, start: int) -> list[bytes]:
        """Remove and give the entries from `start` on, none of which was ever under a signed head;
        for recovery only.

        Raises: Untrusted `ledger.forked`: a head over them was signed, so they stay.
        """
        try:
            key, raw = self._key(tx), _raw(tx)
        except NotFound:
            return []
        if (signed := self._newest(tx, "size", start + 1)) is not None:
            raise FORKED(origin=self._origin, signed=signed[0])
        late = list(self._stored(raw, key, start, self.size(tx)))
        front, dark = Frontier(), Frontier(digest=hashlib.sha384)
        for entry in self._stored(raw, key, 0, start):
            front.append(entry)
            dark.append(entry)
        raw.execute("DELETE FROM log_entry WHERE log = ? AND idx >= ?", (key, start))
        raw.execute(
            "DELETE FROM log_tile WHERE log = ? AND level = 0 AND idx >= ?", (key, start // WIDTH)
        )
        raw.execute("DELETE FROM log_proven WHERE log = ? AND size > ?", (key, start))
        raw.execute(
            "UPDATE log SET size = ?, edge = ?, shadow = ? WHERE id = ?",
            (start, front.pack(), dark.pack(), key),
        )
        return late

    def _fill(self, raw: sqlite3.Connection, key: int, index: int) -> None:
        """Store the level-0 tile that just became full and carry its root up."""
        data = b"".join(
            merkle.leaf_hash(entry)
            for entry in self._stored(raw, key, index * WIDTH, (index + 1) * WIDTH)
        )
        raw.execute(
            "INSERT INTO log_tile (log, level, idx, data) VALUES (?, 0, ?, ?)", (key, index, data)
        )
        level = 1
        while True:
            hash_, place, at = tiles.tile_root(data), index // WIDTH, index % WIDTH
            row = raw.execute(
                "SELECT data FROM log_tile WHERE log = ? AND level = ? AND idx = ?",
                (key, level, place),
            ).fetchone()
            data = (row[0][: at * HASH] if row else b"") + hash_
            raw.execute(
                "INSERT OR REPLACE INTO log_tile (log, level, idx, data) VALUES (?, ?, ?, ?)",
                (key, level, place, data),
            )
            if at != WIDTH - 1:
                return
            level, index = level + 1, place

    @staticmethod
    def _stored(raw: sqlite3.Connection, key: int, start: int, end: int) -> Iterator[bytes]:
        found = raw.execute(
            "SELECT data FROM log_entry WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx",
            (key, start, end),
        )
        return (row[0] for row in found)

    def size(self, tx: Connection) -> int:
        return int(self._row(tx, "size")[0])

    def floor(self, tx: Connection) -> int:
        """The lowest index still served; 0 unless pruned under a recorded authority."""
        return int(self._row(tx, "floor")[0])

    def set_floor(self, tx: Connection, floor: int) -> None:
        """Serve nothing below this index from now on; stored entries stay."""
        _raw(tx).execute("UPDATE log SET floor = ? WHERE id = ?", (floor, self._key(tx)))

    def head(self, tx: Connection) -> Head:
        """The head of what was appended; not yet proven against what is stored."""
        size, edge = self._row(tx, "size, edge")[:2]
        return Head(self._origin, size, Frontier.unpack(size, edge).root())

    def shadow_root(self, tx: Connection) -> bytes:
        """The SHA-384 root over the same entries."""
        size, shadow = self._row(tx, "size, shadow")[:2]
        return Frontier.unpack(size, shadow, hashlib.sha384).root()

    def prove_head(self, tx: Connection) -> Head:
        """The head re-derived from stored entries since the last proof, and equal to the appended
        one.

        Raises: Untrusted `ledger.store_altered`: a stored entry is not what was appended; do not
        sign.
        Spec: spec/ledger.md §7 (restore rule).
        """
        size, edge, shadow = self._row(tx, "size, edge, shadow")[:3]
        key, raw = self._key(tx), _raw(tx)
        row = raw.execute(
            "SELECT size, edge, shadow FROM log_proven WHERE log = ?", (key,)
        ).fetchone()
        proven, proven_edge, proven_shadow = row or (0, b"", b"")
        front = Frontier.unpack(proven, proven_edge)
        dark = Frontier.unpack(proven, proven_shadow, hashlib.sha384)
        for entry in self._stored(raw, key, proven, size):
            front.append(entry)
            dark.append(entry)
        if front.size != size or front.pack() != edge or dark.pack() != shadow:
            raise STORE_ALTERED(origin=self._origin, where=f"entries {proven} to {size}")
        if size != proven:
            raw.execute(
                "INSERT OR REPLACE INTO log_proven (log, size, edge, shadow) VALUES (?, ?, ?, ?)",
                (key, size, edge, shadow),
            )
        return Head(self._origin, size, front.root())

    def walk(self, tx: Connection) -> Head:
        """The head re-derived from every stored entry, with every stored leaf and tile compared: at
        start and each month.

        Raises: Untrusted `ledger.store_altered`, naming the first entry, leaf hash or tile that
        differs. Spec: R61.
        """
        size, edge, shadow = self._row(tx, "size, edge, shadow")[:3]
        try:
            front = logwalk.walk(_raw(tx), self._key(tx), (size, edge, shadow))
        except logwalk.Differs as found:
            raise STORE_ALTERED(origin=self._origin, where=str(found)) from None
        return Head(self._origin, size, front.root())

    def entry(self, tx: Connection, index: int) -> bytes:
        """Raises: NotFound `ledger.no_entry`."""
        row = (
            _raw(tx)
            .execute("SELECT data FROM log_entry WHERE log = ? AND idx = ?", (self._key(tx), index))
            .fetchone()
        )
        if row is None:
            raise NO_ENTRY(origin=self._origin, what=f"entry {index}")
        return bytes(row[0])

    def entries(self, tx: Connection, start: int, end: int) -> Iterator[bytes]:
        """Stored entries [start, end) in order, as far as they exist."""
        return self._stored(_raw(tx), self._key(tx), start, end)

    def mentioning(
        self, tx: Connection, words: Sequence[str], below: int
    ) -> Iterator[tuple[int, bytes]]:
        """(index, entry) of stored entries under `below` that hold any of these ASCII words, in
        order.
        """
        needles = [word.encode("ascii") for word in words]
        test = " OR ".join("instr(data, ?)" for _ in needles)
        found = _raw(tx).execute(
            f"SELECT idx, data FROM log_entry WHERE log = ? AND idx < ? AND ({test}) ORDER BY idx",  # noqa: S608
            (self._key(tx), below, *needles),
        )
        return ((index, bytes(data)) for index, data in found)

    def tile(self, tx: Connection, tile: Tile) -> bytes:
        """A hash tile or entry bundle exactly as C2SP serves it. Raises: NotFound
        `ledger.no_entry`.
        """
        if not 0 < tile.width <= tiles.width_at(tile.level, tile.index, self.size(tx)):
            raise NO_ENTRY(origin=self._origin, what=tile.path)
        start = tile.index * WIDTH
        if tile.level == ENTRIES:
            return tiles.encode_bundle(self.entries(tx, start, start + tile.width))
        row = (
            _raw(tx)
            .execute(
                "SELECT data FROM log_tile WHERE log = ? AND level = ? AND idx = ?",
                (self._key(tx), tile.level, tile.index),
            )
            .fetchone()
        )
        if row is not None:
            data = bytes(row[0])
        elif tile.level == 0:
            data = b"".join(
                merkle.leaf_hash(entry) for entry in self.entries(tx, start, start + tile.width)
            )
        else:
            data = b""
        if len(data) < tile.width * HASH:
            raise STORE_ALTERED(origin=self._origin, where=tile.path)
        return data[: tile.width * HASH]

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
        entries could still be lost; `services.publishing` does. `before` holds the restore rule: it
        is called with the head and may refuse. An unchanged head is not signed again.
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
        _raw(tx).execute(
            "INSERT INTO log_head (log, size, at, note, shadow) VALUES (?, ?, ?, ?, ?) ON CONFLICT"
            " (log, size) DO UPDATE SET note = excluded.note, shadow = COALESCE(excluded.shadow,"
            " shadow)",
            (self._key(tx), size, at, note, shadow),
        )

    def checkpoint(self, tx: Connection, *, covering: int = 0) -> bytes | None:
        """The newest signed head of at least `covering` entries, or None."""
        row = self._newest(tx, "note", covering)
        return bytes(row[0]) if row else None

    def shadow_checkpoint(self, tx: Connection) -> bytes | None:
        """The newest `checkpoint.v2`, or None."""
        row = self._newest(tx, "shadow", 0)
        return bytes(row[0]) if row and row[0] is not None else None

    def _newest(self, tx: Connection, column: str, covering: int) -> tuple[Any, ...] | None:
        found = (
            _raw(tx)
            .execute(
                f"SELECT {column}, at FROM log_head WHERE log = ? AND size >= ? ORDER BY size DESC"
                " LIMIT 1",
                (self._key(tx), covering),
            )
            .fetchone()
        )
        return tuple(found) if found else None

    def signed(self, tx: Connection) -> Iterator[tuple[int, int, bytes]]:
        """Every signed head as (size, at, note), newest first."""
        found = _raw(tx).execute(
            "SELECT size, at, note FROM log_head WHERE log = ? ORDER BY size DESC", (self._key(tx),)
        )
        return ((size, at, bytes(note)) for size, at, note in found)


def stored_logs(tx: Connection) -> list[SqlLog]:
    """Every log in the database: own ones first, then mirrors, by origin."""
    rows = (
        _raw(tx).execute("SELECT origin, role FROM log ORDER BY role = 'mirror', origin").fetchall()
    )
    return [SqlLog(origin, role=role) for origin, role in rows]


@contextmanager
def snapshot(folder: Path) -> Iterator[tuple[Connection, list[SqlLog]]]:
    """A consistent reading of a node folder's database, with its logs. Raises: Misconfigured
    `node.no_database`.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise NO_DATABASE(path=path)
    engine = open_engine(path)
    try:
        with reading(engine) as tx:
            yield tx, stored_logs(tx)
    finally:
        engine.dispose()


def _raw(tx: Connection) -> sqlite3.Connection:
    raw: Any = tx.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw
