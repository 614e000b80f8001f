"""What operations about ledgers, audits, clients and invitations answer, as JSON Schema.

Spec: spec/openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.office.shapes import (
    COUNTS,
    INSTANT,
    INSTANT_OR_NULL,
    NUMBER,
    OBJECT,
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
from sealane.services.ledgers.at_hand import MIRROR, OWN

_ROLE = told(words(OWN, MIRROR), "A log that this node writes, or its mirror of a partner's.")
_ENTRY = {
    "origin": TEXT,
    "role": _ROLE,
    "index": NUMBER,
    "kind": told(TEXT, "docs/ledger-entries.md."),
    "at": INSTANT,
    "fields": OBJECT,
    "proven_to_both": TRUTH,
}
_DIFFERENCE = {
    "agreement": TEXT,
    "item": TEXT_OR_NULL,
    "kind": TEXT,
    "difference": TEXT,
    "difference_ja": TEXT,
    "proven_by": TEXT_OR_NULL,
    "statement": TEXT_OR_NULL,
    "proof": told(several(TEXT), "The logs that hold the statement."),
    "do": TEXT,
    "do_ja": TEXT,
}
_STATEMENTS = told(several(OBJECT), "Statements, each with its item, type, party and instant.")

LEDGER: Mapping[str, Schema] = MappingProxyType(
    {
        "Logs": record(
            logs=several(
                record(
                    role=_ROLE,
                    origin=TEXT,
                    size=NUMBER,
                    signed=NUMBER,
                    cosigned=NUMBER,
                    mirrored=NUMBER,
                    proven_to_both_up_to=NUMBER,
                    uncosigned_since=INSTANT_OR_NULL,
                )
            )
        ),
        "Heads": record(
            origin=TEXT,
            role=_ROLE,
            proven_to_both_up_to=NUMBER,
            heads=several(
                record(
                    size=NUMBER,
                    root=TEXT,
                    at=INSTANT,
                    signed_by=told(several(TEXT), "Who is proven to have signed it."),
                    trouble=told(TEXT_OR_NULL, "The code, where a signature does not hold."),
                    checkpoint=told(TEXT, "The signed note; C2SP tlog-checkpoint."),
                    proven_to_both=TRUTH,
                )
            ),
            after=told(TEXT_OR_NULL, "The `below` of the next page; null on the last."),
        ),
        "EntryPage": record(
            entries=several(record(**_ENTRY)),
            proven_to_both_up_to=told(COUNTS, "By origin."),
            looked_at=told(NUMBER, "How many entries this page looked at."),
            after=told(TEXT_OR_NULL, "Null where every entry was looked at."),
        ),
        "WholeEntry": record(
            **_ENTRY,
            text=told(TEXT_OR_NULL, "The exact bytes; null where not all of it is shown."),
            leaf=told(TEXT, "RFC 6962 leaf hash, hex."),
            proof=told(TEXT_OR_NULL, "C2SP tlog-proof; null until a signed head covers it."),
        ),
        "Walked": record(
            held=TRUTH,
            logs=several(
                record(
                    origin=TEXT,
                    size=NUMBER,
                    root=TEXT_OR_NULL,
                    heads=NUMBER,
                    error=TEXT_OR_NULL,
                    proven_to_both_up_to=NUMBER,
                )
            ),
        ),
        "Verifications": record(
            results=several(
                record(
                    origin=TEXT,
                    index=NUMBER,
                    at=INSTANT,
                    held=TRUTH_OR_NULL,
                    digest=TEXT_OR_NULL,
                    logs=several(OBJECT),
                    signed=told(TRUTH_OR_NULL, "By this node's keys; null: only a digest."),
                    trouble=TEXT_OR_NULL,
                )
            ),
            due=INSTANT_OR_NULL,
        ),
        "Reconciled": with_also(
            record(
                agree=TRUTH,
                partner_reached=TRUTH,
                items=NUMBER,
                agreements=several(TEXT),
                their_registers=OBJECT,
                lapsed=_STATEMENTS,
                under_way=_STATEMENTS,
                differences=several(record(**_DIFFERENCE)),
            ),
            **{"with": TEXT},
        ),
        "Statistics": record(
            since=INSTANT,
            until=INSTANT,
            whole=told(TRUTH, "Whether every entry of the time is counted already."),
            refused=NUMBER,
            refusals=several(
                record(
                    kind=TEXT,
                    code=TEXT,
                    agreement=TEXT_OR_NULL,
                    by=TEXT,
                    count=NUMBER,
                    last=INSTANT,
                )
            ),
            by_code=COUNTS,
            by_agreement=COUNTS,
            by_clause=several(record(agreement=TEXT_OR_NULL, clause=TEXT, count=NUMBER)),
            times=several(
                record(
                    what=TEXT,
                    agreement=TEXT_OR_NULL,
                    by=told(TEXT, "Whose answer it was."),
                    count=NUMBER,
                    median_seconds=NUMBER,
                    p90_seconds=NUMBER,
                    longest_seconds=NUMBER,
                )
            ),
        ),
        "TrustBoard": record(
            party=TEXT,
            node=TEXT,
            since=INSTANT,
            at=INSTANT,
            days=NUMBER,
            whole=told(TRUTH, "Whether every entry of the time is counted already."),
            flows=several(
                record(
                    direction=words("in", "out"),
                    area=TEXT,
                    level=TEXT,
                    originator=TEXT,
                    count=NUMBER,
                )
            ),
            receipts=record(
                open=NUMBER,
                overdue=NUMBER,
                by_age=several(record(age=TEXT, count=NUMBER, items=several(TEXT))),
            ),
            recalls=record(
                ordered=NUMBER,
                answered=NUMBER,
                rows=several(record(item=TEXT, to=TEXT, at=INSTANT, answered=TRUTH)),
            ),
            refusals=record(
                count=NUMBER,
                rows=several(record(kind=TEXT, code=TEXT, agreement=TEXT_OR_NULL, count=NUMBER)),
            ),
            heads=several(
                record(
                    agreement=TEXT,
                    partner=TEXT,
                    origin=TEXT,
                    entries=NUMBER,
                    proven_to_both_up_to=NUMBER,
                    head=record(size=NUMBER, root=TEXT_OR_NULL, at=INSTANT_OR_NULL),
                )
            ),
        ),
        "Evidence": with_also(
            record(item=TEXT, others=several(TEXT), bytes=NUMBER, statements=several(OBJECT)),
            **{"with": TEXT},
        ),
        "Clients": record(
            clients=several(
                record(
                    id=TEXT,
                    person=TEXT_OR_NULL,
                    rule=OBJECT,
                    purpose=TEXT_OR_NULL,
                    since=INSTANT,
                    ended=INSTANT_OR_NULL,
                )
            )
        ),
        "ClientAdded": with_also(
            record(id=TEXT),
            person=TEXT,
            secret=told(TEXT, "Shown once."),
            token=told(TEXT, "Of a scim client; shown once."),
            invitation=told(TEXT, "In production; shown once."),
        ),
        "ClientEnded": record(id=TEXT, ended=TRUTH),
        "Readmitted": record(party=TEXT, equivocations=several(of("Equivocation"))),
        "Authorised": record(
            authority=told(TEXT, "SHA-384, by which it is used."),
            item=TEXT_OR_NULL,
            origin=TEXT_OR_NULL,
            below={"type": ["integer", "null"]},
        ),
        "Resumed": record(
            state=TEXT, waits_for=several(TEXT), shown_by=several(TEXT), without=several(TEXT)
        ),
        "Enrolled": record(party=TEXT, node=TEXT, url=TEXT, fingerprint=TEXT),
        "Invited": record(
            person=TEXT, what=TEXT, invitation=told(TEXT, "Shown once; kept nowhere.")
        ),
        "Redeemed": with_also(
            record(person=TEXT),
            days=NUMBER,
            token=TEXT,
            id=told(TEXT, "The client's."),
            secret=TEXT,
        ),
        "Named": record(person=TEXT, name=TEXT),
        "AccessEnded": record(person=TEXT, ended=told(TRUTH, "Whether there was access.")),
        "Returned": record(person=TEXT, returned=TRUTH),
    }
)
