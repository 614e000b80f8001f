"""The row of one log, its entries, and how far it was proven; by origin and role, then by row id.

The row is locked by whoever appends, so that a second writer continues from the true size even
where nothing else makes writers wait for one another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, LargeBinary, bindparam, delete, or_, select, update

from sealane.adapters.log_tables import LOG_ENTRIES, LOG_PROVEN, LOG_TILES, LOGS
from sealane.adapters.log_tiles import rows
from sealane.adapters.sql import Backend, SqlRows, SqlStatement, bound, holds
from sealane.ledger.log.merkle import Frontier
from sealane.ledger.log.tiles import WIDTH

Edges = tuple[bytes, bytes]
"""The packed right edges of the SHA-256 tree and of the SHA-384 tree."""


class LogRow(NamedTuple):
    """A log's head row: what was appended, and the right edges of both trees over it."""

    id: int
    size: int
    edge: bytes
    shadow: bytes
    floor: int

    def edges(self) -> tuple[Frontier, Frontier]:
        """The right edge of the SHA-256 tree, and that of the SHA-384 tree."""
        return (
            Frontier.unpack(self.size, self.edge),
            Frontier.unpack(self.size, self.shadow, hashlib.sha384),
        )


_BY_NAME = select(LOGS.c.id, LOGS.c.size, LOGS.c.edge, LOGS.c.shadow, LOGS.c.floor).where(
    LOGS.c.origin == bindparam("of"), LOGS.c.role == bindparam("as_role")
)
_FIND, _LOCK = SqlStatement(lambda _: _BY_NAME), SqlStatement(lambda _: _BY_NAME.with_for_update())
_BEGIN = SqlStatement(
    lambda kind: (
        kind.insert(LOGS)
        .values({name: value for name, value in bound(LOGS).items() if name != "id"})
        .on_conflict_do_nothing()
    )
)
_REACH = SqlStatement(
    lambda _: (
        update(LOGS)
        .where(LOGS.c.id == bindparam("key"))
        .values(size=bindparam("new"), edge=bindparam("light"), shadow=bindparam("dark"))
    )
)
_FLOOR = SqlStatement(
    lambda _: update(LOGS).where(LOGS.c.id == bindparam("key")).values(floor=bindparam("new"))
)
_ADD = SqlRows(LOG_ENTRIES, ("log", "idx", "leaf", "data"))
_CUT_ENTRIES = SqlStatement(
    lambda _: delete(LOG_ENTRIES).where(
        LOG_ENTRIES.c.log == bindparam("key"), LOG_ENTRIES.c.idx >= bindparam("start")
    )
)
_CUT_TILES = SqlStatement(
    lambda _: delete(LOG_TILES).where(
        LOG_TILES.c.log == bindparam("key"),
        LOG_TILES.c.level == 0,
        LOG_TILES.c.idx >= bindparam("start"),
    )
)
_CUT_PROVEN = SqlStatement(
    lambda _: delete(LOG_PROVEN).where(
        LOG_PROVEN.c.log == bindparam("key"), LOG_PROVEN.c.size > bindparam("start")
    )
)
_PROVEN = SqlStatement(
    lambda _: select(LOG_PROVEN.c.size, LOG_PROVEN.c.edge, LOG_PROVEN.c.shadow).where(
        LOG_PROVEN.c.log == bindparam("key")
    )
)


def _noting(kind: Backend) -> Any:
    made = kind.insert(LOG_PROVEN).values(bound(LOG_PROVEN))
    new = {name: made.excluded[name] for name in ("size", "edge", "shadow")}
    return made.on_conflict_do_update(index_elements=["log"], set_=new)


_NOTE_PROVEN = SqlStatement(_noting)


def find(tx: Connection, origin: str, role: str, *, locked: bool = False) -> LogRow | None:
    """The row of a log, or None; `locked` until the step ends."""
    row = (_LOCK if locked else _FIND).run(tx, of=origin, as_role=role).fetchone()
    return None if row is None else LogRow(*row)


def begin(tx: Connection, origin: str, role: str) -> None:
    """An empty log, unless it exists."""
    _BEGIN.run(tx, origin=origin, role=role, size=0, edge=b"", shadow=b"", floor=0)


def add(tx: Connection, entries: Sequence[tuple[int, int, bytes, bytes]]) -> None:
    """Entries as (row id, index, leaf hash, bytes)."""
    _ADD.run(tx, entries)


def reach(tx: Connection, key: int, size: int, edges: Edges) -> None:
    """What was appended, from now on."""
    _REACH.run(tx, key=key, new=size, light=edges[0], dark=edges[1])


def cut(tx: Connection, key: int, start: int) -> None:
    """Take away the entries from `start` on, and what was derived from them; their tiles above grow
    in place again.
    """
    _CUT_ENTRIES.run(tx, key=key, start=start)
    _CUT_TILES.run(tx, key=key, start=start // WIDTH)
    _CUT_PROVEN.run(tx, key=key, start=start)


def set_floor(tx: Connection, key: int, floor: int) -> None:
    """The lowest index still served."""
    _FLOOR.run(tx, key=key, new=floor)


def proven(tx: Connection, key: int) -> tuple[int, bytes, bytes]:
    """How far a log was re-derived: size and both edges."""
    found: tuple[int, bytes, bytes] | None = _PROVEN.run(tx, key=key).fetchone()
    return found or (0, b"", b"")


def note_proven(tx: Connection, key: int, size: int, edges: Edges) -> None:
    """How far it is re-derived now."""
    _NOTE_PROVEN.run(tx, log=key, size=size, edge=edges[0], shadow=edges[1])


@cache
def _mentioning(count: int) -> SqlStatement:
    words = [bindparam(f"word_{at}", type_=LargeBinary) for at in range(count)]
    return SqlStatement(
        lambda _: (
            select(LOG_ENTRIES.c.idx, LOG_ENTRIES.c.data)
            .where(
                LOG_ENTRIES.c.log == bindparam("key"),
                LOG_ENTRIES.c.idx >= bindparam("start"),
                LOG_ENTRIES.c.idx < bindparam("end"),
                or_(*(holds(LOG_ENTRIES.c.data, word) for word in words)),
            )
            .order_by(LOG_ENTRIES.c.idx)
            .limit(bindparam("at_most"))
        )
    )


def mentioning(
    tx: Connection, key: int, words: Sequence[str], span: tuple[int, int]
) -> Iterator[tuple[int, bytes]]:
    """(index, entry) of the entries within a span that hold any of these ASCII words, in order."""
    needles = {f"word_{at}": word.encode("ascii") for at, word in enumerate(words)}
    found = rows(tx, key, span, _mentioning(len(words)), needles)
    return ((index, bytes(data)) for index, data in found)
