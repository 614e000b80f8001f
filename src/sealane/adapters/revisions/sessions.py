"""Release 0.2.0: sessions, wrong tries, what was shown once, and measures, in the database, so that
every process of a node knows them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_sessions"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Whoever was signed in signs in anew; tries and measures begin at nothing."""
    op.create_table(
        "sessions",
        *(sa.Column(name, TEXT, nullable=False) for name in ("digest", "person", "bound", "seat")),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sessions_until", "sessions", ["until"])
    op.create_table(
        "tries",
        sa.Column("person", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("alarmed", sa.BigInteger()),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "source"),
    )
    op.create_index("ix_tries_until", "tries", ["until"])
    op.create_table(
        "shown",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_shown_until", "shown", ["until"])
    op.create_table(
        "measures",
        sa.Column("party", TEXT, nullable=False),
        sa.Column("measure", TEXT, nullable=False),
        sa.Column("full", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "measure"),
    )
