"""What is said on an item's way: assurance, offer, receipt, recall, another suite, another label.

Spec: spec/receipt.md §5; spec/exchange.md §4, §5, §7-§9.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sealane.ledger.bodies.shapes import (
    Body,
    Bytes,
    Digest,
    ErrorCode,
    GrantBytes,
    Identifier,
    LabelDocument,
    Number,
    Numbers,
    RequestDocument,
    Sentence,
    Shape,
    Share,
    Size,
    Suite,
    Text,
    Time,
    Title,
    Uuid,
    Word,
)


class SealedRecord(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both nations keep of a container: digests only, no wrapped key."""

    aggregate: Digest
    key_access: Annotated[dict[Text, Digest], Meta(max_length=8)]
    """Digest of each key access object by the party whose key service holds it; "" when undivided.
    """
    manifest: Digest
    plaintext_bytes: Bytes
    policy: Digest
    profile: Word
    seal: Digest
    supersedes: Digest | None


class ClientKey(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The key that a share is to be sealed to: itself, or the digest of a client's own PEM."""

    suite: Suite | msgspec.UnsetType = msgspec.UNSET
    public: Share | msgspec.UnsetType = msgspec.UNSET
    sha384: Digest | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        whole = (self.suite is not msgspec.UNSET, self.public is not msgspec.UNSET)
        by_digest = self.sha384 is not msgspec.UNSET
        if whole != (not by_digest, not by_digest):
            raise ValueError("Expected exactly `suite` and `public`, or `sha384`")


class AssuranceRequest(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider, before a release: are readers cleared, is there need, is it protected?"""

    area: Word
    level: Word
    project: Word | None
    purpose: Word
    label: LabelDocument


class AssuranceAnswer(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: its security officer's standing word, and the posts that could read today."""

    answers: Digest
    area: Word
    level: Word
    clearance: bool
    need: bool
    protection: bool
    until: Time
    by_person: Identifier
    posts: Annotated[tuple[Word, ...], Meta(max_length=10_000)]
    """One for each person who could."""
    blocked: Annotated[tuple[Word, ...], Meta(max_length=10_000)] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    """One clause for each person who is named for it and could not; where it is told."""


class Offer(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider: this item is submitted under this agreement; its container follows."""

    request: RequestDocument
    label: LabelDocument
    decision: Digest
    container: Digest
    policy_uuid: Uuid
    size: Size
    media_type: Text
    title: Title
    copy: Number
    handle_as: Word | None
    sealed: SealedRecord
    pages: Number | msgspec.UnsetType = msgspec.UNSET
    """Of every copy, where they were counted."""
    binding: Digest | msgspec.UnsetType = msgspec.UNSET
    """Of a derived item: what ties it to the provider's registered sources without naming them."""
    onward: GrantBytes | msgspec.UnsetType = msgspec.UNSET
    """Of what a holder passes on: the `onward.granted` of the nation whose item it is."""


class Claim(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: this container came by hand; answered by its offer."""

    container: Digest
    policy_uuid: Uuid
    seal: Digest


class TransferReceived(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: stored whole, its digest checked again from the disk."""

    answers: Digest
    container: Digest
    copy: Number
    handle_as: Word | None
    decision: Digest


class TransferRejected(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: not taken, and why."""

    answers: Digest
    container: Digest
    code: ErrorCode
    reason: Sentence


class TransferAccepted(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient's registry clerk: the contents agree with the manifest."""

    answers: Digest
    by_person: Identifier


class Withdrawn(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider: its offer, which `answers` names, is taken back, whether it arrived or not."""

    answers: Digest
    reason: Sentence


class RecallOrdered(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider: these copies are called back."""

    reason: Sentence
    copies: Numbers


class Destroyed(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: key share and ciphertext of these copies were erased."""

    answers: Digest
    copies: Numbers
    what: Sentence
    by_person: Identifier


class DestroyFailed(Destroyed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: they were not, and why."""

    reason: Sentence


class Copied(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: one more copy was made, under this number; `answers` is the offer, `decision` its
    own decision that permits the copy.
    """

    answers: Digest
    copy: Number
    decision: Digest


class CopyDestroyed(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: the certificate that people destroyed a copy; who, before whom, and by which
    means.
    """

    answers: Digest
    copy: Number
    by_person: Identifier
    proof: Word
    witness: Identifier | None
    witness_proof: Word | None
    means: Sentence


class CopyReturned(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recipient: a copy went back to the provider, and is held there no more."""

    answers: Digest
    copy: Number
    by_person: Identifier


class RewrapRequest(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider: the holder's share is asked for, to seal the item anew."""

    policy_uuid: Uuid
    key_access: Digest
    suite: Suite
    client_key: ClientKey
    until: Time


class Rewrapped(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider: the same item under another suite; its container follows."""

    container: Digest
    size: Size
    suite: Suite
    sealed: SealedRecord
    replaces: Digest


class Relabelled(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider: another label from now on; `replaces` is the digest of the one before."""

    label: LabelDocument
    replaces: Digest
    reason: Sentence
