"""Release 0.2.0: what is asked of a large register at every arrival, page and minute is found by an
index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_scale"
down_revision = before(revision)


def upgrade() -> None:
    """Indexes over items, copies, and the entries that are about no item."""
    op.create_index("items_state", "items", ["state", "direction", "created"])
    op.create_index("items_direction", "items", ["direction", "created"])
    op.create_index("copies_state", "copies", ["state", "holder", "item"])
    about_none = sa.text("item IS NULL")
    op.create_index(
        "entry_refs_kind",
        "entry_refs",
        ["kind", "at"],
        sqlite_where=about_none,
        postgresql_where=about_none,
    )
