"""Release 0.2.0: feeds of STIX objects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_feeds"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nothing was fed before."""
    op.create_table(
        "feeds",
        *map(_text, ("id", "name")),
        sa.Column("alias", TEXT),
        *map(_text, ("agreement", "area")),
        sa.Column("readable_by", sa.JSON()),
        sa.Column("writable_by", sa.JSON(), nullable=False),
        sa.Column("default_label", sa.JSON()),
        *map(_text, ("by", "since")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("alias"),
    )
    op.create_table(
        "feed_objects",
        *map(_text, ("feed", "object")),
        _number("version"),
        _text("version_text"),
        _number("added"),
        *map(_text, ("type", "spec", "digest", "own", "marks")),
        *map(_number, ("newest", "size")),
        sa.Column("data", TEXT),
        _text("by"),
        sa.Column("deleted", TEXT),
        sa.PrimaryKeyConstraint("feed", "object", "version"),
    )
    op.create_index("feed_objects_added", "feed_objects", ["feed", "added"], unique=True)
    wide = ["feed", "newest", "added", "marks", "type"]
    op.create_index("feed_objects_newest", "feed_objects", wide)
    op.create_index("feed_objects_marks", "feed_objects", ["feed", "marks", "newest"])
    op.create_table(
        "feed_marks",
        *map(_text, ("feed", "digest")),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "digest"),
    )
    op.create_table(
        "feed_statuses",
        *map(_text, ("id", "person")),
        sa.Column("data", sa.JSON(), nullable=False),
        _number("until"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_feed_statuses_until", "feed_statuses", ["until"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=False)
