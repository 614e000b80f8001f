"""One place where use cases ask `decide`: the request's exact JSON is kept, so that both nations
can ask again.

Spec: R1, R20, R57; spec/interfaces.md §4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import Refused, declare
from sealane.decisions.decide import Decision, decide
from sealane.decisions.overlay import nationally
from sealane.decisions.request import request_from_json
from sealane.ports import Row, Tx
from sealane.registry.transfer import TAKEN_BACK
from sealane.services.node import Node
from sealane.services.statements.journal import record


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


def judge(node: Node, tx: Tx, request: Mapping[str, Any]) -> Decision:
    """The pure answer under this node's agreements, schemes, signed operator policy and the
    nation's own forbids.

    Raises: Malformed `request.*`: the request itself is wrong.
    """
    return nationally(
        decide(
            request_from_json(dict(request)),
            agreements=node.agreements(tx),
            schemes=node.schemes,
            accept_unverified=node.settings.accept_unverified,
        ),
        node.overlays,
    )


def record_national(node: Node, tx: Tx, decision: Decision, item: str | None) -> None:
    """Name the nation's own rules that forbade in its own log, which no partner reads. Spec: R37,
    R57.
    """
    if decision.national:
        record(
            node,
            tx,
            "decision.refuse",
            item=item,
            decision=decision.digest,
            clauses=[reason.clause for reason in decision.national][:64],
        )


def refusal(decision: Decision) -> DecisionRefused:
    """A refusing decision as the error a person sees: every unmet clause,
    its text, and what to do.
    """
    unmet = decision.unmet
    error = REFUSED(
        agreement=decision.agreement.id,
        clauses=", ".join(dict.fromkeys(reason.clause for reason in unmet)),
        remedies="\n     ".join(f"{reason.clause} {reason.text}" for reason in unmet),
        remedies_ja="\n     ".join(f"{reason.clause} {reason.text_ja}" for reason in unmet),
        details={"decision": decision.as_json()},
    )
    assert isinstance(error, DecisionRefused)
    error.decision = decision
    return error


def item_facts(row: Row) -> dict[str, Any]:
    """The `item` member of a request about a registered item, as of now; what was withdrawn or
    rejected is to a decision as if it had been recalled.
    """
    return {**row["facts"], "recalled": shut(row)}


def shut(row: Row) -> bool:
    """Whether no key of an item leaves any more: recalled, withdrawn or rejected."""
    return row["recalled"] is not None or row["state"] in TAKEN_BACK


def bare_subject(person: Mapping[str, Any], duty: str) -> dict[str, Any]:
    """A subject that names a person and one duty, and tells nothing of clearances."""
    return {
        "id": person["id"],
        "nationality": [],
        "organisation": person["organisation"],
        "organisation_country": person["organisation_country"],
        "clearances": [],
        "briefings": [],
        "authorisations": [],
        "roles": [],
        "duties": [duty],
    }
