"""Release 0.2.0: the answers that go back to partners by packs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_packs"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """One table, empty: no pack came before."""
    op.create_table(
        "pack_answers",
        sa.Column("statement", TEXT, nullable=False),
        sa.Column("partner", TEXT, nullable=False),
        sa.Column("asked", TEXT, nullable=False),
        sa.Column("heard", TEXT),
        sa.PrimaryKeyConstraint("statement"),
    )
    op.create_index("pack_answers_waiting", "pack_answers", ["partner", "heard"])
