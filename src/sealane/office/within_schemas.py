"""What the operations within one node answer, as JSON Schema. Spec: spec/openapi.yaml."""

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
    Schema,
    of,
    record,
    several,
    told,
    with_also,
    words,
)
from sealane.registry.exercise_records import InjectKind
from sealane.registry.export_records import ExportState
from sealane.registry.inventory_records import InventoryState, LineState
from sealane.registry.post_life import GAP_WORDS
from sealane.registry.post_records import PostKind, PostState
from sealane.registry.waiting_act_records import WaitingActState

_INVENTORY = record(
    id=TEXT,
    level=told(TEXT_OR_NULL, "Null: every level."),
    place=told(TEXT_OR_NULL, "Null: every place."),
    assigned=told(TEXT, "Who counts."),
    opened_by=TEXT,
    since=INSTANT,
    due=INSTANT,
    state=words(*InventoryState),
    closed=INSTANT_OR_NULL,
    closed_by=TEXT_OR_NULL,
    counts=told(COUNTS, "How many lines stand where."),
)
_LINE = record(
    item=TEXT,
    copy=NUMBER,
    provider=TEXT,
    level=TEXT,
    place=TEXT,
    person=TEXT_OR_NULL,
    state=words(*LineState),
    by=TEXT_OR_NULL,
    at=INSTANT_OR_NULL,
    incident=told(TEXT_OR_NULL, "The case with the item's provider."),
    finding=TEXT_OR_NULL,
)
_GAP = record(person=TEXT, what=words(*GAP_WORDS), needs=TEXT, text=TEXT, text_ja=TEXT)
_POST = record(
    id=TEXT,
    kind=words(*PostKind),
    level=TEXT,
    agreement=TEXT_OR_NULL,
    project=TEXT_OR_NULL,
    facility=TEXT_OR_NULL,
    state=words(*PostState),
    people=several(
        record(
            person=TEXT,
            since=INSTANT,
            by=TEXT,
            excepted=told(several(TEXT), "What was lacking, and excepted, when they came."),
            exception=told(TEXT_OR_NULL, "The exception as signed (JWS)."),
            gaps=told(several(_GAP), "What is lacking now beside that."),
        )
    ),
)
_EXPORT = record(
    id=TEXT,
    item=told(TEXT, "Under which the file is registered and sealed here."),
    domain=TEXT,
    state=words(*ExportState),
    name=TEXT,
    size=NUMBER,
    media_type=TEXT,
    document=told(TEXT, "SHA-384 of the file."),
    label=OBJECT,
    mark=TEXT,
    carrier=words("pdf", "ooxml", "sidecar", "text"),
    findings_count=NUMBER,
    unread_count=NUMBER,
    held_by=TEXT,
    since=INSTANT,
    settled_by=TEXT_OR_NULL,
    settled=INSTANT_OR_NULL,
)
_FINDING = record(where=TEXT, what=TEXT, word=TEXT_OR_NULL, excerpt=TEXT)
_UNREAD = record(where=TEXT, why=TEXT)
DERIVED = with_also(
    record(item=TEXT, kind=TEXT, label=OBJECT, sources=several(TEXT), state=TEXT),
    findings=told(several(OBJECT), "Of a tear-line; what is found refuses it: none."),
    check=record(
        version=TEXT,
        covered=several(TEXT),
        unread=several(_UNREAD),
        uncompared=told(
            several(record(item=TEXT, why=TEXT)), "Sources for which no check could be made."
        ),
    ),
)
_FEED = record(
    id=told(TEXT, "A UUID: the collection's id."),
    name=TEXT,
    alias=TEXT_OR_NULL,
    agreement=TEXT,
    area=TEXT,
    readable_by={**several(TEXT), "type": ["array", "null"]},
    writable_by=several(TEXT),
    default_label={**OBJECT, "type": ["object", "null"]},
    by=TEXT,
    since=INSTANT,
)
_INJECT = record(
    id=TEXT,
    kind=words(*InjectKind),
    about=told(TEXT, "The item, the person or the partner."),
    since=INSTANT,
    by=TEXT,
    case=told(TEXT_OR_NULL, "The incident that a leak opened."),
    ended=told(INSTANT_OR_NULL, "When a line was restored."),
    ended_by=TEXT_OR_NULL,
)
_WAITING_ACT = record(
    id=TEXT,
    operation=told(TEXT, "What is done, by the operation's id."),
    act=told(TEXT, "The row of `docs/who-may.md` that names the second."),
    summary=TEXT,
    summary_ja=TEXT,
    says=told(OBJECT, "Every member of the question, as the first person asked it."),
    stated=told(several(TEXT), "The members that were stated."),
    version=told(TEXT_OR_NULL, "The ETag that it was decided on."),
    digest=told(TEXT, "Of what is asked; whoever confirms names it."),
    person=told(TEXT, "Who asked for it."),
    proof=told(TEXT, "By what means that was proven."),
    since=INSTANT,
    until=told(INSTANT, "When it lapses without an answer."),
    state=words(*WaitingActState),
    duties=told(several(TEXT), "Of which the second needs one."),
    posts=several(record(duty=TEXT, posts=several(record(post=TEXT, post_ja=TEXT)))),
    yours=told(TRUTH, "Whether who asks may answer it now."),
    by=told(TEXT_OR_NULL, "Who ended it."),
    by_proof=TEXT_OR_NULL,
    at=INSTANT_OR_NULL,
    reason=told(TEXT_OR_NULL, "Why it was declined."),
)
WITHIN: Mapping[str, Schema] = MappingProxyType(
    {
        "Inject": _INJECT,
        "Injects": record(injects=told(several(_INJECT), "The newest first.")),
        "Inventory": with_also(_INVENTORY, lines=several(_LINE), incidents=several(TEXT)),
        "Inventories": record(
            inventories=several(_INVENTORY), after=told(TEXT_OR_NULL, "Null on the last page.")
        ),
        "Post": _POST,
        "Posts": record(posts=several(_POST)),
        "Rooms": record(rooms=several(_POST)),
        "Duties": record(
            at=INSTANT,
            duties=told(
                several(
                    with_also(
                        record(
                            what=TEXT,
                            about=TEXT_OR_NULL,
                            since=INSTANT,
                            due=INSTANT_OR_NULL,
                            party=TEXT,
                            copies=several(NUMBER),
                            overdue=TRUTH,
                            ours=told(TRUTH, "Whether this nation is to do it."),
                        ),
                        item=TEXT_OR_NULL,
                        case=told(TEXT, "In the place of the item."),
                    )
                ),
                "The earliest due first.",
            ),
        ),
        "Export": with_also(
            _EXPORT,
            findings=told(several(_FINDING), "Words, marks, and layers that no page shows."),
            unread=told(several(_UNREAD), "What nobody here can read of it."),
            reason=told(TEXT_OR_NULL, "Why it may leave unread."),
            words=told(TEXT_OR_NULL, "What the second person said."),
            slip=told(TEXT_OR_NULL, "What the node signed when it passed (JWS)."),
        ),
        "Exported": _EXPORT,
        "Exports": record(
            exports=several(_EXPORT), after=told(TEXT_OR_NULL, "Null on the last page.")
        ),
        "Domains": record(
            domains=several(
                record(
                    id=TEXT,
                    name=OBJECT,
                    ceiling=told(OBJECT, "By scheme, the highest level of each ladder."),
                    readers=several(TEXT),
                    public=TRUTH,
                    admits=several(TEXT),
                    keywords=OBJECT,
                )
            )
        ),
        "Feed": _FEED,
        "Feeds": record(feeds=several(_FEED)),
        "FeedAdded": record(
            added=NUMBER,
            known=told(NUMBER, "That were there already, and are the same."),
            failed=told(
                several(record(id=TEXT, why=TEXT, why_ja=TEXT, code=TEXT)),
                "That were not taken, or that nobody reads until their marking comes.",
            ),
        ),
        "FeedSent": record(
            objects=NUMBER,
            failed=told(
                several(record(id=TEXT, why=TEXT, why_ja=TEXT, code=TEXT)),
                "That stay: the first of them.",
            ),
            stayed=told(NUMBER, "How many stay."),
        ),
        "WaitingAct": _WAITING_ACT,
        "WaitingActs": record(
            waiting=told(several(of("WaitingAct")), "For the word of who asks."),
            own=told(several(of("WaitingAct")), "Of who asks, for somebody else's word."),
            ended=told(several(of("WaitingAct")), "Of who asks, in the last 14 days."),
        ),
        "ActWaits": record(waits=of("WaitingAct")),
        "ActConfirmed": record(
            act=of("WaitingAct"), answer=told(OBJECT, "What its operation answers.")
        ),
        "Assessment": with_also(
            record(
                verified=TRUTH,
                by=TEXT,
                node=TEXT,
                made=INSTANT,
                bytes=NUMBER,
                logs=several(OBJECT),
                counts=COUNTS,
                items=several(OBJECT),
            ),
            **{"for": TEXT},
        ),
    }
)
"""By the name of the answer."""
