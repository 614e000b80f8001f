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
    Paragraph,
    RequestDocument,
    Shape,
    Share,
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


class Opened(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: a key was used by this post; `answers` names the release of the share, `proof` how
    the reader proved to be who acts.
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
