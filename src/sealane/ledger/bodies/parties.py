"""What parties say of themselves and of their books: cards, notices, services, inventories, and the
two plain answers.

Spec: spec/receipt.md §5; spec/exchange.md §2, §7; spec/key-access.md §4.3; spec/ledger.md §7.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from sealane.ledger.bodies.shapes import (
    Body,
    CardBytes,
    CardDocument,
    Digest,
    Digests,
    ErrorCode,
    Identifier,
    IssuerDocument,
    NamedDocument,
    NoticesDocument,
    Number,
    Sentence,
    Shape,
    StatementBytes,
    Text,
    Url,
)

CopyNumber = Annotated[
    str, Meta(pattern=r"\A[0-9]{1,9}\Z", max_length=9, description="number as text")
]


class InventoryLine(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item as a register holds it, never a title or a label.

    Digests are plain texts here: a register that was altered is told as it is, and found so.
    """

    id: Identifier
    state: Text
    recalled: bool
    container: Text
    policy_uuid: Text
    decision: Text
    label: Digest
    copies: Annotated[dict[CopyNumber, Text], Meta(max_length=4096)]


class Enrolment(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either, once, about itself: this is my card."""

    card: CardDocument


class CardRenewed(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either, about itself: this card follows the one you have."""

    card: CardBytes
    number: Number


class CardAccepted(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: two people here accepted the statement keys of this card of yours."""

    card: Digest
    number: Number


class AgreementState(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: its own notices about this version of the agreement."""

    notices: NoticesDocument


class StatementsRequest(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either, after a loss: bytes of statements that the asker's log names."""

    digests: Digests


class StatementsHeld(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: those bytes, and the digests of which none are left."""

    answers: Digest
    held: Annotated[tuple[StatementBytes, ...], Meta(max_length=64)]
    missing: Digests


class ServicesStated(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: its OpenTDF side under this agreement, for the partner's operator to accept."""

    issuer: IssuerDocument | None
    named: Annotated[tuple[NamedDocument, ...], Meta(max_length=64)]
    servers: Annotated[tuple[Url, ...], Meta(max_length=16)]


class PackMade(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either, to the other: I made the pack whose first page has this digest (pack.md §2)."""

    page: Digest


class InventoryRequest(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: what does your register hold between us, beyond this item?"""

    after: Identifier | None


class InventoryPage(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: states and digests by item, and where the next page begins."""

    answers: Digest
    items: Annotated[tuple[InventoryLine, ...], Meta(max_length=1000)]
    next: Identifier | None


class Acknowledged(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: stored and logged."""

    answers: Digest


class Rejected(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either: not accepted, and why."""

    answers: Digest
    code: ErrorCode
    reason: Sentence
