"""The provider's key service between nodes, in five beats: parse, load, decide, record, release.

It decides from its own record of the item, never from the asker's: label, agreement, recall state
and key access digests must be those it sealed. The share leaves sealed to the asker's one-time key,
after its entry is durable.
Spec: R20, R31, R47, R57; spec/exchange.md §6; spec/key-access.md §5.2.
"""

from __future__ import annotations

import base64
from typing import Any

from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.values import SECOND, parse_instant
from sealane.decisions.decide import Decision
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Row, Tx
from sealane.sealing.keywrap import HYBRID, KemPublicKey, wrap
from sealane.services.deciding.consents import standing_consents
from sealane.services.deciding.decision import item_facts, judge, record_national
from sealane.services.node import Node
from sealane.services.opening import containers
from sealane.services.statements.journal import compose, log_statement

WINDOW_SECONDS = 60

STALE = declare(
    "key.request_expired",
    Malformed,
    "The request's time has passed, or its instant is not now.",
    "要求の期限が過ぎたか、時刻が現在ではありません。",
    "Compare the two clocks and ask again.",
    "双方の時計を確かめ、もう一度求めてください。",
)
OTHER_OBJECT = declare(
    "key.other_object",
    Malformed,
    "The request is not about the object that was sealed here.",
    "要求は、ここで封緘した対象のものではありません。",
    "Open the container exactly as it was received.",
    "受け取ったままのコンテナを開いてください。",
)


def answer_request(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    """The signed answer to an `open.request`: the share for this client key alone, or the refusal
    with its clauses.

    Both the request and the answer are in the log when `tx` commits, and only then does the answer
    leave.
    """
    name = receipt.digest(data)
    asked = said.saying(bodies.OpenRequest)
    log_statement(node, tx, data, said)
    row = node.records.get(tx, "items", id=str(said.item))
    decision: Decision | None = None
    try:
        request = _request_about(node, tx, row, said)
        decision = judge(node, tx, request)
        if decision.permit and decision.digest == asked.decision and row is not None:
            client = KemPublicKey.from_json(bodies.as_json(asked.client_key))
            if client.suite != HYBRID:
                raise OTHER_OBJECT()
            node.require_proven(tx, said.agreement)
            share = containers.provider_share(node, row, node.agreements(tx))
            body = {
                "answers": name,
                "decision": decision.digest,
                "share": base64.b64encode(wrap(client, share, name.encode())).decode(),
            }
            return _answer(node, tx, said, "key.released", body)
        reasons = _unmet(decision)
        record_national(node, tx, decision, str(said.item))
    except SealaneError as error:
        clause = str(error.details.get("clause", "-")) if error.details else "-"
        reasons = [
            {
                "clause": clause,
                "code": error.code,
                "text": error.message[:2000],
                "text_ja": error.message_ja[:2000],
            }
        ]
    refused: dict[str, Any] = {
        "answers": name,
        "decision": decision.digest if decision else "",
        "reasons": reasons,
    }
    return _answer(node, tx, said, "key.refused", refused)


def _request_about(node: Node, tx: Tx, row: Row | None, said: Statement) -> dict[str, Any]:
    """The asker's request with this node's own record of the item, and of the consents it gave, in
    place of theirs. Raises: Malformed `key.*`.
    """
    body = said.saying(bodies.OpenRequest)
    request = body.request
    now = node.host.now()
    if row is None or row["provider"] != node.party:
        raise OTHER_OBJECT()
    at = request.get("at")
    if not isinstance(at, str):
        raise STALE()
    if abs(parse_instant(at) - now) > WINDOW_SECONDS * SECOND or parse_instant(body.until) <= now:
        raise STALE()
    if request.get("action") not in ("open", "view", "copy"):
        raise OTHER_OBJECT()
    subject = request.get("subject")
    if (
        not isinstance(subject, dict)
        or subject.get("organisation_country") != said.by
        or request.get("recipient") != said.by
    ):
        raise OTHER_OBJECT()
    if (
        body.policy_uuid != row["policy_uuid"]
        or request.get("label") != row["label"]
        or said.agreement_digest != row["agreement_digest"]
        or body.key_access != containers.provider_key_access(row)
    ):
        raise OTHER_OBJECT()
    return {
        **request,
        "item": item_facts(row),
        "label": row["label"],
        "agreement": row["agreement"],
        "consents": standing_consents(row),
    }


def _unmet(decision: Decision) -> list[dict[str, Any]]:
    unmet = [
        {"clause": one.clause, "code": one.code, "text": one.text, "text_ja": one.text_ja}
        for one in decision.edition("partner")
        if not one.met
    ]
    return unmet or [
        {
            "clause": "-",
            "code": "decision.digest_differs",
            "text": "The two nations decided differently.",
            "text_ja": "両国の判断が一致しません。",
        }
    ]


def _answer(node: Node, tx: Tx, said: Statement, kind: str, body: dict[str, Any]) -> bytes:
    data = compose(
        node,
        kind,
        to=said.by,
        agreement=(said.agreement, said.agreement_digest),
        item=said.item,
        body=body,
    )
    log_statement(node, tx, data, receipt.peek(data))
    return data
