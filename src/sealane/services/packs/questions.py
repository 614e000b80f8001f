"""Questions that found nobody at the line's end and may go by a pack: for a partner's assurance,
and who could read there.

No other question is worth a journey: an opening is asked for within a minute, and what a registry
compares is compared on the line.
Spec: spec/pack.md §4; spec/exchange.md §5.
"""

from __future__ import annotations

from collections.abc import Iterator

from sealane.base import canonical
from sealane.base.values import parse_instant
from sealane.ledger import bodies, receipt
from sealane.ports import Tx
from sealane.registry.records import KeptStatement
from sealane.services.exchange import assurance
from sealane.services.node import Node
from sealane.services.statements import standing, talk
from sealane.services.statements.journal import held_statement, is_logged, log_statement

ASKED = "assurance.request"
NEWEST = 1000
"""How many questions and answers are looked through, from the newest on."""


def unanswered(node: Node, tx: Tx, partner: str) -> Iterator[KeptStatement]:
    """The newest question of each subject that nothing answered since, oldest first, as long as the
    partner would still take it.
    """
    answered = _answered(node, tx, partner)
    newest: dict[str, KeptStatement] = {}
    for row in _ours(node, tx, partner):
        newest.setdefault(_subject(row), row)
    now = node.host.now()
    for subject, row in reversed(newest.items()):
        at = parse_instant(row.said)
        said = receipt.peek(bytes(row.data or b""))
        late = standing.too_late(standing.version_of(node, tx, said), at)
        if answered.get(subject, "") < row.said and now <= late:
            yield row


def note_answer(node: Node, partner: str, question: str, data: bytes) -> bool | None:
    """Hold what a partner answered to such a question of ours; whether that was new. None: it was
    not asked. Raises: as `talk.answer_to`, `assurance.keep`.
    """
    with node.store.writing() as tx:
        asked = held_statement(node, tx, question)
        if asked is None or asked.statement.type != ASKED or asked.statement.to != partner:
            return None
        if asked.statement.by != node.party:
            return None
        answer = talk.answer_to(node, tx, talk.Question.of(asked), data)
        if is_logged(node, tx, answer):
            return False
        log_statement(node, tx, answer)
        if isinstance(answer.statement.body, bodies.AssuranceAnswer):
            about = assurance.question_asked(
                asked.statement.agreement, asked.statement.saying(bodies.AssuranceRequest)
            )
            assurance.keep(node, tx, about, answer)
        return True


def _ours(node: Node, tx: Tx, partner: str) -> list[KeptStatement]:
    """Our questions to a partner whose bytes are here, newest first."""
    rows = node.records.statements.find(
        tx,
        order="kept",
        newest=True,
        limit=NEWEST,
        type=ASKED,
        by=node.party,
        to=partner,
        item=None,
    )
    return [row for row in rows if row.data is not None]


def _answered(node: Node, tx: Tx, partner: str) -> dict[str, str]:
    """When each subject was answered last."""
    found: dict[str, str] = {}
    for kind in sorted(bodies.ANSWERS[ASKED]):
        rows = node.records.statements.find(
            tx,
            order="kept",
            newest=True,
            limit=NEWEST,
            type=kind,
            by=partner,
            to=node.party,
            item=None,
        )
        for row in rows:
            question = None if row.data is None else receipt.peek(bytes(row.data)).answers
            asked = None if question is None else node.records.statements.get(tx, digest=question)
            if asked is None or asked.type != ASKED or asked.data is None:
                continue
            subject = _subject(asked)
            found[subject] = max(found.get(subject, ""), asked.said)
    return found


def _subject(row: KeptStatement) -> str:
    said = receipt.peek(bytes(row.data or b""))
    return canonical.digest([said.agreement, bodies.as_json(said.body)])
