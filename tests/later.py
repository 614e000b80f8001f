"""A program of the future: one revision and one step of the folder that no release has, so that
what upgrades is exercised before there is anything to upgrade to.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sealane.adapters import folder_age, schema

NAME = "9.0.0_later"
REVISION = '''
"""Adds a table, adds a column in place, and makes a table anew."""

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = "{before}"


def upgrade() -> None:
    op.create_table("rooms", sa.Column("id", sa.String(), primary_key=True))
    op.add_column("items", sa.Column("shelf", sa.String()))
    with op.batch_alter_table("people", recreate="always") as people:
        people.add_column(sa.Column("seen", sa.Integer(), nullable=False, server_default="0"))
    {rest}
'''


def revise(monkeypatch: pytest.MonkeyPatch, folder: Path, rest: str = "pass") -> str:
    """From now on this program knows one revision more; its name."""
    order = (*schema.HISTORY.order, NAME)
    folder.mkdir(exist_ok=True)
    text = REVISION.format(name=NAME, before=order[-2], rest=rest)
    (folder / "later.py").write_text(text, encoding="utf-8")
    history = schema.History(order, (*schema.HISTORY.folders, folder))
    monkeypatch.setattr(schema, "HISTORY", history)
    return NAME


def step(monkeypatch: pytest.MonkeyPatch) -> str:
    """From now on this program knows one step of the folder more: it writes a file anew, makes one
    and takes one away.
    """

    def make(read: folder_age.Read) -> folder_age.Changed:
        settings, gone = read("node.toml"), read("card.json")
        assert settings is not None
        told = b"yes" if gone is None else b"no"
        return {"node.toml": settings + b"# later\n", "rooms.toml": told, "card.json": None}

    monkeypatch.setattr(folder_age, "STEPS", (*folder_age.STEPS, folder_age.FolderStep(NAME, make)))
    return NAME
