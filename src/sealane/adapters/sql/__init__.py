"""The node's one database, on SQLite or PostgreSQL, through SQLAlchemy Core.

This room alone knows which of the two it is: a backend for each answers how a step begins, waits
and ends, and `SqlStatement` writes a statement once for each. Everybody else reads and writes.
Spec: docs/adr/0030-one-store-two-engines.md.
"""

from sealane.adapters.sql.backend import Backend
from sealane.adapters.sql.engines import (
    answering,
    backend,
    empty_schema,
    open_engine,
    place_of,
    reading,
    standing,
    together,
    writing,
)
from sealane.adapters.sql.refusals import DAMAGED, STORE_UNAVAILABLE, TAKEN
from sealane.adapters.sql.schema import LONG, OWNER, SCHEMA, TEXT
from sealane.adapters.sql.statements import (
    SqlRows,
    SqlStatement,
    bound,
    holds,
    numbered,
    values_of,
)

DATABASE = "node.db"
"""The name of a SQLite database in a node's folder."""

__all__ = [
    "DAMAGED",
    "DATABASE",
    "LONG",
    "OWNER",
    "SCHEMA",
    "STORE_UNAVAILABLE",
    "TAKEN",
    "TEXT",
    "Backend",
    "SqlRows",
    "SqlStatement",
    "answering",
    "backend",
    "bound",
    "empty_schema",
    "holds",
    "numbered",
    "open_engine",
    "place_of",
    "reading",
    "standing",
    "together",
    "values_of",
    "writing",
]
