"""Activities as decisions ask of them: what a case between two nations narrows what people gain to.

A case is read as the ledger binds it; what was changed by hand, and one that is not here, lets
nobody take part.
Spec: spec/case.md §10; R47.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from sealane.agreements.agreement import Agreement
from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.cases.course import Course
from sealane.decisions.activity import ENDED, Activity, is_activity, unmet
from sealane.decisions.asked import Request
from sealane.decisions.compiled import terms_of
from sealane.decisions.decide import Decision
from sealane.decisions.outlook.preview import Reader, question
from sealane.decisions.outlook.world import Held
from sealane.decisions.terms import Reason
from sealane.ports import Tx
from sealane.registry.post_records import PostKind
from sealane.services.cases import books
from sealane.services.node import Node

KIND = "activity"
LISTED, PLACED_MOST = 200, 1000
"""Activities that a list is made from; posts that one person can hold at once."""


def narrowed(node: Node, tx: Tx, decision: Decision) -> Decision:
    """The decision within the activity that its item was released for: it can refuse what the
    agreement permits, never permit what that refuses.
    """
    if not is_activity(decision.request.item.project):
        return decision
    found = Activities(node, tx).kept_out(decision.request)
    if not found:
        return decision
    return msgspec.structs.replace(decision, permit=False, obligations=(), narrowed=found)


class Activities:
    """The activities on record, each case and each person's posts read once: for the length of one
    transaction.
    """

    def __init__(self, node: Node, tx: Tx) -> None:
        self._node, self._tx = node, tx
        self._courses: dict[str, Course | None] = {}
        self._posts: dict[str, frozenset[str]] = {}

    def course(self, project: str | None) -> Course | None:
        """The case of the activity that a project is; None where there is none here that counts."""
        if project is None or not is_activity(project):
            return None
        if project not in self._courses:
            self._courses[project] = _counting(self._node, self._tx, project)
        return self._courses[project]

    def at(self, project: str | None, at: Instant) -> Activity | None:
        """The activity that a project is, as its case stands at an instant."""
        course = self.course(project)
        return None if course is None else activity_at(course, at)

    def kept_out(self, request: Request) -> tuple[Reason, ...]:
        """What keeps an act outside the activity of its item; nothing where it is of none."""
        item = request.item
        if not is_activity(item.project):
            return ()
        agreement = self._node.agreements(self._tx).at(request.agreement, request.at)
        level = None
        if agreement is not None:
            level = terms_of(agreement).level_of(request.label, item.provider, item.area)
        activity = self.at(item.project, request.at)
        return unmet(activity, request, level=level, names=self._names(request))

    def shut_to(self, agreement: str, held: Held, reader: Reader) -> bool:
        """Whether an item's activity keeps a reader out."""
        request = question(agreement, held.label, held.item, reader, held.consents)
        return bool(self.kept_out(request))

    def dates(self, project: str | None) -> tuple[Instant, ...]:
        """The instants at which time alone changes what an item's activity lets people gain."""
        course = self.course(project)
        if course is None:
            return ()
        form = course.form()
        return parse_instant(form["from"]), parse_instant(form["until"])

    def joined_here(self, project: str | None) -> frozenset[str]:
        """The people and posts of ours that take part."""
        activity = self.at(project, self._node.host.now())
        if activity is None:
            return frozenset()
        return activity.people.get(self._node.party, frozenset())

    def people_here(self, project: str | None) -> frozenset[str]:
        """The same, and those who take part by a post."""
        joined = self.joined_here(project)
        return joined | frozenset(holders(self._node, self._tx, joined))

    def stated_part(self, project: str | None, person: str) -> dict[str, Any]:
        """What a request says of a person of ours who takes part by a post: the member `activity`;
        nothing where the person is named, or takes no part.
        """
        joined = self.joined_here(project)
        posts = sorted(joined & self._posts_of(person)) if joined else []
        if person in joined or not posts:
            return {}
        return {"activity": {"case": project, "as": posts[0]}}

    def _names(self, request: Request) -> frozenset[str]:
        """The person, and the posts by which they take part: our own people's as our register has
        them, a partner's as the partner states it.
        """
        person, part = request.subject.id, request.activity
        if request.subject.organisation_country == self._node.party:
            return self._posts_of(person) | {person}
        if part is None or part.case != request.item.project:
            return frozenset({person})
        return frozenset({person, part.name})

    def _posts_of(self, person: str) -> frozenset[str]:
        """The posts that a person of ours is placed in now."""
        if person not in self._posts:
            found = self._node.records.placings.find(
                self._tx,
                order="id",
                limit=PLACED_MOST,
                kind=PostKind.POST,
                person=person,
                ended=None,
            )
            held = self._node.entered_of(self._tx, "placings", found)
            self._posts[person] = frozenset(one.post for one in held)
        return self._posts[person]


