"""The questions that SQLite and PostgreSQL answer differently."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Column, Connection, Engine, Table
from sqlalchemy.engine.interfaces import Dialect


class Backend(Protocol):
    """One kind of database: how steps begin and end, and how statements are written for it."""

    dialect: Dialect
    """Writes statements with positional parameters, as the driver takes them."""
    decodes_json: bool
    """Whether the driver gives JSON as values, and not as text."""

    def insert(self, table: Table) -> Any:
        """An INSERT that knows ON CONFLICT."""
        ...

    def reading(self, engine: Engine) -> AbstractContextManager[Connection]:
        """A consistent snapshot."""
        ...

    def writing(self, engine: Engine, *, durable: bool) -> AbstractContextManager[Connection]:
        """One atomic step, one writer at a time."""
        ...

    def together(self, tx: Connection) -> AbstractContextManager[object]:
        """Statements whose answers nobody reads before the block ends: one round trip where each
        would cost one.
        """
        ...

    def answering(self) -> AbstractContextManager[None]:
        """What the database says when it cannot, in our own words."""
        ...

    def age(self, tx: Connection) -> int | None:
        """The age of the tables that are there; None where there is none yet."""
        ...

    def set_age(self, tx: Connection, age: int, node: str) -> None:
        """Write down the age of the tables, and of those just made whose they are."""
        ...

    def take_time(self, tx: Connection) -> None:
        """Let this step last: what it does is long, and nobody serves meanwhile."""
        ...

    def count_on(self, tx: Connection, column: Column[Any]) -> None:
        """Let the numbers that the database gives itself go on after those that were put."""
        ...

    def holder(self, tx: Connection) -> str | None:
        """Whose tables these are, in words; None where there is none, or where the file's place
        says it.
        """
        ...

    def place(self, tx: Connection) -> str:
        """Where these tables lie, in a word that no restored backup and no promoted copy of them
        keeps; empty where the file's place says it.
        """
        ...

    def standing(
        self, engine: Engine, *, alone: bool
    ) -> AbstractContextManager[Callable[[], bool]]:
        """While the block lasts, be one of the processes that run the node, on whatever machine, or
        `alone` the only one: whether this is so, each time that it is asked.
        """
        ...

    def require_own(self, tx: Connection, node: str) -> None:
        """Refuse a database that another node lives in. Raises: Misconfigured `db.taken`."""
        ...

    def release(self, engine: Engine, *tables: str) -> tuple[str, ...]:
        """Let go of what was erased from these tables, after the step that did so is durable; where
        bytes of it may still lie: `pages`, `journal`, `replicas`. A backup may hold them always.
        """
        ...
