"""A node's database copied whole from one engine to another: into the file that a backup holds, and
out of it again. One snapshot, one step.

Spec: spec/backup.md.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from sealane.adapters import database_file, schema, search, tables
from sealane.adapters.records import open_store, require_vacant
from sealane.adapters.sql import open_engine, reading, writing
from sealane.settings import Settings


def into_file(folder: Path, settings: Settings, path: Path) -> None:
    """Write one snapshot of a server's database to a SQLite file, of whatever version it is.

    Raises: Misconfigured `db.*`; Unavailable `store.*`.
    """
    store, file = open_store(folder, settings), open_engine(path)
    try:
        with store.reading() as source, writing(file) as target:
            _copied(source, target, settings.node)
    finally:
        for engine in (store.engine, file):
            engine.dispose()


def out_of_file(path: Path, settings: Settings) -> None:
    """Fill the empty database that the settings name from a SQLite file, whole or not at all.

    Raises: Misconfigured `db.taken`, `db.*`; Unavailable `store.*`.
    """
    require_vacant(settings)
    file, server = open_engine(path), open_engine(settings.database)
    try:
        with reading(file) as source, writing(server) as target:
            _copied(source, target, settings.node)
            if schema.version_of(target) == schema.HISTORY.newest:
                tables.reindex(target)
    finally:
        for engine in (file, server):
            engine.dispose()


def _copied(source: Connection, target: Connection, node: str) -> None:
    schema.migrate(target, node, schema.version_of(source))
    database_file.copy(source, target)
    search.unmark(target)
