"""Clients that read and write feeds, each for one person, with a secret of its own that opens
nothing else.

Spec: TAXII 2.1 §1.6.8 (HTTP Basic); spec/feeds.md §Who; R57.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from sealane.base import base64url
from sealane.base.errors import Conflict, NotFound, Refused, declare
from sealane.base.values import identifier
from sealane.ports import Tx
from sealane.registry.sign_in_records import CredentialEntry
from sealane.services.node import Node
from sealane.services.register.acts import OPERATOR, Actor
from sealane.services.statements.journal import bound_fields, record

TAXII = "taxii"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

EXISTS = declare(
    "client.feed_exists",
    Conflict,
    "The feed client {client} is there already.",
    "フィードのクライアント {client} は既にあります。",
    "Choose another id, or end it first: `sealane client end`.",
    "別の識別子を選ぶか、先に `sealane client end` で終了してください。",
)


def enrol(node: Node, client: str, person: str, *, by: Actor = OPERATOR) -> str:
    """A new client's secret, shown once. Raises: Malformed `value.identifier`; NotFound
    `person.unknown`; Refused `person.left`; Conflict `client.feed_exists`.
    """
    name, secret = identifier(client), base64url.encode(node.host.entropy(32))
    with node.store.writing() as tx:
        node.person(tx, person)
        if _of(node, tx, name) is not None:
            raise EXISTS(client=name)
        row = CredentialEntry(
            id=_digest(secret), person=person, kind=TAXII, name=name, data={}, since=node.now()[1]
        )
        bound = bound_fields(node, tx, "credentials", row)
        told: dict[str, Any] = {"credential": name, "people": [person], "means": TAXII}
        record(node, tx, "credential.added", **told, **bound, **by.told())
        node.records.credentials.add(tx, row)
    return secret


def let_go(node: Node, client: str, *, by: Actor = OPERATOR) -> bool:
    """End a client; whether there was one. Its next call is refused."""
    with node.store.writing() as tx:
        row = _of(node, tx, client)
        if row is None:
            return False
        ended = replace(row, ended=node.now()[1])
        bound = bound_fields(node, tx, "credentials", ended)
        told: dict[str, Any] = {"credential": client, "people": [row.person], "means": TAXII}
        record(node, tx, "credential.ended", **told, **bound, **by.told())
        node.records.credentials.change(tx, {"id": row.id}, ended=ended.ended)
    return True


def who(node: Node, tx: Tx, client: str, secret: str) -> dict[str, Any] | None:
    """The person for whom a client calls; None: nobody's, or the person has left."""
    if not _SECRET.fullmatch(secret):
        return None
    row = node.records.credentials.get(tx, id=_digest(secret), kind=TAXII, ended=None)
    if row is None or row.name != client or not node.entered(tx, "credentials", row):
        return None
    try:
        return node.person(tx, row.person)
    except (NotFound, Refused):
        return None


def listed(records: Any, tx: Tx) -> list[dict[str, Any]]:
    """Every such client there ever was, as `client list` shows clients."""
    rows = records.credentials.find(tx, order="since", limit=1000, kind=TAXII)
    return [
        {
            "id": row.name,
            "person": row.person,
            "rule": {},
            "purpose": TAXII,
            "since": row.since,
            "ended": row.ended,
        }
        for row in rows
    ]


def _of(node: Node, tx: Tx, client: str) -> CredentialEntry | None:
    return node.records.credentials.get(tx, name=client, kind=TAXII, ended=None)


def _digest(secret: str) -> str:
    return hashlib.sha256(b"taxii:" + secret.encode()).hexdigest()
