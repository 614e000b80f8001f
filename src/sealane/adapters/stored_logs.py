"""The logs that a node's database holds, as they stand; no passphrase is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from sealane.adapters.log import SqlLog
from sealane.adapters.sql import DATABASE, driver, open_engine, reading
from sealane.base.errors import Misconfigured, declare

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
    rows = driver(tx).execute("SELECT origin, role FROM log ORDER BY role = 'mirror', origin")
    return [SqlLog(origin, role=role) for origin, role in rows.fetchall()]


@contextmanager
def snapshot(folder: Path) -> Iterator[tuple[Connection, list[SqlLog]]]:
    """A consistent reading of a node folder's database, with its logs. Raises: Misconfigured
    `node.no_database`.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise NO_DATABASE(path=path)
    engine = open_engine(path)
    try:
        with reading(engine) as tx:
            yield tx, stored_logs(tx)
    finally:
        engine.dispose()
