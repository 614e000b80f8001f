"""Challenges: a provider that agrees changes the label before it says so.

Spec: spec/case.md §7; R16.
"""

from __future__ import annotations

from sealane.cases.course import CaseStep, Course
from sealane.labels.model.label import Label, label_from_json
from sealane.ports import Tx
from sealane.services.cases.books import Consequence
from sealane.services.node import Node


def relabels(_: Node, __: Tx, found: Course, step: CaseStep) -> tuple[str, Label] | None:
    """The new label is in the answer's form."""
    if step.event != "change":
        return None
    return found.head.items[0], label_from_json(step.form["label"])


CONSEQUENCE = Consequence(relabels=relabels)
