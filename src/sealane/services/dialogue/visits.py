"""Visits: how long before, for how long, what of a request can still be amended, and that every
visitor's clearance is assured.

An amendment of what was approved waits for the host again: its table says so.

Spec: spec/case.md §7.
"""

from __future__ import annotations

from typing import Any

from sealane.base.errors import Refused, declare
from sealane.base.values import DAY, Instant, format_instant, parse_instant, years_later
from sealane.cases.course import CaseStep, Course
from sealane.cases.form import wrong
from sealane.cases.kind import Side
from sealane.ports import Tx
from sealane.services.cases import assured
from sealane.services.cases.books import Consequence
from sealane.services.dialogue import assuring
from sealane.services.node import Node

LEAD_DAYS = 28
"""How long before its first day a visit is requested, where the agreement states no clock `visit`;
of an emergency, where it states no clock `visit-urgent`, that it lies ahead.
"""
LEAD_TIME = declare(
    "visit.lead_time",
    Refused,
    "A visit is requested at least as long before as the agreement says: not before {earliest}.",
    "訪問は取決めの定める期間より前に申請します（開始は {earliest} 以降）。",
    "Choose a later date.",
    "より遅い日程にしてください。",
)
TOO_LONG = declare(
    "visit.too_long",
    Refused,
    "A visit lasts at most 12 months: until {latest}.",
    "訪問は 12 か月を超えられません（{latest} まで）。",
    "Choose an earlier end, and request another visit for the rest.",
    "終了を早め、残りは別の訪問として申請してください。",
)
AMENDMENT = declare(
    "visit.amendment",
    Refused,
    "Only names and dates of a visit are amended, its first day never to an earlier one, and an"
    " emergency visit not at all.",
    "訪問で修正できるのは氏名と日程だけで、開始日を早めることはできず、緊急の訪問は修正できません。",
    "Cancel it, and request another visit.",
    "取り消して、新たに申請してください。",
)
ENDS_FIRST = ("it is after the beginning", "開始より後の日時です")


def opening(node: Node, _: Tx, begun: Course) -> None:
    """The host counts the time from when it hears of the visit, whatever the request says of its
    own, and takes no visitor of whom nothing is assured.

    Raises: Refused `visit.lead_time`, `visit.too_long`, `visit.assurance`; Malformed `case.form`.
    """
    form, heard = begun.head.form, begun.head.side_of(node.party) is Side.WITH
    opened = node.host.now() if heard else parse_instant(begun.head.opened)
    earliest = _earliest(begun, opened)
    if parse_instant(form["from"]) < earliest:
        raise LEAD_TIME(earliest=format_instant(earliest))
    _require_length(form["from"], form["until"])
    if heard:
        assured.require_covered(begun, form["level"])


def _earliest(begun: Course, opened: Instant) -> Instant:
    """When a visit may begin that was requested at an instant: an emergency is not asked for weeks
    before, and the host still approves it or does not.
    """
    if begun.head.form.get("type") == "emergency":
        return begun.agreement.due("visit-urgent", opened) or opened
    return begun.agreement.due("visit", opened) or Instant(opened + LEAD_DAYS * DAY)


def before(node: Node, _: Tx, found: Course, step: CaseStep) -> None:
    """What the host approves, and what is amended, is covered by what was assured of each visitor.

    Raises: Refused `visit.amendment`, `visit.too_long`, `visit.assurance`; Malformed `case.form`.
    """
    if step.event == "approve":
        assured.require_covered(found, step.form["level"])
    if step.event != "amend":
        return
    form, amended = found.form(), found.with_step(step)
    after = amended.form()
    emergency = form.get("type") == "emergency"
    earlier = parse_instant(after["from"]) < parse_instant(form["from"])
    if emergency or earlier or not step.form:
        raise AMENDMENT()
    _require_length(after["from"], after["until"])
    if step.by != node.party:
        assured.require_covered(amended, after["level"])


def completing(node: Node, tx: Tx, visit: Course, event: str | None) -> dict[str, Any]:
    """What this nation assures of its visitors, anew with each request and amendment. Raises:
    Refused `visit.assurance`; Malformed `case.form`.
    """
    if event not in (None, "amend"):
        return {}
    return {assured.FIELD: assuring.assure(node, tx, visit)}


def _require_length(begin: str, end: str) -> None:
    since, until = parse_instant(begin), parse_instant(end)
    if until <= since:
        raise wrong("until", ENDS_FIRST)
    latest = years_later(since, 1)
    if until > latest:
        raise TOO_LONG(latest=format_instant(latest))


CONSEQUENCE = Consequence(opening=opening, before=before, completing=completing)
