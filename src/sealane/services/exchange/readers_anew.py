"""Who could read an item at its holders, asked anew where the answer is old: for whoever looks at
the item, within a moment or not at all.

Spec: spec/exchange.md §5; R26, R30.
"""

from __future__ import annotations

import threading

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.ports import Tx
from sealane.registry.records import Newness
from sealane.services.exchange import assurance
from sealane.services.exchange.outbox import AT_ONCE_SECONDS
from sealane.services.node import Node
from sealane.services.register import readers_there, views
from sealane.services.register.readers_there import ReadersQuestion

APART_SECONDS = 60
"""A partner is asked at most so often for those who look: a page that is opened again and again
spends nothing.
"""


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
    lanes = [
        threading.Thread(target=_ask, args=(node, party, question), daemon=True) for party in asked
    ]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join(AT_ONCE_SECONDS / len(lanes))


def _ask(node: Node, party: str, question: ReadersQuestion) -> None:
    try:
        assurance.obtain(node, party, question)
    except SealaneError:
        return  # the page tells the old answer's instant, or that nobody said


def _asked_lately(node: Node, tx: Tx, party: str) -> bool:
    newest = node.records.statements.find(
        tx,
        order="kept",
        newest=True,
        limit=1,
        type="assurance.request",
        by=node.party,
        to=party,
    )
    return bool(newest) and newest[0].kept > node.host.now() - APART_SECONDS * SECOND
