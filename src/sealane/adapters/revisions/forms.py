"""Release 0.2.0: drafts, templates and distribution lists of the release desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_forms"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nobody keeps one yet."""
    op.create_table(
        "release_forms",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("changed", TEXT, nullable=False),
        sa.Column("changed_by", TEXT, nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("item", TEXT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("release_forms_kept", "release_forms", ["kind", "state", "by", "id"])
