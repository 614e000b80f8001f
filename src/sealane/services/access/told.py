"""A request for access as each side may read it: whoever asked reads their own, and whoever it
reaches what is missing and how to mend it.

Spec: docs/console.md §Access requests; R36, R37.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sealane.base.values import parse_instant
from sealane.decisions.terms import Reason
from sealane.ports import Tx
from sealane.registry.access_life import mending, standing
from sealane.registry.access_records import AccessRequest, AccessState
from sealane.registry.records import Item
from sealane.services import holding
from sealane.services.deciding.kept_decisions import decision_on
from sealane.services.deciding.request import registered_item, registered_reader
from sealane.services.node import Node

MOST = 500
"""Requests that one list holds."""
LIVE_MOST = 5000
"""Requests of one state that are looked at for a list."""
PEOPLE = 5000


def posts_of(node: Node, tx: Tx, duties: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """By each of these duties the posts at this node that have it."""
    return {duty: posts_among(people) for duty, people in holders(node, tx, duties).items()}


def holders(node: Node, tx: Tx, duties: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """By each of these duties the records of those at this node who have it."""
    found: dict[str, list[dict[str, Any]]] = {duty: [] for duty in duties}
    for row in node.people(tx, limit=PEOPLE) if found else ():
        for duty in found.keys() & set(row.data["duties"]):
            found[duty].append(row.data)
    return found


def posts_among(people: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The posts of these people, each once."""
    posts = {(str(one["post"]), str(one["post_ja"])) for one in people}
    return [{"post": post, "post_ja": post_ja} for post, post_ja in sorted(posts)]


def as_json(node: Node, tx: Tx, row: AccessRequest, *, whole: bool) -> dict[str, Any]:
    """One request.

    Args: whole: for whom it reaches; else for whoever asked.
    """
    return all_as_json(node, tx, [row], whole=whole)[0]


def all_as_json(
    node: Node, tx: Tx, rows: Sequence[AccessRequest], *, whole: bool
) -> list[dict[str, Any]]:
    """The same of many, in their order, by as many questions to the register as of one."""
    askers = {one.id: one for one in node.records.people.among(tx, "id", {r.person for r in rows})}
    posts = posts_of(node, tx, {duty for row in rows for duty in row.data["reaches"]})
    missing = _mends_of(node, tx, rows) if whole else {}
    found = []
    for row in rows:
        asker = askers.get(row.person)
        facts: Mapping[str, Any] = {} if asker is None else asker.data
        told = {
            "id": row.id,
            "item": row.item,
            "person": row.person,
            "post": facts.get("post"),
            "post_ja": facts.get("post_ja"),
            "action": row.data["action"],
            "purpose": row.data["purpose"],
            "said": row.data["said"],
            "state": str(standing(row, node.host.now())),
            "since": row.since,
            "until": row.until,
            "reaches": [{"duty": duty, "posts": posts[duty]} for duty in row.data["reaches"]],
            "authorities": _authorities(node, tx, row),
            "by": row.by,
            "at": row.at,
            "reason": row.reason,
            "agreed": [one["duty"] for one in row.data["agreed"]],
        }
        if whole:
            told |= {"clauses": row.data["clauses"], "mends": missing[row.id]}
        found.append(told)
    return found


def _mends_of(node: Node, tx: Tx, rows: Sequence[AccessRequest]) -> dict[str, list[dict[str, Any]]]:
    """Of each request what is still missing now, clause by clause: whose act mends it, and where
    that is done; nothing for somebody who has left. It is decided only where something became
    another since the last time.
    """
    here = _here(node, tx, {row.person for row in rows})
    items = {
        one.item.id: one.given(node.party)
        for one in holding.several(
            node.records, tx, node.records.items.among(tx, "id", {row.item for row in rows})
        )
    }
    readers = {name: registered_reader(node, tx, person) for name, person in here.items()}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found[row.id] = []
        if row.person in here:
            item = items.get(row.item) or node.held(tx, row.item)
            decision = decision_on(
                node,
                tx,
                registered_item(node, tx, item),
                readers[row.person],
                action=row.data["action"],
                purpose=row.data["purpose"],
            )
            found[row.id] = [_mend(row, item, reason) for reason in decision.unmet]
    return found


def _mend(row: AccessRequest, item: Item, reason: Reason) -> dict[str, Any]:
    """Whose act mends one clause, and where that is done."""
    how = mending(reason.code)
    about = {"person": row.person, "item": row.item, "agreement": item.agreement}
    path = how.path.format_map({name: quote(value, safe="") for name, value in about.items()})
    said = {"text": reason.text, "text_ja": reason.text_ja, "by": str(how.by), "path": path}
    return {"clause": reason.clause, "code": reason.code, **said}


def _here(node: Node, tx: Tx, people: Collection[str]) -> dict[str, dict[str, Any]]:
    """The records of those who have access here, by rows that are what the ledger says."""
    rows = node.records.people.among(tx, "id", people)
    held = node.entered_of(tx, "people", [row for row in rows if row.ended is None])
    return {row.id: dict(row.data) for row in held}


def _authorities(node: Node, tx: Tx, row: AccessRequest) -> list[dict[str, str]]:
    """The agreement's own authorities of this nation that what is missing is a matter of."""
    roles = {mending(one["code"]).authority for one in row.data["clauses"]} - {None}
    held = node.records.items.get(tx, id=row.item)
    agreement = None if held is None else node.agreements(tx).get(held.agreement)
    if agreement is None:
        return []
    now = node.host.now()
    return [
        {"role": one.role, "name": one.name.en, "name_ja": one.name.ja}
        for party in agreement.parties
        if party.id == node.party
        for one in party.authorities
        if one.role in roles and (one.until is None or parse_instant(one.until) > now)
    ]


def reaching(node: Node, tx: Tx, person: Mapping[str, Any]) -> list[AccessRequest]:
    """The requests that wait for this person's word, the oldest first: of a duty of theirs, not yet
    agreed to, and not their own.
    """
    duties = set(person["duties"])
    rows = [row for row in _live(node, tx, AccessState.ASKED) if open_to(row, person, duties)]
    here = _here(node, tx, {row.person for row in rows})
    return [row for row in rows if row.person in here][:MOST]


def _live(node: Node, tx: Tx, state: AccessState) -> list[AccessRequest]:
    """Those in a state whose end has not come, the oldest first. They are the newest of all: what
    lapsed unanswered stays in its row, and never stands before what can be answered.
    """
    now = node.host.now()
    rows = node.records.access_requests.find(
        tx, order="since", newest=True, limit=LIVE_MOST, state=state
    )
    return [row for row in reversed(rows) if parse_instant(row.until) > now]


def open_to(row: AccessRequest, person: Mapping[str, Any], duties: set[str]) -> bool:
    """Whether a request waits for a person with these duties."""
    agreed = {one["duty"] for one in row.data["agreed"]}
    return row.person != person["id"] and bool((set(row.data["reaches"]) - agreed) & duties)


def to_mend(node: Node, tx: Tx, duties: set[str]) -> list[tuple[AccessRequest, dict[str, Any]]]:
    """Granted requests whose mending is still to be done by somebody with these duties, the oldest
    first, each with what it waits for.
    """
    rows = _live(node, tx, AccessState.GRANTED)[:MOST]
    missing = _mends_of(node, tx, rows)
    return [(row, one) for row in rows for one in missing[row.id][:1] if one["by"] in duties]


def of_person(node: Node, tx: Tx, person: str) -> list[AccessRequest]:
    """A person's own requests, newest first."""
    return node.records.access_requests.find(
        tx, order="since", newest=True, limit=MOST, person=person
    )
