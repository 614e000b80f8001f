"""Release 0.2.0: what the machines of a node tell one another: its sealed keys, and by digest what
its operator signed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_machines"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Two tables, empty: the first machine that opens the node tells what it has."""
    op.create_table(
        "sealed_keys",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "signed_files",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
