"""Release 0.2.0: every card of this node and of its partners, and how far partners know ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_cards"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Two tables, empty: the card that was enrolled is put down with the first that follows it."""
    op.create_table(
        "cards",
        sa.Column("party", TEXT, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("accepted", TEXT),
        sa.Column("unpinned", TEXT),
        sa.Column("ended", TEXT),
        sa.Column("refused", TEXT),
        sa.PrimaryKeyConstraint("party", "digest"),
    )
    op.create_table(
        "card_standings",
        sa.Column("party", TEXT, nullable=False),
        sa.Column("known", NUMBER, nullable=False),
        sa.Column("accepted", NUMBER, nullable=False),
        sa.Column("refused", TEXT),
        sa.PrimaryKeyConstraint("party"),
    )
