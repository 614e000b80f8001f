"""Where a PostgreSQL database lies, and who of a node's processes, on whatever machine, run it.

Spec: docs/operators.md "Several machines".
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine

from sealane.adapters.sql.schema import OWNER

_PLACE = """SELECT ARRAY[
  (SELECT system_identifier FROM pg_control_system())::text,
  CASE WHEN pg_is_in_recovery() THEN 'standby'
       ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END,
  (SELECT oid FROM pg_database WHERE datname = current_database())::text,
  to_regclass(%s)::oid::text]"""
_RUNNING = 0x5EA2


def place_of(tx: Connection) -> str:
    """Of one server's disk, of one line of its journal, and of the tables that were made there: a
    dump that is read back makes others, and a server that was brought back to an instant, or took
    the place of another, begins another line. A connection never changes its place.
    """
    if (known := tx.info.get("place")) is None:
        known = "-".join(str(part) for part in tx.exec_driver_sql(_PLACE, (OWNER,)).scalar_one())
        tx.info["place"] = known
    return str(known)


class Presence:
    """A lock of a session's on the node's running, so that it ends with the process or with the
    line to it; taken again where the session was lost.
    """

    def __init__(self, engine: Engine, *, alone: bool) -> None:
        kind = "" if alone else "_shared"
        self._engine = engine
        self._take = f"SELECT pg_try_advisory_lock{kind}({_RUNNING}, hashtext(current_schema()))"
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Whether it is held now; asked again and again by whoever has to hold it."""
        from psycopg import Error

        if self._connection is not None:
            with suppress(Error):
                self._raw().execute("SELECT 1")
                return True
            self.leave()
        self._connection = self._engine.connect()
        got = bool(self._raw().execute(self._take).fetchone()[0])
        if not got:
            self.leave()
        return got

    def leave(self) -> None:
        """Give it back with its session, which no other step gets."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _raw(self) -> Any:
        assert self._connection is not None
        return self._connection.connection.driver_connection
