"""Withdrawal: what was prepared or queued is taken back before its provider knows that it arrived.

An offer that was logged stands in the log that both nations hold, so its withdrawal is said to the
partner in every case. Whatever crosses with it gives way: an offer that comes after it is not
taken, one that came before it is erased.
Spec: R30, R42; spec/exchange.md §4 (taken back).
"""

from __future__ import annotations

from typing import Any

from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry import effects
from sealane.registry.records import Item, Transfer
from sealane.registry.transfer import PREPARED, PROVIDER, QUEUED, TAKEN_BACK, TRANSFER
from sealane.registry.who_may import Act
from sealane.services import holding
from sealane.services.exchange import recall
from sealane.services.node import WRONG_STATE, Node
from sealane.services.register import acts, items
from sealane.services.register import effects as register_effects
from sealane.services.register.acts import Named
from sealane.services.statements.journal import Said, end_waiting, log_statement, record
from sealane.services.statements.talk import REASON, acknowledge, tell

UNDELIVERED = PREPARED | {QUEUED}


def withdraw(
    node: Node, item: str, officer: Named, *, reason: str, to: str | None = None
) -> dict[str, Any]:
    """The release officer takes an item back from whom it has not been delivered to: from every
    such party, or from one alone; recorded, then said.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`, `item.state`: it
    was delivered and can only be recalled, or was never for that party; Refused `person.duty`.
    Spec: R30, R64.
    """
    with node.store.writing() as tx:
        node.require_current(tx)
        actor, _, row = acts.require_about(node, tx, Act.WITHDRAW, officer, item)
        held = node.holding(tx, item)
        undelivered = [
            one for one in held.transfers if one.state in UNDELIVERED and to in (None, one.to)
        ]
        if not undelivered:
            asked = None if to is None else held.transfer_to(to)
            raise WRONG_STATE(item=item, state=row.state if asked is None else asked.state)
        offered = [one for one in undelivered if one.offer is not None]
        record(
            node,
            tx,
            "release.withdrawn",
            agreement=row.agreement if offered else None,
            partners=[transfer.to for transfer in offered],
            item=item,
            **actor.told(),
        )
        after = effects.unoffered(held, undelivered, "withdraw", at=node.now()[1])
        items.change(node, tx, held, after)
        told = [_say(node, tx, row, transfer, reason) for transfer in offered]
        state = node.item(tx, item).state
    node.host.reached("withdraw.recorded")
    return {"item": item, "state": state, "from": [one.to for one in undelivered], "told": told}


def _say(node: Node, tx: Tx, row: Item, transfer: Transfer, reason: str) -> str:
    """Take one offer, and whatever waits with it, out of the outbox, and tell its addressee that it
    is taken back.
    """
    item, at = row.id, node.now()[1]
    step = TRANSFER.step(transfer.state, "withdraw", by=PROVIDER)
    end_waiting(node, tx, item, transfer.to, why=step.to)
    told = tell(
        node,
        tx,
        bodies.Withdrawn(answers=str(transfer.offer), reason=reason[:REASON]),
        to=transfer.to,
        agreement=(row.agreement, row.agreement_digest),
        item=item,
    )
    register_effects.apply(node, tx, told, at=at)
    return str(transfer.to)


def obey(node: Node, tx: Tx, heard: Said) -> Said:
    """The holder's side: what arrived is erased and marked withdrawn, and what has not arrived yet
    will not be taken; acknowledged either way.

    The erasing comes first within the open transaction, as for a recall: killed in between, the
    statement arrives again and finds it done.
    """
    log_statement(node, tx, heard)
    said = heard.statement
    row = holding.given(node.records, tx, str(said.item), node.party)
    if row is None or row.state in TAKEN_BACK:
        return acknowledge(node, tx, heard)
    TRANSFER.step(row.state, "withdraw", by=PROVIDER)
    node.blobs.destroy(row.container)
    node.host.reached("withdraw.erased")
    register_effects.apply(node, tx, heard)
    recall.call_back_made_from(node, tx, row.id, at=node.now()[1], told={})
    return acknowledge(node, tx, heard)
