"""What operations about people, facilities, agreements and partners answer, as JSON Schema.

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
    with_also,
)

_PERSON = record(
    id=TEXT,
    name=TEXT,
    name_ja=TEXT,
    post=TEXT,
    post_ja=TEXT,
    facility=TEXT_OR_NULL,
    nationality=several(TEXT),
    organisation=TEXT,
    organisation_country=TEXT,
    clearances=several(OBJECT),
    briefings=several(OBJECT),
    authorisations=several(OBJECT),
    roles=several(TEXT),
    duties=several(TEXT),
)
DIRECTORY: Mapping[str, Schema] = MappingProxyType(
    {
        "Person": _PERSON,
        "People": record(people=several(of("Person")), after=TEXT_OR_NULL),
        "Facility": record(id=TEXT, country=TEXT, accredited=OBJECT, until=INSTANT_OR_NULL),
        "Facilities": record(facilities=several(of("Facility")), after=TEXT_OR_NULL),
        "ImportReport": record(
            entered=NUMBER,
            refused=NUMBER,
            lines=several(
                with_also(record(line=NUMBER, id=TEXT_OR_NULL), error=told(OBJECT, "Why not."))
            ),
        ),
        "Assured": record(
            agreement=TEXT, area=TEXT, level=TEXT, until=INSTANT, by=TEXT, to=several(TEXT)
        ),
        "ClearanceHeld": record(person=TEXT, clearance=OBJECT),
        "Warned": record(warned=several(OBJECT)),
        "Debriefed": record(person=TEXT, agreement=TEXT, until=INSTANT),
        "Reads": record(
            person=TEXT,
            purpose=TEXT,
            may=several(TEXT),
            asked=told(NUMBER, "Of how many received items."),
            holds_until=INSTANT_OR_NULL,
        ),
        "HeldAgreements": record(agreements=several(of("HeldAgreement"))),
        "HeldAgreement": record(
            id=TEXT, version=NUMBER, digest=TEXT, state=TEXT, notices=several(OBJECT)
        ),
        "Assurances": record(
            assurances=several(
                record(
                    agreement=TEXT,
                    by=TEXT,
                    to=TEXT,
                    area=TEXT,
                    level=TEXT,
                    until=INSTANT,
                    at=INSTANT,
                    by_person=TEXT_OR_NULL,
                    counts=TRUTH,
                )
            )
        ),
        "ShownAgreement": record(
            id=TEXT,
            governs=told(NUMBER, "The version that governs, or would."),
            versions=several(
                record(
                    version=NUMBER,
                    digest=TEXT,
                    governs=TRUTH,
                    state=TEXT,
                    since=INSTANT_OR_NULL,
                    clocks=told(several(TEXT), "Time limits that run now."),
                    signers=several(record(party=TEXT, at=INSTANT)),
                    notices=several(OBJECT),
                )
            ),
        ),
        "Comparison": record(
            old=OBJECT,
            new=OBJECT,
            same=TRUTH,
            chained=told(TRUTH, "Whether the new version names the old one's bytes."),
            articles=several(OBJECT),
            parts=several(OBJECT),
            effect=told(OBJECT, "Who gains and who loses which received items."),
        ),
        "Upkeep": record(
            fingerprint=told(TEXT, "Of this node's own card."),
            keys=told(several(OBJECT), "Every key of the own card that ends, the soonest first."),
            cards_waiting=several(OBJECT),
            cards_forked=several(OBJECT),
            outbox=several(OBJECT),
            services=told(several(OBJECT), "Partners' token issuers and key services."),
            backup=told(OBJECT_OR_NULL, "The last on record: `at`, `digest`, `files`."),
            checks=told(OBJECT, "The node's health, by check, where a process looks at it."),
        ),
        "PersonHistory": record(person=TEXT, records=several(OBJECT)),
        "Adopted": record(agreement=TEXT, version=NUMBER, digest=TEXT),
        "AgreementSigned": record(
            agreement=TEXT,
            version=NUMBER,
            digest=TEXT,
            keys=several(TEXT),
            signatures=told(OBJECT, "The whole file of signatures, to be handed on."),
        ),
        "Notified": record(agreement=TEXT, state=TEXT, notices=several(OBJECT)),
        "Partners": record(
            partners=several(
                record(party=TEXT, node=TEXT, url=TEXT, fingerprint=TEXT, agreements=several(TEXT))
            )
        ),
    }
)
