"""A nation's register and ledgers held against a partner's, under every agreement between the two.

A partner who is away is compared by our mirror of its log; one whose word contradicts what it
signed is a finding, and no reason to stop.
Spec: R52, R59; spec/ledger.md §11.
"""

from __future__ import annotations

from typing import Any

from sealane.base.errors import Unavailable, Untrusted
from sealane.services.audit import inventory
from sealane.services.audit import reconcile as reconciling
from sealane.services.audit.findings import Finding
from sealane.services.ledgers.at_hand import LedgersAtHand
from sealane.services.ledgers.pair import Partnership
from sealane.services.node import Node

LISTS = ("lapsed", "under_way", "differences")


def reconciled(
    node: Node, ledgers: LedgersAtHand, party: str, agreement: str | None
) -> dict[str, Any]:
    """Every difference, whose claim has proof, and what to do; recorded in the ledger.

    Raises: Misconfigured `ledger.no_partner`.
    """
    compared = [
        _compared(node, ledgers, (party, name), pair)
        for name, pair in ledgers.with_partner(party, agreement)
    ]
    reports = [found for found, _ in compared]
    return {
        "with": party,
        "agree": all(found["agree"] for found in reports),
        "partner_reached": all(reached for _, reached in compared),
        "items": sum(found["items"] for found in reports),
        "agreements": [found["agreement"] for found in reports],
        "their_registers": {found["agreement"]: found["their_register"] for found in reports},
        **{
            member: [
                {"agreement": found["agreement"], **row}
                for found in reports
                for row in found[member]
            ]
            for member in LISTS
        },
    }


def _compared(
    node: Node, ledgers: LedgersAtHand, about: tuple[str, str], pair: Partnership
) -> tuple[dict[str, Any], bool]:
    """The differences under one agreement, and whether the partner was reached."""
    party, agreement = about
    theirs, troubles, reached = None, [], True
    try:
        theirs = inventory.ask(node, party, agreement)
        pair.mirror.pull(ledgers.peer(party, agreement))
    except Unavailable:
        reached = False
    except Untrusted as error:
        where = {"where": error.message, "where_ja": error.message_ja}
        troubles.append(Finding(kind="ledger.contradiction", about=where))
    found = reconciling.reconcile(node, party, agreement, pair, theirs=theirs, troubles=troubles)
    return found, reached
