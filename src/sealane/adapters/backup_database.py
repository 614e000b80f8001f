"""The database in a backup: SQLite's own file as of one instant, or the lines of a whole database
where a server keeps it; and back.

Spec: spec/backup.md §1; spec/database.md §1.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from sealane.adapters import age, database_file, nodefolder, schema
from sealane.adapters.backup_form import LINES
from sealane.adapters.records import open_store, require_vacant
from sealane.adapters.register_tables import CONTAINERS
from sealane.adapters.sql import DAMAGED, DATABASE, backend
from sealane.base.values import Instant, format_instant
from sealane.settings import SQLITE, Settings

UNSEALED = b"null"
"""In place of an exported database's seal: no key is at hand, and the backup's list holds it."""


@dataclass(frozen=True, slots=True)
class TakenDatabase:
    """A database as of one instant: the file, its place in the backup, and whose bytes it names."""

    path: Path
    place: str
    containers: list[str]


@contextmanager
def taken(folder: Path, settings: Settings, beside: Path, at: Instant) -> Iterator[TakenDatabase]:
    """The database in a file that is gone afterwards. Raises: Misconfigured `node.missing`,
    `db.damaged`; Unavailable `store.unavailable`.
    """
    with tempfile.TemporaryDirectory(prefix=".sealane-backup-", dir=beside) as place:
        if settings.database == SQLITE:
            yield _file(folder, Path(place) / DATABASE)
        else:
            yield _lines(folder, settings, Path(place) / LINES, at)


def _file(folder: Path, path: Path) -> TakenDatabase:
    source = folder / DATABASE
    if not source.is_file():
        raise nodefolder.NOT_A_NODE(path=folder)
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as here,
            closing(sqlite3.connect(path)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
            rows = there.execute("SELECT DISTINCT container FROM containers ORDER BY container")
            return TakenDatabase(path, DATABASE, [row[0] for row in rows])
    except sqlite3.DatabaseError as error:
        raise DAMAGED(why=str(error)[:80]) from None


def _lines(folder: Path, settings: Settings, path: Path, at: Instant) -> TakenDatabase:
    store = open_store(folder, settings)
    try:
        with store.reading() as tx, path.open("wb") as file:
            backend(tx).take_time(tx)
            about = {
                "node": settings.node,
                "party": settings.party,
                "schema": schema.version_of(tx) or "",
                "engine": tx.dialect.name,
                "at": format_instant(at),
            }
            database_file.write(tx, file, about, lambda _: UNSEALED)
            named = tx.execute(select(CONTAINERS.c.container).distinct()).scalars()
            return TakenDatabase(path, LINES, sorted(named))
    finally:
        store.engine.dispose()


def put_back(made: Path, settings: Settings) -> None:
    """The database of an unpacked backup where the settings want it: SQLite's file is checked, and
    lines fill the server's empty database, all of them or none.

    Raises: Misconfigured `db.damaged`, `db.taken`, `db.newer`; Untrusted `db.file_damaged`;
    Unavailable `store.unavailable`.
    """
    if settings.database == SQLITE:
        _require_sound(made / DATABASE)
        return
    require_vacant(settings)
    path, store = made / LINES, open_store(made, settings)
    try:
        with path.open("rb") as file:
            claims = database_file.prove(file)
            age.require_no_newer(claims.schema, schema.HISTORY.order, age.FILE_PART)
            with store.writing() as tx:
                schema.migrate(tx, settings.node, claims.schema)
                database_file.fill(tx, file, claims)
    finally:
        store.engine.dispose()
    path.unlink()


def _require_sound(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as held:
            (said,) = held.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise DAMAGED(why=str(error)[:80]) from None
    if said != "ok":
        raise DAMAGED(why=str(said)[:80])
