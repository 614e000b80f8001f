"""What a date did in a case is signed by the one side that is to sign it, dated when it was due.

Nothing waits for that: both nodes count a date that passed, signed or not.
Spec: spec/case.md §5.
"""

from __future__ import annotations

from sealane.base.errors import SealaneError
from sealane.base.values import format_instant
from sealane.cases.course import Course
from sealane.ports import Tx
from sealane.registry.records import Newness
from sealane.services.cases import books
from sealane.services.dialogue.acting import speak
from sealane.services.node import Node

AT_ONCE = 200
"""Cases looked at in one round."""


def sign_dates(node: Node) -> list[str]:
    """Sign what dates did in cases; the cases in which they did. What a date leaves to the other
    side, or to nobody, is written down and looked at no more until the next date.
    """
    now, acted = node.now()[1], []
    with node.store.reading() as tx:
        if node.newness(tx) != Newness.CURRENT:
            return []
        rows = node.records.cases.find(tx, order="signs", after="", limit=AT_ONCE)
    for row in rows:
        if str(row.signs) > now:
            break
        try:
            with node.store.writing() as tx:
                if _acted(node, tx, row.id):
                    acted.append(row.id)
        except SealaneError:  # its agreement or kind is not here now: looked at again
            continue
    return acted


def _acted(node: Node, tx: Tx, case: str) -> bool:
    row = node.records.cases.get(tx, id=case)
    if row is None or row.refused is not None:
        return False
    found = books.course(node, tx, row)
    signed = _signed(node, tx, found)
    if not signed:
        books.write(node, tx, found)
    return signed


def _signed(node: Node, tx: Tx, found: Course) -> bool:
    signed = False
    for _ in found.kind.state:
        acted = found.unsigned(node.host.now())
        if acted is None or acted.signed_by is not found.head.side_of(node.party):
            break
        event = found.kind.event_of(acted.event)
        assert event is not None
        at = format_instant(acted.at)
        found, signed = speak(node, tx, found, event, form={}, person=None, at=at), True
    return signed
