"""The revision by which copies note from when on something waits for them fills what is there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from sealane.adapters import schema
from sealane.adapters.revisions import before
from sealane.adapters.sql import open_engine, writing

UNTIL = "2027-03-01T00:00:00Z"
ALREADY = "0001-01-01T00:00:00Z"
ITEMS = ("held", "recalled", "relabelled", "endless")


def _item(name: str) -> dict[str, Any]:
    level = "TOP SECRET" if name == "relabelled" else "SECRET"
    return {
        "id": name,
        "facts": json.dumps({"until": None if name == "endless" else UNTIL}),
        "label": json.dumps({"policy": "AUS", "classification": level}),
        "recalled": UNTIL if name == "recalled" else None,
    }


def test_copies_of_before_are_given_the_instant_that_their_items_tell(
    place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sealane.adapters.revisions.waiting.BATCH", 2)
    engine = open_engine(place)
    with writing(engine) as tx:
        schema.migrate(tx, to=before("0.2.0_waiting"))
        for name in ITEMS:
            tx.execute(
                text(
                    "INSERT INTO items (id, direction, provider, agreement, agreement_digest,"
                    " facts, label, title, media_type, state, created, recalled) VALUES"
                    " (:id, 'out', 'AUS', 'a', '', :facts, :label, '', '', 'accepted', '',"
                    " :recalled)"
                ),
                _item(name),
            )
            for holder in ("AUS", "JPN"):
                tx.execute(
                    text(
                        "INSERT INTO copies (item, number, holder, place, state, since, authority,"
                        " level) VALUES (:item, 1, :holder, '', 'held', '', '', 'SECRET')"
                    ),
                    {"item": name, "holder": holder},
                )
    with writing(engine) as tx:
        schema.migrate(tx)
        rows = tx.execute(text("SELECT item, holder, waits FROM copies")).fetchall()
    engine.dispose()
    assert {(item, holder): waits for item, holder, waits in rows} == {
        ("held", "AUS"): None,
        ("held", "JPN"): UNTIL,
        ("recalled", "AUS"): None,
        ("recalled", "JPN"): ALREADY,
        ("relabelled", "AUS"): ALREADY,
        ("relabelled", "JPN"): ALREADY,
        ("endless", "AUS"): None,
        ("endless", "JPN"): None,
    }
