"""Release 0.2.0: how far the sources of a derived item are to be believed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_grades"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """No source was graded before."""
    op.add_column("sources", sa.Column("grade", TEXT))
