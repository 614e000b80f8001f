"""Partners that were proven to have signed two histories: what stands open, and the two people who
let keys go to such a partner again.

Spec: spec/ledger.md §6; R59, R64.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from sealane.base.errors import Conflict, Refused, declare
from sealane.ports import Tx
from sealane.registry.records import Equivocation
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import ByTwo, Named
from sealane.services.statements.journal import record, record_row

MOST_REASON = 500

SECOND_NEEDED = declare(
    "equivocation.second_needed",
    Refused,
    "Two people let keys go to {party} again: the operator and the security officer.",
    "{party} への鍵の開示を再開するには、運用者と保全責任者の二人が必要です。",
    "Give --as PERSON and --second PERSON.",
    "--as PERSON と --second PERSON を指定してください。",
)
NOTHING_OPEN = declare(
    "equivocation.none_open",
    Conflict,
    "Nothing stands open against {party}.",
    "{party} について未解決のものはありません。",
    "See `sealane node status`.",
    "`sealane node status` を見てください。",
)


def told(node: Node, tx: Tx) -> list[dict[str, Any]]:
    """Every equivocation that was ever proven here, the oldest first."""
    return [asdict(row) for row in _rows(node, tx)]


def standing(node: Node, tx: Tx) -> dict[str, Any]:
    """What a node's state tells of them, to people and to whoever counts."""
    proven = told(node, tx)
    return {
        "equivocations": proven,
        "equivocations_total": len(proven),
        "keys_stopped": open_ones(node, tx),
    }


def open_ones(node: Node, tx: Tx) -> list[str]:
    """The parties to which no key goes."""
    return list(dict.fromkeys(row.party for row in _rows(node, tx) if row.settled is None))


def readmit(node: Node, party: str, *, by: Named, reason: str) -> list[dict[str, Any]]:
    """Let keys go to a partner again: what two people settled, each recorded with their names.

    Raises: Misconfigured `partner.unknown`; Malformed `usage.person`; NotFound `person.unknown`;
    Refused `person.unproven`, `person.duty`, `equivocation.second_needed`; Conflict
    `equivocation.none_open`.
    """
    with node.store.writing() as tx:
        node.partner(tx, party)
        two = ByTwo(lacking=SECOND_NEEDED(party=party))
        actor = acts.require(node, tx, Act.READMIT, by, two)
        assert actor.second is not None
        people = [actor.person, actor.second.person]
        rows = [row for row in _rows(node, tx) if (row.party, row.settled) == (party, None)]
        if not rows:
            raise NOTHING_OPEN(party=party)
        for row in rows:
            after = replace(row, settled=node.now()[1], people=people, reason=reason[:MOST_REASON])
            node.records.equivocations.change(
                tx,
                {"party": party, "proof": row.proof},
                settled=after.settled,
                people=people,
                reason=after.reason,
            )
            record(
                node,
                tx,
                "equivocation.settled",
                party=party,
                origin=row.origin,
                record=row.proof,
                **actor.told(),
            )
            record_row(node, tx, "equivocations", after)
        return [one for one in told(node, tx) if one["party"] == party]


def _rows(node: Node, tx: Tx) -> list[Equivocation]:
    """As the ledger has them: one that was settled by hand stands open."""
    return [
        row
        if node.entered(tx, "equivocations", row)
        else replace(row, settled=None, people=None, reason=None)
        for row in node.records.equivocations.find(tx, order="since", limit=10_000)
    ]
