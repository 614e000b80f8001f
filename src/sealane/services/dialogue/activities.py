"""Activities: an exercise or a project lasts from one instant to a later one.

Spec: spec/case.md §7.
"""

from __future__ import annotations

from sealane.base.values import parse_instant
from sealane.cases.course import Course
from sealane.cases.form import wrong
from sealane.ports import Tx
from sealane.services.cases.books import Consequence
from sealane.services.dialogue.visits import ENDS_FIRST
from sealane.services.node import Node


def opening(_: Node, __: Tx, begun: Course) -> None:
    """Raises: Malformed `case.form`."""
    form = begun.head.form
    if parse_instant(form["until"]) <= parse_instant(form["from"]):
        raise wrong("until", ENDS_FIRST)


CONSEQUENCE = Consequence(opening=opening)
