"""Items that were exchanged before the agreement began: placed under it by its provider, and held
there by their holder's own word, item by item.

Spec: spec/case.md §7; R9, R44.
"""

from __future__ import annotations

from sealane.base.errors import Refused, declare
from sealane.base.values import format_instant, parse_instant
from sealane.cases.course import CaseStep, Course
from sealane.ports import Tx
from sealane.services.cases.books import Consequence
from sealane.services.dialogue import listed
from sealane.services.node import Node

NOT_EARLIER = declare(
    "earlier.not_before",
    Refused,
    "{at} is not before agreement {agreement} began, on {since}.",
    "{at} は取決め {agreement} の開始日時 {since} より前ではありません。",
    "What was exchanged since then is released under the agreement.",
    "開始後に交換したものは、取決めの下で提供してください。",
)


def opening(_: Node, __: Tx, begun: Course) -> None:
    """They were exchanged before the agreement began. Raises: Refused `earlier.not_before`."""
    at, since = begun.head.form["exchanged"], begun.agreement.period.since
    if parse_instant(at) >= since:
        raise NOT_EARLIER(at=at, agreement=begun.agreement.id, since=format_instant(since))


def before(_: Node, __: Tx, found: Course, step: CaseStep) -> None:
    """Whoever acknowledges names the whole list; whoever denies, nothing beside it. Raises: Refused
    `case.not_the_list`.
    """
    if step.event in ("acknowledge", "deny"):
        listed.require_listed(found, step, whole=step.event == "acknowledge")


def after(node: Node, tx: Tx, found: Course, step: CaseStep) -> None:
    """What is not held any more is an incident of its holder's with its provider."""
    if step.event == "deny":
        listed.report(node, tx, found, listed.lacking(found, step), what="possible")


CONSEQUENCE = Consequence(opening=opening, before=before, after=after)
