"""Readers whom another nation vouches for, and objects that another nation's plain OpenTDF clients
sealed.

A partner's reader is in the partner's register, never in ours. What we decide on is the reader's
facts as that nation states them for this one opening: a signed `open.request` bound to the item and
to the client's key, or, for an unmodified client and an `interop` item only, a claim in the token
that the nation's own issuer signed.
Spec: R20, R22, R31; spec/key-access.md §5.1, §5.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.decisions.request import person_from_json
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.records import Given
from sealane.sealing.keywrap import HYBRID, X_WING
from sealane.services.deciding.partner_request import NOT_VOUCHED, Door, partner_request
from sealane.services.deciding.request import (
    ItemFacts,
    ReaderFacts,
    opening_request,
    registered_item,
    registered_reader,
    stated_facts,
)
from sealane.services.node import Node
from sealane.services.opentdf.model import Asked
from sealane.services.statements.inbox import accept_envelope
from sealane.services.statements.journal import log_statement

CLAIM = "sealane_reader"


def reader(node: Node, tx: Tx, row: Given, asked: Asked) -> tuple[dict[str, Any], str | None]:
    """The opening's request with the facts that the caller's nation states, and the digest it
    decided, if it did.

    Raises: Untrusted `key.reader_unvouched`, `statement.*`, `signature.invalid`, `jws.*`; Malformed
    `key.other_object`, `key.request_expired`, `statement.*`, `request.*`; Refused
    `key.other_action`.
    """
    if row.provider != node.party:
        raise NOT_VOUCHED(
            party=str(asked.caller.party), why="the item is not this nation's to release"
        )
    if row.to != asked.caller.party:
        raise NOT_VOUCHED(party=str(asked.caller.party), why="the container is another recipient's")
    if asked.statement is not None:
        return _stated(node, tx, row, asked)
    return _claimed(node, tx, row, asked), None


def _stated(node: Node, tx: Tx, row: Given, asked: Asked) -> tuple[dict[str, Any], str]:
    """By the partner's signed statement: the same checks as between nodes, then what binds it to
    this very call.
    """
    party = str(asked.caller.party)
    data = str(asked.statement).encode()
    heard = accept_envelope(node, tx, data, types=("open.request",))
    said = heard.statement
    request = partner_request(node, tx, row, said, door=Door.OPENTDF_CLIENT)
    body = said.saying(bodies.OpenRequest)
    # 8. The nation that vouches is the one whose issuer signed the caller's token, for this very
    #    person: one partner's statement is worth nothing in the hands of another's client.
    if said.by != party:
        raise NOT_VOUCHED(party=party, why="party")
    if request["subject"].get("id") != asked.caller.subject:
        raise NOT_VOUCHED(party=party, why="person")
    # 9. The share leaves under the client key that the nation named: a statement overheard opens
    #    nothing.
    if body.client_key != bodies.ClientKey(sha384=asked.client_key_digest):
        raise NOT_VOUCHED(party=party, why="client key")
    log_statement(node, tx, heard)
    return request, body.decision


def _claimed(node: Node, tx: Tx, row: Given, asked: Asked) -> dict[str, Any]:
    """By the issuer's token alone, which nothing binds to the item: for `interop` items only."""
    party = str(asked.caller.party)
    if {HYBRID, X_WING} & set(asked.suites):
        raise NOT_VOUCHED(party=party, why="a claim in a token is for interop items only")
    claim = asked.caller.claims.get(CLAIM)
    if not isinstance(claim, dict):
        raise NOT_VOUCHED(party=party, why="no statement and no claim")
    person_from_json(claim)
    stated = ReaderFacts(subject=claim["subject"], facility=claim["facility"])
    if stated.subject["id"] != asked.caller.subject:
        raise NOT_VOUCHED(party=party, why="person")
    if stated.subject["organisation_country"] != party:
        raise NOT_VOUCHED(party=party, why="party")
    return opening_request(
        registered_item(node, tx, row),
        stated,
        action="open",
        purpose=asked.purpose,
        at=asked.at,
    )


def plain_object(node: Node, tx: Tx, person: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """The request about an object that a partner's plain client sealed to our key, under the facts
    the partner named.

    Raises: Untrusted `key.reader_unvouched`: the partner named no label for it.
    """
    record = asked.record
    if record.label is None or record.agreement is None or record.terms is None:
        raise NOT_VOUCHED(party=str(asked.caller.party or "-"), why="object")
    facts = stated_facts(id=record.item, released_to=[node.party], **record.terms)
    item = ItemFacts(
        item={**facts, "recalled": False},
        label=record.label.as_json(),
        agreement=record.agreement[0],
        consents=[],
    )
    return opening_request(
        item,
        registered_reader(node, tx, person),
        action="open",
        purpose=asked.purpose,
        at=asked.at,
    )
