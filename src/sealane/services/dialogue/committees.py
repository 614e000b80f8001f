"""Committees: each member decides by name, and only those who were named; and what inspections say
of the subcontractors.

Spec: spec/case.md §7.
"""

from __future__ import annotations

from typing import Any

from sealane.base.values import parse_instant
from sealane.cases.course import CaseStep, Course
from sealane.cases.form import wrong
from sealane.ports import Tx
from sealane.services.cases import checklist
from sealane.services.cases.books import Consequence
from sealane.services.dialogue.consenting import PAST
from sealane.services.node import Node

NO_MEMBER = (
    "a member is written PARTY:person, of one of the two",
    "委員は「国:人」の形で、当事国の人です",
)
BOTH = ("each of the two has a member", "双方の国に委員が必要です")
NOT_NAMED = (
    "it is no member of this committee that its own side names",
    "自国の委員ではありません",
)
SAID = ("this member has decided already", "この委員は既に決定しています")


NO_SUBCONTRACTOR = (
    "it is no subcontractor of this decision",
    "この決定の下請負者ではありません",
)
NOT_YET = ("it is the day of an inspection that was made", "実施済みの検査の日付です")
NEXT = ("it is after the inspection", "検査より後の日時です")


def opening(_: Node, __: Tx, begun: Course) -> None:
    """Raises: Malformed `case.form`."""
    form, parties = begun.head.form, (begun.head.opener, begun.head.with_)
    for member in form["members"]:
        party, _sep, person = member.partition(":")
        if party not in parties or not person:
            raise wrong("members", NO_MEMBER)
    seated = {member.partition(":")[0] for member in form["members"]}
    if seated != set(parties):
        raise wrong("members", BOTH)
    if len(set(form["members"])) != len(form["members"]):
        raise wrong("members", ("each member stands once", "同じ委員は一度だけ記します"))
    if parse_instant(form["until"]) <= parse_instant(begun.head.opened):
        raise wrong("until", PAST)


def before(_: Node, __: Tx, found: Course, step: CaseStep) -> None:
    """Raises: Malformed `case.form`: somebody else's word, or twice; an inspection of nobody here,
    or on no day that was.
    """
    if step.event == checklist.INSPECT:
        _require_inspection(found, step)
    member = step.form.get("member")
    if member is None:
        return
    if member not in found.head.form["members"] or not member.startswith(f"{step.by}:"):
        raise wrong("member", NOT_NAMED)
    if any(one.form.get("member") == member for one in found.steps):
        raise wrong("member", SAID)


def _require_inspection(found: Course, step: CaseStep) -> None:
    on = parse_instant(step.form["on"])
    if step.form["subcontractor"] not in found.form().get("subcontractors", ()):
        raise wrong("subcontractor", NO_SUBCONTRACTOR)
    if on > parse_instant(step.at):
        raise wrong("on", NOT_YET)
    if parse_instant(step.form["next"]) <= on:
        raise wrong("next", NEXT)


def own(node: Node, _: Tx, found: Course) -> dict[str, Any]:
    """The checklist of each subcontractor's sites as it stands now."""
    told = [one.as_json() for one in checklist.sites(found, node.host.now())]
    return {"subcontractors": told} if told else {}


CONSEQUENCE = Consequence(opening=opening, before=before, own=own)
