"""The outbox: what is recorded and queued leaves, at least once; the answer is recorded before the
row is closed.

Spec: R42, R65; spec/exchange.md §4.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import INTERNAL, Conflict, SealaneError, declare
from sealane.base.values import SECOND, parse_instant
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry.records import Newness, OutboxRow
from sealane.services import holding
from sealane.services.cases import answered
from sealane.services.exchange import recall, receipts, relabel, reseal
from sealane.services.node import Node
from sealane.services.register import renewal
from sealane.services.spans import DELIVERY, spanned
from sealane.services.statements.inbox import admit_answer
from sealane.services.statements.journal import (
    Said,
    held_statement,
    is_logged,
    log_statement,
    statement_bytes,
)
from sealane.services.statements.talk import AWAY, Question, answer_to

logger = logging.getLogger("sealane.line")

LEASE_SECONDS = 15
"""How long a row is of one try alone; renewed while it is being sent."""
MAX_WAIT_SECONDS = 60
"""The longest that a row waits for its next try. One that is due later than that was put off by a
clock that ran ahead, and is due now: no clock that was set right again holds an order up.
"""
TAKEN = declare(
    "outbox.taken",
    Conflict,
    "{type} to {partner} is being sent by another process.",
    "{partner} 宛の {type} は別のプロセスが送信中です。",
)
FOLLOWED = frozenset({"card.renewed", "case.opened", "case.said", "relabelled", "rewrapped"})
"""Types of which the register follows the answer."""
AT_ONCE_SECONDS = 2.0
"""How long whoever acts waits to see their act delivered; what takes longer goes on by itself."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one try: to whom, the statement's type, its item, and the answer's type or the
    trouble; and whether nothing at all answered at the partner's address.
    """

    to: str
    type: str
    item: str | None
    answer: str | None
    trouble: str | None
    line_dead: bool = False
    statement: str = ""
    """The digest of what was sent."""


def deliver_due(node: Node, *, item: str | None = None, partner: str | None = None) -> list[Sent]:
    """Try everything that is due, oldest first; each row is leased, with a token that its try alone
    has, so that no two processes send it and only one closes it. Nothing leaves while the node may
    be older than what it said.

    Args:
        item: what is about this item alone.
        partner: what is for this partner alone.
    """
    now = node.host.now()
    only = {"item": item, "partner": partner}
    where: dict[str, Any] = {name: value for name, value in only.items() if value is not None}
    with node.store.reading() as tx:
        if node.newness(tx) != Newness.CURRENT or not _due(node, tx, now, where):
            return []
    with node.store.hinting() as tx:
        rows = [_leased(node, tx, row) for row in _due(node, tx, now, where)]
        rows = [row for row in rows if row.token is not None]
    sent = []
    away: set[str] = set()
    for row in rows:
        if row.partner in away:
            _later(node, row, AWAY)
            continue
        if not _renewed(node, row):
            continue  # what came of a row before it ended it, or another process took it over
        outcome = _try(node, row)
        # Only a dead line speaks for the partner's other rows; a bad answer, a refusal or a fault
        # of ours is about this row alone, and must never keep a recall behind it from leaving.
        if outcome.line_dead:
            away.add(row.partner)
        sent.append(outcome)
        _tell(outcome)
    return sent


def _tell(one: Sent) -> None:
    """What came of one try, in the log of the process."""
    told = {"partner": one.to, "type": one.type, "item": one.item, "statement": one.statement}
    if one.trouble is None:
        logger.info("delivery.answered", extra={**told, "answer": one.answer})
    else:
        logger.info("delivery.waits", extra={**told, "code": one.trouble.partition(" ")[0]})


def _due(node: Node, tx: Tx, now: int, where: dict[str, Any]) -> list[OutboxRow]:
    latest = now + max(LEASE_SECONDS, MAX_WAIT_SECONDS) * SECOND
    return node.records.outbox.ready(tx, int(now), int(latest), **where)


def _leased(node: Node, tx: Tx, row: OutboxRow) -> OutboxRow:
    """The row under a token of this try; without one where another took it in between."""
    token, now = node.host.entropy(12).hex(), node.host.now()
    taken = node.records.outbox.change(
        tx,
        {"id": row.id, "token": row.token, "due": row.due, "done": None},
        due=int(now + LEASE_SECONDS * SECOND),
        attempts=row.attempts + 1,
        token=token,
    )
    return replace(row, token=token if taken else None)


@contextmanager
def _kept(node: Node, row: OutboxRow) -> Iterator[None]:
    """The lease of a row, for as long as its sending takes."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE_SECONDS / 3):
            with suppress(SealaneError):  # the next look tells
                if not _renewed(node, row):
                    return

    thread = threading.Thread(target=renew, name=f"lease of {row.type}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def deliver_at_once(node: Node, *, item: str | None = None) -> list[Sent]:
    """Try what is due, about an item or all, for somebody who waits at a page: what came of it
    within a moment, or nothing yet. A partner that is slow keeps nobody's page and no worker of
    the pages.
    """
    sent: list[Sent] = []
    trouble: list[Exception] = []

    def work() -> None:
        try:
            sent.extend(deliver_due(node, item=item))
        except Exception as error:  # noqa: BLE001 - carried to whoever still waits
            trouble.append(error)

    thread = threading.Thread(target=work, name=f"delivery of {item or 'all'}", daemon=True)
    thread.start()
    thread.join(AT_ONCE_SECONDS)
    if trouble:
        raise trouble[0]
    return [] if thread.is_alive() else sent


def _renewed(node: Node, row: OutboxRow) -> bool:
    """Whether the row is still ours and open, and ours for as long again."""
    until = int(node.host.now() + LEASE_SECONDS * SECOND)
    with node.store.hinting() as tx:
        mine = {"id": row.id, "token": row.token, "done": None}
        return bool(node.records.outbox.change(tx, mine, due=until))


@spanned(DELIVERY)
def _try(node: Node, row: OutboxRow) -> Sent:
    """One row sent and settled; whatever goes wrong is its own trouble, and it is tried again."""
    line_dead = False
    try:
        with _kept(node, row):
            answer = _send(node, row)
        said = _settle(node, row, answer)
    except SealaneError as error:
        trouble = error.code
        # A partner whose node gives a status, though no signed word, is not away.
        line_dead = error.code == AWAY and "status" not in (error.details or {})
    except Exception as error:  # noqa: BLE001 - one row's fault never stops the others
        trouble = f"{INTERNAL.code} ({type(error).__name__})"
    else:
        return Sent(row.partner, row.type, row.item, said.type, None, statement=row.statement)
    _later(node, row, trouble)
    sent = Sent(row.partner, row.type, row.item, None, trouble, line_dead)
    return replace(sent, statement=row.statement)


def settle_carried(node: Node, partner: str, statement: str, data: bytes) -> bool | None:
    """Settle what waits by an answer that came beside the line, as the line would; whether that was
    new. None: nothing was queued for that partner under this digest. Raises: as `_settle`.
    """
    with node.store.reading() as tx:
        rows = node.records.outbox.find(tx, order="id", statement=statement, partner=partner)
        kept = node.records.statements.get(tx, digest=receipt.digest(data))
    if not rows:
        return None
    if rows[0].done is not None and kept is not None:
        return False
    _settle(node, rows[0], data)
    return True


def _send(node: Node, row: OutboxRow) -> bytes:
    with node.store.reading() as tx:
        data = statement_bytes(node, tx, row.statement)
    assert data is not None
    if row.container is None:
        return node.peers.say(row.partner, data)
    with node.blobs.read(row.container) as container:
        return node.peers.offer(row.partner, data, container)


def _settle(node: Node, row: OutboxRow, data: bytes) -> Statement:
    """Prove and record the answer, and close the row, in one step. Raises: as `talk.answer_to`;
    Conflict `outbox.taken`: another process took the row over, and records what it is answered.
    """
    node.host.reached("deliver.answered")
    with node.store.writing() as tx:
        answer = answer_to(node, tx, _question(node, tx, row), data)
        said = answer.statement
        if not is_logged(node, tx, answer):
            admit_answer(node, tx, said)
        if isinstance(said.body, bodies.TransferReceived | bodies.TransferRejected):
            receipts.note_receipt(node, tx, answer)
        elif isinstance(said.body, bodies.Destroyed):
            recall.note_destruction(node, tx, answer)
        elif not is_logged(node, tx, answer):
            log_statement(node, tx, answer)
        left = _followed(node, tx, row, answer)
        mine = {"id": row.id, "token": row.token}
        if not node.records.outbox.change(tx, mine, done=node.now()[1], trouble=None):
            raise TAKEN(type=row.type, partner=row.partner)
    node.host.reached("deliver.settled")
    if left is not None:
        node.blobs.destroy(left)
    return said


def _followed(node: Node, tx: Tx, row: OutboxRow, answer: Said) -> str | None:
    """What an answer makes so of what it answers; the container that it gives up, if any."""
    said = answer.statement
    ours = held_statement(node, tx, row.statement) if row.type in FOLLOWED else None
    if ours is None:
        return None
    if row.type == "rewrapped":
        return reseal.note_answer(node, tx, ours, said)
    if row.type == "relabelled":
        relabel.note_answer(node, tx, ours, answer)
    elif row.type in ("case.opened", "case.said"):
        answered.note_answer(node, tx, ours, said)
    else:
        renewal.heard(node, tx, ours, said)
    return None


def _question(node: Node, tx: Tx, row: OutboxRow) -> Question:
    """What the row says, as far as its answer must fit it: of an item always under the item's own
    version of its agreement.
    """
    if row.item is None:
        said = held_statement(node, tx, row.statement)
        assert said is not None
        return Question.of(said)
    kept = node.records.statements.get(tx, digest=row.statement)
    held = holding.between(node.records, tx, row.item, (row.partner, node.party))
    assert kept is not None
    assert held is not None
    return Question(
        digest=row.statement,
        type=row.type,
        party=row.partner,
        agreement=(kept.agreement, held.item.agreement_digest),
        item=row.item,
        at=kept.said,
    )


def _later(node: Node, row: OutboxRow, trouble: str) -> None:
    wait = min(MAX_WAIT_SECONDS, 2 ** min(row.attempts, 6))
    with node.store.writing() as tx:
        node.records.outbox.change(
            tx,
            {"id": row.id, "token": row.token, "done": None},
            due=int(node.host.now() + wait * SECOND),
            trouble=trouble,
        )


def waiting(node: Node) -> list[dict[str, object]]:
    """What has not left yet, with its age in seconds and its trouble."""
    now = node.host.now()
    with node.store.reading() as tx:
        return [
            {
                "partner": row.partner,
                "type": row.type,
                "item": row.item,
                "attempts": row.attempts,
                "trouble": row.trouble,
                "age_seconds": max(0, (now - parse_instant(row.created)) // SECOND),
            }
            for row in rows_waiting(node, tx)
        ]


def rows_waiting(node: Node, tx: Tx) -> list[OutboxRow]:
    """The rows of what has not left yet, oldest first."""
    return node.records.outbox.find(tx, order="id", done=None)
