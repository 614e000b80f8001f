"""PostgreSQL over psycopg: a database, or a schema in one, that belongs to one node.

A reading step is one REPEATABLE READ snapshot. A writing step holds the node's turn, an advisory
lock that ends with its transaction, from its first statement on: so writers follow one another as
on SQLite, over any number of processes and machines, and READ COMMITTED shows each of them what the
one before committed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from weakref import finalize

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from sealane.adapters.sql.refusals import (
    DAMAGED,
    NO_DRIVER,
    SERVER_AWAY,
    SERVER_FULL,
    STORE_BUSY,
    TAKEN,
    UNFIT,
)
from sealane.adapters.sql.schema import OWNER
from sealane.adapters.sql.server_place import Presence, place_of
from sealane.base.errors import SealaneError
from sealane.settings import BAD_SETTINGS

try:
    import psycopg
    from psycopg import conninfo
except ImportError:
    raise NO_DRIVER() from None

WAYS = {
    "application_name": "sealane",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""How the server is reached where the address says nothing else; seconds, the last milliseconds."""
PATIENCE = {
    "lock_timeout": "30s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "20s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
"""What the server ends by itself, so that a process that stands still holds the others up no longer
than that: who stands still within a step is cut off before those give up that wait for it.
"""
DURABLE = ("on", "remote_apply")
OLDEST = 140000
POOL, MORE, WAIT = 32, 0, 30
"""Connections that one process keeps once they were needed (to open one costs more than a step),
those beyond, and seconds to wait for one.
"""
_TURN = 0x5EA1
_BEGIN = {
    "plain": "BEGIN",
    "read": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    "write": f"BEGIN; SELECT pg_advisory_xact_lock({_TURN}, hashtext(current_schema()))",
    "hint": (
        "BEGIN; SET LOCAL synchronous_commit = off;"
        f" SELECT pg_advisory_xact_lock({_TURN}, hashtext(current_schema()))"
    ),
}
"""One round trip each. Two schemas whose hashes meet wait for one another, and no more."""
_BUSY = ("25P03", "40001", "40P01", "55P03", "57014")
_CORRUPT = ("XX001", "XX002")
_NOT_LET_IN = (
    "authentication failed",
    "does not exist",
    "no password supplied",
    "no pg_hba.conf entry",
    "permission denied",
)
"""While connecting, libpq gives words and no state; in another language they are told as `away`."""


def open_address(address: str) -> Engine:
    """An engine on one PostgreSQL database, told as libpq is told: an address or `service=`.

    Connections that a restarted server left dead are found before they are used.
    Raises: Misconfigured `settings.malformed`.
    """
    try:
        ways = WAYS | conninfo.conninfo_to_dict(address)
    except psycopg.Error:
        raise BAD_SETTINGS(why="database is no address of PostgreSQL") from None
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connected(ways),
        pool_size=POOL,
        max_overflow=MORE,
        pool_timeout=WAIT,
        use_native_hstore=False,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sealane_mode", "plain")
        connection.exec_driver_sql(_BEGIN[mode])

    finalize(engine, engine.pool.dispose)
    return engine


def _connected(ways: dict[str, Any]) -> psycopg.Connection[Any]:
    """A connection that keeps what it acknowledges, and that nobody on the way can read.

    Raises: Misconfigured `db.unfit`; psycopg.OperationalError.
    """
    connection = psycopg.connect(autocommit=True, **ways)  # steps begin by a statement of our own
    try:
        _require_private(connection)
        patience = ", ".join(
            f"set_config('{name}', '{PATIENCE[name]}', false)" for name in PATIENCE
        )
        found = connection.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
            " current_setting('fsync'), current_setting('full_page_writes'),"
            f" current_setting('synchronous_commit'), current_schema(), {patience}"
        ).fetchone()
        assert found is not None
        version, encoding, *_ = found
        if version < OLDEST:
            raise UNFIT(why="it is older than PostgreSQL 14")
        if encoding != "UTF8":
            raise UNFIT(why=f"its encoding is {encoding}, not UTF8")
        if (found[2], found[3]) != ("on", "on"):
            raise UNFIT(why="fsync or full_page_writes is off, so it may lose what it acknowledged")
        if found[5] is None:
            raise UNFIT(why="no schema of the search path exists")
        if found[4] not in DURABLE:
            connection.execute("SET synchronous_commit = on")
    except BaseException:
        connection.close()
        raise
    return connection


