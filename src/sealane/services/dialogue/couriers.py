"""Couriers: a certificate for one journey that is announced a day before, and contents that are
held against the list item by item; what is missing or doubtful opens an incident with its provider.

Spec: spec/case.md §7; R43, R44, R53.
"""

from __future__ import annotations

from typing import Any

from sealane.base.errors import Conflict, Refused, declare
from sealane.base.values import DAY, HOUR, Instant, format_instant, parse_instant
from sealane.cases.course import CaseStep, Course
from sealane.cases.form import Why, wrong
from sealane.cases.kind import Side
from sealane.ports import Tx
from sealane.services.cases.books import Consequence
from sealane.services.dialogue import certifying, listed
from sealane.services.node import Node

NOTICE_HOURS = 24
"""How long before it departs a courier is announced, where the agreement states no clock
`courier`.
"""
DAYS_MOST = 31
"""One journey, and no standing leave to travel."""
NOTICE = declare(
    "courier.notice",
    Refused,
    "A courier is announced as long before departing as the agreement says: not before {earliest}.",
    "伝書使は取決めの定める時間より前に予告します（出発は {earliest} 以降）。",
    "Choose a later departure.",
    "出発をより遅い日時にしてください。",
)
BROKEN = declare(
    "courier.seal_broken",
    Conflict,
    "Case {case}: the seals were broken on arrival, so the contents are not received as listed.",
    "案件 {case}：到着時に封緘が破損していたため、一覧どおりの受領とはできません。",
    "Say by `differ` what is there; the security officers settle it.",
    "`differ` で実際にあった項目を示してください。保全責任者が解消します。",
)
ORDER: Why = (
    f"it is after the departure, {DAYS_MOST} days at most",
    f"出発より後で、{DAYS_MOST} 日以内の日時です",
)


def opening(node: Node, tx: Tx, begun: Course) -> None:
    """Announced in time for one journey; the receiver takes no courier who is not assured.

    Raises: Refused `courier.notice`, `courier.clearance`; Malformed `case.form`; Conflict
    `case.other_agreement`.
    """
    form, opened = begun.head.form, parse_instant(begun.head.opened)
    since, until = parse_instant(form["from"]), parse_instant(form["until"])
    agreed = begun.agreement.due("courier", opened)
    earliest = Instant(opened + NOTICE_HOURS * HOUR) if agreed is None else agreed
    if since < earliest:
        raise NOTICE(earliest=format_instant(earliest))
    if not since < until <= since + DAYS_MOST * DAY:
        raise wrong("until", ORDER)
    if begun.head.side_of(node.party) is Side.WITH:
        certifying.require_assured(node, tx, begun)


def completing(node: Node, tx: Tx, journey: Course, event: str | None) -> dict[str, Any]:
    """What this nation assures of its couriers. Raises: as `certifying.assure`."""
    return {} if event is not None else {certifying.FIELD: certifying.assure(node, tx, journey)}


def before(_: Node, __: Tx, found: Course, step: CaseStep) -> None:
    """The third receipt names exactly the list, and follows seals that were whole; a difference
    names nothing that was not sent.

    Raises: Refused `case.not_the_list`; Conflict `courier.seal_broken`.
    """
    if step.event not in ("receive", "differ"):
        return
    listed.require_listed(found, step, whole=step.event == "receive")
    if step.event == "receive" and _seals(found) == "broken":
        raise BROKEN(case=found.head.id)


def after(node: Node, tx: Tx, found: Course, step: CaseStep) -> None:
    """What is lost, missing or doubtful opens an incident with its provider, at the node of whoever
    held it for the provider.
    """
    if step.event == "lose":
        listed.report(node, tx, found, found.head.items, what="loss")
    if step.event == "differ":
        missing = listed.lacking(found, step)
        what = "loss" if missing else "possible"
        listed.report(node, tx, found, missing or found.head.items, what=what)


def _seals(found: Course) -> str:
    arrived = [step.form["seals"] for step in found.steps if step.event == "arrive"]
    return str(arrived[-1])


CONSEQUENCE = Consequence(opening=opening, completing=completing, before=before, after=after)
