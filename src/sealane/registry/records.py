"""What a node's register holds, as frozen records: one for each table, with words of its own for
state, direction and duty.

A record is what a row says, whole; no record is half read. Instants are RFC 3339 texts in UTC as
they are signed, save those that a clock counts by, which are nanoseconds since 1970. Members that
a decision takes as they stand (`facts`, `label`, `request`, a person's `data`) keep the form of the
contract.
Spec: spec/interfaces.md §4; R20, R39, R40, R42.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Direction(StrEnum):
    """Which way an item goes, as its register sees it."""

    OWN = "own"
    """Sealed here for this nation's own people."""
    OUT = "out"
    """Ours, released to a partner."""
    IN = "in"
    """A partner's, held here."""


class ItemState(StrEnum):
    """Where an item stands: the states of a transfer's life, and `sealed` before any transfer."""

    SEALED = "sealed"
    AWAITING_SECOND_SIGNER = "awaiting second signer"
    SENT_BACK = "sent back"
    """The second signer wants something of the release officer first."""
    QUEUED = "queued"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    """The second signer said no."""


class CopyState(StrEnum):
    """Where one numbered copy stands: the states of a copy's life."""

    HELD = "held"
    RECALLED = "recalled"
    DESTROYED = "destroyed"
    NOT_DESTROYED = "not destroyed"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Duty(StrEnum):
    """What a person may be charged with. Spec: spec/interfaces.md §4; R64."""

    ORIGINATOR = "originator"
    RELEASE_OFFICER = "release-officer"
    SECOND_SIGNER = "second-signer"
    REGISTRY_CLERK = "registry-clerk"
    AUDITOR = "auditor"
    SECURITY_OFFICER = "security-officer"
    READER = "reader"
    OPERATOR = "operator"


class Newness(StrEnum):
    """Whether a node may be older than what it said. Spec: spec/ledger.md §7."""

    CURRENT = "current"
    MOVED = "moved"
    """Its folder was moved, copied or restored, or the machine started anew: nobody was asked yet.
    """
    BEHIND = "behind"
    """A partner or the place for last signed heads shows more than this node holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """Where this database was last known to be the newest: the seat of its folder then, and what
    was found since.
    """

    id: str
    seat: str
    state: Newness
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One registered item: what it is, whose, under which agreement and label, and where it is."""

    id: str
    direction: Direction
    provider: str
    """This nation, or the one that gave it here under the agreement."""
    agreement: str
    """Empty for an item that rests on no agreement."""
    agreement_digest: str
    facts: dict[str, Any]
    label: dict[str, Any]
    handle_as: str | None = None
    title: str
    media_type: str
    document: str | None = None
    """SHA-384 of the plaintext, hex, where it was seen here; it never leaves this register."""
    state: ItemState
    """Of several transfers, where the one furthest behind stands (`transfer.standing`)."""
    created: str
    recalled: str | None = None
    reference: str | None = None
    pages: int | None = None
    """As it was registered, for life; None where nobody counted."""
    binding: str | None = None
    """What ties a derived item to its sources without naming them (`registry.binding`)."""

    @property
    def origin(self) -> str:
        """Whose information it is: its provider, save where that nation passed on another's."""
        return str(self.facts.get("provider") or self.provider)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContainer:
    """One sealed container of an item: each recipient has its own, with a key and a policy of its
    own.
    """

    policy_uuid: str
    item: str
    to: str
    """For whom it was sealed; the own party before any release, and where it was received."""
    container: str
    """SHA-384 of the file, hex; its name in the blob store."""
    size: int
    """Bytes of the file."""
    sealed: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One numbered copy of an item: who holds it, where, in which state and by whose word. Numbers
    count within each holding party, so that none tells how many others there are.
    """

    item: str
    number: int
    holder: str
    """The nation."""
    person: str | None = None
    """Who of that nation has it in their hands; None: its registry, or a partner's copy."""
    place: str
    state: CopyState
    level: str
    """The classification that it bears."""
    since: str
    authority: str
    waits: str | None = None
    """From when on something may wait for it, as its item tells; None: nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One movement of an item to one party, until its receipts are complete: what was decided of
    it, and where it stands.
    """

    item: str
    to: str
    state: ItemState
    since: str
    due: str | None = None
    offer: str | None = None
    """The digest of the offer's statement; None while it waits for a second signer."""
    receipt: str | None = None
    request: dict[str, Any]
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given(Item):
    """An item as one party has it: the item's row with that party's container, transfer and
    decision, and nothing of any other party's.

    `facts` name that party alone under `released_to`, and `state` is its transfer's.
    """

    to: str
    container: str
    size: int
    policy_uuid: str
    sealed: dict[str, Any]
    request: dict[str, Any]
    decision: str
    offer: str | None = None
    ended: bool = False
    """Whether the copy that its key opens was destroyed or went back."""
    onward: bool = False
    """Whether it is what a holder passed on to that party, with the consent of its origin."""
    part: dict[str, Any] | None = None
    """Of such an item at its origin: the part of its key that is there (`Onward.part`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """One person of the directory, as entered, and the verifier of a passphrase of their own."""

    id: str
    data: dict[str, Any]
    verifier: str | None = None
    since: str
    ended: str | None = None
    """When the person left: from then on they have access to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPerson:
    """What a person's record said from `since` until it was changed."""

    person: str
    since: str
    until: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityEntry:
    """One facility of the directory, as entered."""

    id: str
    data: dict[str, Any]
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssuranceEntry:
    """A party's standing assurance to another for an area and a level under an agreement."""

    agreement: str
    by: str
    to: str
    area: str
    level: str
    data: dict[str, Any]
    statement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """An enrolled partner and its card, as exact bytes."""

    party: str
    node: str
    url: str
    card: bytes
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAgreement:
    """One version of an agreement held here, with the signatures over its exact bytes."""

    id: str
    digest: str
    version: str
    file: bytes
    signatures: Any
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNotices:
    """The signed notices about one agreement, as one file."""

    agreement: str
    file: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivocation:
    """A proven contradiction between two heads that a partner signed; keys to it stop until two
    people settled it.
    """

    party: str
    proof: str
    """SHA-384 of the fraud proof."""
    origin: str
    since: str
    settled: str | None = None
    people: Any = None
    """Who settled it."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRef:
    """Where a ledger entry about an item or a statement stands."""

    origin: str
    index: int
    kind: str
    item: str | None = None
    statement: str | None = None
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStatement:
    """A statement's exact bytes by their digest; None once disposed of under an authority."""

    digest: str
    type: str
    by: str
    to: str
    agreement: str
    item: str | None = None
    said: str
    data: bytes | None
    kept: int
    """Nanoseconds since 1970."""
    disposed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One statement that waits for its partner, and what became of the tries so far."""

    id: int | None = None
    """The order in which rows leave; given by the store."""
    partner: str
    type: str
    item: str | None = None
    statement: str
    container: str | None = None
    created: str
    due: int
    """Nanoseconds since 1970."""
    attempts: int = 0
    token: str | None = None
    """Whose try is under way until `due`: nobody else's closes the row."""
    trouble: str | None = None
    done: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """What a statement was answered, so that the same bytes get the same answer."""

    statement: str
    by: str
    answer: bytes
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientEntry:
    """An OpenTDF client that the node lets in for one person, until `ended`."""

    id: str
    person: str
    secret_digest: str
    rule: dict[str, Any]
    purpose: str | None = None
    since: str
    ended: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAuthority:
    """A recorded authority to dispose or to prune, as exact signed bytes."""

    digest: str
    data: bytes
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Serial:
    """The last number of a series."""

    name: str
    last: int
