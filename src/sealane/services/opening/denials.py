"""Refused openings: each is recorded here and told to the provider, up to a measure for each
person; what comes beyond it is only counted.

Without it one reader, who may read nothing, could fill both nations' logs and spend what this
nation may say to its partner, so that recalls and others' openings wait.
Spec: spec/exchange.md §6; R20, R57; docs/threat-model.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.decisions.decide import Decision
from sealane.ledger import bodies, entries
from sealane.ports import Tx
from sealane.registry.records import Given
from sealane.registry.who_may import Act
from sealane.services.deciding.decision import record_national
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements import partner_counts
from sealane.services.statements.journal import record
from sealane.services.statements.talk import tell

TOLD_A_MINUTE = 30
"""Refusals of one person within a minute that are recorded and told one by one."""
LOOKED_AT = 400
"""Entries of the internal log that are read back for it, at most."""
BEYOND = "open.denied"
"""By what those beyond the measure are counted, under this nation's own name."""
ASKING = frozenset({str(Act.OPEN), str(Act.VOUCH), str(Act.ONWARD), str(Act.COPY)})
ACTS = {"onward": Act.ONWARD, "copy": Act.COPY}
"""The act of a person that a request's action is; every other is an opening."""


def note_denial(
    node: Node, row: Given, request: Mapping[str, Any], decision: Decision, post: str, *, by: Actor
) -> None:
    """Record a denial and tell the provider: the post, the purpose, the clauses; no personal
    facts. One of too many by the same person within a minute is counted.
    """
    with node.store.writing() as tx:
        if _asked_lately(node, tx, str(by.person)) >= TOLD_A_MINUTE:
            if partner_counts.note(node, tx, node.party, BEYOND) == 1:
                record(node, tx, "calls.limited", path="open", count=1, **by.told())
            return
        unmet = [reason.clause for reason in decision.edition("partner") if not reason.met]
        body = bodies.OpenDenied(
            post=post,
            purpose=request["purpose"],
            action=request["action"],
            decision=decision.digest,
            clauses=tuple(dict.fromkeys(unmet)),
        )
        record_national(node, tx, decision, str(row.id))
        agreement = (row.agreement, row.agreement_digest)
        tell(node, tx, body, to=row.origin, agreement=agreement, item=row.id)
        acts.note(node, tx, ACTS.get(request["action"], Act.OPEN), by, item=row.id)


def _asked_lately(node: Node, tx: Tx, person: str) -> int:
    """How often a person asked within the last minute, as the internal log has it."""
    log, since = node.internal, node.host.now() - 60 * SECOND
    size, count = log.size(tx), 0
    for index in range(size - 1, max(size - LOOKED_AT, 0) - 1, -1):
        try:
            entry = entries.read(log.entry(tx, index))
        except SealaneError:
            continue
        if entry.at < since or count >= TOLD_A_MINUTE:
            break
        told = entry.fields
        if entry.kind == "person.acted" and told.get("actor") == person:
            count += told.get("act") in ASKING
    return count
