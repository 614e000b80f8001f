"""The list of items that a case began with, held against what is there; what is not there is an
incident with its provider.

Spec: spec/case.md §7; R44, R53.
"""

from __future__ import annotations

from collections.abc import Sequence

from sealane.base.errors import Refused, SealaneError, declare
from sealane.cases.course import CaseStep, Course
from sealane.ports import Tx
from sealane.services.dialogue import beginning, incidents
from sealane.services.node import Node
from sealane.services.register.acts import OPERATOR

NOT_THE_LIST = declare(
    "case.not_the_list",
    Refused,
    "What was found is not the list of case {case}: missing {missing}; not on it {more}.",
    "確認した項目が案件 {case} の一覧と一致しません。不足：{missing}、一覧外：{more}。",
    "Look again, or say which of the list are there.",
    "もう一度確かめるか、一覧のうち実際にあった項目を示してください。",
)


def require_listed(found: Course, step: CaseStep, *, whole: bool) -> None:
    """What is named stands on the list; where the whole is asked, all of it. Raises: Refused
    `case.not_the_list`.
    """
    missing = lacking(found, step)
    more = sorted(set(step.items) - set(found.head.items))
    if more or (missing and whole):
        raise NOT_THE_LIST(
            case=found.head.id,
            missing=", ".join(missing)[:200] or "-",
            more=", ".join(more)[:200] or "-",
            details={"missing": missing, "more": more},
        )


def lacking(found: Course, step: CaseStep) -> list[str]:
    """What of the list is not named, in its order."""
    return [one for one in found.head.items if one not in step.items]


def report(node: Node, tx: Tx, found: Course, items: Sequence[str], *, what: str) -> None:
    """An incident about those of the items that the partner provided: each node reports for what it
    held. Where no incident can be opened, the case itself has told.
    """
    partner = found.head.other(node.party)
    theirs = [one for one in items if node.item(tx, one).provider == partner]
    if not theirs:
        return
    text = f"Case {found.head.id} ({found.head.kind}): {len(theirs)} of {len(found.head.items)}."
    asked = beginning.CaseAsked(
        kind=incidents.KIND,
        with_=partner,
        agreement=found.head.agreement,
        form={"what": what, "text": text},
        items=theirs,
    )
    opens = {incidents.KIND: incidents.CONSEQUENCE}
    try:
        beginning.begin(node, tx, asked, actor=OPERATOR, record=None, consequences=opens)
    except SealaneError as error:
        if error.code not in beginning.NO_CASE_THERE:
            raise
