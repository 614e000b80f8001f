"""The databases that stores are tried on: a SQLite file, or a PostgreSQL database of a server that
the session starts when the first test asks for it.
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect
from tools.postgresql import Server, serving

from sealane.adapters import nodefolder
from sealane.adapters.sql import open_engine
from sealane.settings import SQLITE, Settings, load_settings

ENGINES = ("sqlite", "postgresql")


@cache
def server() -> Server:
    """The one PostgreSQL of this process, gone at its end."""
    stack = ExitStack()
    atexit.register(stack.close)
    started: Server = stack.enter_context(serving())
    return started


def place_in(folder: Path, engine: str) -> Path | str:
    """Where a new, empty database of this kind is: what `open_engine` takes."""
    return folder / "node.db" if engine == "sqlite" else server().made()


def setting(engine: str) -> str:
    """The same for a node's settings."""
    return SQLITE if engine == "sqlite" else server().made()


def setting_like(folder: Path) -> str:
    """A new database of the kind that a node's folder has."""
    here = load_settings(folder / nodefolder.SETTINGS).database
    return setting("sqlite" if here == SQLITE else "postgresql")


def rows(tx: Connection) -> dict[str, list[Any]]:
    """Every row that a database holds, by table."""
    names = sorted(inspect(tx).get_table_names())
    return {
        name: sorted(tx.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall(), key=repr)
        for name in names
    }


def by_hand(tx: Connection, text: str, *values: Any) -> int:
    """What somebody past every rule does to a database: a statement with `?` for values; how many
    rows it changed. JSON is changed as the text that it is.
    """
    if tx.dialect.name == "postgresql":
        text = re.sub(
            r"replace\((\w+), ('\w+'), ('\w+')\)", r"replace(\1::text, \2, \3)::json", text
        )
        text = text.replace("%", "%%").replace("?", "%s")
        values = tuple(json.dumps(one) if isinstance(one, dict | list) else one for one in values)
    return int(tx.exec_driver_sql(text, values).rowcount)


def copy_folder(source: Path, target: Path) -> None:
    """A backup of a node's folder with its database, or the way back."""
    shutil.copytree(source, target)
    copied(target)


def copied(root: Path) -> None:
    """Give every node folder under a copied root a database of its own, as it was."""
    for folder, settings in _elsewhere(root):
        nodefolder.save(folder, replace(settings, database=server().made(settings.database)))


def dropped(root: Path) -> None:
    """Remove the databases of the node folders under a root that lie elsewhere."""
    for _, settings in _elsewhere(root):
        server().dropped(settings.database)


def emptied(root: Path) -> None:
    """Lose everything that those databases hold."""
    for _, settings in _elsewhere(root):
        engine = open_engine(settings.database)
        with engine.begin() as tx:
            tx.exec_driver_sql("DROP SCHEMA public CASCADE")
            tx.exec_driver_sql("CREATE SCHEMA public")
        engine.dispose()


def _elsewhere(root: Path) -> Iterator[tuple[Path, Settings]]:
    for path in sorted(root.rglob(nodefolder.SETTINGS)):
        settings = load_settings(path)
        if settings.database != SQLITE:
            yield path.parent, settings
