"""What operations on lent key shares answer. Spec: spec/openapi.yaml."""

from __future__ import annotations

from sealane.office.shapes import (
    INSTANT,
    OBJECT,
    TEXT,
    Schema,
    record,
    several,
    told,
    words,
)

_LEASE: dict[str, Schema] = {
    "until": INSTANT,
    "purposes": several(TEXT),
    "readers": told(several(TEXT), "The only people who may; empty: whomever the holder permits."),
    "at": INSTANT,
    "statement": TEXT,
}
LEASES: dict[str, Schema] = {
    "Leased": record(item=TEXT, to=TEXT, answers=several(OBJECT), **_LEASE),
    "Leases": record(
        item=TEXT, leases=several(record(to=TEXT, state=words("lent", "over"), **_LEASE))
    ),
}
"""The records by name."""