def _require_private(connection: psycopg.Connection[Any]) -> None:
    """Within this machine, or under TLS with a certificate that was verified."""
    at = connection.info
    if not at.hostaddr or ipaddress.ip_address(at.hostaddr.split("%")[0]).is_loopback:
        return  # a socket of this machine has no address
    verified = at.get_parameters().get("sslmode") == "verify-full"
    if not (verified and connection.pgconn.ssl_in_use):
        raise UNFIT(why="it is reached over a network without sslmode=verify-full")


def empty_schema(address: str, name: str) -> str:
    """The address of a schema of this name, made anew: what was there under the name is gone.

    Raises: Unavailable `store.unavailable`; Misconfigured `db.unfit`, `settings.malformed`.
    """
    engine = open_address(address)
    whole = psycopg.sql.Identifier(name)
    with Postgresql().answering(), engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute(psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(whole))
        raw.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(whole))
    engine.dispose()
    return f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{name}"


class Postgresql:
    """`Backend` for PostgreSQL."""

    dialect: Dialect = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
    decodes_json = True

    def insert(self, table: Table) -> postgresql.Insert:
        return postgresql.insert(table)

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        with self._step(engine, "read") as connection:
            yield connection

    @contextmanager
    def writing(self, engine: Engine, *, durable: bool) -> Iterator[Connection]:
        with self._step(engine, "write" if durable else "hint") as connection:
            yield connection

    @contextmanager
    def _step(self, engine: Engine, mode: str) -> Iterator[Connection]:
        with self.answering(), _begun(engine, mode) as connection:
            transaction = connection.get_transaction()
            assert transaction is not None
            with transaction, _noticing(connection):
                yield connection

    def together(self, tx: Connection) -> AbstractContextManager[object]:
        raw: Any = tx.connection.driver_connection
        if raw.pgconn.pipeline_status:
            return nullcontext()  # a part of what is sent together already
        whole: AbstractContextManager[object] = raw.pipeline()
        return whole

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Raises: Unavailable `store.unavailable`, `store.busy`; Misconfigured `db.damaged`,
        `db.unfit`.
        """
        try:
            yield
        except NoConnection:
            raise STORE_BUSY(why="no connection became free") from None
        except DBAPIError as error:
            raise _translated(error.orig) or error from None
        except psycopg.Error as error:  # from statements given to the driver directly
            raise _translated(error) or error from None

    def age(self, tx: Connection) -> int | None:
        if self.holder(tx) is None:
            return None
        return int(tx.exec_driver_sql(f"SELECT age FROM {OWNER}").scalar_one())  # noqa: S608

    def take_time(self, tx: Connection) -> None:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            tx.exec_driver_sql(f"SET LOCAL {name} = 0")

    def count_on(self, tx: Connection, column: Column[Any]) -> None:
        if not isinstance(column.table, Table) or column.server_default is None:
            return
        series = func.pg_get_serial_sequence(column.table.name, column.name)
        highest = func.greatest(func.coalesce(func.max(column), 1), 1)
        tx.execute(select(func.setval(series, highest, func.count(column) > 0)))

    def set_age(self, tx: Connection, age: int, node: str) -> None:
        if inspect(tx).has_table(OWNER):
            tx.exec_driver_sql(f"UPDATE {OWNER} SET age = %s", (age,))  # noqa: S608
            return
        tx.exec_driver_sql(
            f"CREATE TABLE {OWNER} (one boolean PRIMARY KEY DEFAULT true CHECK (one),"
            " node text NOT NULL, age bigint NOT NULL)"
        )
        tx.exec_driver_sql(
            f"INSERT INTO {OWNER} (node, age) VALUES (%s, %s)",  # noqa: S608
            (node, age),
        )

    def holder(self, tx: Connection) -> str | None:
        tables, owned = tx.exec_driver_sql(
            "SELECT count(*), count(*) FILTER (WHERE tablename = %s) FROM pg_catalog.pg_tables"
            " WHERE schemaname = current_schema()",
            (OWNER,),
        ).one()
        if not tables:
            return None
        if not owned:
            raise TAKEN(holder="something that is no node", node="this one")
        return f"node {tx.exec_driver_sql(f'SELECT node FROM {OWNER}').scalar_one()}"  # noqa: S608

    def place(self, tx: Connection) -> str:
        return place_of(tx)

    @contextmanager
    def standing(self, engine: Engine, *, alone: bool) -> Iterator[Callable[[], bool]]:
        presence = Presence(engine, alone=alone)

        def held() -> bool:
            with self.answering():
                return presence.held()

        try:
            yield held
        finally:
            presence.leave()

    def require_own(self, tx: Connection, node: str) -> None:
        if (holder := self.holder(tx)) not in (None, f"node {node}"):
            raise TAKEN(holder=holder, node=node)

    def release(self, engine: Engine, *tables: str) -> tuple[str, ...]:
        """Dead rows are given back to the pages; what stood in them is not overwritten at once, and
        the journal and every replica hold it as long as the server's operator lets them.
        """
        with self.answering(), engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("SET statement_timeout = 0")
            try:
                for table in tables:
                    raw.execute(psycopg.sql.SQL("VACUUM {}").format(psycopg.sql.Identifier(table)))
            finally:
                raw.execute(f"SET statement_timeout = '{PATIENCE['statement_timeout']}'")
        return ("pages", "journal", "replicas")


def _begun(engine: Engine, mode: str) -> Connection:
    """A connection whose step has begun. One that a restarted server left dead is found by that,
    before anything was asked, and another is taken; asking first would cost a round trip each time.
    """
    for again in (True, False):
        connection = engine.connect().execution_options(sealane_mode=mode)
        try:
            connection.begin()
        except DBAPIError as error:
            connection.close()
            if not (again and error.connection_invalidated):
                raise
        else:
            break
    return connection


@contextmanager
def _noticing(connection: Connection) -> Iterator[None]:
    """Let a connection go that died under a statement given to the driver directly."""
    try:
        yield
    except psycopg.Error:
        raw: Any = connection.connection.driver_connection
        if raw.closed:
            connection.invalidate()
        raise


def _translated(error: BaseException | None) -> SealaneError | None:
    """What the server or the way to it said, in our words; None where a statement is at fault."""
    if not isinstance(error, psycopg.Error):
        return None
    state, said = error.sqlstate or "", _words(error)
    if state in _BUSY:
        return STORE_BUSY(why=said)
    if state in _CORRUPT:
        return DAMAGED(why=said)
    if state.startswith("53"):
        return SERVER_FULL(why=said)
    closed = not state and any(one in said for one in _NOT_LET_IN)
    if closed or state.startswith(("28", "3D", "3F")) or state == "42501":
        return UNFIT(why=said)
    if isinstance(error, psycopg.OperationalError):
        return SERVER_AWAY(why=said)
    if state == "25006":
        return SERVER_AWAY(why="it takes no writes at present")
    return None


def _words(error: psycopg.Error) -> str:
    """The first line, which names no value of ours; while connecting, what the server said."""
    told = error.diag.message_primary or str(error).strip() or type(error).__name__
    return told.splitlines()[0].rpartition("FATAL:")[2].strip()[:120]
