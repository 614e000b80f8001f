"""What the operations of one's own desk answer, as JSON Schema. Spec: spec/openapi.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.office.shapes import (
    COUNTS,
    INSTANT,
    INSTANT_OR_NULL,
    NUMBER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    Schema,
    of,
    record,
    several,
    told,
    with_also,
    words,
)
from sealane.registry.access_records import AccessState

_REQUEST = record(
    id=TEXT,
    item=TEXT,
    person=TEXT,
    post=TEXT_OR_NULL,
    post_ja=TEXT_OR_NULL,
    action=TEXT,
    purpose=TEXT,
    said=TEXT,
    state=words(*AccessState),
    since=INSTANT,
    until=told(INSTANT, "When it lapses without an answer."),
    reaches=told(
        several(record(duty=TEXT, posts=several(record(post=TEXT, post_ja=TEXT)))),
        "Who can mend it, named by post.",
    ),
    authorities=several(record(role=TEXT, name=TEXT, name_ja=TEXT)),
    by=TEXT_OR_NULL,
    at=INSTANT_OR_NULL,
    reason=TEXT_OR_NULL,
    agreed=told(several(TEXT), "The duties that agreed; granted once all that it reaches did."),
)
_WAITING = {
    "kind": TEXT,
    "item": TEXT_OR_NULL,
    "party": TEXT_OR_NULL,
    "person": TEXT_OR_NULL,
    "about": TEXT_OR_NULL,
    "since": INSTANT,
    "due": INSTANT_OR_NULL,
    "overdue": TRUTH,
    "link": told(TEXT, "The page of the console where it is done."),
}
HOME: Mapping[str, Schema] = MappingProxyType(
    {
        "Home": record(
            at=INSTANT,
            person=TEXT,
            waiting=told(several(record(**_WAITING)), "The earliest due first."),
            counts=told(COUNTS, "How many of each kind."),
            total=NUMBER,
        ),
        "Reminder": record(
            person=TEXT,
            mail=told(TRUTH, "Whether this node sends e-mail."),
            address=told(TEXT_OR_NULL, "Proven: where reminders go."),
            wanted=told(TEXT_OR_NULL, "To be proven by the code that was sent there."),
            lang=TEXT_OR_NULL,
            often=TEXT_OR_NULL,
            minutes=NUMBER_OR_NULL,
            hour=NUMBER_OR_NULL,
            since=INSTANT_OR_NULL,
            last=told(INSTANT_OR_NULL, "When the last message was made."),
            trouble=told(TEXT_OR_NULL, "Why the last message did not leave."),
        ),
        "FeedToken": record(
            person=TEXT,
            feed=told(TEXT, "The feed's address."),
            days=NUMBER,
            token=told(TEXT, "Shown this once."),
        ),
        "AccessRequest": with_also(
            _REQUEST,
            clauses=several(record(clause=TEXT, code=TEXT)),
            mends=told(
                several(
                    record(clause=TEXT, code=TEXT, text=TEXT, text_ja=TEXT, by=TEXT, path=TEXT)
                ),
                "What is still missing, whose act mends it, and on which page.",
            ),
        ),
        "AccessRequests": record(
            own=several(of("AccessRequest")),
            waiting=told(several(of("AccessRequest")), "For the word of who asks."),
            to_mend=told(several(of("AccessRequest")), "Granted; the act that mends is still due."),
        ),
    }
)
"""By the name of the answer."""
