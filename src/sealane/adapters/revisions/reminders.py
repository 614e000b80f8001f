"""Release 0.2.0: people are told by e-mail that something waits, and by a feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_reminders"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nobody is told anything until they ask for it."""
    op.create_table(
        "reminders",
        _text("person"),
        _text("name"),
        sa.Column("address", TEXT),
        sa.Column("wanted", TEXT),
        _text("lang"),
        _text("often"),
        _number("minutes"),
        _number("hour"),
        _number("since"),
        _text("nonce"),
        _number("code_until"),
        _number("wrong"),
        sa.Column("told", sa.JSON(), nullable=False),
        _number("last"),
        sa.Column("ended", NUMBER),
        sa.PrimaryKeyConstraint("person"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "reminder_mails",
        *(_text(name) for name in ("id", "person", "kind", "address", "lang", "nonce")),
        *(_number(name) for name in ("made", "due", "tries")),
        sa.Column("done", NUMBER),
        sa.Column("trouble", TEXT),
        _number("until"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reminder_mails_until", "reminder_mails", ["until"])
    op.create_index("reminder_mails_due", "reminder_mails", ["done", "due"])
    op.create_index("reminder_mails_person", "reminder_mails", ["person", "kind", "made"])
    op.create_table(
        "feed_standings",
        _text("person"),
        _text("digest"),
        _number("since"),
        sa.PrimaryKeyConstraint("person"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=False)
