"""Release 0.2.0: searches that people keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_searches"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nobody keeps one yet. The index for searching is no part of the schema: it is made anew."""
    op.create_table(
        "searches",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("ended", TEXT),
        sa.PrimaryKeyConstraint("person", "name"),
    )
