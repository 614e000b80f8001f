"""A desk made large past the rules: rows of two cases that were really talked through, of one item
that was really released, and of one opening that really was, written again under numbers of their
own.

What an incident's reach reads is whole: every reading of one of its items stands in the internal
log as an entry of its own. Of other items there are rows alone, which the same indexes hold.
"""

from __future__ import annotations

from sqlalchemy import Connection

from bench.scale_fill import NUMBER, SERIES, fill_log
from sealane.adapters.sql import SCHEMA
from sealane.services.node import Node

CASE = "'{opener}-{other}-2025-C' || {n}"
DIGEST = "{n} || substr(one.{column}, 10)"
FRESH = {
    "cases": {
        "id": CASE,
        "statement": DIGEST,
        "seen": "'2025-01-01T00:00:00Z ' || {n}",
        "due": "CASE WHEN one.due IS NULL THEN NULL ELSE '2031-01-01T00:00:00.' || {n} || 'Z' END",
    },
    "case_events": {"case": CASE, "statement": "one.place || " + DIGEST},
}
"""What differs from case to case: `{n}` is a number of nine digits."""
READER = "'FAR-2026-' || {n}"
BASE = 1_000_000_000
"""Places in a log, far from any that is really there."""


def fill_cases(node: Node, case: str, span: tuple[int, int]) -> None:
    """As many cases more as the span of numbers holds, each as this one stands."""
    opener, other, *_ = case.split("-")
    with node.store.writing() as tx:
        for table, fresh in FRESH.items():
            named = {
                name: text.replace("{opener}", opener).replace("{other}", other)
                for name, text in fresh.items()
            }
            column = "id" if table == "cases" else '"case"'
            _clone(tx, table, f"{column} = '{case}'", named, span)


def fill_items(node: Node, item: str, span: tuple[int, int]) -> None:
    """As many items more with their copies, as this one is."""
    with node.store.writing() as tx:
        fresh = {"id": READER, "reference": "NULL", "document": "NULL"}
        _clone(tx, "items", f"id = '{item}'", fresh, span)
        _clone(tx, "copies", f"item = '{item}'", {"item": READER}, span)


def fill_openings(node: Node, item: str, each: int, span: tuple[int, int], at: int) -> None:
    """So many openings more of each of those items, as one of this item was.

    Args: at: the place in the internal log from which on its entries stand; beyond `BASE`: nowhere.
    """
    with node.store.writing() as tx:
        for kind in ("statement.opened", "person.acted"):
            for one in range(each):
                index = f"{at} + n.i * {each} + {one}"
                if kind == "statement.opened":
                    index = f"{BASE} + n.i * {each} + {one}"
                newest = (
                    f"item = '{item}' AND kind = '{kind}' AND \"index\" = (SELECT max(\"index\")"
                    f" FROM entry_refs WHERE item = '{item}' AND kind = '{kind}' AND \"index\" <"
                    f" {BASE})"
                )
                fresh = {"item": READER, "index": index}
                if at >= BASE:
                    fresh["statement"] = "{n} || substr(coalesce(one.statement, ''), 10)"
                _clone(tx, "entry_refs", newest, fresh, span)


def log_openings(node: Node, count: int) -> int:
    """So many entries more of the newest in the internal log, which is of an opening; the place of
    the first.
    """
    with node.store.reading() as tx:
        first = node.internal.size(tx)
    fill_log(node.store, node.internal, count)
    return first


def _clone(
    tx: Connection, table: str, where: str, fresh: dict[str, str], span: tuple[int, int]
) -> None:
    kind = tx.dialect.name
    columns = [column.name for column in SCHEMA.tables[table].columns]
    chosen = [
        fresh.get(name, f'one."{name}"').format(n=NUMBER[kind], column=name) for name in columns
    ]
    listed = ", ".join(f'"{name}"' for name in columns)
    tx.exec_driver_sql(
        f"INSERT INTO {table} ({listed}) SELECT {', '.join(chosen)} FROM"
        f" {SERIES[kind].format(*span)}, (SELECT * FROM {table} WHERE {where}) AS one"
    )
