"""The version of a node's database: found, required, and brought to the newest by Alembic revisions
in the caller's one transaction.

Alembic is imported only where something is made or upgraded: every command asks for the version.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect

from sealane.adapters import age, revisions, search
from sealane.adapters.sql import backend
from sealane.base.errors import Misconfigured, declare

VERSIONS = "alembic_version"
"""The table in which Alembic writes the version."""
MARK = 2
"""What a database says to programs from before the first revision, which know 1 at most."""

NO_WAY = declare(
    "db.no_way",
    Misconfigured,
    "No revision leads from the database's version {found} to {wanted}.",
    "データベースの版 {found} から {wanted} への更新手順がありません。",
    "Use the program that made this folder, or make a new node.",
    "このフォルダーを作成したプログラムを使うか、新しいノードを作ってください。",
)


@dataclass(frozen=True, slots=True)
class History:
    """The revisions that a program knows: their names in order, and the folders of their files."""

    order: tuple[str, ...]
    folders: tuple[Path, ...]

    @property
    def newest(self) -> str:
        """The version that this program wants."""
        return self.order[-1]


HISTORY = History(revisions.ORDER, (Path(revisions.__file__).parent,))


def version_of(connection: Connection) -> str | None:
    """The version of a database; None: nothing was ever made in it."""
    names = inspect(connection).get_table_names()
    if VERSIONS in names:
        found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSIONS}").scalar()  # noqa: S608
        return age.UNRELEASED if found is None else str(found)
    if not names:
        return None
    return _unmarked(connection)


def _unmarked(connection: Connection) -> str:
    """The version of a database from before Alembic: its own mark says whether the schema is that
    of the first release.
    """
    return age.FIRST if backend(connection).age(connection) == 1 else age.UNRELEASED


def require(connection: Connection) -> None:
    """Raises: Misconfigured `db.older`, `db.newer`."""
    age.require(version_of(connection) or age.UNRELEASED, HISTORY.order, age.DATABASE_PART)


def migrate(connection: Connection, node: str = "", to: str | None = None) -> str | None:
    """Bring a database to a version, the newest if none is named, all of it in the caller's
    transaction; the version before, None for a new one. Harmless where it is there already.

    Args: node: whose it will be; written down where the database is no file of its folder.
    Raises: Misconfigured `db.newer`, `db.no_way`.
    """
    backend(connection).take_time(connection)
    found = version_of(connection)
    if found == age.UNRELEASED:
        raise NO_WAY(found=found, wanted=HISTORY.newest)
    if found is not None:
        age.require_no_newer(found, HISTORY.order, age.DATABASE_PART)
    _run(connection, found, to or HISTORY.newest)
    if to in (None, HISTORY.newest):
        search.make(connection)
    backend(connection).set_age(connection, MARK, node)
    return found


def _run(connection: Connection, found: str | None, to: str) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    here, *_ = HISTORY.folders
    script = ScriptDirectory(str(here), version_locations=[str(one) for one in HISTORY.folders])
    if found is not None and not inspect(connection).has_table(VERSIONS):
        MigrationContext.configure(connection).stamp(script, found)
    with EnvironmentContext(
        Config(),
        script,
        fn=lambda now, _: script._upgrade_revs(to, now),
    ) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
