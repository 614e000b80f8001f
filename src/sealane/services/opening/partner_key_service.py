"""The provider's key service between nodes, in five beats: parse, load, decide, record, release.

It decides from its own record of the item, never from the asker's: `partner_request` holds the
request against that record, step by step. The share leaves sealed to the asker's one-time key,
after its entry is durable.
Spec: R20, R31, R47, R57; spec/key-access.md §5.2, §5.3.
"""

from __future__ import annotations

import base64

from sealane.base.errors import SealaneError
from sealane.decisions.decide import Decision
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.records import Given
from sealane.sealing.keywrap import HYBRID, KemPublicKey, wrap
from sealane.services import holding
from sealane.services.deciding.decision import decide_now, record_national
from sealane.services.deciding.partner_request import OTHER_OBJECT, Door, partner_request
from sealane.services.node import Node
from sealane.services.opening import key_parts
from sealane.services.opening.onward_grant import grant
from sealane.services.statements.journal import Said, log_statement
from sealane.services.statements.talk import reply

TEXT = 2000
"""Characters of a reason that a partner's reader is told."""


def answer_request(node: Node, tx: Tx, heard: Said) -> Said:
    """The signed answer to an `open.request`: the share for this client key alone, or the refusal
    with its clauses.

    Both the request and the answer are in the log when `tx` commits, and only then does the answer
    leave.
    """
    log_statement(node, tx, heard)
    said = heard.statement
    asked = said.saying(bodies.OpenRequest)
    row = holding.given(node.records, tx, str(said.item), said.by)
    decision: Decision | None = None
    try:
        request = partner_request(node, tx, row, said, door=Door.BETWEEN_NODES)
        decision = decide_now(node, tx, request)
        if decision.permit and decision.digest == asked.decision and row is not None:
            released = bodies.KeyReleased(
                answers=heard.digest,
                decision=decision.digest,
                share=_sealed_share(node, tx, row, heard),
                grant=bodies.optional(grant(node, tx, row, request, decision)),
            )
            return reply(node, tx, heard, released)
        reasons = _unmet(decision)
        record_national(node, tx, decision, str(said.item))
    except SealaneError as error:
        clause = str(error.details.get("clause", "-")) if error.details else "-"
        reasons = [_reason(clause, error.code, error.message, error.message_ja)]
    refused = bodies.KeyRefused(
        answers=heard.digest,
        decision="" if decision is None else decision.digest,
        reasons=tuple(reasons),
    )
    return reply(node, tx, heard, refused)


def _sealed_share(node: Node, tx: Tx, row: Given, heard: Said) -> str:
    """Our share in base64, sealed to the one-time key of the asking statement.

    Raises: Malformed `key.other_object`, `key.*`; Unavailable `ledger.not_cosigned`; Refused
    `container.suite_not_allowed`; Untrusted `key.unwrap_failed`.
    """
    asked = heard.statement.saying(bodies.OpenRequest)
    client = KemPublicKey.from_json(bodies.as_json(asked.client_key))
    if client.suite != HYBRID:  # a classical key would undo what the sealing bought
        raise OTHER_OBJECT()
    node.require_proven(tx, heard.statement.agreement, heard.statement.by)
    node.require_honest(tx, heard.statement.by)
    share = key_parts.provider_share(node, row, node.agreements(tx))
    return base64.b64encode(wrap(client, share, heard.digest.encode())).decode()


def _unmet(decision: Decision) -> list[bodies.RefusalReason]:
    unmet = [
        _reason(one.clause, one.code, one.text, one.text_ja)
        for one in decision.edition("partner")
        if not one.met
    ]
    return unmet or [
        _reason(
            "-",
            "decision.digest_differs",
            "The two nations decided differently.",
            "両国の判断が一致しません。",
        )
    ]


def _reason(clause: str, code: str, text: str, text_ja: str) -> bodies.RefusalReason:
    return bodies.RefusalReason(clause=clause, code=code, text=text[:TEXT], text_ja=text_ja[:TEXT])
