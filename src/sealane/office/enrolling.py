"""Operations that accept a partner's card, once people compared its fingerprint with that partner
over another channel.

Spec: spec/openapi.yaml; docs/who-may.md; spec/interfaces.md §6; R59, R62.
"""

from __future__ import annotations

from typing import Any

from sealane.base.errors import Refused, declare
from sealane.office.operation import (
    Carries,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.protocol.card import bare_fingerprint, read_card
from sealane.registry.who_may import Act
from sealane.services.register import acts, enrolment
from sealane.services.register.acts import Actor

CARD_MOST = 1 << 20
FINGERPRINT = StatedMember(
    name="fingerprint",
    needed=True,
    most=400,
    says="As the partner read it over another channel; another card is refused.",
)
OTHER_FINGERPRINT = declare(
    "card.fingerprint",
    Refused,
    "The card's fingerprint is not the one that was compared; nothing was accepted.",
    "カードの指紋が照合したものと異なります。何も受け入れていません。",
    "Compare again with the partner over another channel; keep the card.",
    "別の手段で相手国と再び照合し、カードを保存してください。",
)


def _enrol(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.file is not None
    with office.node.store.reading() as tx:
        acts.require(office.node, tx, Act.ENROL, actor)
    return _accepted(office, actor, asked.file.read(CARD_MOST + 1), asked["fingerprint"])


def _accept(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        acts.require(office.node, tx, Act.ENROL, actor)
    data = enrolment.waiting_card(office.node, asked["party"])
    return _accepted(office, actor, data, asked["fingerprint"])


def _accepted(office: NodeOffice, actor: Actor, data: bytes, compared: str) -> dict[str, Any]:
    shown = read_card(data).fingerprint()
    if bare_fingerprint(compared) != bare_fingerprint(shown):
        raise OTHER_FINGERPRINT()
    partner = enrolment.enrol(office.node, data, by=actor)
    office.deliver_all()
    return {
        "party": partner.party,
        "node": partner.node,
        "url": partner.url,
        "fingerprint": shown,
    }


OPERATIONS = (
    Operation(
        id="partners.enrol",
        act=Act.ENROL,
        method="POST",
        path="/api/v1/partners",
        says="Accept a partner's card, whose fingerprint was compared over another channel.",
        says_ja="別の手段で指紋を照合した相手国のカードを受け入れる。",
        answer="Enrolled",
        carries=Carries.IN,
        second=True,
        members=(FINGERPRINT,),
        do=_enrol,
        example={"fingerprint": "as it was read aloud"},
    ),
    Operation(
        id="partners.accept",
        act=Act.ENROL,
        method="POST",
        path="/api/v1/partners/{party}/card",
        says="Accept the card of an enrolled partner that came by itself and waits for two people.",
        says_ja="自動的に届き二人の承認を待つ、登録済みの相手国のカードを受け入れる。",
        answer="Enrolled",
        second=True,
        members=(
            StatedMember(
                name="party", place=MemberPlace.PATH, needed=True, most=64, says="The partner."
            ),
            FINGERPRINT,
        ),
        do=_accept,
        example={"fingerprint": "as it was read aloud"},
    ),
)
