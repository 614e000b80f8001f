"""Kept counts in the node's database: added up where they lie. Spec: R57, R59."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import Connection, case, func, select

from sealane.adapters.sql import SqlStatement, bound
from sealane.adapters.sql.backend import Backend
from sealane.adapters.tally_tables import TALLIES
from sealane.registry.tally_records import Tallied, TallyRow

_KEY = tuple(column.name for column in TALLIES.primary_key)
_BY = tuple(TALLIES.c[name] for name in ("kind", "name", "agreement", "by", "bucket"))


def _adding(kind: Backend) -> object:
    made, held = kind.insert(TALLIES).values(bound(TALLIES)), TALLIES.c
    later = made.excluded.last > held.last
    new = {
        "count": held.count + made.excluded.count,
        "last": case((later, made.excluded.last), else_=held.last),
    }
    return made.on_conflict_do_update(index_elements=list(_KEY), set_=new)


_ADD = SqlStatement(_adding)


class SqlTallies:
    """The rows of `tallies`."""

    def add(self, tx: Connection, row: TallyRow, /) -> None:
        """Count a row's things beside those that are there already."""
        _ADD.run(tx, **asdict(row))

    def of(self, tx: Connection, origin: str, /) -> list[TallyRow]:
        """Every row of one log."""
        query = select(TALLIES).where(TALLIES.c.origin == origin)
        return [TallyRow(**row) for row in tx.execute(query).mappings()]

    def since(
        self, tx: Connection, what: str, day: str, origins: Collection[str], /
    ) -> list[Tallied]:
        """All days from this one on and these logs together."""
        held = TALLIES.c
        query = (
            select(*_BY, func.sum(held.count).label("count"), func.max(held.last).label("last"))
            .where(held.what == what, held.day >= day, held.origin.in_(list(origins)))
            .group_by(*_BY)
        )
        return [
            Tallied(**{**row, "count": int(row["count"])}) for row in tx.execute(query).mappings()
        ]

    def forget(self, tx: Connection, origin: str, /) -> None:
        """Delete a log's rows, to count it anew."""
        tx.execute(TALLIES.delete().where(TALLIES.c.origin == origin))
