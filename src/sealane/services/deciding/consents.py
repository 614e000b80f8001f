"""The consents that count for an item: the one place that every request about an item asks.

They are what was said in cases of the kind `consent`, as the ledger binds them; both nations hold
the same ones and so decide alike.
Spec: R32; spec/case.md §7; spec/interfaces.md §4 (consents).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sealane.base.errors import SealaneError
from sealane.cases.course import Course
from sealane.ports import Tx
from sealane.registry.case_records import KeptCase
from sealane.services.cases import books
from sealane.services.node import Node

CONSENT, GRANTED, REFUSED = "consent", "granted", "refused"
ANSWERS = {GRANTED: ("grant", "yes"), REFUSED: ("refuse", "no")}
"""In which state of its case which event is an answer, and what it says."""
LIMITING = ("purpose", "level", "person", "paragraphs")
"""What an answer may be limited to."""
Consents = Mapping[str, list[dict[str, Any]]]


def standing_consents(node: Node, tx: Tx, item: str, holder: str) -> list[dict[str, Any]]:
    """Every answer that stands for one item between its provider and one holder, as a request takes
    it: what the provider said to others is nobody else's to know or to count.
    """
    cases = node.records.case_items.column(tx, "case", item=item)
    rows = node.records.cases.among(tx, "id", cases) if cases else []
    return _answers(node, tx, rows, holder)


def all_consents(node: Node, tx: Tx) -> Consents:
    """The same for every item that was received here and has any: for who asks about many."""
    found: dict[str, list[dict[str, Any]]] = {}
    for state in ANSWERS:
        ids = node.records.cases.column(tx, "id", kind=CONSENT, state=state)
        rows = node.records.cases.among(tx, "id", ids) if ids else []
        for one in _answers(node, tx, rows, node.party):
            found.setdefault(str(one["item"]), []).append(one)
    return found


def _answers(node: Node, tx: Tx, rows: Iterable[KeptCase], holder: str) -> list[dict[str, Any]]:
    found = []
    for row in sorted(rows, key=lambda one: one.id):
        if (row.kind, row.opener, row.refused) != (CONSENT, holder, None):
            continue
        try:
            case = books.course(node, tx, row)
        except SealaneError:  # its agreement or kind is not here: it says nothing
            continue
        answer = _answer(node, tx, case)
        if answer is not None and books.entered(node, tx, row, case):
            found.append(answer)
    return found


def _answer(node: Node, tx: Tx, case: Course) -> dict[str, Any] | None:
    event, word = ANSWERS.get(case.standing(node.host.now()).state, ("", ""))
    step = next((one for one in case.steps if one.event == event), None)
    until = None if step is None else step.form.get("until")
    if step is None or until is None:
        return None
    head, form = case.head, case.form()
    row = node.records.items.get(tx, id=head.items[0])
    # an answer counts under the item's own agreement alone
    if row is None or row.agreement != head.agreement:
        return None
    limits = {name: form.get(name) for name in LIMITING if form.get(name) is not None}
    return {
        "act": form["act"],
        "item": row.id,
        "to": form["to"] if form["act"] == "onward" else head.opener,
        "by": head.with_,
        "answer": word,
        "at": step.at,
        "until": until,
        **limits,
    }