def _counting(node: Node, tx: Tx, project: str) -> Course | None:
    """The case of an activity, where it is here and counts."""
    row = node.records.cases.get(tx, id=project)
    if row is None or (row.kind, row.refused) != (KIND, None):
        return None
    try:
        found = books.course(node, tx, row)
    except SealaneError:  # its agreement or kind is not here: it lets nobody take part
        return None
    return found if books.entered(node, tx, row, found) else None


def activity_at(course: Course, at: Instant) -> Activity:
    """What a case says of its activity at an instant."""
    form, head = course.form(), course.head
    level, parties = form.get("level"), (head.opener, head.with_)
    return Activity(
        case=head.id,
        agreement=head.agreement,
        state=course.standing(at).state,
        level=None if level is None else row_of(course.agreement, level),
        purpose=form.get("purpose"),
        people={party: _named(course, party, "people") for party in parties},
        facilities={party: _named(course, party, "facilities") for party in parties},
    )


def row_of(agreement: Agreement, word: str) -> int:
    """The row of an agreement's table in which a level stands, by whatever party's word; 0 where it
    stands in none.
    """
    return min((row.level for row in agreement.rows if word in row.words()), default=0)


def _named(course: Course, party: str, field: str) -> frozenset[str]:
    """Whom or what one side named and did not take back; how the case begins is its opener's
    word.
    """
    named = set(course.head.form.get(field, ())) if party == course.head.opener else set()
    for step in course.steps:
        if step.by == party and step.event == "join":
            named |= set(step.form.get(field, ()))
        elif step.by == party and step.event == "leave":
            named -= set(step.form.get(field, ()))
    return frozenset(named)


def holders(node: Node, tx: Tx, posts: Iterable[str]) -> Iterable[str]:
    """Our own people who are placed in any of these posts now."""
    for post in sorted(posts):
        placings = node.records.placings.find(
            tx, order="id", limit=PLACED_MOST, kind=PostKind.POST, post=post, ended=None
        )
        for one in node.entered_of(tx, "placings", placings):
            yield one.person


def is_with(node: Node, tx: Tx, agreement: str, partner: str, project: str | None) -> bool:
    """Whether a project is an activity of this nation with a partner under an agreement."""
    found = Activities(node, tx).at(project, node.host.now())
    between = {node.party, partner}
    return found is not None and (found.agreement, set(found.people)) == (agreement, between)


def for_release(node: Node, tx: Tx, agreement: str, partner: str) -> list[tuple[str, str]]:
    """The activities with a partner that something can still be released for: number and title."""
    rows = node.records.cases.find(
        tx, order="seen", newest=True, limit=LISTED, kind=KIND, agreement=agreement, over=0
    )
    found, known = [], Activities(node, tx)
    for row in rows:
        course = known.course(row.id) if partner in (row.opener, row.with_) else None
        if course is not None and course.standing(node.host.now()).state != ENDED:
            found.append((row.id, str(row.form["title"])))
    return found
