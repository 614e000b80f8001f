"""SQLite in WAL mode with full synchronisation: one file in the node's folder.

A write step begins IMMEDIATE, so that a read, a decision, a ledger entry and a record are one
atomic step and a second process waits instead of failing.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from weakref import WeakKeyDictionary, finalize

from sqlalchemy import Column, Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from sealane.adapters.sql.refusals import DAMAGED, STORE_UNAVAILABLE
from sealane.adapters.sql.standing_line import StandingLine

POOL, MORE = 64, 192
"""Connections that are kept once they were needed, and those opened for one step each beyond them:
together as many as threads that answer (`run.WORKERS`).
"""


def open_file(path: Path) -> Engine:
    """An engine on one SQLite file; each connection is WAL, synchronous FULL, foreign keys on, what
    is freed overwritten, 30 s patience. Connections end with the engine at the latest.
    """
    # SQLite gives its other files the mode of this one.
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": 30, "check_same_thread": False},
        pool_size=POOL,
        max_overflow=MORE,
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


class Sqlite:
    """`Backend` for SQLite."""

    dialect: Dialect = sqlite.dialect(paramstyle="qmark")
    decodes_json = False

    def insert(self, table: Table) -> sqlite.Insert:
        return sqlite.insert(table)

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        with self.answering(), engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, engine: Engine, *, durable: bool) -> Iterator[Connection]:
        """Raises: Unavailable `store.unavailable`: locked beyond patience, disk full, failing
        fsync.
        """
        turn = _turn(engine)
        turn.take()
        try:
            with (
                self.answering(),
                engine.connect().execution_options(sealane_mode="IMMEDIATE") as connection,
                nullcontext() if durable else _unsynchronised(connection),
                connection.begin(),
            ):
                yield connection
        finally:
            turn.leave()

    def together(self, tx: Connection) -> AbstractContextManager[object]:
        return nullcontext()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Raises: Unavailable `store.unavailable`; Misconfigured `db.damaged`."""
        try:
            yield
        except OperationalError as error:
            raise STORE_UNAVAILABLE(why=str(error.orig)[:80]) from None
        except sqlite3.OperationalError as error:  # from statements given to the driver directly
            raise STORE_UNAVAILABLE(why=str(error)[:80]) from None
        except DatabaseError as error:
            if type(error) is not DatabaseError:
                raise  # a fault of a statement, and no state of the file
            raise DAMAGED(why=str(error.orig)[:80]) from None
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise
            raise DAMAGED(why=str(error)[:80]) from None

    def age(self, tx: Connection) -> int | None:
        if not tx.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
            return None
        return int(tx.exec_driver_sql("PRAGMA user_version").scalar_one())

    def take_time(self, tx: Connection) -> None:
        """Nobody waits here but who asks for the turn."""

    def count_on(self, tx: Connection, column: Column[Any]) -> None:
        """SQLite gives the number after the highest."""

    def set_age(self, tx: Connection, age: int, node: str) -> None:
        tx.exec_driver_sql(f"PRAGMA user_version = {age:d}")

    def holder(self, tx: Connection) -> str | None:
        return None

    def place(self, tx: Connection) -> str:
        return ""

    @contextmanager
    def standing(self, engine: Engine, *, alone: bool) -> Iterator[Callable[[], bool]]:
        """The folder's own lock says it all."""
        yield lambda: True

    def require_own(self, tx: Connection, node: str) -> None:
        """The file lies in the node's own folder."""

    def release(self, engine: Engine, *tables: str) -> tuple[str, ...]:
        """Overwritten where it stood (`secure_delete`), and out of the write-ahead log as soon as
        nobody reads a snapshot of before.
        """
        with self.answering(), engine.connect() as connection:
            busy, *_ = _raw(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return ("journal",) if busy else ()


class _Turn:
    """Writers of one database in turn: threads by a lock, processes by a lock on a file beside it.

    SQLite's own waiting sleeps for up to a tenth of a second at a time, long after the writer
    before has gone.
    """

    def __init__(self, engine: Engine) -> None:
        self._threads = StandingLine()
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
                    why = f"{_holder(self._file)} does not end its step"
                    raise STORE_UNAVAILABLE(why=why) from None
                sleep(_GLANCE)

    def leave(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


def _holder(file: int) -> str:
    """Who holds the lock on a file, as far as the system tells."""
    found = os.fstat(file)
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    with suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if words[1:2] == ["FLOCK"] and words[5:6] == [place]:
                return f"process {words[4]}"
    return "another process"


def _turn(engine: Engine) -> _Turn:
    try:
        return _TURNS.get(engine) or _TURNS.setdefault(engine, _Turn(engine))
    except OSError as error:
        raise STORE_UNAVAILABLE(why=str(error.strerror)[:80]) from None


_TURNS: WeakKeyDictionary[Engine, _Turn] = WeakKeyDictionary()
_PATIENCE, _GLANCE = 30.0, 0.0005


@contextmanager
def _unsynchronised(connection: Connection) -> Iterator[None]:
    _raw(connection).execute(
        "PRAGMA synchronous=NORMAL"
    )  # checkpoints stay synchronised, so the file stays sound
    try:
        yield
    finally:
        _raw(connection).execute("PRAGMA synchronous=FULL")


def _raw(connection: Connection) -> Any:
    return connection.connection.driver_connection
