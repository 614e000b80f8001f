"""Release 0.2.0: files that are to leave for a domain of lower protection, and the check of what is
cut.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_exports"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nothing left by an export before, and nothing that was cut was checked."""
    op.create_table(
        "exports",
        *map(_text, ("id", "item", "domain", "document")),
        sa.Column("size", NUMBER, nullable=False),
        *map(_text, ("name", "media_type")),
        sa.Column("label", sa.JSON(), nullable=False),
        _text("carrier"),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("unread", sa.JSON(), nullable=False),
        _empty("reason"),
        *map(_text, ("state", "held_by", "since")),
        *map(_empty, ("settled_by", "settled", "words", "slip")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("exports_state", "exports", ["state", "id"])
    op.create_index("exports_item", "exports", ["item"])
    op.add_column("derivations", _empty("checked"))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT)
