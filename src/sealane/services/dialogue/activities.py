"""Activities: an exercise or a project lasts from one instant to a later one; each side lets its
own people take part, and what they lack for its level is told before they do.

Who takes part gains nothing by it: an item that was released for an activity opens for nobody else
(`deciding/taking_part.py`), and its end leaves a task for each (`register/duties.py`).
Spec: spec/case.md §7, §10; R29, R47.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sealane.base.errors import Refused, declare
from sealane.base.values import parse_instant
from sealane.cases.course import CaseStep, Course
from sealane.cases.form import wrong
from sealane.decisions.activity import ENDED
from sealane.ports import Tx
from sealane.registry.post_life import GAP_WORDS
from sealane.registry.searched import PageAsked, Sought, VisiblePart
from sealane.services.cases.books import Consequence
from sealane.services.deciding import taking_part
from sealane.services.deciding.national_rule import place_accredited
from sealane.services.dialogue.visits import ENDS_FIRST
from sealane.services.node import NO_PERSON, Node
from sealane.services.placing import lacking
from sealane.services.placing.lacking import Gap
from sealane.services.register import suspense
from sealane.services.register.directory import NO_FACILITY

ITEMS_MOST = 1000
ACTIVITY_GAP = declare(
    "activity.gap",
    Refused,
    "{people} cannot take part in {case}; lacking: {what}.",
    "{people} は {case} に参加できません。欠けるもの：{what_ja}。",
    "Mend what is lacking, then let them take part.",
    "欠けるものを補ってから参加させてください。",
)
NOT_IN = ("nobody of this side takes part by this name", "自国側にその名の参加者はいません")


def opening(_: Node, __: Tx, begun: Course) -> None:
    """Raises: Malformed `case.form`."""
    form = begun.head.form
    if parse_instant(form["until"]) <= parse_instant(form["from"]):
        raise wrong("until", ENDS_FIRST)


def before(node: Node, tx: Tx, found: Course, step: CaseStep) -> None:
    """Each side lets its own people, posts and facilities take part, and judges them by its own
    register; of the other's it knows names alone.

    Raises: NotFound `person.unknown`, `facility.unknown`; Refused `person.left`, `activity.gap`;
    Malformed `case.form`.
    """
    if step.by != node.party:
        return
    if step.event == "join":
        _require_fit(node, tx, found, step)
    elif step.event == "leave":
        activity = taking_part.activity_at(found, node.host.now())
        if not set(step.form["people"]) <= activity.people[node.party]:
            raise wrong("people", NOT_IN)


def _require_fit(node: Node, tx: Tx, found: Course, step: CaseStep) -> None:
    level = _level_here(node, found)
    gaps = []
    for name in dict.fromkeys(step.form["people"]):
        for person in _people_of(node, tx, name):
            if level is not None:
                asks = _asks(found, level, person["facility"])
                gaps += lacking.of_person(node, tx, asks, person)
    for name in dict.fromkeys(step.form.get("facilities", ())):
        place = node.facility(tx, name)
        if place is None:
            raise NO_FACILITY(facility=name)
        if level is not None and not place_accredited(node, place.data, node.party, level):
            gaps.append(Gap(name, "accreditation", name))
    if gaps:
        raise _gap(found.head.id, gaps)


def _people_of(node: Node, tx: Tx, name: str) -> Iterable[dict[str, Any]]:
    """The person of a name, or all who are placed in the post of that name."""
    if node.records.people.get(tx, id=name) is not None:
        return [node.person(tx, name)]
    if node.records.posts.get(tx, id=name) is None:
        raise NO_PERSON(person=name)
    return [node.person(tx, person) for person in sorted(taking_part.holders(node, tx, [name]))]


def _level_here(node: Node, found: Course) -> str | None:
    """The highest level under this nation's own word; None where the activity names none."""
    stated = found.form().get("level")
    rows = [one for one in found.agreement.rows if stated in one.words()]
    held = [word for one in rows for word in one.holds.get(node.party, ())[:1]]
    return stated if stated is None or not held else held[0]


def _asks(found: Course, level: str, facility: str | None) -> dict[str, Any]:
    """What it asks of who takes part, as a post would; the project is for another act to name."""
    return {
        "level": level,
        "agreement": found.head.agreement,
        "project": None,
        "facility": facility,
    }


def _gap(case: str, gaps: list[Gap]) -> Exception:
    words = [GAP_WORDS[what] for what in dict.fromkeys(gap.what for gap in gaps)]
    return ACTIVITY_GAP(
        case=case,
        people=", ".join(dict.fromkeys(gap.person for gap in gaps)),
        what="; ".join(text for text, _ in words),
        what_ja="、".join(text for _, text in words),
        details={"gaps": [gap.as_json() for gap in gaps]},
    )


def own(node: Node, tx: Tx, found: Course) -> dict[str, Any]:
    """What this nation has of it: how many take part on each side, its own people by name, the
    items that are of it, and what its end leaves to be returned or destroyed.
    """
    now, case = node.host.now(), found.head.id
    activity = taking_part.activity_at(found, now)
    named = VisiblePart(projects=frozenset({case}), items=frozenset(), reached=frozenset())
    page = PageAsked(limit=ITEMS_MOST)
    items = sorted(node.records.search.page(tx, Sought(), named, page) or [])
    left = []
    if activity.state == ENDED and items:
        left = [
            {"item": one.item, "party": one.party, "due": one.due}
            for one in suspense.of_copies(node, tx)
            if one.item in items and one.what == suspense.TO_BE_ENDED
        ]
    return {
        "taking_part": {
            "counts": {party: len(names) for party, names in sorted(activity.people.items())},
            "people": [
                one
                for one in sorted(taking_part.Activities(node, tx).people_here(case))
                if node.records.people.get(tx, id=one) is not None
            ],
            "items": items,
            "left": left,
        }
    }


CONSEQUENCE = Consequence(opening=opening, before=before, own=own)
