"""Statements that SQLAlchemy writes once for each kind of database, and whose text is then given to
the driver as it stands: no statement is compiled twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Connection, Table, bindparam, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from sealane.adapters.sql.backend import Backend
from sealane.adapters.sql.engines import backend

MOST_ROWS = 64
"""Rows that one statement adds at most."""


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

    def _compile(self, tx: Connection) -> _Text:
        kind = backend(tx)
        written = self._write(kind).compile(dialect=kind.dialect)
        fixed = {name: value for name, value in written.params.items() if value is not None}
        made = _Text(str(written), tuple(written.positiontup), fixed)
        self._texts[tx.dialect.name] = made
        return made


class SqlRows:
    """One insertion of any number of rows: a statement holds many of them, so that a step waits for
    the database a few times however many there are.
    """

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        self._table, self._columns = table, tuple(columns)
        self._sizes: dict[int, SqlStatement] = {}

    def run(self, tx: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Add the rows; the values of each come in the order of the columns."""
        start = 0
        while start < len(rows):
            # few sizes, so that few texts are compiled and prepared
            size = min(MOST_ROWS, 1 << ((len(rows) - start).bit_length() - 1))
            values = values_of(self._columns, rows[start : start + size])
            self._of(size).run(tx, **values)
            start += size

    def _of(self, size: int) -> SqlStatement:
        if size not in self._sizes:
            rows = numbered(self._table, self._columns, size)
            self._sizes[size] = SqlStatement(lambda _: insert(self._table).values(rows))
        return self._sizes[size]


def numbered(table: Table, columns: Sequence[str], count: int) -> list[dict[str, Any]]:
    """Parameters for the columns of so many rows, as `values_of` names them."""
    return [
        {name: bindparam(f"{name}_{at}", type_=table.c[name].type) for name in columns}
        for at in range(count)
    ]


def values_of(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """What the parameters of `numbered` stand for."""
    return {
        f"{name}_{at}": value
        for at, row in enumerate(rows)
        for name, value in zip(columns, row, strict=True)
    }


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
