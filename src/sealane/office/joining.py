"""Operations on who comes and goes: invitations to a credential, the name at the nation's identity
provider, the end of a person's access, and the return.

Spec: spec/openapi.yaml; docs/who-may.md; spec/interfaces.md §6; R28, R57.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.office.operation import (
    MemberKind,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import PERSON
from sealane.registry.means import Means
from sealane.registry.person_proof import PersonProof
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.opentdf import clients
from sealane.services.register import acts, feed_clients, identities, leaving
from sealane.services.register.accounts import MOST, TOKEN_DAYS_MOST
from sealane.services.register.acts import Actor
from sealane.services.register.invitations import CLIENT, PASSPHRASE, TOKEN, Invitations

REDEEMED_BY = declare(
    "invitation.credential",
    Malformed,
    "An invitation is redeemed with a new passphrase, or with the person's own: one of the two.",
    "招待は、新しいパスフレーズか、本人の現在のパスフレーズのいずれか一方で受けます。",
    "To a passphrase give `new`; to a token or a client give `own`.",
    "パスフレーズの招待には `new`、トークン又はクライアントの招待には `own` を指定してください。",
)


def _invite(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node, person = office.node, asked["person"]
    with node.store.reading() as tx:
        acts.require(node, tx, Act.INVITE, actor)
        node.person(tx, person)
    terms = {"days": asked["days"]} if asked["what"] == TOKEN else {}
    made = _invitations(office).issue(person, asked["what"], by=actor, **terms)
    return {"person": person, "what": asked["what"], "invitation": made}


def _redeem(office: NodeOffice, _: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    accounts, person, new = office.accounts, asked["person"], asked["new"]
    assert accounts is not None
    if (new is None) == (asked["own"] is None):
        raise REDEEMED_BY()
    accounts.require_taken(Means.PASSPHRASE)
    issued = _invitations(office)
    if new is not None:
        issued.set_passphrase(asked["invitation"], person, new)
        return {"person": person}
    found = issued.accept(
        accounts, asked["invitation"], person, asked["own"], address=asked.address
    )
    if found.what == CLIENT:
        secret = taken(office.node, person, found.terms)
        return {"person": person, "id": found.terms["id"], "secret": secret}
    days = int(found.terms["days"])
    return {"person": person, "days": days, "token": accounts.token(person, days)}


def taken(node: Node, person: str, terms: Mapping[str, Any]) -> str:
    """The secret of the client that an invitation promised. Raises: as its enrolment."""
    if terms.get("kind") == feed_clients.TAXII:
        return feed_clients.enrol(
            node, str(terms["id"]), person, by=Actor(person, PersonProof.PASSPHRASE)
        )
    return clients.taken(node, person, terms)


def _invitations(office: NodeOffice) -> Invitations:
    assert office.accounts is not None
    return Invitations(office.node, office.accounts.secret)


def _name(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    identities.name_person(office.node, asked["person"], asked["name"], by=actor)
    return {"person": asked["person"], "name": asked["name"]}


def _end(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    ended = leaving.leave(office.node, asked["person"], by=actor)
    return {"person": asked["person"], "ended": ended}


def _return(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    leaving.come_back(office.node, asked["person"], by=actor)
    return {"person": asked["person"], "returned": True}


_WHOSE = StatedMember(name="person", needed=True, says="The person's id.")
OPERATIONS = (
    Operation(
        id="invitations.issue",
        act=Act.INVITE,
        method="POST",
        path="/api/v1/invitations",
        says="Invite a person to a first passphrase or a token, for a week; shown once.",
        says_ja="パスフレーズ又はトークンへの招待を発行する（一週間有効、一度だけ表示）。",
        answer="Invited",
        secret=True,
        members=(
            _WHOSE,
            StatedMember(
                name="what", words=(PASSPHRASE, TOKEN), default=PASSPHRASE, says="To what."
            ),
            StatedMember(
                name="days",
                kind=MemberKind.NUMBER,
                default=7,
                most=TOKEN_DAYS_MOST,
                says="How long a token lasts.",
            ),
        ),
        do=_invite,
        example={"person": "jpn.tanaka"},
    ),
    Operation(
        id="invitations.redeem",
        act=None,
        method="POST",
        path="/api/v1/invitations/redeem",
        says="Redeem an invitation: set the own passphrase, or take a token or a client's secret.",
        says_ja="招待を受け、自分のパスフレーズを設定するか、トークン又はクライアントの秘密を受け取る。",
        answer="Redeemed",
        open_to_all=True,
        members=(
            _WHOSE,
            StatedMember(name="invitation", needed=True, most=4096, says="As it was issued."),
            StatedMember(name="new", most=MOST, says="To a passphrase: the new one."),
            StatedMember(
                name="own", most=MOST, says="To a token or a client: the person's own passphrase."
            ),
        ),
        do=_redeem,
        example={"person": "jpn.tanaka", "invitation": "a.b", "new": "a passphrase of one's own"},
    ),
    Operation(
        id="people.name",
        act=Act.NAME,
        method="POST",
        path="/api/v1/people/{person}/name",
        answer="Named",
        members=(
            PERSON,
            StatedMember(name="name", needed=True, says="As the provider writes it."),
        ),
        do=_name,
        second=True,
        example={"name": "jpn.tanaka@idp.example"},
    ),
    Operation(
        id="people.end",
        act=Act.DISMISS,
        method="POST",
        path="/api/v1/people/{person}/end",
        answer="AccessEnded",
        members=(PERSON,),
        do=_end,
        second=True,
        example={},
    ),
    Operation(
        id="people.return",
        act=Act.READMIT_PERSON,
        method="POST",
        path="/api/v1/people/{person}/return",
        answer="Returned",
        members=(PERSON,),
        do=_return,
        second=True,
        example={},
    ),
)
