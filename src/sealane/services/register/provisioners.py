"""Clients that provision people by SCIM: each with a bearer token of its own, which opens nothing
else.

Spec: RFC 7644 §2; docs/operators.md "SCIM"; R57.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from sealane.base import base64url
from sealane.base.errors import Conflict, declare
from sealane.base.values import identifier
from sealane.ports import Tx
from sealane.registry.sign_in_records import CredentialEntry
from sealane.services.node import Node
from sealane.services.register.acts import OPERATOR, Actor
from sealane.services.statements.journal import bound_fields, record

SCIM = "scim"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

EXISTS = declare(
    "scim.client_exists",
    Conflict,
    "The SCIM client {client} is there already.",
    "SCIM クライアント {client} は既にあります。",
    "Choose another id, or end it first: `sealane client end`.",
    "別の識別子を選ぶか、先に `sealane client end` で終了してください。",
)


def enrol(node: Node, client: str, *, by: Actor = OPERATOR) -> str:
    """A new client's bearer token, shown once. Raises: Malformed `value.identifier`; Conflict
    `scim.client_exists`.
    """
    name, token = identifier(client), base64url.encode(node.host.entropy(32))
    with node.store.writing() as tx:
        if of(node, tx, name) is not None:
            raise EXISTS(client=name)
        row = CredentialEntry(
            id=_digest(token), person=name, kind=SCIM, name=name, data={}, since=node.now()[1]
        )
        bound = bound_fields(node, tx, "credentials", row)
        record(node, tx, "credential.added", credential=name, means=SCIM, **bound, **by.told())
        node.records.credentials.add(tx, row)
    return token


def let_go(node: Node, client: str, *, by: Actor = OPERATOR) -> bool:
    """End a client; whether there was one."""
    with node.store.writing() as tx:
        row = of(node, tx, client)
        if row is None:
            return False
        ended = replace(row, ended=node.now()[1])
        bound = bound_fields(node, tx, "credentials", ended)
        record(node, tx, "credential.ended", credential=client, means=SCIM, **bound, **by.told())
        node.records.credentials.change(tx, {"id": row.id}, ended=ended.ended)
    return True


def of(node: Node, tx: Tx, client: str) -> CredentialEntry | None:
    """A client's row, while it counts."""
    return node.records.credentials.get(tx, person=client, kind=SCIM, ended=None)


def who(node: Node, tx: Tx, token: str) -> str | None:
    """The client of a token; None: of nobody's."""
    if not _TOKEN.fullmatch(token):
        return None
    row = node.records.credentials.get(tx, id=_digest(token), kind=SCIM, ended=None)
    return row.name if row is not None and node.entered(tx, "credentials", row) else None


def listed(records: Any, tx: Tx) -> list[dict[str, Any]]:
    """Every such client there ever was, as `client list` shows clients."""
    rows = records.credentials.find(tx, order="since", limit=1000, kind=SCIM)
    return [
        {
            "id": row.name,
            "person": None,
            "rule": {},
            "purpose": SCIM,
            "since": row.since,
            "ended": row.ended,
        }
        for row in rows
    ]


def _digest(token: str) -> str:
    return hashlib.sha256(b"scim:" + token.encode()).hexdigest()
