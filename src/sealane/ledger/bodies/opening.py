"""What is said when a reader opens an item: the request, the share or the refusal, and what was
done.

Spec: spec/receipt.md §5; spec/exchange.md §6.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sealane.ledger.bodies.exchange import ClientKey
from sealane.ledger.bodies.shapes import (
    Body,
    Clause,
    Digest,
    DigestOrNone,
    ErrorCode,
    GrantBytes,
    Identifier,
    Paragraph,
    RequestDocument,
    Shape,
    Share,
    Suite,
    Time,
    Uuid,
    Word,
)


class RefusalReason(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One clause that was not met, in both languages."""

    clause: Clause
    code: ErrorCode
    text: Paragraph
    text_ja: Paragraph


class OpenRequest(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: its nation permitted this reader; a share is asked for."""

    request: RequestDocument
    policy_uuid: Uuid
    key_access: Digest
    client_key: ClientKey
    until: Time
    decision: Digest


class KeyReleased(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key service: its share, sealed to the asker's one-time key."""

    answers: Digest
    decision: Digest
    share: Share
    grant: GrantBytes | msgspec.UnsetType = msgspec.UNSET
    """For the act of passing the item on: the `onward.granted` that goes with the offer."""


class KeyRefused(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider's key service: no share, by these clauses."""

    answers: Digest
    decision: DigestOrNone
    reasons: Annotated[tuple[RefusalReason, ...], Meta(max_length=256)]


class KeyLeased(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider's key service: its share for openings of this item with nobody at the line's end,
    until an instant; sealed to a key of the holder's card, and bound to all that stands here.
    """

    policy_uuid: Uuid
    key_access: Digest
    purposes: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=64)]
    readers: Annotated[tuple[Identifier, ...], Meta(max_length=64)]
    """Ids of the only people who may; empty: whomever the holder's own decision permits."""
    until: Time
    decision: Digest
    suite: Suite
    kid: Identifier
    share: Share


class Opened(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: a key was used by this post; `answers` names the release of the share or its
    lease, `proof` how the reader proved to be who acts.
    """

    answers: Digest
    action: Word
    post: Word
    proof: Word | msgspec.UnsetType = msgspec.UNSET
    purpose: Word
    decision: Digest


class OpenDenied(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: refused at home, by these clauses."""

    post: Word
    purpose: Word
    action: Word
    decision: Digest
    clauses: Annotated[tuple[Clause, ...], Meta(max_length=256)]
