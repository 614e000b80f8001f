"""Committees: each member decides by name, and only those who were named.

Spec: spec/case.md §7.
"""

from __future__ import annotations

from sealane.base.values import parse_instant
from sealane.cases.course import CaseStep, Course
from sealane.cases.form import wrong
from sealane.ports import Tx
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
    """Raises: Malformed `case.form`: somebody else's word, or twice."""
    member = step.form.get("member")
    if member is None:
        return
    if member not in found.head.form["members"] or not member.startswith(f"{step.by}:"):
        raise wrong("member", NOT_NAMED)
    if any(one.form.get("member") == member for one in found.steps):
        raise wrong("member", SAID)


CONSEQUENCE = Consequence(opening=opening, before=before)
