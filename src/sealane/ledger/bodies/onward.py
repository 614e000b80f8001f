"""What is said where a holder passes an item on to a third party: the consent of the nation whose
item it is, the holder's word to that nation, and what became of it there.

Spec: spec/receipt.md §5; spec/onward.md.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from sealane.ledger.bodies.shapes import (
    Body,
    Country,
    Digest,
    KeyAccessDocument,
    LabelDocument,
    PolicyText,
    StatementBytes,
    Time,
    Word,
)


class OnwardGranted(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Provider, to the third party: this holder may offer you this item of mine, as it stands here;
    `decision` is that of my key service.
    """

    holder: Country
    label: LabelDocument
    purposes: Annotated[tuple[Word, ...], Meta(max_length=64)]
    until: Time
    binding: Digest | msgspec.UnsetType = msgspec.UNSET
    """Of a derived item: as the provider's own offer has it."""
    decision: Digest


class OnwardOffered(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holder, to the provider: with your consent I made this offer; this is your part of its key.
    `answers` names the release of the share that it was sealed anew with.
    """

    answers: Digest
    offer: StatementBytes
    key_access: KeyAccessDocument
    policy: PolicyText


class OnwardSaid(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Holder, to the provider: this was said between the third party and me about what I passed on;
    `order` is what it answers, where only that tells what it means.
    """

    statement: StatementBytes
    order: StatementBytes | msgspec.UnsetType = msgspec.UNSET
