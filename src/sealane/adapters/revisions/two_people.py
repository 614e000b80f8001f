"""Release 0.2.0: acts that take two people and wait for the second."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sealane.adapters.revisions import before

revision = "0.2.0_two_people"
down_revision = before(revision)

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Nothing waited for a second person before: whoever stood beside did so in the same form."""
    op.create_table(
        "waiting_acts",
        *map(_text, ("id", "operation", "act")),
        *map(_data, ("duties", "says", "stated")),
        _empty("version"),
        _data("summary"),
        *map(_text, ("digest", "person", "proof", "since", "until", "state")),
        *map(_empty, ("by", "by_proof", "at", "reason", "turn")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("waiting_acts_state", "waiting_acts", ["state", "id"])
    op.create_index("waiting_acts_person", "waiting_acts", ["person", "id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False)


def _empty(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT)


def _data(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)
