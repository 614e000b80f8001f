"""Who can read this, and what can this person read: previews by the same clauses that later decide.

Spec: spec/agreement.md §10.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from sealane.base.errors import Malformed, declare
from sealane.cli.frame.answer import Answer
from sealane.cli.frame.preview_lines import instant, lines, tally

if TYPE_CHECKING:
    from sealane.cli.agreements.decision_point import DecisionPoint

MAX_FILE = 64 << 20
NOT_PEOPLE = declare(
    "decide.not_people",
    Malformed,
    "The file is not a JSON array of people or items.",
    "ファイルが人又は情報の JSON 配列ではありません。",
    "Write an array of objects: `subject` and `facility`, or `item`, `label` and `consents`, as in"
    " a request.",
    "要求と同じ形のオブジェクトの配列を書いてください：`subject` と `facility`、又は `item`、"
    "`label`、`consents`。",
)


def who(point: DecisionPoint, data: bytes, people: bytes) -> Answer:
    """Who of these people would be permitted, and for the others the clauses that are unmet."""
    from sealane.decisions.outlook import horizon
    from sealane.decisions.outlook.preview import who_can
    from sealane.decisions.request import person_from_json

    asked = [person_from_json(one) for one in _array(people)]
    first = point.decide(data)
    agreements = point.agreements_of(first)
    found = list(who_can(first.request, asked, agreements=agreements, schemes=point.schemes))
    until = horizon.first_after(
        first.request.at,
        (
            horizon.holds_until(one.request, agreements=agreements, groups=point.schemes.groups)
            for one in found
        ),
    )
    may = [one.request.subject.id for one in found if one.permit]
    may_not = [
        {"id": one.request.subject.id, "clauses": [reason.clause for reason in one.unmet]}
        for one in found
        if not one.permit
    ]
    body = {
        "agreement": first.agreement.as_json(),
        "may": may,
        "may_not": may_not,
        "holds_until": instant(until),
    }
    return Answer(body, lines(may, may_not))


def what(point: DecisionPoint, data: bytes, items: bytes) -> Answer:
    """Which of these items the request's person may act on for its purpose, by classes; in the
    file's order.
    """
    from sealane.decisions.outlook import horizon
    from sealane.decisions.outlook.facts import facts_from_json
    from sealane.decisions.outlook.holdings import Holdings
    from sealane.decisions.outlook.preview import Reader

    held, _ = facts_from_json({"items": _array(items), "people": []})
    first = point.decide(data)
    request, holdings = first.request, Holdings(first.request.agreement)
    for number, one in enumerate(held):
        holdings.add(number, one.label, one.item, one.consents)
    reader = Reader(
        subject=request.subject,
        facility=request.facility,
        purpose=request.purpose,
        at=request.at,
        action=request.action,
        accept_unverified=request.accept_unverified,
    )
    agreements = point.agreements_of(first)
    numbers = set(holdings.readable(reader, agreements=agreements, schemes=point.schemes))
    until = horizon.first_after(
        request.at,
        itertools.chain(
            horizon.of_agreement(request.agreement, agreements),
            horizon.of_reader(request.subject, request.facility, request.agreement, agreements),
            *(
                horizon.of_item(one.item, one.label, one.consents, point.schemes.groups)
                for one in held
            ),
        ),
    )
    may = [one.item.id for number, one in enumerate(held) if number in numbers]
    body = {
        "agreement": first.agreement.as_json(),
        "person": request.subject.id,
        "may": may,
        "asked": len(held),
        "holds_until": instant(until),
    }
    return Answer(body, f"{lines(may, [])}\n{tally(len(may), len(held))}".strip())


def _array(data: bytes) -> list[Any]:
    from sealane.base import canonical

    listed = canonical.parse(data, limit=MAX_FILE)
    if not isinstance(listed, list):
        raise NOT_PEOPLE()
    return listed
