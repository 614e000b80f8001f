"""The agreement's answer to one object's opening by an OpenTDF client, from the register as it is
in this transaction.

A caller's token says who asks; what that person may do is read from the register at each call and
decided by the agreement, exactly as for the node's own readers.
Spec: R20, R31, R37, R57; spec/key-access.md §5.1, §7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sealane.base.errors import Refused, SealaneError
from sealane.decisions.decide import Decision
from sealane.ports import Tx
from sealane.registry.records import Direction, Given
from sealane.sealing import terms
from sealane.services import holding
from sealane.services.deciding.accreditation import require_item_accredited
from sealane.services.deciding.decision import decide_now, record_national
from sealane.services.deciding.national_rule import national_refusal
from sealane.services.deciding.partner_request import NOT_VOUCHED
from sealane.services.deciding.request import (
    opening_request,
    registered_item,
    registered_reader,
)
from sealane.services.newness import REFUSED_WHILE
from sealane.services.node import Node
from sealane.services.opentdf import partner_readers
from sealane.services.opentdf.model import Asked, KeyVerdict


def verdict(node: Node, tx: Tx, asked: Asked) -> KeyVerdict:
    """Permit or refuse; a refusal by the nation's own forbid also stands by its rule in the
    nation's own log, durable with `tx`.

    Fails closed: an unknown person, a missing purpose, a log that the partner has not cosigned in
    time, a suite past its last use and a request that cannot be decided are refused.
    """
    # 0. A node that may be older than what it said releases nothing.
    refusal = REFUSED_WHILE.get(node.newness(tx))
    if refusal is not None:
        return KeyVerdict(permit=False, reason=refusal.code)
    caller, record = asked.caller, asked.record
    # 1. A partner's issuer counts for the items of its own agreements alone.
    if caller.party is not None and (
        record.agreement is None or record.agreement[0] not in caller.agreements
    ):
        return KeyVerdict(permit=False, reason="key.other_agreement")
    # 2. The item is registered here, or is one that a partner named by its attributes.
    row = holding.given_by_policy(node.records, tx, record.policy_uuid)
    if row is None and not record.foreign:
        return KeyVerdict(permit=False, reason="key.no_agreement")
    try:
        if row is not None:
            require_item_accredited(node, row)
    except Refused as error:
        return KeyVerdict(permit=False, reason=error.code)
    # 3. Our own caller is a person of our register. A partner's never is, whatever the name: two
    #    nations' people with one name are two people, and objects without a record open for our own
    #    readers alone.
    person = None
    if caller.party is None:
        found = node.person_entry(tx, caller.subject)
        if found is not None and found.ended is not None:
            return KeyVerdict(permit=False, reason="person.left")
        person = None if found is None else found.data
    if person is None and (caller.party is None or record.foreign):
        return KeyVerdict(permit=False, reason="person.unknown")
    # 4. Outside every agreement the nation's own rule answers.
    if record.agreement is None and row is not None and person is not None:
        return _national(node, person, asked, row)
    # 5. Under an agreement every opening has a purpose.
    if asked.purpose is None and asked.statement is None:
        return KeyVerdict(permit=False, reason="key.no_purpose")
    # 6. The agreement decides.
    partner = None
    try:
        request, theirs = _question(node, tx, asked, row, person)
        partner = _partner(node, asked, request)
        return replace(_decided(node, tx, asked, request, theirs), partner=partner)
    except SealaneError as error:
        return KeyVerdict(permit=False, reason=error.code, partner=partner)


def _partner(node: Node, asked: Asked, request: Mapping[str, Any]) -> str | None:
    """Whom an opening concerns beside us: the reader's nation, or the provider of what our own
    reader opens.
    """
    sides = (request["recipient"], asked.record.provider)
    return next((str(one) for one in sides if one not in (None, node.party)), None)


def _national(node: Node, person: Mapping[str, Any], asked: Asked, row: Given) -> KeyVerdict:
    """An own item outside every agreement: the label's own rule, as for `sealane open` at this
    node.
    """
    if row.direction != Direction.OWN or asked.record.label is None:
        return KeyVerdict(permit=False, reason="key.no_agreement")
    if national_refusal(node, person, asked.record.label, row) is not None:
        return KeyVerdict(permit=False, reason="national.refused")
    return KeyVerdict(permit=True)


def _question(
    node: Node, tx: Tx, asked: Asked, row: Given | None, person: Mapping[str, Any] | None
) -> tuple[dict[str, Any], str | None]:
    """What is decided, and what the reader's nation decided, where it said so."""
    if asked.record.foreign and person is not None:
        return partner_readers.plain_object(node, tx, person, asked), None
    if row is None:
        raise NOT_VOUCHED(party=str(asked.caller.party), why="object")
    if person is None:
        return partner_readers.reader(node, tx, row, asked)
    item, reader = (
        registered_item(node, tx, row),
        registered_reader(node, tx, person),
    )
    request = opening_request(item, reader, action="open", purpose=asked.purpose, at=asked.at)
    return request, None


def _decided(
    node: Node, tx: Tx, asked: Asked, request: dict[str, Any], theirs: str | None
) -> KeyVerdict:
    """The decision, once the log is proven and the suites are in use; it must be the digest the
    reader's nation stated.
    """
    assert asked.record.agreement is not None
    agreement, reads = asked.record.agreement[0], str(request["recipient"])
    partner = _partner(node, asked, request)
    if partner is not None and node.shares(tx, agreement, partner):
        node.require_proven(tx, agreement, partner)
    if reads != node.party:
        node.require_honest(tx, reads)
    governing = node.agreements(tx).at(agreement, asked.at)
    if governing is not None:
        terms.check_suites(asked.suites, governing, asked.at)
    decision = decide_now(node, tx, request)
    record_national(node, tx, decision, None if asked.record.foreign else asked.record.item)
    if decision.permit and theirs is not None and decision.digest != theirs:
        return KeyVerdict(permit=False, decision=decision.digest, reason="decision.digest_differs")
    return _told(decision)


def _told(decision: Decision) -> KeyVerdict:
    """The decision as the agreement's log may tell it: the partner's edition of its clauses."""
    unmet = [reason for reason in decision.edition("partner") if not reason.met]
    return KeyVerdict(
        permit=decision.permit,
        decision=decision.digest,
        clauses=tuple(dict.fromkeys(reason.clause for reason in unmet)),
        reason=unmet[0].code if unmet else "",
    )
