"""What a partner's answer makes of our word in a case: one that it refused counts for nothing, and
nothing that followed it.

Spec: spec/case.md §5.
"""

from __future__ import annotations

from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry.case_records import WordStanding
from sealane.services.cases import books
from sealane.services.cases.hearing import mark
from sealane.services.node import Node
from sealane.services.statements.journal import Said


def note_answer(node: Node, tx: Tx, ours: Said, said: Statement) -> None:
    """Write what follows from an answer to what we said in a case."""
    body = ours.statement.body
    if not isinstance(said.body, bodies.Rejected):
        if isinstance(body, bodies.CaseSaid):
            node.records.case_events.change(tx, {"statement": ours.digest}, taken=said.at)
        return
    code = said.body.code
    if isinstance(body, bodies.CaseOpened):
        node.records.cases.change(tx, {"id": body.case}, refused=code)
        for one in books.events(node, tx, body.case):
            mark(node, tx, one, WordStanding.REFUSED, code)
            _unsend(node, tx, one.statement, code)
        row = books.kept(node, tx, body.case)
        books.write(node, tx, books.course_of(node, tx, row, ()))
        return
    _refused(node, tx, ours.statement.saying(bodies.CaseSaid).case, ours.digest, code)


def _refused(node: Node, tx: Tx, case: str, statement: str, code: str) -> None:
    """A word that the other side rejected counts no more, and nothing that followed it; one that
    takes back what was allowed stands all the same.
    """
    row, whole = books.kept(node, tx, case), books.events(node, tx, case)
    refused = next((one for one in whole if one.statement == statement), None)
    if refused is None or refused.counting != WordStanding.STANDS:
        return
    event = node.case_kinds[row.kind].event_of(refused.event)
    if event is not None and event.stands:
        mark(node, tx, refused, WordStanding.STANDS, code)
        return
    kept = []
    for one in whole:
        if one.counting != WordStanding.STANDS:
            continue
        if one.place < refused.place:
            kept.append(one)
            continue
        mark(node, tx, one, WordStanding.REFUSED, code)
        if one is not refused:
            _unsend(node, tx, one.statement, code)
    books.write(node, tx, books.course_of(node, tx, row, kept))


def _unsend(node: Node, tx: Tx, statement: str, code: str) -> None:
    """What rests on a word that was refused is not said any more."""
    waiting = {"statement": statement, "done": None}
    node.records.outbox.change(tx, waiting, done=node.now()[1], trouble=code)
