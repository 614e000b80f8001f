"""Release 0.2.0: inventories of the own copies, posts and rooms, and who is in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_within"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nothing was counted, and nobody placed, before."""
    op.create_table(
        "inventories",
        _text("id"),
        *map(_empty, ("level", "place")),
        *map(_text, ("assigned", "opened_by", "since", "due", "state")),
        *map(_empty, ("closed", "closed_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("inventories_state", "inventories", ["state", "id"])
    op.create_table(
        "inventory_lines",
        *map(_text, ("inventory", "item")),
        sa.Column("number", NUMBER, nullable=False),
        *map(_text, ("provider", "level", "place")),
        _empty("person"),
        _text("state"),
        *map(_empty, ("by", "at", "incident", "finding")),
        sa.PrimaryKeyConstraint("inventory", "item", "number"),
    )
    op.create_index("inventory_lines_state", "inventory_lines", ["state", "inventory"])
    op.create_index("inventory_lines_item", "inventory_lines", ["item"])
    op.create_table(
        "posts",
        *map(_text, ("id", "kind")),
        sa.Column("asks", sa.JSON(), nullable=False),
        *map(_text, ("since", "by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "placings",
        *map(_text, ("id", "post", "kind", "person", "since", "by")),
        sa.Column("gaps", sa.JSON(), nullable=False),
        *map(_empty, ("exception", "ended", "ended_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("placings_post", "placings", ["post", "ended"])
    op.create_index("placings_person", "placings", ["person", "ended"])
    op.create_index("placings_ended", "placings", ["ended"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT)
