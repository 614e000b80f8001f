"""What a witness remembers: the last cosigned checkpoint of each log, and signed heads that
contradicted it.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    Index,
    LargeBinary,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from sealane.adapters.sql import LONG, SCHEMA, TEXT, SqlStatement, backend
from sealane.base.values import Instant

MAX_KEPT = 1000

WITNESSED = Table(
    "witnessed",
    SCHEMA,
    Column("origin", TEXT, primary_key=True),
    Column("size", LONG, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("at", LONG, nullable=False),
)
CONFLICTS = Table(
    "witness_conflict",
    SCHEMA,
    Column("id", LONG, primary_key=True),
    Column("origin", TEXT, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("against", LargeBinary),
    Column("fraud", LargeBinary),
    Column("at", LONG, nullable=False),
    Index("witness_conflict_origin", "origin"),
)
MARKS = Table(
    "log_mark",
    SCHEMA,
    Column("origin", TEXT, primary_key=True),
    Column("name", TEXT, primary_key=True),
    Column("size", LONG, nullable=False),
    Column("at", LONG, nullable=False),
)

_MARK = SqlStatement(
    lambda _: select(MARKS.c.size, MARKS.c.at).where(
        MARKS.c.origin == bindparam("of"), MARKS.c.name == bindparam("called")
    )
)


class SqlWitness:
    """The witness's rows; every method works in the caller's transaction."""

    def last(self, tx: Connection, origin: str) -> bytes | None:
        """The checkpoint last cosigned, with its cosignatures."""
        found: bytes | None = tx.execute(
            select(WITNESSED.c.note).where(WITNESSED.c.origin == origin)
        ).scalar()
        return found

    def save(self, tx: Connection, origin: str, size: int, note: bytes, at: Instant) -> None:
        """Remember a cosigned checkpoint in the older one's place."""
        row = {"size": size, "note": note, "at": at}
        made = backend(tx).insert(WITNESSED).values(origin=origin, **row)
        tx.execute(made.on_conflict_do_update(index_elements=["origin"], set_=row))

    def keep(
        self,
        tx: Connection,
        origin: str,
        note: bytes,
        *,
        against: bytes | None,
        fraud: bytes | None,
        at: Instant,
    ) -> bool:
        """Keep a contradicting head once, and its fraud proof when it comes; True when the head, or
        a proof of it, was not yet held.

        Beyond 1,000 a log, the oldest without a fraud proof makes room.
        """
        of_log = CONFLICTS.c.origin == origin
        held = tx.execute(
            select(CONFLICTS.c.id, CONFLICTS.c.fraud).where(of_log, CONFLICTS.c.note == note)
        ).first()
        if held is not None:
            if fraud is None or held[1] is not None:
                return False
            tx.execute(
                update(CONFLICTS)
                .where(CONFLICTS.c.id == held[0])
                .values(fraud=fraud, against=against)
            )
            return True
        if (tx.execute(select(func.count()).where(of_log)).scalar() or 0) >= MAX_KEPT:
            oldest = (
                select(func.min(CONFLICTS.c.id))
                .where(of_log, CONFLICTS.c.fraud.is_(None))
                .scalar_subquery()
            )
            tx.execute(delete(CONFLICTS).where(CONFLICTS.c.id == oldest))
        tx.execute(
            insert(CONFLICTS).values(origin=origin, note=note, against=against, fraud=fraud, at=at)
        )
        return True

    def conflicts(
        self, tx: Connection, origin: str
    ) -> list[tuple[bytes, bytes | None, bytes | None]]:
        """(note, the head it contradicts, fraud proof) in the order they came."""
        rows = tx.execute(
            select(CONFLICTS.c.note, CONFLICTS.c.against, CONFLICTS.c.fraud)
            .where(CONFLICTS.c.origin == origin)
            .order_by(CONFLICTS.c.id)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def set_mark(self, tx: Connection, origin: str, name: str, size: int, at: Instant) -> None:
        """How far a log is cosigned, mirrored, entangled ...; never backwards."""
        made = backend(tx).insert(MARKS).values(origin=origin, name=name, size=size, at=at)
        tx.execute(
            made.on_conflict_do_update(
                index_elements=["origin", "name"],
                set_={"size": size, "at": at},
                where=MARKS.c.size < size,
            )
        )

    def marked_at(self, tx: Connection, origin: str, name: str) -> Instant:
        """When the mark last rose, 0 when there is none."""
        return Instant(self._mark(tx, origin, name)[1])

    def mark(self, tx: Connection, origin: str, name: str) -> int:
        """The mark, 0 when there is none."""
        return self._mark(tx, origin, name)[0]

    @staticmethod
    def _mark(tx: Connection, origin: str, name: str) -> tuple[int, int]:
        found: tuple[int, int] | None = _MARK.run(tx, of=origin, called=name).fetchone()
        return found or (0, 0)
