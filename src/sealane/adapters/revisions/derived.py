"""Release 0.2.0: pages, what items were made from, and what the people of a release said of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_derived"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """No item is derived, and nobody counted pages."""
    op.add_column("items", sa.Column("pages", NUMBER))
    op.add_column("items", sa.Column("binding", TEXT))
    op.create_table(
        "derivations",
        _text("item"),
        _text("kind"),
        _text("opening"),
        sa.PrimaryKeyConstraint("item"),
    )
    op.create_table(
        "sources",
        _text("item"),
        _text("source"),
        sa.PrimaryKeyConstraint("item", "source"),
    )
    op.create_index("ix_sources_source", "sources", ["source"])
    op.create_table(
        "remarks",
        _text("item"),
        sa.Column("number", NUMBER, nullable=False),
        _text("at"),
        _text("by"),
        _text("act"),
        _text("text"),
        sa.PrimaryKeyConstraint("item", "number"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)
