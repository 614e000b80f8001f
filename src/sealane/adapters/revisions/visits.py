"""Release 0.2.0: what a side keeps for itself about a case, such as the limits of a visit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_visits"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nothing was kept before."""
    op.create_table(
        "case_own",
        *(sa.Column(name, TEXT, nullable=False) for name in ("case", "name")),
        sa.Column("form", sa.JSON(), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("at", "by")),
        sa.PrimaryKeyConstraint("case", "name"),
    )
