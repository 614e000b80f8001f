"""The ledger as a feed: entries of the own logs in bounded pages, from a cursor that the consumer
keeps.

Nothing is kept here of who read how far: a consumer that is slow, or away for a week, asks again
from where it was, and nobody waits for it. What a page shows is what the reader's duty may see.
Spec: docs/operators.md "The ledger as a feed"; R57, R58.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sealane.ledger import entries
from sealane.ledger.entries import Entry
from sealane.ledger.log import merkle
from sealane.ledger.siem import cef, ocsf
from sealane.ledger.siem.fed import Fed
from sealane.ports import Log, Tx
from sealane.registry.records import Duty
from sealane.registry.who_may import Act
from sealane.services.ledgers.slices import size_of
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record, shared
from sealane.services.watch import places as places_of
from sealane.services.watch.places import LedgerReader

FORMATS: Mapping[str, Callable[[Fed, str], str]] = {"ocsf": ocsf.line, "cef": cef.line}
MOST, USUAL = 1000, 200


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page: its events, and the cursor after them."""

    events: tuple[Fed, ...]
    after: str
    more: bool
    """Whether more is there now."""


def opened(
    node: Node, who: Actor, *, after: str | None, register: str = "ledger.feed"
) -> LedgerReader:
    """Who reads: the whole of each entry, or the operator's edition. That somebody began to read is
    on record, once for each beginning; to go on from what somebody else was given is to begin.

    Args:
        after: the cursor that is read on from, if any.
        register: how the record names what is read.
    Raises: as `acts.require`; Malformed `feed.cursor`.
    """
    with node.store.reading() as tx:
        acts.require(node, tx, Act.READ_FEED, who)
        whole = who.person is None or Duty.AUDITOR in node.person(tx, who.person)["duties"]
    if places_of.begins(node, after, register, who.person):
        with node.store.writing() as tx:
            record(node, tx, "record.read", register=register, **who.told())
    return LedgerReader(register=register, person=who.person, whole=whole)


def page(
    node: Node,
    tx: Tx,
    logs: Sequence[Log],
    reader: LedgerReader,
    *,
    after: str | None,
    limit: int,
) -> FeedPage:
    """The entries that follow a cursor, of each log in its order; no log waits for another to end.

    Args:
        logs: own ones.
        reader: as `opened` gave it.
    Raises: Malformed `feed.cursor`.
    """
    at = places_of.read(node, after, reader.register)
    sizes = {log.origin: size_of(tx, log) for log in logs}
    places = {log.origin: at.get(places_of.mark(log.origin), 0) for log in logs}
    if any(places[origin] > size for origin, size in sizes.items()):
        raise places_of.BAD_CURSOR()
    taken: list[Fed] = []
    for share in (max(1, limit // max(1, len(logs))), limit):
        for log in logs:
            start = places[log.origin]
            end = min(start + share, start + limit - len(taken), sizes[log.origin])
            for index, data in enumerate(log.entries(tx, start, end), start):
                fed = _fed(node, log, index, data)
                if fed is not None and (shown := _edition(fed, whole=reader.whole)) is not None:
                    taken.append(shown)
            places[log.origin] = max(start, end)
    more = any(places[origin] < size for origin, size in sizes.items())
    return FeedPage(tuple(taken), places_of.written(node, places, reader), more)


def _fed(node: Node, log: Log, index: int, data: bytes) -> Fed | None:
    entry = entries.known(data)
    if entry is None:
        return None
    return Fed(
        origin=log.origin,
        index=index,
        leaf=merkle.leaf_hash(data).hex(),
        kind=entry.kind,
        at=entry.at,
        node=node.settings.node,
        fields=entry.fields,
    )


def _edition(fed: Fed, *, whole: bool) -> Fed | None:
    if whole:
        return fed
    told = operators_fields(fed.kind, fed.fields)
    return None if told is None else replace(fed, fields=told)


def operators_edition(entry: Entry) -> Entry | None:
    """What an operator may read of an entry; None: nothing."""
    told = operators_fields(entry.kind, entry.fields)
    return None if told is None else replace(entry, fields=told)


def operators_fields(kind: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """An operator reads what is about no item and no partner's statement, and of that no person."""
    if fields.get("object") or fields.get("items") or kind.startswith("statement."):
        return None
    told: dict[str, Any] = shared(fields)
    return {name: value for name, value in told.items() if name not in ("clauses", "purpose")}
