"""What operations answer, as JSON Schema: the members that each answer has at least.

Spec: spec/openapi.yaml (JSON Schema 2020-12, as OpenAPI 3.1 takes it).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.office.case_schemas import CASES
from sealane.office.desk_schemas import DESK
from sealane.office.directory_schemas import DIRECTORY
from sealane.office.home_schemas import HOME
from sealane.office.lease_schemas import LEASES
from sealane.office.ledger_schemas import LEDGER
from sealane.office.shapes import (
    COUNTS,
    INSTANT,
    INSTANT_OR_NULL,
    NUMBER,
    NUMBER_OR_NULL,
    OBJECT,
    OBJECT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    TRUTH_OR_NULL,
    Schema,
    of,
    record,
    several,
    told,
    with_also,
    words,
)
from sealane.office.within_schemas import DERIVED, WITHIN
from sealane.registry.records import CopyState, Direction, ItemState

_LABEL = told(OBJECT, "spec/interfaces.md, Labels.")
_SEALED = {
    "decision": TEXT_OR_NULL,
    "policy_uuid": TEXT_OR_NULL,
    "container": told(TEXT_OR_NULL, "SHA-384, hex; each recipient has its own."),
}
_MOVED = {
    "item": TEXT,
    "to": TEXT,
    "state": words(*ItemState),
    "since": INSTANT,
    "due": INSTANT_OR_NULL,
    "offer": told(TEXT_OR_NULL, "Null while it waits for a second signer."),
    "receipt": TEXT_OR_NULL,
    **_SEALED,
}
_COPY: dict[str, Schema] = {
    "nation": TEXT,
    "number": NUMBER,
    "holder": told(TEXT, "The person who has it, or the nation where none is named."),
    "place": TEXT,
    "state": words(*CopyState),
    "level": TEXT,
    "since": INSTANT,
    "authority": TEXT,
}
_ITEM = {
    "id": TEXT,
    "direction": words(*Direction),
    "provider": told(TEXT, "Whose item it is."),
    "passed_on_by": told(TEXT_OR_NULL, "The holder that gave it here; null: its provider did."),
    "agreement": TEXT,
    "title": told(TEXT_OR_NULL, "Null: withheld from who asks."),
    "media_type": TEXT,
    "size": NUMBER,
    "state": words(*ItemState),
    "handle_as": told(TEXT_OR_NULL, "Our level for a received item."),
    "created": INSTANT,
    "recalled": INSTANT_OR_NULL,
    "pages": told({"type": ["integer", "null"]}, "Null where nobody counted."),
    "label": _LABEL,
    **_SEALED,
    "transfers": several(of("Transfer")),
    "area": TEXT_OR_NULL,
    "kind": TEXT,
    "purposes": several(TEXT),
    "released_to": several(TEXT),
    "project": TEXT_OR_NULL,
    "until": INSTANT_OR_NULL,
    "originator": TEXT_OR_NULL,
    "release_officer": TEXT_OR_NULL,
    "second_signer": TEXT_OR_NULL,
}
_READERS = told(
    {
        "type": "object",
        "additionalProperties": record(posts=several(TEXT), as_of=INSTANT_OR_NULL),
    },
    "By recipient, the posts that it says could read it, as of when; null before any answer.",
)
_FACET = told(COUNTS, "How many have each value, the most first.")
_ANSWERS = several(record(to=TEXT, type=TEXT, answer=TEXT_OR_NULL, trouble=TEXT_OR_NULL))
_ACTED = record(item=TEXT, state=TEXT)
_STATUS = record(
    node=TEXT,
    party=TEXT,
    current=told(
        words("current", "moved", "behind"),
        "Whether the node may be older than what it said; unless current, it signs, releases, opens"
        " and answers nothing.",
    ),
    accredited=told(TEXT_OR_NULL, "Null: accredited for nothing, synthetic data only."),
    accept_unverified=TRUTH,
    ledgers=told(several(of("Log")), "One for each agreement and partner."),
    verification=of("Verification"),
    equivocations=several(of("Equivocation")),
    equivocations_total=told(NUMBER, "How many were ever proven here; never falls."),
    keys_stopped=told(
        several(TEXT), "Parties to which no key goes until two people say otherwise."
    ),
)

SCHEMAS: Mapping[str, Schema] = MappingProxyType(
    {
        "Problem": with_also(
            record(type=TEXT, title=TEXT, status=NUMBER, code=TEXT, message=TEXT, message_ja=TEXT),
            remedy=TEXT,
            remedy_ja=TEXT,
            position={"type": ["integer", "string"]},
            details=OBJECT,
        ),
        "Me": record(
            id=TEXT,
            name=TEXT,
            post=TEXT,
            facility=TEXT_OR_NULL,
            duties=several(TEXT),
            party=TEXT,
            node=TEXT,
            proof=told(TEXT, "By what means it is proven who asks; docs/who-may.md."),
        ),
        "Token": record(person=TEXT, days=NUMBER, token=told(TEXT, "Shown once; kept nowhere.")),
        "Status": with_also(
            _STATUS,
            outbox=told(several(OBJECT), "Staff only."),
            refused=told(several(OBJECT), "Staff only."),
        ),
        "Suspense": record(waiting=several(of("Waiting"))),
        "Waiting": with_also(
            record(
                what=TEXT,
                about=told(TEXT_OR_NULL, "An inventory, a level, or a post."),
                since=INSTANT,
                due=INSTANT_OR_NULL,
                party=TEXT,
                copies=told(several(NUMBER), "That party's copies that it is about."),
            ),
            item=TEXT_OR_NULL,
            case=told(TEXT, "In the place of the item."),
        ),
        "Verification": told(
            record(
                last=TEXT_OR_NULL,
                held=TRUTH_OR_NULL,
                differ=told(several(TEXT), "The origins of the logs that differed."),
                due=TEXT,
                task=told(OBJECT_OR_NULL, "An error, where it failed or did not run."),
            ),
            "The monthly verification of the ledgers (R61).",
        ),
        "Equivocation": record(
            party=TEXT,
            proof=told(TEXT, "SHA-384 of the fraud proof."),
            origin=TEXT,
            since=INSTANT,
            settled=INSTANT_OR_NULL,
            people={"type": ["array", "null"], "items": TEXT},
            reason=TEXT_OR_NULL,
        ),
        "Log": record(
            agreement=TEXT,
            partner=TEXT,
            origin=TEXT,
            size=NUMBER,
            signed=NUMBER,
            cosigned=NUMBER,
            mirrored=NUMBER,
            proven_to_both_up_to=NUMBER,
            uncosigned_since=INSTANT_OR_NULL,
        ),
        "ItemPage": record(
            items=several(of("Item")), after=told(TEXT_OR_NULL, "Null on the last page.")
        ),
        "FoundItems": record(
            items=several(of("Item")),
            total=told(
                NUMBER_OR_NULL, "Of all pages, as far as who asks may see; null: not counted."
            ),
            exact=told(TRUTH, "Whether all were counted; else there are at least so many."),
            facets=record(area=_FACET, level=_FACET, originator=_FACET, state=_FACET),
            after=told(TEXT_OR_NULL, "Null on the last page."),
        ),
        **CASES,
        **DESK,
        "Searches": record(searches=several(of("SavedSearch"))),
        "SavedSearch": record(name=TEXT, asked=OBJECT),
        "RemovedSearch": record(removed=TEXT),
        "PeopleRegister": record(
            at=INSTANT,
            people=several(
                record(
                    person=TEXT,
                    name=TEXT,
                    facility=TEXT_OR_NULL,
                    clearances=several(OBJECT),
                    authorisations=several(OBJECT),
                )
            ),
        ),
        "Horizon": record(
            until=INSTANT,
            lapses=several(
                record(
                    person=TEXT_OR_NULL,
                    what=words("clearance", "briefing", "authorisation", "accreditation"),
                    of=TEXT,
                    expires=INSTANT,
                    items=several(TEXT),
                    posts=told(several(TEXT), "Posts and rooms, with people in them, that ask it."),
                )
            ),
        ),
        "Item": record(**_ITEM),
        "WholeItem": record(
            **_ITEM,
            copies=several(of("Copy")),
            onward=told(several(of("Onward")), "Third parties that have it; staff only."),
            readers=_READERS,
            agreement_state=TEXT_OR_NULL,
            law_changes=several(OBJECT),
            remarks=told(several(OBJECT), "What its people said of a release; staff only."),
            sources=told(several(TEXT), "What it was made from here; staff only."),
            derived=told(several(TEXT), "What was made from it here; staff only."),
        ),
        "Onward": record(
            by=told(TEXT, "The holder that passed it on."),
            agreement=told(TEXT, "Between that holder and the third party."),
            until=INSTANT,
            recalled=INSTANT_OR_NULL,
            **_MOVED,
        ),
        "Copy": record(**_COPY),
        "CopyTold": record(
            item=TEXT,
            copy=NUMBER,
            nation=TEXT,
            place=TEXT,
            holder=TEXT,
            state=words(*CopyState),
            level=TEXT,
            answers=several(TEXT),
        ),
        "CopyReturned": record(
            item=TEXT,
            copy=NUMBER,
            nation=TEXT,
            state=words(*CopyState),
            statement=TEXT,
            answers=several(TEXT),
        ),
        "CopyDestroyed": record(
            item=TEXT, copy=NUMBER, certificate=of("Certificate"), answers=several(TEXT)
        ),
        "Certificate": record(
            item=TEXT,
            copy=NUMBER,
            by=TEXT,
            proof=TEXT,
            witness=TEXT_OR_NULL,
            witness_proof=TEXT_OR_NULL,
            at=INSTANT,
            means=TEXT,
            statement=told(TEXT_OR_NULL, "Null for a copy of an own item: nobody else is told."),
        ),
        "Custody": record(item=TEXT, at=INSTANT, copies=several(of("CustodyOfCopy"))),
        "CustodyOfCopy": record(
            **_COPY,
            by=told(TEXT_OR_NULL, "Whose act here made it so; null: a statement's effect."),
            proof=TEXT_OR_NULL,
            certificate=told(OBJECT_OR_NULL, "The certificate of its end, if it has one."),
        ),
        "Disclosures": record(item=TEXT, readers=several(of("Disclosure"))),
        "Disclosure": record(
            at=INSTANT,
            nation=TEXT,
            person=told(TEXT_OR_NULL, "Null at the provider, which is told the post."),
            post=TEXT_OR_NULL,
            action=TEXT_OR_NULL,
            purpose=TEXT_OR_NULL,
            proof=TEXT_OR_NULL,
            by_own_credential=TRUTH_OR_NULL,
            decision=TEXT_OR_NULL,
            statement=TEXT,
        ),
        "Transfer": record(**_MOVED),
        "History": record(item=TEXT, history=several(of("Line"))),
        "Line": record(
            at=INSTANT,
            kind=TEXT,
            origin=TEXT,
            index=NUMBER,
            statement=TEXT_OR_NULL,
            by=TEXT,
            to=TEXT_OR_NULL,
            says=OBJECT,
            proven_to_both=told(
                TRUTH_OR_NULL, "Whether both nations' heads hold it; null in the internal log."
            ),
        ),
        "Readers": record(
            item=TEXT,
            may=several(TEXT),
            may_not=several(record(id=TEXT, clauses=several(TEXT))),
            holds_until=told(INSTANT_OR_NULL, "Null: time alone changes nothing."),
        ),
        **HOME,
        **DIRECTORY,
        **LEDGER,
        **WITHIN,
        "Released": record(
            item=TEXT,
            earlier=told(TRUTH, "Whether an earlier call by this reference shared it."),
            state=told(TEXT, "Of several transfers, where the one furthest behind stands."),
            agreement=TEXT,
            transfers=several(
                record(
                    to=TEXT,
                    state=TEXT,
                    decision=OBJECT_OR_NULL,
                    receipt=TEXT_OR_NULL,
                    trouble=TEXT_OR_NULL,
                )
            ),
            warnings=several(record(code=TEXT, message=TEXT, message_ja=TEXT)),
            readers=_READERS,
        ),
        "Acted": with_also(_ACTED, told=several(TEXT_OR_NULL)),
        "Withdrawn": with_also(
            record(item=TEXT, state=TEXT, told=several(TEXT), answers=several(TEXT_OR_NULL)),
            **{"from": told(several(TEXT), "Parties from which it was taken back.")},
        ),
        "Recalled": record(
            item=TEXT,
            recalled=INSTANT,
            copies=several(OBJECT),
            derived=told(several(TEXT), "What was made from it and is called back too."),
            answers=_ANSWERS,
        ),
        "Registered": record(
            item=TEXT, label=_LABEL, pages={"type": ["integer", "null"]}, state=TEXT
        ),
        "Derived": with_also(DERIVED, label=_LABEL),
        "Sources": with_also(
            record(bound=TRUTH, by=TEXT_OR_NULL),
            kind=TEXT,
            sources=told(several(TEXT), "At the nation that made it alone."),
            binding=TEXT,
            opening=TEXT,
            check=told(OBJECT_OR_NULL, "Of a tear-line: what the check was and covered."),
            report=told(TEXT_OR_NULL, "The same as the node signed it (JWS)."),
        ),
        "Prepared": record(
            item=TEXT,
            state=TEXT,
            transfers=several(record(to=TEXT, state=TEXT)),
            reason=TEXT,
            told=several(TEXT),
        ),
        "Relabelled": record(
            item=TEXT,
            label=_LABEL,
            changed=TRUTH,
            told=several(TEXT),
            sealed_anew=TRUTH,
            trouble=TEXT_OR_NULL,
        ),
        "Rewrapped": record(item=TEXT, suite=TEXT, transfers=several(OBJECT), answers=_ANSWERS),
        **LEASES,
        "PassedOn": record(
            item=TEXT,
            to=TEXT,
            agreement=TEXT,
            state=words(*ItemState),
            decision=told(OBJECT, "By the agreement with the third party."),
            leave=told(OBJECT, "By the item's own agreement, with the provider's consent."),
            earlier=told(TRUTH, "Whether it was passed on before, so that nothing was sent."),
            answers=several(OBJECT),
        ),
        "Opened": record(item=TEXT, decision=TEXT_OR_NULL, media_type=TEXT, title=TEXT_OR_NULL),
    }
)
