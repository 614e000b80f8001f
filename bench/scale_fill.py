"""A register made large past the rules: the rows of one item that was really shared, received and
accepted, written again and again under numbers of their own.

Statements and answers are left empty, for their bytes are reached by their digest alone; what they
weigh is measured on real shares.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
from sqlalchemy import Connection

from sealane.adapters.sql import SCHEMA
from sealane.ports import Log, Store
from sealane.services.node import Node
from sealane.settings import SQLITE

NUMBER = {"sqlite": "printf('%09d', n.i)", "postgresql": "to_char(n.i, 'FM000000000')"}
SERIES = {
    "sqlite": (
        "(WITH RECURSIVE c(i) AS (SELECT {0} UNION ALL SELECT i + 1 FROM c WHERE i + 1 < {1})"
        " SELECT i FROM c) AS n"
    ),
    "postgresql": "generate_series({0}, {1} - 1) AS n(i)",
}
ITEM = "'OLD-2026-' || {n}"
DIGEST = "{n} || substr(one.{column}, 10)"
FRESH = {
    "items": {
        "id": ITEM,
        "reference": "NULL",
        "document": "NULL",
        "created": "'2025-01-01T00:00:00.' || {n} || 'Z'",
    },
    "containers": {"item": ITEM, "policy_uuid": DIGEST, "container": DIGEST},
    "copies": {"item": ITEM},
    "transfers": {"item": ITEM},
    "entry_refs": {
        "item": ITEM,
        "index": 'one."index" + 1000 * (1 + n.i)',
        "statement": "CASE WHEN one.statement IS NULL THEN NULL ELSE " + DIGEST + " END",
    },
    "statements": {"item": ITEM, "digest": DIGEST, "data": "NULL"},
    "outbox": {"id": "one.id + 1000 * (1 + n.i)", "item": ITEM, "statement": DIGEST},
    "inbox": {"statement": DIGEST, "answer": "{empty}"},
}
"""What differs from row to row: `{n}` is a number of nine digits."""
OF = {"inbox": "statement IN (SELECT digest FROM statements WHERE item = '{item}')"}
EMPTY = {"sqlite": "x''", "postgresql": "''::bytea"}


def fill(node: Node, item: str, span: tuple[int, int]) -> None:
    """As many items more as the span of numbers holds, of which the register has none yet."""
    with node.store.writing() as tx:
        for table in FRESH:
            tx.exec_driver_sql(_statement(tx, table, item, span))
    if node.settings.database != SQLITE:
        with psycopg.connect(node.settings.database, autocommit=True) as server:
            server.execute("VACUUM ANALYZE")  # as the server does by itself in time


def _statement(tx: Connection, table: str, item: str, span: tuple[int, int]) -> str:
    kind = tx.dialect.name
    number, fresh = NUMBER[kind], FRESH[table]
    columns = [column.name for column in SCHEMA.tables[table].columns]
    chosen = [
        fresh.get(name, f'one."{name}"').format(n=number, column=name, empty=EMPTY[kind])
        for name in columns
    ]
    listed = ", ".join(f'"{name}"' for name in columns)
    of = OF.get(table, "id = '{item}'" if table == "items" else "item = '{item}'")
    return (
        f"INSERT INTO {table} ({listed}) SELECT {', '.join(chosen)} FROM"
        f" {SERIES[kind].format(*span)}, (SELECT * FROM {table} WHERE {of.format(item=item)})"
        " AS one"
    )


def fill_log(store: Store, log: Log, count: int) -> None:
    """So many entries more, each of the length of the newest."""
    for start in range(0, count, 5000):
        with store.writing() as tx:
            newest = log.entry(tx, log.size(tx) - 1)
            log.append(tx, [newest] * min(5000, count - start))


def stored(store: Store) -> int:
    """Bytes of a database as it lies on the disk."""
    with store.reading() as tx:
        if tx.dialect.name == "postgresql":
            return int(tx.exec_driver_sql("SELECT pg_database_size(current_database())").scalar())
        name = str(tx.exec_driver_sql("PRAGMA database_list").fetchone()[2])
    return Path(name).stat().st_size


def truncated(store: Store) -> None:
    """What SQLite's journal holds is written to the file, so that `stored` counts it."""
    with store.reading() as tx:
        if tx.dialect.name != "sqlite":
            return
        name = str(tx.exec_driver_sql("PRAGMA database_list").fetchone()[2])
    with closing(sqlite3.connect(name)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
