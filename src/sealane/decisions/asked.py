"""What is asked, in the domain's own values: instants as integers, sets as sets, the label parsed.

Made from the wire only by `request`, which is strict.
Spec: spec/interfaces.md §4.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from sealane.base.values import Instant
from sealane.labels.model.label import Label


class AskedItem(msgspec.Struct, frozen=True, kw_only=True):
    """The item that the act is about; empty persons and references mean none."""

    id: str
    area: str
    kind: str
    provider: str
    purposes: frozenset[str]
    released_to: frozenset[str]
    recalled: bool
    project: str | None
    until: Instant | None
    originator: str | None
    release_officer: str | None
    second_signer: str | None
    joint_committee_ref: str | None


class HeldClearance(msgspec.Struct, frozen=True, kw_only=True):
    """One clearance of a person. Spec: R22."""

    issuer: str
    policy: str
    level: str
    basis: str
    granted: Instant
    expires: Instant | None
    sponsor: str | None
    status: str


class Briefing(msgspec.Struct, frozen=True, kw_only=True):
    """A briefing on one agreement. Spec: R28."""

    agreement: str
    on: Instant
    until: Instant | None


class Authorisation(msgspec.Struct, frozen=True, kw_only=True):
    """A naming of the person for one item or one project. Spec: R20."""

    item: str | None
    project: str | None
    by: str
    since: Instant
    until: Instant | None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The person who acts; roles are kept, and count for nothing. Spec: R20, R21."""

    id: str
    nationality: frozenset[str]
    organisation: str
    organisation_country: str
    clearances: tuple[HeldClearance, ...]
    briefings: tuple[Briefing, ...]
    authorisations: tuple[Authorisation, ...]
    roles: frozenset[str]
    duties: frozenset[int]


class Facility(msgspec.Struct, frozen=True, kw_only=True):
    """Where the act takes place and what it is accredited for. Spec: R29."""

    id: str
    country: str
    policy: str
    level: str
    until: Instant | None


class Assurance(msgspec.Struct, frozen=True, kw_only=True):
    """What the recipient assured before release. Spec: R30."""

    clearance: bool
    need: bool
    protection: bool
    by: str
    at: Instant


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a provider to one question; what it names limits it. Spec: R32, R33."""

    act: str
    item: str
    to: str | None
    by: str
    answer: str
    at: Instant
    until: Instant | None
    purpose: str | None = None
    level: str | None = None
    person: str | None = None
    paragraphs: frozenset[str] | None = None


class ApprovedVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that the host approved: who, where, from when until when. Spec: R37."""

    case: str
    level: str
    subject: str
    since: Instant
    until: Instant
    facility: str
    people: frozenset[str]


class TakingPart(msgspec.Struct, frozen=True, kw_only=True):
    """As whom the reader's nation lets the reader take part in an activity; no clause reads it."""

    case: str
    name: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One question to `decide`; `normal` is its one canonical text,
    whatever the order of its sets.
    """

    action: str
    label: Label
    item: AskedItem
    subject: Subject
    recipient: str
    purpose: str
    facility: Facility | None
    assurance: Assurance | None
    consents: tuple[Consent, ...]
    agreement: str
    at: Instant
    accept_unverified: bool
    third_agreement: str | None
    target: str | None = None
    visit: ApprovedVisit | None = None
    activity: TakingPart | None = None
    normal: Callable[[], bytes]
