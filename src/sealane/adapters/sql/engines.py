"""Open a database, and take steps in it, whichever kind it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, Engine

from sealane.adapters.sql.backend import Backend
from sealane.adapters.sql.sqlite import Sqlite, open_file

_BACKENDS: dict[str, Backend] = {"sqlite": Sqlite()}


def open_engine(place: Path | str) -> Engine:
    """An engine on a SQLite file (a path) or in a PostgreSQL database (its libpq address).

    Raises: Misconfigured `db.driver_missing`, `settings.malformed`. Nothing is connected to yet.
    """
    if isinstance(place, Path):
        return open_file(place)
    from sealane.adapters.sql.postgresql import Postgresql, open_address

    _BACKENDS.setdefault("postgresql", Postgresql())
    return open_address(place)


def empty_schema(address: str, name: str) -> str:
    """The address of a schema of this name, made anew. Raises: as `writing`; Misconfigured
    `db.driver_missing`.
    """
    from sealane.adapters.sql import postgresql

    return postgresql.empty_schema(address, name)


def backend(place: Engine | Connection) -> Backend:
    """What answers for the kind of database that this is."""
    return _BACKENDS[place.dialect.name]


def together(tx: Connection) -> AbstractContextManager[object]:
    """Statements whose answers nobody reads before the block ends; what one of them fails of is
    raised at its end.
    """
    return backend(tx).together(tx)


def reading(engine: Engine) -> AbstractContextManager[Connection]:
    """A consistent snapshot to read from. Raises: as `writing`."""
    return backend(engine).reading(engine)


def writing(engine: Engine, *, durable: bool = True) -> AbstractContextManager[Connection]:
    """One atomic, durable step: committed and synchronised when the block ends, or nothing at all.
    Writers of one node take turns, so that what a step reads stands until it ends.

    Not `durable`: seen by everybody at once, but lost when the machine loses power before the next
    durable step.
    Raises: Unavailable `store.unavailable`, `store.busy`; Misconfigured `db.damaged`, `db.unfit`.
    """
    return backend(engine).writing(engine, durable=durable)


def place_of(tx: Connection) -> str:
    """Where the database lies, in a word that no restored backup of it keeps; empty where the place
    of its file says it.
    """
    return backend(tx).place(tx)


def standing(engine: Engine, *, alone: bool) -> AbstractContextManager[Callable[[], bool]]:
    """Be one of the processes that run the node, on whatever machine, or the only one; whether this
    is so, each time that it is asked. Raises: as `writing`.
    """
    return backend(engine).standing(engine, alone=alone)


def answering(engine: Engine) -> AbstractContextManager[None]:
    """What the database says when it cannot, in our own words. Raises: as `writing`."""
    return backend(engine).answering()
