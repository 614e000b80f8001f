"""The door to `decide`: the request's exact JSON is kept, so that both nations can ask again.

Spec: R1, R20, R57; spec/interfaces.md §4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sealane.base.errors import Refused, declare
from sealane.decisions.decide import Decision, decide
from sealane.decisions.markings import LabelCheck
from sealane.decisions.overlay import nationally
from sealane.decisions.request import request_from_json
from sealane.decisions.terms import Reason
from sealane.decisions.words import Words
from sealane.ports import Tx
from sealane.services.deciding.taking_part import narrowed
from sealane.services.node import Node
from sealane.services.statements.journal import record

MOST_CLAUSES = 64
"""Clauses named in one entry."""


class DecisionRefused(Refused):
    """A refusal that keeps its decision, so that pages can show a card for each unmet clause."""

    decision: Decision


REFUSED = declare(
    "decision.refused",
    DecisionRefused,
    "{agreement} does not permit this: {clauses}.",
    "{agreement} により許可されません：{clauses}。",
    "{remedies}",
    "{remedies_ja}",
)


def decide_now(
    node: Node, tx: Tx, request: Mapping[str, Any], *, known_words_only: bool = False
) -> Decision:
    """The pure answer under this node's agreements, schemes and signed operator policy, within the
    activity that the item was released for, and under the nation's own forbids.

    Args:
        known_words_only: a word that no agreement knows is a slip of the asker and not a question.
    Raises: Malformed `request.*`, `label.*`: the request itself is wrong; Unavailable
    `node.in_doubt`, `node.behind`.
    """
    node.require_current(tx)
    agreements = node.agreements(tx)
    words = Words.of(agreements) if known_words_only else None
    labels = LabelCheck(node.schemes, agreements)
    decision = decide(
        request_from_json(dict(request), words=words, labels=labels),
        agreements=agreements,
        schemes=node.schemes,
        accept_unverified=node.settings.accept_unverified,
    )
    return nationally(narrowed(node, tx, decision), node.overlays)


def record_national(node: Node, tx: Tx, decision: Decision, item: str | None) -> None:
    """Name the nation's own rules that forbade in its own log, which no partner reads; called
    wherever a refusal is recorded in the partner's edition.

    Spec: R37, R57.
    """
    if not decision.national:
        return
    record(
        node,
        tx,
        "decision.refuse",
        item=item,
        decision=decision.digest,
        clauses=[reason.clause for reason in decision.national][:MOST_CLAUSES],
    )


def refusal(
    decision: Decision, *, to: str | None = None, unmet: Sequence[Reason] | None = None
) -> DecisionRefused:
    """A refusing decision as the error a person sees: every unmet clause,
    its text, and what to do.

    Args:
        to: towards whom it refuses, where others were asked about too.
        unmet: the clauses that count for what was asked; None: every one that is not met.
    """
    unmet, towards = decision.unmet if unmet is None else unmet, "" if to is None else f"{to}: "
    error = REFUSED(
        agreement=decision.agreement.id,
        clauses=towards + ", ".join(dict.fromkeys(reason.clause for reason in unmet)),
        remedies="\n     ".join(f"{reason.clause} {reason.text}" for reason in unmet),
        remedies_ja="\n     ".join(f"{reason.clause} {reason.text_ja}" for reason in unmet),
        details={"decision": decision.as_json()},
    )
    assert isinstance(error, DecisionRefused)
    error.decision = decision
    return error
