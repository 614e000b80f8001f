"""Release 0.2.0: calls that their callers named by a key, with what they were answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_calls"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """One table, empty."""
    op.create_table(
        "calls",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("turn", TEXT, nullable=False),
        sa.Column("acted", NUMBER, nullable=False),
        sa.Column("answer", sa.JSON()),
        sa.Column("until", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_calls_until", "calls", ["until"])
