"""The provider's key service between nodes, in five beats: parse, load, decide, record, release.

It decides from its own record of the item, never from the asker's: `partner_request` holds the
request against that record, step by step. The share leaves sealed to the asker's one-time key,
after its entry is durable.
Spec: R20, R31, R47, R57; spec/key-access.md §5.2, §5.3.
"""

from __future__ import annotations

import base64
from typing import Any

from sealane.base.errors import SealaneError
from sealane.decisions.decide import Decision
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry.records import Item
from sealane.sealing.keywrap import HYBRID, KemPublicKey, wrap
from sealane.services.deciding.decision import decide_now, record_national
from sealane.services.deciding.partner_request import OTHER_OBJECT, Door, partner_request
from sealane.services.node import Node
from sealane.services.opening import key_parts
from sealane.services.statements.journal import compose, log_statement


def answer_request(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    """The signed answer to an `open.request`: the share for this client key alone, or the refusal
    with its clauses.

    Both the request and the answer are in the log when `tx` commits, and only then does the answer
    leave.
    """
    name = log_statement(node, tx, data, said)
    asked = said.saying(bodies.OpenRequest)
    row = node.records.items.get(tx, id=str(said.item))
    decision: Decision | None = None
    try:
        request = partner_request(node, row, said, door=Door.BETWEEN_NODES)
        decision = decide_now(node, tx, request)
        if decision.permit and decision.digest == asked.decision and row is not None:
            body = {
                "answers": name,
                "decision": decision.digest,
                "share": _sealed_share(node, tx, row, said, name),
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


def _sealed_share(node: Node, tx: Tx, row: Item, said: Statement, name: str) -> str:
    """Our share in base64, sealed to the one-time key of the asking statement.

    Raises: Malformed `key.other_object`, `key.*`; Unavailable `ledger.not_cosigned`; Refused
    `container.suite_not_allowed`; Untrusted `key.unwrap_failed`.
    """
    asked = said.saying(bodies.OpenRequest)
    client = KemPublicKey.from_json(bodies.as_json(asked.client_key))
    if client.suite != HYBRID:  # a classical key would undo what the sealing bought
        raise OTHER_OBJECT()
    node.require_proven(tx, said.agreement)
    share = key_parts.provider_share(node, row, node.agreements(tx))
    return base64.b64encode(wrap(client, share, name.encode())).decode()


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
