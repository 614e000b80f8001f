"""Who could read an item at its holders, asked anew where the answer is old: for whoever looks at
the item, within a moment or not at all.

Spec: spec/exchange.md §5; R26, R30.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.ledger import bodies, receipt
from sealane.ports import Tx
from sealane.registry.records import KeptStatement, Newness
from sealane.services.exchange import assurance
from sealane.services.exchange.outbox import AT_ONCE_SECONDS
from sealane.services.node import Node
from sealane.services.register import readers_there, views
from sealane.services.register.readers_there import ReadersQuestion

APART_SECONDS = 60
"""A partner is asked at most so often for those who look: a page that is opened again and again
spends nothing.
"""
PATIENCE_SECONDS = 6.0
"""How long somebody who composes a release waits for the answers."""
COMPOSING = 20
"""Different questions to one partner within that time, while a release is composed."""


def ask_anew(node: Node, item: str) -> None:
    """Ask each holder whose answer about an item of ours is old. What comes within a moment is in
    the register; what takes longer goes on by itself, and what goes wrong leaves the old answer,
    with its instant. Raises: NotFound `item.unknown`.
    """
    with node.store.reading() as tx:
        held = views.item(node, tx, item)
        question = readers_there.question_about(held)
        if question is None or node.newness(tx) != Newness.CURRENT:
            return
        old = readers_there.old_answers(node, tx, held)
        asked = [party for party in old if not _asked_lately(node, tx, party)]
    _ask_beside(node, question, asked, seconds=AT_ONCE_SECONDS)


def ask_about(node: Node, question: ReadersQuestion, parties: Iterable[str]) -> None:
    """Ask of those parties who have not answered exactly this, or whose answer is old, who could
    read it; as `ask_anew`, with more patience. What was asked within the minute is not asked again,
    and a question that changes while somebody composes is asked `COMPOSING` times a minute at most.
    """
    with node.store.reading() as tx:
        if node.newness(tx) != Newness.CURRENT:
            return
        agreement = node.agreements(tx).get(question.agreement)
        asked = [
            party
            for party in parties
            if readers_there.is_old(
                node, agreement, readers_there.readers_there(node, tx, party, question)
            )
            and not _composed_lately(node, tx, party, question)
        ]
    _ask_beside(node, question, asked, seconds=PATIENCE_SECONDS)


def _ask_beside(
    node: Node, question: ReadersQuestion, parties: Iterable[str], *, seconds: float
) -> None:
    """Ask parties side by side, waiting so long for all of them together."""
    lanes = [
        threading.Thread(target=_ask, args=(node, party, question), daemon=True)
        for party in parties
    ]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join(seconds / len(lanes))


def _ask(node: Node, party: str, question: ReadersQuestion) -> None:
    try:
        assurance.obtain(node, party, question)
    except SealaneError:
        return  # the page tells the old answer's instant, or that nobody said


def _asked_lately(node: Node, tx: Tx, party: str) -> bool:
    return bool(_asked(node, tx, party, limit=1))


def _composed_lately(node: Node, tx: Tx, party: str, question: ReadersQuestion) -> bool:
    """Whether a party was asked this very question within the minute, or too much altogether."""
    asked = _asked(node, tx, party, limit=COMPOSING)
    return len(asked) >= COMPOSING or question.key in {_key_asked(one) for one in asked}


def _key_asked(kept: KeptStatement) -> str | None:
    """The key of a question that was asked; None where its bytes are disposed of."""
    if kept.data is None:
        return None
    said = receipt.peek(bytes(kept.data))
    body = said.saying(bodies.AssuranceRequest)
    return assurance.question_asked(said.agreement, body).key


def _asked(node: Node, tx: Tx, party: str, *, limit: int) -> list[KeptStatement]:
    """What a party was asked within the minute, the newest first."""
    newest = node.records.statements.find(
        tx,
        order="kept",
        newest=True,
        limit=limit,
        type="assurance.request",
        item=None,
        by=node.party,
        to=party,
    )
    since = node.host.now() - APART_SECONDS * SECOND
    return [one for one in newest if one.kept > since]
