"""The node's one database: SQLite in WAL mode with full synchronisation, through SQLAlchemy Core.

A write transaction begins IMMEDIATE, so that a read, a decision, a ledger entry and a record are
one atomic step and a second process waits instead of failing.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any
from weakref import WeakKeyDictionary, finalize

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from sealane.base.errors import Misconfigured, Unavailable, declare

DATABASE = "node.db"
"""The database's name in a node's folder."""
SCHEMA = MetaData()
"""Every adapter module declares its tables here; `create` makes those that are missing."""

STORE_UNAVAILABLE = declare(
    "store.unavailable",
    Unavailable,
    "The node's database does not answer: {why}.",
    "ノードのデータベースが応答しません：{why}。",
    "Free disk space or stop the process that holds it, then try again.",
    "ディスクの空きを作るか、占有しているプロセスを止めて、再試行してください。",
)

DAMAGED = declare(
    "db.damaged",
    Misconfigured,
    "The node's database cannot be read: {why}.",
    "ノードのデータベースを読み取れません：{why}。",
    "Put a backup of the node's folder in its place; trying again does not help.",
    "ノードのフォルダーをバックアップから戻してください。再試行では解決しません。",
)


def open_engine(path: Path) -> Engine:
    """An engine on one SQLite file; each connection is WAL, synchronous FULL, foreign keys on, what
    is freed overwritten, 30 s patience. Connections end with the engine at the latest.
    """
    # SQLite gives its other files the mode of this one.
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "trusted_schema=OFF",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sealane_mode", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    finalize(engine, engine.pool.dispose)  # Python 3.13 warns of connections that nobody closed
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent snapshot to read from."""
    with answering(), engine.connect() as connection, connection.begin():
        yield connection


class _Turn:
    """Writers of one database in turn: threads by a lock, processes by a lock on a file beside it.

    SQLite's own waiting sleeps for up to a tenth of a second at a time, long after the writer
    before has gone.
    """

    def __init__(self, engine: Engine) -> None:
        self._threads = Lock()
        self._file = os.open(
            f"{engine.url.database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
        finalize(self, os.close, self._file)

    def take(self) -> None:
        """Raises: Unavailable `store.unavailable`: no turn within patience."""
        until = monotonic() + _PATIENCE
        if not self._threads.acquire(timeout=_PATIENCE):
            raise STORE_UNAVAILABLE(why="another step does not end")
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if monotonic() > until:
                    self._threads.release()
                    raise STORE_UNAVAILABLE(why="another process does not end its step") from None
                sleep(_GLANCE)

    def leave(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


def _turn(engine: Engine) -> _Turn:
    try:
        return _TURNS.get(engine) or _TURNS.setdefault(engine, _Turn(engine))
    except OSError as error:
        raise STORE_UNAVAILABLE(why=str(error.strerror)[:80]) from None


_TURNS: WeakKeyDictionary[Engine, _Turn] = WeakKeyDictionary()
_PATIENCE, _GLANCE = 30.0, 0.0005


@contextmanager
def writing(engine: Engine, *, durable: bool = True) -> Iterator[Connection]:
    """One atomic, durable step: committed and synchronised when the block ends, or nothing at all.

    Not `durable`: seen by everybody at once, but lost when the machine loses power before the next
    durable step.
    Raises: Unavailable `store.unavailable`: locked beyond patience, disk full, failing fsync.
    """
    turn = _turn(engine)
    turn.take()
    try:
        with (
            answering(),
            engine.connect().execution_options(sealane_mode="IMMEDIATE") as connection,
            nullcontext() if durable else _unsynchronised(connection),
            connection.begin(),
        ):
            yield connection
    finally:
        turn.leave()


@contextmanager
def _unsynchronised(connection: Connection) -> Iterator[None]:
    driver(connection).execute(
        "PRAGMA synchronous=NORMAL"
    )  # checkpoints stay synchronised, so the file stays sound
    try:
        yield
    finally:
        driver(connection).execute("PRAGMA synchronous=FULL")


def driver(connection: Connection) -> Any:
    """The driver's own connection, inside the transaction that is open: for statements whose text
    is at hand.
    """
    return connection.connection.driver_connection


@contextmanager
def answering() -> Iterator[None]:
    """What the database says when it cannot, in our own words.

    Raises: Unavailable `store.unavailable`; Misconfigured `db.damaged`.
    """
    try:
        yield
    except OperationalError as error:
        raise STORE_UNAVAILABLE(why=str(error.orig)[:80]) from None
    except (
        sqlite3.OperationalError
    ) as error:  # from statements that adapters give the driver directly
        raise STORE_UNAVAILABLE(why=str(error)[:80]) from None
    except DatabaseError as error:
        if type(error) is not DatabaseError:
            raise  # a fault of a statement, and no state of the file
        raise DAMAGED(why=str(error.orig)[:80]) from None
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
        raise DAMAGED(why=str(error)[:80]) from None
