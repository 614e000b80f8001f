"""The one canonical text of a request, whatever the order of its sets: what a decision's digest is
made over.

Spec: spec/agreement.md §9; RFC 8785.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sealane.decisions import wire as shape

_encoder = msgspec.json.Encoder(order="sorted")


def normal(wire: shape.WireRequest, label: bytes) -> bytes:
    """The canonical text of a request: members and sets sorted, doubles in sets once, an absent
    third agreement as null. What belongs to some acts alone, and as whom the reader takes part in
    an activity, stands in the text where it stands in the request.

    The agreement is not in it: a decision names the one it was made under, by digest, however the
    request found it. Nor is the acceptance of unverified rows: the decision says whether they were,
    by whomever.
    """
    item, subject = wire.item, wire.subject
    encode, own = _encoder.encode, _of_this_act(wire)
    if len(item.purposes) > 1 or len(item.released_to) > 1:
        item = msgspec.structs.replace(
            item, purposes=_set(item.purposes), released_to=_set(item.released_to)
        )
    return encode(
        {
            "action": wire.action,
            "assurance": wire.assurance,
            "at": wire.at,
            "consents": _records([_consent(one) for one in wire.consents]),
            "facility": wire.facility,
            "item": item,
            "label": msgspec.Raw(label),
            "purpose": wire.purpose,
            "recipient": wire.recipient,
            "subject": {
                "authorisations": _records(subject.authorisations),
                "briefings": _records(subject.briefings),
                "clearances": _records(subject.clearances),
                "duties": _set(subject.duties),
                "id": subject.id,
                "nationality": _set(subject.nationality),
                "organisation": subject.organisation,
                "organisation_country": subject.organisation_country,
                "roles": _set(subject.roles),
            },
            "third_agreement": wire.third_agreement or None,
            **own,
        }
    )


def _of_this_act(wire: shape.WireRequest) -> dict[str, Any]:
    own: dict[str, Any] = {}
    if wire.target is not msgspec.UNSET:
        own["target"] = wire.target
    if isinstance(wire.activity, shape.WirePart):
        own["activity"] = wire.activity
    if isinstance(wire.visit, shape.WireVisit):
        own["visit"] = msgspec.structs.replace(wire.visit, people=_set(wire.visit.people))
    return own


def _consent(wire: shape.WireConsent) -> shape.WireConsent:
    if not isinstance(wire.paragraphs, list):
        return wire
    return msgspec.structs.replace(wire, paragraphs=_set(wire.paragraphs))


def _set(texts: Sequence[str]) -> list[str]:
    return sorted(set(texts))


def _records(records: list[Any]) -> list[Any] | msgspec.Raw:
    if len(records) < 2:
        return records
    return msgspec.Raw(
        b"[" + b",".join(sorted({_encoder.encode(record) for record in records})) + b"]"
    )
