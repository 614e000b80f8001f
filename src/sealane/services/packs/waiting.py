"""What waits for a partner, in the order in which it was said: what the outbox holds, the answers
to what came by its packs, and questions that found nobody.

Spec: spec/pack.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.ledger import receipt
from sealane.ports import Tx
from sealane.protocol.pack_form import ENTRIES_MOST
from sealane.services.node import Node
from sealane.services.packs import questions

MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class WaitingStatement:
    """One statement that waits; sorted as they were said, an answer before what it lets follow."""

    kept: int
    rank: int
    row: int
    statement: str
    type: str
    answers: str | None = None
    container: str | None = None


def waiting_for(node: Node, tx: Tx, partner: str) -> tuple[list[WaitingStatement], bool]:
    """Everything that waits for a partner, as much as one pack holds, and whether that is all."""
    found = sorted([*_answers(node, tx, partner), *_said(node, tx, partner)])
    here = [one for one in found if _there(node, one)]
    return here[:ENTRIES_MOST], len(here) == len(found) <= ENTRIES_MOST


def _there(node: Node, one: WaitingStatement) -> bool:
    """Whether its container is here; what was erased meanwhile waits for nobody."""
    return one.container is None or node.blobs.has(one.container)


def _said(node: Node, tx: Tx, partner: str) -> list[WaitingStatement]:
    found = []
    for row in node.records.outbox.find(tx, order="id", limit=MOST, partner=partner, done=None):
        kept = node.records.statements.get(tx, digest=row.statement)
        if kept is not None and kept.data is not None:
            place = row.id or 0
            one = WaitingStatement(
                kept=kept.kept,
                rank=1,
                row=place,
                statement=row.statement,
                type=row.type,
                container=row.container,
            )
            found.append(one)
    for place, asked in enumerate(questions.unanswered(node, tx, partner)):
        one = WaitingStatement(
            kept=asked.kept, rank=2, row=place, statement=asked.digest, type=asked.type
        )
        found.append(one)
    return found


def _answers(node: Node, tx: Tx, partner: str) -> list[WaitingStatement]:
    found = []
    rows = node.records.pack_answers.find(
        tx, order="statement", limit=MOST, partner=partner, heard=None
    )
    for row in rows:
        heard = node.records.inbox.get(tx, statement=row.statement)
        if heard is None or not heard.answer:
            continue
        name = receipt.digest(bytes(heard.answer))
        kept = node.records.statements.get(tx, digest=name)
        if kept is None or kept.data is None:
            continue
        one = WaitingStatement(
            kept=kept.kept,
            rank=0,
            row=0,
            statement=name,
            type=kept.type,
            answers=row.statement,
        )
        found.append(one)
    return found
