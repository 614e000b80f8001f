"""The logs that a node's database holds, as they stand; no passphrase is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from sealane.adapters.log import SqlLog
from sealane.adapters.log_tables import LOGS
from sealane.adapters.records import SqlRecords
from sealane.adapters.sql import DATABASE
from sealane.adapters.tables import database_there
from sealane.base.errors import Misconfigured, declare
from sealane.ledger.log.origins import node_and_name

NO_DATABASE = declare(
    "node.no_database",
    Misconfigured,
    "{path} does not exist: this is not a node's folder.",
    "{path} がありません。ノードのフォルダーではありません。",
    "Give the folder that `sealane node init` made.",
    "`sealane node init` が作ったフォルダーを指定してください。",
)


def stored_logs(tx: Connection) -> list[SqlLog]:
    """Every log in the database: own ones first, then mirrors, by origin."""
    rows = tx.execute(
        select(LOGS.c.origin, LOGS.c.role).order_by(LOGS.c.role == "mirror", LOGS.c.origin)
    )
    return [SqlLog(origin, role=role) for origin, role in rows]


def pairs(tx: Connection, logs: Sequence[SqlLog]) -> list[tuple[SqlLog, SqlLog]]:
    """Each own log with our copy of the log that its partner keeps of the same."""
    own = {node_and_name(log.origin)[1]: log for log in logs if log.role == "own"}
    party_of = {row.node: row.party for row in SqlRecords().partners.find(tx, order="party")}
    found = []
    for mirror in (log for log in logs if log.role == "mirror"):
        node, name = node_and_name(mirror.origin)
        agreement, _, named = name.partition("/")
        mine = own.get(f"{agreement}/{party_of.get(node)}" if named else agreement)
        if mine is not None:
            found.append((mine, mirror))
    return found


@contextmanager
def snapshot(folder: Path) -> Iterator[tuple[Connection, list[SqlLog]]]:
    """A consistent reading of a node folder's database, with its logs. Raises: Misconfigured
    `node.no_database`, `db.older`, `db.newer`, `db.unfinished`.
    """
    store = database_there(folder)
    if store is None:
        raise NO_DATABASE(path=folder / DATABASE)
    try:
        with store.reading() as tx:
            yield tx, stored_logs(tx)
    finally:
        store.engine.dispose()
