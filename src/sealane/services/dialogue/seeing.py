"""Which cases a person may know of: one, or a page of them.

Staff of the nation know of each; others of those that they opened or spoke in.
Spec: spec/case.md §6; spec/interfaces.md §6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.cases.course import Course
from sealane.ports import Tx
from sealane.registry.case_records import KeptCase
from sealane.registry.who_may import Act
from sealane.services.cases import books, told
from sealane.services.cases.books import TALK
from sealane.services.cases.kept_own import kept_own
from sealane.services.dialogue.consequences import CONSEQUENCES, is_by_two
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.sight import is_staff, sight_by_names

LIST_MOST = 500
"""Cases in one list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesAsked:
    """Which cases are listed; each None limits nothing."""

    kind: str | None = None
    with_: str | None = None
    item: str | None = None
    """Those alone that are about it or named it."""
    open_alone: bool = False
    limit: int = LIST_MOST
    after: str | None = None


def listed(node: Node, asked: CasesAsked, *, person: Named) -> dict[str, Any]:
    """A page of the cases that a person may know of, the newest first; nothing of it tells of any
    other.
    """
    cases: list[dict[str, Any]] = []
    after, last = asked.after, None
    with node.store.reading() as tx:
        record = acts.known(node, tx, Act.SEE_CASES, acts.actor_of(person))
        while True:
            rows = _page(node, tx, asked, record, after)
            for row in rows:
                found = books.course(node, tx, row)
                over = asked.open_alone and _over(node, row, found)
                if over or asked.with_ not in (None, found.head.other(node.party)):
                    continue
                if len(cases) == asked.limit:
                    return {"cases": cases, "after": last}
                cases.append(told.in_short(node, row, found))
                last = row.seen
            if len(rows) < LIST_MOST:
                return {"cases": cases, "after": None}
            after = rows[-1].seen


def _page(
    node: Node,
    tx: Tx,
    asked: CasesAsked,
    record: Mapping[str, Any] | None,
    after: str | None,
) -> list[KeptCase]:
    """So many of the cases that this person may know of, from beyond a place."""
    where: dict[str, Any] = {}
    if asked.kind is not None:
        where["kind"] = asked.kind
    if asked.open_alone:
        where["over"] = 0
    shelf = node.records.cases
    staff = record is None or is_staff(record)
    if staff and asked.item is None:
        return shelf.find(tx, order="seen", newest=True, limit=LIST_MOST, after=after, **where)
    named = None if asked.item is None else _naming(node, tx, record, asked.item)
    spoken = None if staff or record is None else _spoken_in(node, tx, record["id"])
    known = named if spoken is None else spoken if named is None else spoken & named
    kept = [
        row
        for row in (shelf.among(tx, "id", known) if known else ())
        if (after is None or row.seen < after)
        and all(getattr(row, name) == value for name, value in where.items())
    ]
    return sorted(kept, key=lambda row: row.seen, reverse=True)[:LIST_MOST]


def _spoken_in(node: Node, tx: Tx, person: str) -> set[str]:
    """The cases that somebody opened or spoke in."""
    spoken = set(node.records.case_events.column(tx, "case", person=person))
    return spoken | set(node.records.cases.column(tx, "id", person=person))


def _naming(node: Node, tx: Tx, record: Mapping[str, Any] | None, item: str) -> set[str]:
    """The cases that are about an item or named it; none where the item is not there for this
    person.
    """
    row = node.records.items.get(tx, id=item)
    seen = record is None or is_staff(record)
    if not seen and record is not None and row is not None:
        seen = sight_by_names(record, node.host.now()).sees(row)
    return set(node.records.case_items.column(tx, "case", item=item)) if seen else set()


def _over(node: Node, row: KeptCase, case: Course) -> bool:
    return row.refused is not None or case.kind.over(case.standing(node.host.now()).state)


def show(node: Node, case: str, *, person: Named, kind: str | None = None) -> dict[str, Any]:
    """One case whole.

    Args: kind: the kind that it must be of; None: any.
    Raises: NotFound `person.unknown`, `case.unknown`.
    """
    with node.store.reading() as tx:
        record = acts.known(node, tx, Act.SEE_CASES, acts.actor_of(person))
        row = kept(node, tx, record, case, kind=kind)
        return _without_unseen(node, tx, record, _shown(node, tx, row, record))


def _without_unseen(
    node: Node, tx: Tx, record: Mapping[str, Any] | None, whole: dict[str, Any]
) -> dict[str, Any]:
    """A case without the numbers of items that are not there for this person."""
    if record is None or is_staff(record):
        return whole
    sight = sight_by_names(record, node.host.now())

    def seen(items: Sequence[str]) -> list[str]:
        rows = {row.id: row for row in node.records.items.among(tx, "id", items)}
        return [one for one in items if one in rows and sight.sees(rows[one])]

    events = [{**one, "items": seen(one["items"])} for one in whole["events"]]
    return {**whole, "items": seen(whole["items"]), "events": events}


def _shown(node: Node, tx: Tx, row: KeptCase, record: Mapping[str, Any] | None) -> dict[str, Any]:
    whole = books.events(node, tx, row.id)
    found = books.course_of(node, tx, row, books.counting(whole))
    shown = told.as_json(node, row, found, whole)
    own = shown["own"]
    if record is None or is_staff(record):
        own |= CONSEQUENCES.get(row.kind, TALK).own(node, tx, found)
        own |= kept_own(node, tx, row.id)
    possible = filter(None, map(found.kind.event_of, own["possible"]))
    own["by_two"] = [one.name for one in possible if is_by_two(node, tx, found, one)]
    return shown


def kept(
    node: Node, tx: Tx, record: Mapping[str, Any] | None, case: str, *, kind: str | None = None
) -> KeptCase:
    """A case that this person may know of, of the kind that is asked for. Raises: NotFound
    `case.unknown`.
    """
    row = books.kept(node, tx, case)
    if kind not in (None, row.kind) or not _may_see(node, tx, record, row):
        raise books.NO_CASE(case=case[:60])
    return row


def _may_see(node: Node, tx: Tx, record: Mapping[str, Any] | None, row: KeptCase) -> bool:
    if record is None or is_staff(record):
        return True
    return record["id"] in (row.person, *(one.person for one in books.events(node, tx, row.id)))
