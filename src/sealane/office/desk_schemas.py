"""What the operations of the release desk answer, as JSON Schema.

Spec: spec/openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.office.shapes import (
    INSTANT,
    INSTANT_OR_NULL,
    NUMBER,
    OBJECT,
    OBJECT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    Schema,
    of,
    record,
    several,
    told,
    words,
)
from sealane.registry.desk_records import FormKind, FormState

_AFTER = told(TEXT_OR_NULL, "Null on the last page.")
_READERS = record(
    posts=several(TEXT),
    people=NUMBER,
    blocked=several(record(clause=TEXT, people=NUMBER, text=TEXT, text_ja=TEXT)),
    as_of=told(INSTANT_OR_NULL, "Null before any answer."),
)
DESK: Mapping[str, Schema] = MappingProxyType(
    {
        "DeskQueue": record(
            releases=several(of("Item")),
            after=_AFTER,
            counts=told(OBJECT, "How many wait on each shelf that waits."),
        ),
        "DeskForm": record(
            id=TEXT,
            kind=words(*FormKind),
            name=TEXT,
            by=TEXT,
            since=INSTANT,
            state=words(*FormState),
            changed=INSTANT,
            changed_by=TEXT,
            terms=told(OBJECT, "Members of releases.make."),
            item=told(TEXT_OR_NULL, "What a draft was sent as."),
        ),
        "DeskForms": record(forms=several(of("DeskForm")), after=_AFTER),
        "ReleasePreview": record(
            agreement=TEXT,
            question=told(OBJECT, "Area, label, project and purpose that everything is about."),
            recipients=several(
                record(
                    to=TEXT,
                    permit=told(TRUTH, "But for the second signer's signature."),
                    waits=told(TRUTH, "Whether a second signer is still to sign."),
                    unmet=several(OBJECT),
                    readers=_READERS,
                    old=told(TRUTH, "Whether nobody answered exactly this, or too long ago."),
                    assurance=told(OBJECT_OR_NULL, "Its instant and its end."),
                )
            ),
            warnings=several(OBJECT),
        ),
    }
)
