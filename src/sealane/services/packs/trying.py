"""What a pack would come to, with nothing changed: each statement judged against what is here now.

What follows another statement of the same pack counts as taken where that one would be.
Spec: spec/pack.md §5.
"""

from __future__ import annotations

from contextlib import suppress

from sealane.base.errors import SealaneError
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.services import dispatch
from sealane.services.exchange.offer_terms import judge_terms, require_room, size_of
from sealane.services.node import Node
from sealane.services.packs.questions import ASKED
from sealane.services.packs.taking import (
    NOT_ASKED,
    Became,
    Fate,
    PackedStatement,
    became,
    is_known,
    judged,
)
from sealane.services.statements import inbox, talk
from sealane.services.statements.journal import held_statement, is_logged

OF_CASES = frozenset({"case.opened", "case.said"})
"""Types whose place in a dialogue is known by taking them alone."""


class _Undone(Exception):
    """Ends a step of which nothing shall stay."""


def tried(node: Node, partner: str, one: PackedStatement, earlier: set[str]) -> Became:
    """What would become of one statement.

    Args:
        earlier: items and cases that statements before it would bring; this one's are added.
    """
    said = one.said
    about = _about(said)
    try:
        if one.entry.answers is not None:
            found = _heard(node, partner, one, one.entry.answers)
        else:
            found = _answered(node, one, said)
    except SealaneError as error:
        found = judged(node, one, error)
    if found.fate is Fate.WAITING and about & earlier:
        found = Became(Fate.TAKEN)
    if found.fate is Fate.TAKEN:
        earlier |= about
    return found


def _about(said: Statement) -> set[str]:
    """The item and the case that a statement is about."""
    case = getattr(said.body, "case", None)
    return {one for one in (said.item, case) if one is not None}


def _heard(node: Node, partner: str, one: PackedStatement, question: str) -> Became:
    with node.store.reading() as tx:
        asked = held_statement(node, tx, question)
        mine = asked is not None and (asked.statement.by, asked.statement.to) == (
            node.party,
            partner,
        )
        queued = node.records.outbox.get(tx, statement=question, partner=partner)
        if asked is None or not mine or (queued is None and asked.statement.type != ASKED):
            raise NOT_ASKED(party=partner, statement=question[:24])
        answer = talk.answer_to(node, tx, talk.Question.of(asked), one.data)
        if is_logged(node, tx, answer):
            return Became(Fate.KNOWN)
        if queued is not None:
            inbox.admit_answer(node, tx, answer.statement)
        return Became(Fate.TAKEN)


def _answered(node: Node, one: PackedStatement, said: Statement) -> Became:
    if is_known(node, one.entry.digest):
        return Became(Fate.KNOWN)
    ageless = said.type in dispatch.AGELESS
    types = bodies.types_by(bodies.Way.OFFERED) | dispatch.HANDLERS.keys()
    with node.store.reading() as tx:
        heard = inbox.prove(node, tx, one.data, types=types)
        inbox.admit(node, tx, heard.statement, any_age=ageless)
        if one.entry.container is not None:
            require_room(node, tx, heard.statement.by, size_of(heard.statement))
    if one.entry.container is not None:
        judge_terms(node, heard.statement)
        return Became(Fate.TAKEN)
    if said.type not in OF_CASES:
        return Became(Fate.TAKEN)
    made: list[Statement] = []
    with suppress(_Undone), node.store.writing() as tx:
        made.append(dispatch.HANDLERS[said.type](node, tx, heard).statement)
        raise _Undone
    return became(made[0])
