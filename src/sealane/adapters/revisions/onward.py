"""Release 0.2.0: what holders pass on to third parties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_onward"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """One table, empty: nothing was passed on before."""
    op.create_table(
        "onwards",
        *map(_text, ("item", "to", "by", "agreement", "agreement_digest")),
        sa.Column("facts", sa.JSON(), nullable=False),
        _text("state"),
        sa.Column("recalled", TEXT),
        sa.Column("part", sa.JSON()),
        sa.PrimaryKeyConstraint("item", "to"),
    )
    op.create_index("onwards_agreement", "onwards", ["agreement", "item"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)
