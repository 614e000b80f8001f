"""Readers whom another nation vouches for, and objects that another nation's plain OpenTDF clients
sealed.

A partner's reader is in the partner's register, never in ours. What we decide on is the reader's
facts as that nation states them for this one opening: a signed `open.request` bound to the item and
to the client's key, or, for an unmodified client and an `interop` item only, a claim in the token
that the nation's own issuer signed.
Spec: R20, R22, R31; spec/key-access.md §5.1, §5.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sealane.base.errors import Malformed, Untrusted, declare
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.decisions.request import person_from_json
from sealane.ledger import bodies, receipt
from sealane.ports import Tx
from sealane.protocol.card import Card
from sealane.sealing.keywrap import HYBRID, X_WING
from sealane.services.deciding.decision import item_facts
from sealane.services.opentdf.model import Asked
from sealane.services.statements.journal import Keeper, log_statement

WINDOW_SECONDS = 60
CLAIM = "sealane_reader"

NOT_VOUCHED = declare(
    "key.reader_unvouched",
    Untrusted,
    "{party} has not vouched for this reader, item and client key: {why}.",
    "{party} はこの閲覧者、項目、クライアント鍵について保証していません：{why}。",
    "Send the reader's statement with the request, as spec/key-access.md §5.1 shows.",
    "spec/key-access.md §5.1 のとおり、閲覧者の文書を要求に添えてください。",
)


class Register(Keeper, Protocol):
    """The part of a node that judging another nation's reader needs."""

    @property
    def party(self) -> str: ...

    def partner(self, tx: Tx, party: str) -> Card: ...


def reader(
    node: Register, tx: Tx, row: Mapping[str, Any], asked: Asked
) -> tuple[dict[str, Any], str | None]:
    """The opening's request with the facts that the caller's nation states, and the digest it
    decided, if it did.

    Raises: Untrusted `key.reader_unvouched`, `signature.invalid`, `jws.*`; Malformed `statement.*`,
    `request.*`.
    """
    if row["provider"] != node.party:
        raise NOT_VOUCHED(
            party=str(asked.caller.party), why="the item is not this nation's to release"
        )
    if asked.statement is not None:
        return _stated(node, tx, row, asked)
    return _claimed(row, asked), None


def _stated(
    node: Register, tx: Tx, row: Mapping[str, Any], asked: Asked
) -> tuple[dict[str, Any], str]:
    party, record = str(asked.caller.party), asked.record
    data = str(asked.statement).encode()
    said = receipt.verify(data, node.partner(tx, party).statement)
    body = said.body
    if not isinstance(body, bodies.OpenRequest) or not isinstance(
        body.request.get("subject"), dict
    ):
        raise NOT_VOUCHED(party=party, why="another statement")
    request, subject = body.request, body.request["subject"]
    fits = {
        "party": (
            said.by == party == subject.get("organisation_country") == request.get("recipient")
        ),
        "addressee": said.to == node.party,
        "item": said.item == row["id"] and request.get("label") == row["label"],
        "agreement": (
            (said.agreement, said.agreement_digest) == record.agreement
            and request.get("agreement") == said.agreement
        ),
        "object": (
            body.policy_uuid == record.policy_uuid and body.key_access in record.kao_digests
        ),
        "client key": body.client_key == bodies.ClientKey(sha384=asked.client_key_digest),
        "person": subject.get("id") == asked.caller.subject,
        "action": request.get("action") == "open",
        "time": (
            _now(request.get("at"), asked.at)
            and _now(said.at, asked.at)
            and _later(body.until, asked.at)
        ),
    }
    if wrong := [what for what, same in fits.items() if not same]:
        raise NOT_VOUCHED(party=party, why=", ".join(wrong))
    log_statement(node, tx, data, said)
    return {**request, "item": item_of(row), "label": row["label"]}, body.decision


def _claimed(row: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    party = str(asked.caller.party)
    if {HYBRID, X_WING} & set(asked.suites):
        raise NOT_VOUCHED(party=party, why="a claim in a token is for interop items only")
    value = asked.caller.claims.get(CLAIM)
    if not isinstance(value, dict):
        raise NOT_VOUCHED(party=party, why="no statement and no claim")
    person_from_json(value)
    subject = value["subject"]
    if subject["id"] != asked.caller.subject or subject["organisation_country"] != party:
        raise NOT_VOUCHED(party=party, why="person")
    return {
        "action": "open",
        "label": row["label"],
        "item": item_of(row),
        "subject": subject,
        "recipient": party,
        "purpose": asked.purpose,
        "facility": value["facility"],
        "consents": [],
        "assurance": None,
        "agreement": row["agreement"],
        "at": format_instant(asked.at),
    }


def plain_object(
    node: Register, person: Mapping[str, Any], asked: Asked, members: tuple[str, ...]
) -> dict[str, Any]:
    """The request about an object that a partner's plain client sealed to our key, under the facts
    the partner named.
    """
    terms = asked.record.terms or {}
    label = asked.record.label
    if label is None or asked.record.agreement is None:
        raise NOT_VOUCHED(party="-", why="object")
    item = {
        "id": asked.record.item,
        "kind": "file",
        "released_to": [node.party],
        "recalled": False,
        "originator": "",
        "release_officer": "",
        "second_signer": None,
        "joint_committee_ref": None,
        **terms,
    }
    return {
        "action": "open",
        "label": label.as_json(),
        "item": item,
        "subject": {name: person[name] for name in members},
        "recipient": person["organisation_country"],
        "purpose": asked.purpose,
        "consents": [],
        "assurance": None,
        "agreement": asked.record.agreement[0],
        "at": format_instant(asked.at),
    }


def item_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The `item` of a request, from our own record alone."""
    return item_facts(row)


def _now(text: Any, at: Instant) -> bool:
    return isinstance(text, str) and abs(parse_instant(text) - at) <= WINDOW_SECONDS * SECOND


def _later(text: Any, at: Instant) -> bool:
    if not isinstance(text, str):
        return False
    try:
        return at < parse_instant(text) <= at + 2 * WINDOW_SECONDS * SECOND
    except Malformed:
        return False
