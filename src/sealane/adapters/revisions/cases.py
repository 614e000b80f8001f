"""Release 0.2.0: cases between nations, what was said in each, and the items they are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_cases"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Three tables; nothing was kept of cases before."""
    op.create_table(
        "cases",
        *map(_text, ("id", "kind", "opener", "with_", "agreement", "agreement_digest")),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        *map(_text, ("opened", "statement", "state")),
        sa.Column("due", TEXT),
        _text("digest"),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("refused", TEXT),
        _text("seen"),
        sa.Column("over", NUMBER, nullable=False),
        sa.Column("signs", TEXT),
        sa.Column("waits", TEXT),
        sa.Column("person", TEXT),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("statement"),
    )
    op.create_index("cases_due", "cases", ["due", "id"])
    op.create_index("cases_signs", "cases", ["signs"])
    op.create_index("cases_over", "cases", ["over", "seen"])
    op.create_index("cases_waits", "cases", ["over", "waits", "due"])
    op.create_index("cases_kind", "cases", ["kind", "state", "seen"])
    op.create_index("cases_seen", "cases", ["seen"])
    op.create_table(
        "case_events",
        _text("case"),
        sa.Column("place", NUMBER, nullable=False),
        *map(_text, ("statement", "event", "by", "at", "follows", "digest")),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        _text("counting"),
        sa.Column("person", TEXT),
        sa.Column("code", TEXT),
        sa.Column("taken", TEXT),
        sa.PrimaryKeyConstraint("case", "place"),
        sa.UniqueConstraint("statement"),
    )
    op.create_index("case_events_digest", "case_events", ["case", "digest"])
    op.create_table(
        "case_items", _text("case"), _text("item"), sa.PrimaryKeyConstraint("item", "case")
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)
