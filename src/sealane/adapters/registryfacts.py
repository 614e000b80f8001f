"""What a node's registry knows, in the plain form in which a version's effect is worked out; reads
only.

Spec: spec/agreement.md §7.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from sealane.adapters.register_tables import FACILITIES, ITEMS, PEOPLE
from sealane.adapters.tables import database_there
from sealane.base.errors import Misconfigured, declare
from sealane.registry.regime import Regimes, as_counted

ITEM = (
    "id",
    "area",
    "kind",
    "provider",
    "purposes",
    "released_to",
    "recalled",
    "project",
    "until",
    "originator",
    "release_officer",
    "second_signer",
    "joint_committee_ref",
)
CONSENT = ("act", "item", "to", "by", "answer", "at", "until")
SUBJECT = (
    "id",
    "nationality",
    "organisation",
    "organisation_country",
    "clearances",
    "briefings",
    "authorisations",
    "roles",
    "duties",
)

NO_REGISTRY = declare(
    "registry.absent",
    Misconfigured,
    "{path} holds no registry.",
    "{path} に登録簿がありません。",
    "Give a node's folder.",
    "ノードのフォルダーを指定してください。",
)


def registry_facts(folder: Path, regimes: Regimes) -> dict[str, Any]:
    """Items and the node's own people with their facilities; no consent is on record at a node.

    Raises: Misconfigured `registry.absent`, `db.older`, `db.newer`; Unavailable
    `store.unavailable`.
    """
    store = database_there(folder)
    if store is None:
        raise NO_REGISTRY(path=folder)
    try:
        with store.reading() as tx:
            return _facts(tx, regimes)
    finally:
        store.engine.dispose()


def _facts(tx: Connection, regimes: Regimes) -> dict[str, Any]:
    places = {
        row.id: _only(row.data, ("id", "country", "accredited", "until"))
        for row in tx.execute(select(FACILITIES.c.id, FACILITIES.c.data))
    }
    items = [
        {
            "item": _only(row.facts, ITEM) | {"recalled": row.recalled is not None},
            "label": row.label,
            "consents": [],
        }
        for row in tx.execute(select(ITEMS.c.id, ITEMS.c.facts, ITEMS.c.label, ITEMS.c.recalled))
    ]
    people = [
        {"subject": _subject(row.data, regimes), "facility": places.get(row.data.get("facility"))}
        for row in tx.execute(select(PEOPLE.c.data))
    ]
    return {"items": items, "people": people}


def _subject(data: dict[str, Any], regimes: Regimes) -> dict[str, Any]:
    clearances = [as_counted(regimes, one) for one in data.get("clearances", [])]
    return {**_only(data, SUBJECT), "clearances": clearances}


def _only(data: dict[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    return {name: data[name] for name in members if name in data}
