"""An entry as an event of the Open Cybersecurity Schema Framework, version 1.4.

Spec: OCSF 1.4; docs/operators.md "The ledger as a feed".
"""

from __future__ import annotations

import json
from typing import Any

from sealane.ledger.kinds import KINDS
from sealane.ledger.siem.fed import EventClass, Fed, Sort, actor, sort_of, succeeded, thing

VERSION, VENDOR, PRODUCT = "1.4.0", "Sealane", "Sealane"
MILLISECOND = 1_000_000
UNNAMED = "withheld"
"""The account of an entry that names nobody to this reader."""


LONG = frozenset({"note", "result"})
"""Signed papers that an entry holds: they stay in the ledger."""


def line(entry: Fed, version: str) -> str:
    """The event as one line of JSON, of ASCII alone: nothing in it ends a line."""
    return json.dumps(event(entry, version), separators=(",", ":"), sort_keys=True)


def event(entry: Fed, version: str) -> dict[str, Any]:
    """The event. Args: version: the program's."""
    sort = sort_of(entry)
    number, category, name, category_name = sort.of.value
    well = succeeded(entry)
    told: dict[str, Any] = {
        "class_uid": number,
        "class_name": name,
        "category_uid": category,
        "category_name": category_name,
        "activity_id": sort.activity,
        "activity_name": sort.named,
        "type_uid": number * 100 + sort.activity,
        "type_name": f"{name}: {sort.named}",
        "severity_id": int(sort.severity),
        "severity": sort.severity.name.capitalize(),
        "time": entry.at // MILLISECOND,
        "message": KINDS[entry.kind].says if entry.kind in KINDS else entry.kind,
        "status_id": 1 if well else 2,
        "status": "Success" if well else "Failure",
        "metadata": {
            "version": VERSION,
            "product": {"name": PRODUCT, "vendor_name": VENDOR, "version": version},
            "uid": entry.uid,
            "event_code": entry.kind,
            "log_name": entry.origin,
            "log_provider": entry.node,
            "sequence": entry.index,
        },
        "unmapped": {
            **{name: held for name, held in entry.fields.items() if name not in LONG},
            "leaf": entry.leaf,
        },
    }
    if isinstance(reason := entry.fields.get("reason"), str):
        told["status_code"] = reason
    if clauses := entry.fields.get("clauses"):
        told["status_detail"] = ", ".join(clauses)
    return told | _of_class(entry, sort)


def _of_class(entry: Fed, sort: Sort) -> dict[str, Any]:
    """What the class asks for beside what every event has."""
    who = actor(entry)
    acted: dict[str, Any] = {} if who is None else {"actor": {"user": {"uid": who}}}
    match sort.of:
        case EventClass.AUTHENTICATION:
            service = {"name": PRODUCT, "uid": entry.node}
            return {**acted, "user": {"uid": who or UNNAMED}, "service": service}
        case EventClass.ACCOUNT_CHANGE:
            people = entry.fields.get("people") or [entry.fields.get("row") or UNNAMED]
            return {**acted, "user": {"uid": people[0]}}
        case EventClass.APPLICATION_LIFECYCLE:
            return {"app": {"name": PRODUCT, "vendor_name": VENDOR, "uid": entry.node}}
        case EventClass.DETECTION_FINDING:
            title = KINDS[entry.kind].says if entry.kind in KINDS else entry.kind
            found = {"uid": entry.uid, "title": title, "types": [entry.kind]}
            return {"finding_info": found, "is_alert": sort.activity == 1}
        case EventClass.ENTITY_MANAGEMENT:
            kind, name = thing(entry)
            return {**acted, "entity": {"uid": name, "type": kind, "type_id": 99}}
