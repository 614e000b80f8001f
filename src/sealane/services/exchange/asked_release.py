"""What a person asks to be released, and the request that it makes.

Spec: R30, R31, R64; spec/interfaces.md §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import Unavailable, declare
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.registry.person_proof import PersonProof
from sealane.registry.records import Duty
from sealane.registry.who_may import Act
from sealane.services.cases.committee import Transferring, reference
from sealane.services.deciding.request import bare_subject, stated_facts
from sealane.services.node import Node, require_duty
from sealane.services.register import acts
from sealane.services.register.acts import Actor

CLOCK_SKEW = 5 * SECOND
NOT_KEPT = declare(
    "release.not_kept",
    Unavailable,
    "The file could not be kept while it came: {why}.",
    "受信中のファイルを保持できません：{why}。",
    "Free disk space where temporary files lie, then try again; nothing was released.",
    "一時ファイルの置き場に空きを作って再試行してください。何も提供していません。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a person asks to be released; every person is named by id."""

    label: Label
    to: tuple[str, ...]
    agreement: str
    area: str
    purpose: str
    purposes: tuple[str, ...]
    until: Instant
    originator: str
    officer: str
    second: str | None = None
    kind: str = "file"
    project: str | None = None
    committee: str | None = None
    elements: tuple[str, ...] = ()
    """Of a committee's decision that this is a release of."""
    title: str = ""
    media_type: str = "application/octet-stream"
    reference: str | None = None
    pages: int | None = None
    """Of every copy, where somebody counted."""
    reason: str | None = None
    """What the officer says to whoever signs beside; it stays with this nation."""
    profile: str = "sovereign"
    ask_first: bool = False
    """Whether nothing goes where something is unusual and `answer` says nothing to it."""
    answer: str | None = None
    """What the officer says to what is unusual."""
    each: bool = False
    """Whether those whom the decision permits are served where it refuses others."""
    proof: PersonProof = PersonProof.UNPROVEN
    """How it was proven that the officer is the one who asks."""
    second_proof: PersonProof = PersonProof.UNPROVEN
    """The same of the second signer, where one is named."""

    @property
    def actor(self) -> Actor:
        """Who releases, and who signs beside."""
        second = None if self.second is None else Actor(self.second, self.second_proof)
        return Actor(self.officer, self.proof, second)


def with_proven_second(node: Node, asked: Release) -> Release:
    """The release as it can be signed now: in production a second who proves nothing here signs
    later, and the release waits for `countersign`.
    """
    unproven = asked.second_proof is PersonProof.UNPROVEN and node.settings.profile == "production"
    return replace(asked, second=None) if unproven else asked


def require_known(node: Node, tx: Tx, asked: Release) -> None:
    """Everybody whom a release names is in the directory. Raises: NotFound `person.unknown`;
    Refused `person.unproven`.
    """
    acts.known(node, tx, Act.RELEASE, asked.actor)
    for person in (asked.originator, asked.second):
        if person is not None:
            node.person(tx, person)


def require_people(node: Node, tx: Tx, asked: Release) -> None:
    """Each of the people whom a release names may do what it says of them; asked before anything is
    asked of a partner.

    Raises: NotFound `person.unknown`; Misconfigured `agreement.not_held`; Refused
    `person.unproven`, `person.duty`.
    """
    require_known(node, tx, asked)
    node.agreement_row(tx, asked.agreement)
    acts.require(node, tx, Act.RELEASE, asked.actor)
    require_duty(node.person(tx, asked.originator), Duty.ORIGINATOR)
    if asked.actor.second is not None:
        acts.require(node, tx, Act.COUNTERSIGN, asked.actor.second)


def facts_of(node: Node, asked: Release) -> dict[str, Any]:
    """The item's facts as this release states them, for all whom it goes to."""
    return stated_facts(
        id="pending",
        provider=node.party,
        until=format_instant(asked.until),
        area=asked.area,
        kind=asked.kind,
        purposes=asked.purposes,
        released_to=asked.to,
        project=asked.project,
        originator=asked.originator,
        release_officer=asked.officer,
        second_signer=asked.second,
        joint_committee_ref=asked.committee,
    )


def request_of(
    node: Node,
    tx: Tx,
    asked: Release,
    facts: dict[str, Any],
    *,
    to: str,
    assurance: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The release to one recipient as the request that `decide` is asked; it names no other."""
    what = Transferring(
        to=to, agreement=asked.agreement, elements=asked.elements, purpose=asked.purpose
    )
    committee = reference(node, tx, asked.committee, what)
    item = {**facts, "released_to": [to], "recalled": False, "joint_committee_ref": committee}
    return {
        "action": "release",
        "label": asked.label.as_json(),
        "item": item,
        "subject": bare_subject(node.person(tx, asked.officer), Duty.RELEASE_OFFICER),
        "recipient": to,
        "purpose": asked.purpose,
        "facility": None,
        "consents": [],
        "assurance": assurance,
        "agreement": asked.agreement,
        "at": _after(node, assurance),
    }


def _after(node: Node, assurance: Mapping[str, Any] | None) -> str:
    """Now, or the assurance's own instant where the partner's clock runs a little ahead of ours."""
    now = node.host.now()
    given = now if assurance is None else parse_instant(assurance["at"])
    return format_instant(given if now < given <= now + CLOCK_SKEW else now)
