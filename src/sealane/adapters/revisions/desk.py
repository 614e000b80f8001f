"""Release 0.2.0: what waits at the desk is found without reading the whole register."""

from __future__ import annotations

from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_desk"
down_revision = before(revision)


def upgrade() -> None:
    """An index over the state of each transfer."""
    op.create_index("transfers_state", "transfers", ["state", "to"])
