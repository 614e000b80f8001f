"""Everybody with access, kept between two looks at the directory: pages ask about all of them again
and again, and few records change.

Each record is kept with the ledger's entry by which it counts. What is kept stands while each of
these entries is still the newest about its row and as many people have access, so that whatever is
entered, changed or ended is seen at once; a row that was changed by hand is not what the ledger
says, and is not looked at. Who acts is read anew by `Node.person`.
Spec: R26, R57.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sealane.ports import Records, Tx
from sealane.registry.records import PersonEntry
from sealane.services.bound_rows import BoundRows, Newest

PEOPLE = "people"
NODES_MOST = 16


@dataclass(frozen=True, slots=True)
class _KeptPeople:
    """The people of a node, and by what each counts."""

    rows: list[PersonEntry]
    entries: Sequence[Newest | None]
    count: int
    """How many rows there were, those included that did not count."""


def everybody(records: Records, bound: BoundRows, tx: Tx, limit: int) -> list[PersonEntry]:
    """The people with access whose rows are what the ledger says, in order of id. The list and
    its records are shared: the same for the same people, and nobody changes what is in it.
    """
    count = records.people.count(tx, ended=None)
    if count > limit:
        return bound.holding(tx, PEOPLE, _rows(records, tx, limit))
    key = bound.row_of(PEOPLE, "")
    kept = _KEPT.get(key)
    if kept is None or kept.count != count or bound.newest(tx, PEOPLE, kept.rows) != kept.entries:
        rows = bound.holding(tx, PEOPLE, _rows(records, tx, limit))
        if len(_KEPT) >= NODES_MOST:
            _KEPT.clear()
        kept = _KEPT[key] = _KeptPeople(rows, bound.newest(tx, PEOPLE, rows), count)
    return kept.rows


def _rows(records: Records, tx: Tx, limit: int) -> list[PersonEntry]:
    return records.people.find(tx, order="id", limit=limit, ended=None)


_KEPT: dict[str, _KeptPeople] = {}
"""By a digest that is each node's own."""
