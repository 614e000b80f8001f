"""Consents: what the question has to name, and when a yes takes two.

A consent counts in decisions by itself (`deciding/consents.py`): nothing is done here that a
decision would have to be told.
Spec: R32; spec/case.md §7.
"""

from __future__ import annotations

from dataclasses import replace

from sealane.base.values import parse_instant
from sealane.cases.course import CaseStep, Course
from sealane.cases.form import MISSING, wrong
from sealane.labels.model.label import Label, label_from_json
from sealane.ports import Tx
from sealane.services.cases.books import Consequence
from sealane.services.node import Node

NAMES = {
    "onward": "to",
    "new-purpose": "purpose",
    "downgrade": "level",
    "exempt-by-law": "person",
    "temporary": "person",
}
"""What a question about an act has to name."""
TWO_FROM = 3
"""The row of the equivalence table from which on a yes takes two."""
PAST = ("it has passed already", "既に過ぎています")


def opening(_: Node, __: Tx, begun: Course) -> None:
    """The question names what its act is about. Raises: Malformed `case.form`."""
    form = begun.head.form
    needed = NAMES.get(str(form["act"]))
    if needed is not None and form.get(needed) is None:
        raise wrong(needed, MISSING)
    if form["act"] == "onward" and form["to"] in (begun.head.opener, begun.head.with_):
        raise wrong("to", ("it is a third party", "第三国を指定します"))


def before(_: Node, __: Tx, ___: Course, step: CaseStep) -> None:
    """An answer counts until an instant that has not come. Raises: Malformed `case.form`."""
    until = step.form.get("until")
    if until is not None and parse_instant(until) <= parse_instant(step.at):
        raise wrong("until", PAST)


def by_two(node: Node, tx: Tx, found: Course, event: str) -> bool:
    """Whether this is a yes at a high level, or to a lower one."""
    if event != "grant":
        return False
    if found.head.form["act"] == "downgrade":
        return True
    item = node.records.items.get(tx, id=found.head.items[0])
    if item is None:
        return True
    label = label_from_json(item.label)
    row = found.agreement.equivalent(label.policy, label.classification, found.head.opener)
    return row is None or row.level >= TWO_FROM


def relabels(node: Node, tx: Tx, found: Course, step: CaseStep) -> tuple[str, Label] | None:
    """A yes to a lower level lowers it."""
    if (step.event, found.head.form["act"]) != ("grant", "downgrade"):
        return None
    item = found.head.items[0]
    label = label_from_json(node.item(tx, item).label)
    return item, replace(label, classification=str(found.head.form["level"]))


CONSEQUENCE = Consequence(opening=opening, before=before, by_two=by_two, relabels=relabels)
