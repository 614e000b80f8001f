"""Release 0.2.0: what waits is found by an index, copies by the instant from which on something
waits for them, transfers by when they are due; and who asked for access.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_waiting"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
ALREADY = "0001-01-01T00:00:00Z"
BATCH = 1000


def upgrade() -> None:
    """Every copy is given the instant that its item tells."""
    op.add_column("copies", sa.Column("waits", TEXT))
    _fill()
    op.create_index("copies_waits", "copies", ["state", "waits"])
    op.drop_index("transfers_state", "transfers")
    op.create_index("transfers_due", "transfers", ["state", "to", "due"])
    op.create_table(
        "access_requests",
        _text("id"),
        _text("person"),
        _text("item"),
        sa.Column("data", sa.JSON(), nullable=False),
        _text("state"),
        _text("since"),
        _text("until"),
        sa.Column("by", TEXT),
        sa.Column("at", TEXT),
        sa.Column("reason", TEXT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("access_requests_state", "access_requests", ["state", "since"])
    op.create_index("access_requests_person", "access_requests", ["person", "since"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _fill() -> None:
    items = sa.table(
        "items",
        sa.column("id"),
        sa.column("provider"),
        sa.column("facts", sa.JSON()),
        sa.column("label", sa.JSON()),
        sa.column("recalled"),
    )
    copies = sa.table(
        "copies",
        *map(sa.column, ("item", "holder", "number", "level", "waits")),
    )
    connection, last = op.get_bind(), ""
    query = sa.select(items).order_by(items.c.id).limit(BATCH)
    while rows := connection.execute(query.where(items.c.id > last)).mappings().fetchall():
        for row in rows:
            level = str(row["label"].get("classification", ""))
            of_item = copies.c.item == row["id"]
            received = sa.and_(of_item, copies.c.holder != row["provider"])
            waits = row["facts"].get("until") if row["recalled"] is None else ALREADY
            _set(connection, copies, received, waits)
            old = copies.c.level.not_in(("", level))
            _set(connection, copies, sa.and_(of_item, old), ALREADY)
        last = rows[-1]["id"]


def _set(connection: Any, copies: Any, where: Any, waits: str | None) -> None:
    connection.execute(copies.update().where(where).values(waits=waits))
