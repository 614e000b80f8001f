"""Visits: how long before, for how long, and what of a request can still be amended.

Spec: spec/case.md §7.
"""

from __future__ import annotations

from sealane.base.errors import Refused, declare
from sealane.base.values import DAY, Instant, format_instant, parse_instant, years_later
from sealane.cases.course import CaseStep, Course
from sealane.cases.form import wrong
from sealane.cases.kind import Side
from sealane.ports import Tx
from sealane.services.cases.books import Consequence
from sealane.services.node import Node

LEAD_DAYS = 28
"""How long before its first day a visit is requested, where the agreement states no clock `visit`.
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
    "Only names and dates of a visit are amended, and its first day never to an earlier one.",
    "訪問で修正できるのは氏名と日程だけで、開始日を早めることはできません。",
    "Cancel it, and request another visit.",
    "取り消して、新たに申請してください。",
)
ENDS_FIRST = ("it is after the beginning", "開始より後の日時です")


def opening(node: Node, _: Tx, begun: Course) -> None:
    """The host counts the time from when it hears of the visit, whatever the request says of its
    own. Raises: Refused `visit.lead_time`, `visit.too_long`; Malformed `case.form`.
    """
    form, heard = begun.head.form, begun.head.side_of(node.party) is Side.WITH
    opened = node.host.now() if heard else parse_instant(begun.head.opened)
    agreed = begun.agreement.due("visit", opened)
    earliest = Instant(opened + LEAD_DAYS * DAY) if agreed is None else agreed
    if parse_instant(form["from"]) < earliest:
        raise LEAD_TIME(earliest=format_instant(earliest))
    _require_length(form["from"], form["until"])


def before(_: Node, __: Tx, found: Course, step: CaseStep) -> None:
    """Raises: Refused `visit.amendment`, `visit.too_long`; Malformed `case.form`."""
    if step.event != "amend":
        return
    form = found.form()
    after = form | step.form
    if not step.form or parse_instant(after["from"]) < parse_instant(form["from"]):
        raise AMENDMENT()
    _require_length(after["from"], after["until"])


def _require_length(begin: str, end: str) -> None:
    since, until = parse_instant(begin), parse_instant(end)
    if until <= since:
        raise wrong("until", ENDS_FIRST)
    latest = years_later(since, 1)
    if until > latest:
        raise TOO_LONG(latest=format_instant(latest))


CONSEQUENCE = Consequence(opening=opening, before=before)
