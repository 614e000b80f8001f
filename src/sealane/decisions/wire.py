"""A request as it arrives: every member present, none unknown, every word of a closed list known,
every type right.

Only shapes live here; `request.request_from_json` is the one door to the domain.
Spec: spec/interfaces.md §4 (members of a request).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sealane.agreements.vocabulary import Kind
from sealane.registry.records import Duty

MAX_LIST = 4096
Text = Annotated[str, Meta(min_length=1, max_length=256)]
"""A word, a name or an identifier: never empty, for nothing would be said by it."""
Time = Annotated[str, Meta(max_length=40)]
Country = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
Texts = Annotated[list[Text], Meta(max_length=MAX_LIST)]
Countries = Annotated[list[Country], Meta(max_length=MAX_LIST)]


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A record whose members are all required unless a default stands beside them."""


class WireItem(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The item that the act is about; for persons, project, time limit and reference, null means
    none.
    """

    id: Text
    area: Text
    kind: Kind
    provider: Country
    purposes: Texts
    released_to: Countries
    recalled: bool
    project: Text | None
    until: Time | None
    originator: Text | None
    release_officer: Text | None
    second_signer: Text | None
    joint_committee_ref: Text | None


class WireClearance(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One clearance; a null sponsor is none, a null end has passed."""

    issuer: Text
    policy: Text
    level: Text
    basis: Literal["assessed", "exempt-by-law", "temporary"]
    granted: Time
    expires: Time | None
    sponsor: Text | None
    status: Literal["active", "suspended", "revoked"]


class WireBriefing(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A briefing on one agreement."""

    agreement: Text
    on: Time
    until: Time | None


class WireAuthorisation(
    _Shape,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    rename={"since": "from"},
):
    """A naming of the person, for exactly one of an item or a project."""

    by: Text
    since: Time
    until: Time | None
    item: Text | msgspec.UnsetType | None = msgspec.UNSET
    project: Text | msgspec.UnsetType | None = msgspec.UNSET


class WireSubject(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The person who acts, with everything recorded about them."""

    id: Text
    nationality: Countries
    organisation: Text
    organisation_country: Country
    clearances: Annotated[list[WireClearance], Meta(max_length=MAX_LIST)]
    briefings: Annotated[list[WireBriefing], Meta(max_length=MAX_LIST)]
    authorisations: Annotated[list[WireAuthorisation], Meta(max_length=MAX_LIST)]
    roles: Texts
    duties: Annotated[list[Duty], Meta(max_length=MAX_LIST)]


class WireAccreditation(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The level a facility is accredited for, in the words of one scheme."""

    policy: Text
    level: Text


class WireFacility(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Where the act takes place."""

    id: Text
    country: Country
    accredited: WireAccreditation
    until: Time | None


class WireAssurance(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What the recipient assured before release."""

    clearance: bool
    need: bool
    protection: bool
    by: Text
    at: Time


class WireConsent(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One answer to one question, and what it is limited to; a null end has passed."""

    act: Text
    item: Text
    to: Text | None
    by: Text
    answer: Literal["yes", "no"]
    at: Time
    until: Time | None
    purpose: Text | msgspec.UnsetType = msgspec.UNSET
    level: Text | msgspec.UnsetType = msgspec.UNSET
    person: Text | msgspec.UnsetType = msgspec.UNSET
    paragraphs: Texts | msgspec.UnsetType = msgspec.UNSET


class WireVisit(
    _Shape,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    rename={"since": "from"},
):
    """An approved visit, as the host answered it."""

    case: Text
    level: Text
    subject: Text
    since: Time
    until: Time
    facility: Text
    people: Texts


class WirePart(
    _Shape,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    rename={"name": "as"},
):
    """The post by which the reader's nation let the reader take part in an activity."""

    case: Text
    name: Text


class WireRequest(_Shape, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One question: may this be done? The label stays raw until its own strict reader has it."""

    action: Text
    label: msgspec.Raw
    item: WireItem
    subject: WireSubject
    recipient: Country
    purpose: Text
    facility: WireFacility | None
    assurance: WireAssurance | None
    consents: Annotated[list[WireConsent], Meta(max_length=MAX_LIST)]
    agreement: Annotated[str, Meta(min_length=1, max_length=1024)]
    at: Time
    accept_unverified: bool | msgspec.UnsetType = msgspec.UNSET
    third_agreement: Text | msgspec.UnsetType | None = msgspec.UNSET
    target: Text | msgspec.UnsetType = msgspec.UNSET
    """The new level; it stands for `downgrade`, and for nothing else."""
    visit: WireVisit | msgspec.UnsetType = msgspec.UNSET
    """It may stand for `visit`, and for nothing else."""
    activity: WirePart | msgspec.UnsetType = msgspec.UNSET
    """As whom the reader takes part in the activity that the item was released for."""
