"""Release 0.2.0: what is put into an exercise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_exercise"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """No node was of an exercise before."""
    op.create_table(
        "injects",
        *(sa.Column(name, TEXT, nullable=False) for name in ("id", "kind", "about", "since", "by")),
        *(sa.Column(name, TEXT) for name in ("case", "ended", "ended_by")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("injects_open", "injects", ["kind", "about", "ended"])
