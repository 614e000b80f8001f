"""What the operations of cases answer, as JSON Schema. Spec: spec/openapi.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.office.shapes import (
    INSTANT,
    INSTANT_OR_NULL,
    NUMBER,
    OBJECT,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    Schema,
    record,
    several,
    told,
    words,
)

_SHARED = {
    "id": TEXT,
    "kind": TEXT,
    "opener": TEXT,
    "with": TEXT,
    "agreement": TEXT,
    "opened": INSTANT,
    "statement": told(TEXT, "The digest of the statement that opened it."),
    "state": TEXT,
    "due": told(INSTANT_OR_NULL, "When a date acts, or is overdue."),
    "items": several(TEXT),
    "digest": told(TEXT, "The same at both nodes once everything was delivered."),
}
_FIELDS = several(
    record(name=TEXT, type=TEXT, required=TRUTH, list=TRUTH, values=told({}, "Null: any."))
)
_KIND = record(
    kind=TEXT,
    fields=_FIELDS,
    by_node=told(several(TEXT), "Fields that the node fills in by itself."),
    start=TEXT,
    rows=several(
        record(
            event=TEXT,
            to=TEXT,
            who=TEXT,
            duties=several(TEXT),
            clock=TEXT_OR_NULL,
            fields=_FIELDS,
        )
    ),
    own=told(
        several(record(name=TEXT, verb=TEXT, who=TEXT, fields=_FIELDS)),
        "What a side keeps for itself about such a case.",
    ),
)
CASES: Mapping[str, Schema] = MappingProxyType(
    {
        "Case": record(
            **_SHARED,
            form=OBJECT,
            events=several(
                record(
                    event=TEXT,
                    by=told(TEXT, "The party; persons stay at home."),
                    at=INSTANT,
                    statement=TEXT,
                    form=OBJECT,
                    items=several(TEXT),
                )
            ),
            own=told(OBJECT, "What this node adds for itself; no part of the digest."),
        ),
        "Cases": record(
            cases=several(record(**_SHARED, refused=TEXT_OR_NULL)),
            after=told(TEXT_OR_NULL, "Null on the last page."),
        ),
        "CaseKinds": record(
            kinds=told(several(_KIND), "Those that an agreement lists."),
            standing=told(several(_KIND), "Those that every agreement carries, listed or not."),
        ),
        "PrintedCase": record(case=TEXT, form=TEXT, lang=words("en", "ja"), bytes=NUMBER),
    }
)
"""By the name of the answer."""
