"""Cases written again from the statements that the ledgers prove, after a loss: nothing is said,
answered or done.

Spec: spec/ledger.md §7; spec/case.md §5.
"""

from __future__ import annotations

from sealane.cases.course import CaseStep
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.case_records import KeptCase
from sealane.services.cases import books, hearing
from sealane.services.node import Node
from sealane.services.statements.journal import Said


def said(node: Node, tx: Tx, ours: Said) -> None:
    """What this nation said: the case that it opened, or its word in one; one that is here stays.

    Raises: as `books.course`.
    """
    if isinstance(ours.statement.body, bodies.CaseOpened):
        _open(node, tx, ours, ours.statement.body)
    elif (word := _new_word(node, tx, ours)) is not None:
        row, step, follows = word
        books.say(node, tx, books.course(node, tx, row), step, follows=follows)


def taken(node: Node, tx: Tx, theirs: Said) -> None:
    """What a partner said and this nation acknowledged. Raises: as `hearing.take`."""
    if isinstance(theirs.statement.body, bodies.CaseOpened):
        _open(node, tx, theirs, theirs.statement.body)
    elif (word := _new_word(node, tx, theirs)) is not None:
        row, step, follows = word
        hearing.take(node, tx, row, step, follows=follows, consequences={})


def _open(node: Node, tx: Tx, kept: Said, opened: bodies.CaseOpened) -> None:
    if node.records.cases.get(tx, id=opened.case) is None:
        told = kept.statement
        agreement = books.version(node, tx, told.agreement, told.agreement_digest)
        kind = books.case_kind(node, agreement, opened.kind)
        books.add(node, tx, books.begun(kept, kind, agreement))


def _new_word(node: Node, tx: Tx, kept: Said) -> tuple[KeptCase, CaseStep, str] | None:
    """The case that a word is said in, the word, and what it follows; None: it is here. Raises:
    NotFound `case.unknown`.
    """
    told = kept.statement.saying(bodies.CaseSaid)
    row = books.kept(node, tx, told.case)
    if node.records.case_events.get(tx, statement=kept.digest) is not None:
        return None
    return row, books.as_step(kept, told.event, told.form, told.items), told.follows
