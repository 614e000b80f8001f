"""Operations on the clients that a node lets in: OpenTDF clients, each for one person, and the
identity provider that tells of joiners and leavers.

Spec: spec/openapi.yaml; spec/key-access.md §4.2, §8; R57.
"""

from __future__ import annotations

from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.office.operation import (
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import reader_of
from sealane.registry.who_may import Act
from sealane.services.opentdf import clients
from sealane.services.register import acts, feed_clients, provisioners
from sealane.services.register.acts import Actor
from sealane.services.register.invitations import CLIENT, Invitations

FOR_NOBODY = declare(
    "client.person",
    Malformed,
    "A scim client acts for nobody, and every other for one person.",
    "scim クライアントは誰も代表せず、他のクライアントは一人を代表します。",
    "Name a person, or the kind scim.",
    "人を指定するか、種類を scim としてください。",
)
KINDS = (*clients.EXCEPTIONS, provisioners.SCIM, feed_clients.TAXII)


def _list(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        reader_of(office, tx, Act.LET_IN, actor)
        own = clients.listed(node.records, tx)
        more = provisioners.listed(node.records, tx), feed_clients.listed(node.records, tx)
        return {"clients": [*own, *more[0], *more[1]]}


def _add(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node, name, person, kind = office.node, asked["id"], asked["person"], asked["kind"]
    # 1. who may, then what it is for
    with node.store.reading() as tx:
        acts.require(node, tx, Act.LET_IN, actor)
    if (person is None) != (kind == provisioners.SCIM):
        raise FOR_NOBODY()
    if person is None:
        token = provisioners.enrol(node, name, by=actor)
        return {"id": name, "kind": kind, "token": token}
    if kind == feed_clients.TAXII:
        return _feed_client(office, actor, name, person)
    terms = {"id": name, "rule": clients.EXCEPTIONS[kind], "purpose": asked["purpose"]}
    # 2. in production nobody sets a secret for somebody else
    if node.settings.profile == "production":
        assert office.accounts is not None
        invitations = Invitations(node, office.accounts.secret)
        made = invitations.issue(person, CLIENT, by=actor, **terms)
        return {**terms, "person": person, "invitation": made}
    with node.store.writing() as tx:
        node.person(tx, person)
        secret = clients.enrol(
            clients.Office.of(node),
            tx,
            client=name,
            person=person,
            rule=clients.EXCEPTIONS[kind],
            purpose=asked["purpose"],
            by=actor,
        )
    return {**terms, "person": person, "secret": secret}


def _feed_client(office: NodeOffice, actor: Actor, name: str, person: str) -> dict[str, Any]:
    """A client of the feeds; in production an invitation to one."""
    node, terms = office.node, {"id": name, "kind": feed_clients.TAXII}
    if node.settings.profile == "production":
        assert office.accounts is not None
        invitations = Invitations(node, office.accounts.secret)
        made = invitations.issue(person, CLIENT, by=actor, **terms)
        return {**terms, "person": person, "invitation": made}
    return {**terms, "person": person, "secret": feed_clients.enrol(node, name, person, by=actor)}


def _end(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node, name = office.node, asked["client"]
    with node.store.reading() as tx:
        acts.require(node, tx, Act.LET_IN, actor)
    beside = provisioners.let_go(node, name, by=actor) or feed_clients.let_go(node, name, by=actor)
    if not beside:
        with node.store.writing() as tx:
            clients.let_go(clients.Office.of(node), tx, client=name, by=actor)
    return {"id": name, "ended": True}


OPERATIONS = (
    Operation(
        id="clients.list",
        act=Act.LET_IN,
        path="/api/v1/clients",
        says="Every client that was ever let in; no secrets.",
        says_ja="これまでに登録されたクライアントの一覧（秘密は含まない）。",
        answer="Clients",
        do=_list,
        keyless=True,
    ),
    Operation(
        id="clients.add",
        act=Act.LET_IN,
        method="POST",
        path="/api/v1/clients",
        says="Let a client in for a person, or the identity provider; its secret is shown once. In"
        " production a person's client is an invitation, which that person redeems.",
        says_ja="人のためのクライアント又は認証基盤を登録する。秘密は一度だけ示される。"
        "production では本人が受ける招待となる。",
        answer="ClientAdded",
        secret=True,
        members=(
            StatedMember(name="id", needed=True, says="The client's id."),
            StatedMember(name="person", says="For whom it acts; none with scim."),
            StatedMember(
                name="kind",
                words=KINDS,
                default="none",
                says="Which released OpenTDF client it is, scim, or taxii: a reader of feeds.",
            ),
            StatedMember(name="purpose", says="The purpose of a call that names none."),
        ),
        do=_add,
        example={"id": "jpn.viewer", "person": "jpn.tanaka"},
    ),
    Operation(
        id="clients.end",
        act=Act.LET_IN,
        method="POST",
        path="/api/v1/clients/{client}/end",
        says="Let a client go; its next call is refused.",
        says_ja="クライアントを終了する。次の呼出しから拒否される。",
        answer="ClientEnded",
        members=(
            StatedMember(
                name="client", place=MemberPlace.PATH, needed=True, says="The client's id."
            ),
        ),
        do=_end,
        example={},
    ),
)
