"""Release 0.2.0: in whose hands each copy is and which level it bears, now and at every instant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_custody"
down_revision = before(revision)

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
COPIED = ("item", "holder", "number", "person", "place", "state", "level", "since", "authority")


def upgrade() -> None:
    """Each copy begins its custody as it stands now: how it stood before is told by the ledger
    alone. Its level is not known before the item is marked anew.
    """
    op.add_column("copies", sa.Column("person", TEXT))
    op.add_column("copies", sa.Column("level", TEXT, nullable=False, server_default=""))
    custody = op.create_table(
        "custody",
        sa.Column("item", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("turn", NUMBER, nullable=False),
        sa.Column("person", TEXT),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("level", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("authority", TEXT, nullable=False),
        sa.Column("by", TEXT),
        sa.Column("proof", TEXT),
        sa.Column("certificate", sa.JSON()),
        sa.PrimaryKeyConstraint("item", "holder", "number", "turn"),
    )
    copies = sa.table("copies", *(sa.column(name) for name in COPIED))
    op.execute(
        sa.insert(custody).from_select(
            [*COPIED, "turn"], sa.select(*copies.c, sa.literal(0, NUMBER))
        )
    )
