"""Release 0.2.0: what records of people said before they were changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_past"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Empty: what was overwritten before this release is not known any more."""
    op.create_table(
        "past_people",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("until", TEXT, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person", "since", "until"),
    )
