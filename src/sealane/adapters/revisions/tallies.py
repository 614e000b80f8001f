"""Release 0.2.0: what boards and statistics count of the logs is kept, and counted on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_tallies"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
SERIES = ("what", "day", "origin", "kind", "name", "agreement", "by")


def upgrade() -> None:
    """Three tables, empty: the logs are counted from their beginning when the node runs."""
    op.create_table(
        "tallies",
        *map(_text, SERIES),
        sa.Column("bucket", NUMBER, nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint(*SERIES, "bucket"),
    )
    op.create_table(
        "tally_marks",
        _text("origin"),
        sa.Column("read", NUMBER, nullable=False),
        _text("leaf"),
        sa.PrimaryKeyConstraint("origin"),
    )
    op.create_table(
        "tally_questions",
        *map(_text, ("origin", "span", "by", "name")),
        sa.Column("place", NUMBER, nullable=False),
        _text("agreement"),
        sa.Column("at", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("origin", "span", "by", "name", "place"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)
