"""Release 0.2.0: what processes of one node tell one another and then forget: sessions, wrong
tries, refusals held for display, spent measures.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_sessions"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Four tables, empty."""
    op.create_table(
        "sessions",
        _text("digest"),
        _text("person"),
        _text("bound"),
        _text("seat"),
        _number("until"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sessions_until", "sessions", ["until"])
    op.create_table(
        "tries",
        _text("person"),
        _text("source"),
        _number("count"),
        _number("last"),
        sa.Column("alarmed", NUMBER),
        _number("until"),
        sa.PrimaryKeyConstraint("person", "source"),
    )
    op.create_index("ix_tries_until", "tries", ["until"])
    op.create_table(
        "shown",
        _text("name"),
        _text("person"),
        sa.Column("data", sa.JSON(), nullable=False),
        _number("until"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_shown_until", "shown", ["until"])
    op.create_table(
        "measures",
        _text("party"),
        _text("measure"),
        _number("full"),
        sa.PrimaryKeyConstraint("party", "measure"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=False)
