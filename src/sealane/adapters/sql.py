"""The node's one database: SQLite in WAL mode with full synchronisation, through SQLAlchemy Core.

A write transaction begins IMMEDIATE, so that a read, a decision, a ledger entry and a record are one atomic step
and a second process waits instead of failing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from sealane.base.errors import Unavailable, declare

SCHEMA = MetaData()
"""Every adapter module declares its tables here; `create` makes those that are missing."""

STORE_UNAVAILABLE = declare(
    "store.unavailable", Unavailable,
    "The node's database does not answer: {why}.", "ノードのデータベースが応答しません：{why}。",
    "Free disk space or stop the process that holds it, then try again.",
    "ディスクの空きを作るか、占有しているプロセスを止めて、再試行してください。",
)


def open_engine(path: Path) -> Engine:
    """An engine on one SQLite file; each connection is WAL, synchronous FULL, foreign keys on, 30 s patience."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "trusted_schema=OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sealane_mode", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent snapshot to read from."""
    with _unavailable(), engine.connect() as connection, connection.begin():
        yield connection


_QUEUES: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()
_PATIENCE = 30.0


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One atomic, durable step: committed and synchronised when the block ends, or nothing at all.

    Raises: Unavailable `store.unavailable`: locked beyond patience, disk full, failing fsync.
    """
    # Threads of one process wait here in turn; SQLite's own waiting sleeps, and is left for other processes.
    queue = _QUEUES.setdefault(engine, Lock())
    if not queue.acquire(timeout=_PATIENCE):
        raise STORE_UNAVAILABLE(why="another step does not end")
    try:
        with _unavailable(), engine.connect().execution_options(sealane_mode="IMMEDIATE") as connection, connection.begin():
            yield connection
    finally:
        queue.release()


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise STORE_UNAVAILABLE(why=str(error.orig)[:80]) from None
    except sqlite3.OperationalError as error:  # from statements that adapters give the driver directly
        raise STORE_UNAVAILABLE(why=str(error)[:80]) from None
