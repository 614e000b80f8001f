"""Forms filled in from what their fields say, for the tests that walk every kind of case."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from sealane.cases.kind import CaseField, FieldType
from tests import nations
from tests.lane.dialogue import at

DAY = 86_400
WHOLE: dict[str, dict[str, Any]] = {
    "transfer-decision": {"members": ["AUS:aus.release", "JPN:jpn.release"]},
    "consent": {"act": "new-purpose", "purpose": "training"},
    "earlier": {"exchanged": "2019-05-01T00:00:00Z"},
    "disclosure": {"at": "2026-11-20T03:00:00Z", "level": "SECRET"},
    "visit": {"type": "one-time", "level": "SECRET"},
}
"""Fields that hang together, by kind."""
OF_NATION: dict[str, dict[str, Any]] = {
    "AUS": {"visitors": ["aus.second"], "couriers": ["aus.second"]},
    "JPN": {"visitors": ["jpn.sato"], "couriers": ["jpn.sato"]},
}
"""Fields that name a nation's own people, cleared for what they are named for."""


def filled(pair: nations.Pair, fields: Iterable[CaseField], seed: random.Random) -> dict[str, Any]:
    """Every needed field and some of the others, each as its type says."""
    found = {}
    for field in fields:
        if field.by_node:
            continue
        if field.required or seed.random() < 0.3:
            found[field.name] = value(pair, field, seed)
    return found


def at_home(party: str, kind: str, form: dict[str, Any]) -> dict[str, Any]:
    """A form as this nation can fill it in: its own people, and words that hang together."""
    fitting = WHOLE.get(kind, {}) | OF_NATION[party]
    return form | {name: fitting[name] for name in form if name in fitting}


def value(pair: nations.Pair, field: CaseField, seed: random.Random) -> Any:
    """A value of a field; a list has two."""
    one = _one(pair, field, seed)
    return [one] if field.list else one


def _one(pair: nations.Pair, field: CaseField, seed: random.Random) -> Any:
    days = {"from": 40, "until": 50}.get(field.name, 60)
    if field.type is FieldType.WORD:
        return seed.choice(field.values or ())
    if field.type is FieldType.NUMBER:
        return field.least or 1
    if field.type is FieldType.INSTANT:
        return at(pair, days * DAY)
    if field.type is FieldType.LABEL:
        return nations.LABEL
    known = {
        FieldType.TEXT: "港 harbour",
        FieldType.COUNTRY: "USA",
        FieldType.ITEM: "AUS-2026-000001",
        FieldType.LEVEL: "SECRET",
        FieldType.PURPOSE: "training",
        FieldType.REFUSAL: "not-held",
        FieldType.OBJECT: {"a": 1},
    }
    return known.get(field.type, "jpn.sato")
