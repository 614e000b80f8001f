"""OpenTDF clients of a node: enrolled by name for one person, with named exceptions, and let go at
once.

Spec: spec/key-access.md §4.2, §8; R57.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sealane.base import base64url, canonical
from sealane.base.errors import Conflict, NotFound, declare
from sealane.base.values import format_instant, identifier
from sealane.ledger import entries
from sealane.ports import Host, Log, Records, Store, Tx
from sealane.protocol.trust import rule_from_json
from sealane.registry.person_proof import PersonProof
from sealane.registry.records import ClientEntry
from sealane.services.bound_rows import BoundRows
from sealane.services.node import Node
from sealane.services.opentdf.issuer import Client, secret_digest
from sealane.services.register.acts import OPERATOR, Actor

EXCEPTIONS: Mapping[str, dict[str, Any]] = {
    "none": {},
    "go-sdk": {},
    "java-sdk": {"loose_proof": True},
    "web-sdk": {"request_age": 3660, "request_life": 7200, "loose_proof": True},
    "otdf-python": {"request_life": 7200, "unbound": True},
}
"""What released clients need beyond the rule, as measured. Spec: spec/key-access.md §4.2."""

CLIENT_EXISTS = declare(
    "client.exists",
    Conflict,
    "The client {client} is registered already.",
    "クライアント {client} は既に登録されています。",
    "Choose another id.",
    "別の識別子を選んでください。",
)
NO_CLIENT = declare(
    "client.unknown",
    NotFound,
    "The client {client} is not registered here.",
    "クライアント {client} はここに登録されていません。",
    "See `sealane client list`.",
    "`sealane client list` を見てください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Where clients are kept: the node's name, its database, its log, and what binds rows to it; a
    row made without `bound` counts for nothing.
    """

    node: str
    host: Host
    store: Store
    records: Records
    log: Log
    """The internal one."""
    bound: BoundRows | None = None

    @classmethod
    def of(cls, node: Node) -> Office:
        """A node's own, with its keystore open."""
        return cls(
            node=node.settings.node,
            host=node.host,
            store=node.store,
            records=node.records,
            log=node.internal,
            bound=node.bound,
        )


def taken(node: Node, person: str, terms: Mapping[str, Any]) -> str:
    """The secret of the client that an invitation promised, let in for whoever redeemed it with
    their passphrase. Raises: as `enrol`.
    """
    with node.store.writing() as tx:
        return enrol(
            Office.of(node),
            tx,
            client=terms["id"],
            person=person,
            rule=terms["rule"],
            purpose=terms["purpose"],
            by=Actor(person, PersonProof.PASSPHRASE),
        )


def enrol(
    office: Office,
    tx: Tx,
    *,
    client: str,
    person: str,
    rule: Mapping[str, Any],
    purpose: str | None,
    by: Actor = OPERATOR,
) -> str:
    """Register a client for a person; its secret, shown once and stored as a digest. Recorded in
    the internal log.

    Raises: Malformed `value.identifier`, `issuer.malformed`; Conflict `client.exists`.
    """
    rule_from_json(dict(rule))
    if office.records.clients.get(tx, id=identifier(client)) is not None:
        raise CLIENT_EXISTS(client=client)
    secret = base64url.encode(office.host.entropy(32))
    office.records.clients.add(
        tx,
        ClientEntry(
            id=client,
            person=identifier(person),
            secret_digest=secret_digest(secret),
            rule=canonical.parse(canonical.encode(dict(rule))),
            purpose=purpose,
            since=format_instant(office.host.now()),
            ended=None,
        ),
    )
    made = office.records.clients.get(tx, id=client)
    assert made is not None
    _record(office, tx, made, "client.enrolled", by)
    return secret


def let_go(office: Office, tx: Tx, *, client: str, by: Actor = OPERATOR) -> None:
    """End a client: it gets no token any more, and the tokens it has are refused from now on.
    Recorded.

    Raises: NotFound `client.unknown`.
    """
    row = office.records.clients.get(tx, id=identifier(client))
    if row is None or row.ended is not None:
        raise NO_CLIENT(client=client)
    ended = replace(row, ended=format_instant(office.host.now()))
    _record(office, tx, ended, "client.ended", by)
    office.records.clients.change(tx, {"id": client}, ended=ended.ended)


def listed(records: Records, tx: Tx) -> list[dict[str, Any]]:
    """Every client ever registered, by id; no secret and no digest of one."""
    names = ("id", "person", "rule", "purpose", "since", "ended")
    return [
        {name: getattr(row, name) for name in names} for row in records.clients.find(tx, order="id")
    ]


def client(node: Node, tx: Tx, name: str) -> Client | None:
    """A registered client that has not been let go, as the ledger says it was let in. Raises:
    Untrusted `directory.altered`; Unavailable `node.in_doubt`, `node.behind`: no token is signed.
    """
    node.require_current(tx)
    row = node.records.clients.get(tx, id=name)
    if row is not None and node.bound is not None:
        node.bound.require(tx, "clients", row)
    if row is None or row.ended is not None:
        return None
    # it acts for a person, and ends with that person's access
    person = node.person_entry(tx, row.person)
    if person is not None and person.ended is not None:
        return None
    return Client(
        id=str(row.id),
        subject=str(row.person),
        secret_digest=str(row.secret_digest),
        rule=rule_from_json(row.rule),
        purpose=row.purpose,
    )


def _record(office: Office, tx: Tx, row: ClientEntry, kind: str, by: Actor) -> None:
    bound = office.bound
    data = entries.make(
        kind,
        office.host.now(),
        office.host.entropy(entries.SALT),
        node=office.node,
        people=[row.person],
        credential=row.id,
        **by.told(),
        **({} if bound is None else bound.seal(tx, "clients", row)),
    )
    office.log.append(tx, [data])
