"""Duties on copies that time or a treaty's life brings: what has to be returned or destroyed, since
when, and by when.

A cause is worked out from the item and the agreement as it stands at each reading; nothing has to
be set off, so nothing is missed while a node was down.
Spec: spec/exchange.md §10 (what waits); R8, R47.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base.values import Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.registry.records import Item
from sealane.registry.transfer import TAKEN_BACK
from sealane.services.node import Node, OpenRegister
from sealane.services.register import agreement_life

Cause = Callable[[Item, Agreement | None, Instant], Instant | None]


def _time_limit(item: Item, _: Agreement | None, now: Instant) -> Instant | None:
    until = item.facts["until"]
    return None if until is None or parse_instant(until) > now else parse_instant(until)


def _agreement_over(_: Item, agreement: Agreement | None, now: Instant) -> Instant | None:
    return None if agreement is None else _agreement_over_at(agreement, now)


def _agreement_over_at(agreement: Agreement, now: Instant) -> Instant | None:
    until = agreement.period.until
    return until if until is not None and until <= now else None


def _purpose_over(item: Item, agreement: Agreement | None, _: Instant) -> Instant | None:
    """The version that governs has none of the item's purposes any more."""
    purposes = set(item.facts["purposes"])
    if agreement is None or not purposes or purposes & {one.id for one in agreement.purposes}:
        return None
    return agreement.period.since


CASES_MOST = 100_000
CAUSES: tuple[Cause, ...] = (_time_limit, _agreement_over, _purpose_over)
"""What makes it a duty to return or destroy an item: each tells since when, or None. Beside these
an activity that ended, whose project the item is of (`ended_projects`).
"""


def agreements_of(node: Node | OpenRegister, tx: Tx) -> Agreements:
    """The agreements as they stand; of a register that is read without keys, as its rows say."""
    if isinstance(node, Node):
        return node.agreements(tx)
    return Agreements(agreement_life.held(node.records, tx, lambda *_: True))


Projects = Mapping[str, Instant]
"""Activities that ended, by the project that each is, and since when."""
NO_PROJECT: Projects = MappingProxyType({})
ACTIVITY, ENDED = "activity", "ended"


def ended_projects(node: Node | OpenRegister, tx: Tx, now: Instant) -> Projects:
    """The activities, exercises and joint projects, that ended, by word or by their date."""
    found: dict[str, Instant] = {}
    for row in node.records.cases.find(tx, order="id", limit=CASES_MOST, kind=ACTIVITY):
        until = parse_instant(str(row.form["until"]))
        if row.state == ENDED:
            ends = node.records.case_events.find(
                tx, order="place", newest=True, limit=1, case=row.id, event="end"
            )
            found[row.id] = min([until, *(parse_instant(one.at) for one in ends)])
        elif until <= now and row.refused is None:
            found[row.id] = until
    return found


def to_be_ended(
    item: Item, agreements: Agreements, now: Instant, projects: Projects = NO_PROJECT
) -> Instant | None:
    """Since when every copy of an item has to be returned or destroyed; None: it may be held."""
    if not item.agreement or item.recalled is not None or item.state in TAKEN_BACK:
        return None
    governing = agreements.at(item.agreement, now)
    found = [since for cause in CAUSES if (since := cause(item, governing, now)) is not None]
    if (over := projects.get(str(item.facts.get("project")))) is not None:
        found.append(over)
    return min(found, default=None)


def ended(agreements: Agreements, now: Instant) -> list[str]:
    """The agreements by whose end, or by whose purposes that ended, items have to go: of those
    every held item is looked at.
    """
    found = []
    for name in agreements:
        governing = agreements.at(name, now)
        if governing is None:
            continue
        known = {one.id for version in agreements.versions(name) for one in version.purposes}
        over = _agreement_over_at(governing, now)
        if over or known - {one.id for one in governing.purposes}:
            found.append(name)
    return found


def due(item: Item, agreements: Agreements, clock: str, since: Instant) -> str:
    """When a duty on an item is due, by a clock of its agreement version; at once without one."""
    version = agreements.version(item.agreement, item.agreement_digest)
    found = None if version is None else CLOCKS[clock](version, since)
    return format_instant(since if found is None else found)


CLOCKS: dict[str, Callable[[Agreement, Instant], Instant | None]] = {
    "recall": lambda agreement, since: agreement.due("recall", since),
    "return": lambda agreement, since: agreement.due("return", since),
}
"""The clocks that run on what is held, as an agreement states them."""
