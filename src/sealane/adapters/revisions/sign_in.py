"""Release 0.2.0: several means to sign in, who left, and names at an identity provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_sign_in"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nobody left yet; sessions end, for they did not say how they began."""
    op.add_column("people", sa.Column("ended", TEXT))
    op.drop_index("ix_sessions_until", "sessions")
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        _text("digest"),
        _text("person"),
        _text("bound"),
        _text("seat"),
        _text("kind"),
        _text("means"),
        _number("since"),
        sa.Column("data", sa.JSON(), nullable=False),
        _number("until"),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    op.create_index("ix_sessions_until", "sessions", ["until"])
    op.create_table(
        "ceremonies",
        _text("name"),
        _text("kind"),
        _number("until"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_ceremonies_until", "ceremonies", ["until"])
    _credentials()


def _credentials() -> None:
    op.create_table(
        "credentials",
        _text("id"),
        _text("person"),
        _text("kind"),
        _text("name"),
        sa.Column("data", sa.JSON(), nullable=False),
        _text("since"),
        sa.Column("ended", TEXT),
        _number("count"),
        sa.Column("last", TEXT),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_credentials_person", "credentials", ["person"])
    op.create_table(
        "identities",
        _text("id"),
        _text("name"),
        sa.Column("external", TEXT),
        sa.Column("person", TEXT),
        sa.Column("data", sa.JSON(), nullable=False),
        _text("since"),
        sa.Column("ended", TEXT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("person"),
    )
    op.create_index("ix_identities_external", "identities", ["external"])
    op.create_table(
        "preferences",
        _text("person"),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=False)
