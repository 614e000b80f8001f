"""Statements that SQLAlchemy writes once for each kind of database, and whose text is then given to
the driver as it stands: no statement is compiled twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, Table, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from sealane.adapters.sql.backend import Backend
from sealane.adapters.sql.engines import backend


class _Text(NamedTuple):
    """A statement's text, its parameters in order, and those that the statement itself fixes."""

    text: str
    names: tuple[str, ...]
    fixed: dict[str, Any]


class SqlStatement:
    """One statement for every kind of database; values are always bound, by name."""

    def __init__(self, write: Callable[[Backend], Any]) -> None:
        """Args: write: the statement in SQLAlchemy's words, for one kind of database."""
        self._write = write
        self._texts: dict[str, _Text] = {}

    def run(self, tx: Connection, **values: Any) -> Any:
        """The driver's cursor, with rows as tuples."""
        made = self._texts.get(tx.dialect.name) or self._compile(tx)
        if made.fixed:
            values = made.fixed | values
        return driver(tx).execute(made.text, tuple(values[name] for name in made.names))

    def run_all(self, tx: Connection, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """The same for many rows, whose values come in the order of the names."""
        made = self._texts.get(tx.dialect.name) or self._compile(tx)
        assert made.names == tuple(names), made.names
        driver(tx).cursor().executemany(made.text, rows)

    def _compile(self, tx: Connection) -> _Text:
        kind = backend(tx)
        written = self._write(kind).compile(dialect=kind.dialect)
        fixed = {name: value for name, value in written.params.items() if value is not None}
        made = _Text(str(written), tuple(written.positiontup), fixed)
        self._texts[tx.dialect.name] = made
        return made


def bound(table: Table) -> dict[str, Any]:
    """A parameter for each column, of its name."""
    return {column.name: bindparam(column.name) for column in table.columns}


def driver(tx: Connection) -> Any:
    """The driver's own connection, inside the transaction that is open."""
    return tx.connection.driver_connection


class holds(FunctionElement[bool]):  # noqa: N801 - reads as a function within a statement
    """Whether the bytes of a column hold these bytes."""

    type = Boolean()
    inherit_cache = True


@compiles(holds, "sqlite")
def _instr(element: Any, compiler: Any, **options: Any) -> str:
    data, part = (compiler.process(one, **options) for one in element.clauses)
    return f"instr({data}, {part}) > 0"


@compiles(holds, "postgresql")
def _position(element: Any, compiler: Any, **options: Any) -> str:
    data, part = element.clauses
    # read from left to right, so that parameters keep their order
    return (
        f"position({compiler.process(part, **options)} in {compiler.process(data, **options)}) > 0"
    )
