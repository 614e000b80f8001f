"""What waits: receipts that were not given, signatures, recalls that were not answered, what has to
be returned or destroyed, cases in which something can still be said, and counts of copies. Found by
query over the whole register, never from a page of it.

Spec: spec/interfaces.md §5 (suspense list); spec/exchange.md §10 (what waits); spec/inventory.md
§3; R42, R47, R52.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

from sealane.agreements.loaded import Agreements
from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.registry.numbered import in_hands, level_of
from sealane.registry.records import Copy, CopyState, Item, ItemState
from sealane.registry.searched import PageAsked, Sought, VisiblePart
from sealane.services import holding
from sealane.services.node import Node, OpenRegister
from sealane.services.register import duties, inventories
from sealane.services.register.duties import Projects

PAGE, MOST = 1000, 1_000_000
AHEAD_DAYS = 30
"""How long before it is due an inventory is told of."""
UNDER_WAY = (ItemState.QUEUED, ItemState.DELIVERED)
TO_SIGN = (ItemState.AWAITING_SECOND_SIGNER,)
CALLED_BACK = (CopyState.RECALLED, CopyState.NOT_DESTROYED)
ENDED = (CopyState.REJECTED, CopyState.WITHDRAWN)
CASE = "case"
TO_BE_ENDED = "return-or-destroy"
CERTIFICATES = ("copy.destroyed", "copy.returned", "destroyed")
"""Statements that say that a copy is gone: its task ends when the provider acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits, since when, and by when it is due; None where no clock runs."""

    what: str
    item: str | None = None
    """The number of the item, or of the case."""
    about: str | None = None
    """What else it is about: an inventory, a level that is to be counted, or a post."""
    since: str
    due: str | None
    party: str
    """Whose word is waited for."""
    copies: tuple[int, ...] = ()
    """The numbers of that party's copies that it is about."""

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        if self.what == CASE:
            told = {CASE: told.pop("item"), **told}
        return told


def waiting(
    node: Node | OpenRegister, tx: Tx, *, ahead: int | None = AHEAD_DAYS, limit: int = MOST
) -> list[Waiting]:
    """All that waits, the earliest due first; what has no due instant stands last, oldest first.

    Args:
        ahead: so many days before it is due an inventory is told of; None: however long.
        limit: how many at most.
    """
    found = [
        *_under_way(node, tx, limit=limit),
        *of_copies(node, tx),
        *cases(node, tx, limit=limit),
        *of_inventories(node, tx, ahead=ahead),
    ]
    return sorted(found, key=by_due)[:limit]


def cases(node: Node | OpenRegister, tx: Tx, *, limit: int = MOST) -> Iterator[Waiting]:
    """The cases in which somebody's word is waited for: this nation's where either's is."""
    for one in node.records.waits.cases(tx, limit=limit):
        party = one.party or node.party
        yield Waiting(what=CASE, item=one.case, since=one.since, due=one.due, party=party)


def of_item(node: Node, tx: Tx, item: str) -> list[Waiting]:
    """What waits about one item, the earliest due first. Raises: NotFound `item.unknown`."""
    legs = holding.by_legs(node.records, tx, node.item(tx, item))
    whole, held = legs[0], _held(node, tx)
    states = {**dict.fromkeys(UNDER_WAY, "receipt"), **dict.fromkeys(TO_SIGN, "signature")}
    found = [
        Waiting(
            what=states[one.state],
            item=item,
            since=one.since,
            due=one.due,
            party=node.party if one.state in TO_SIGN else one.to,
        )
        for leg in legs
        for one in leg.transfers
        if one.state in states and leg.item.recalled is None
    ]
    of_each = (one for leg in legs for copy in leg.copies for one in held.of_copy(whole.item, copy))
    return sorted([*found, *_gathered(of_each)], key=by_due)


def of_copies(node: Node | OpenRegister, tx: Tx) -> list[Waiting]:
    """What waits for numbered copies: recalls, what is to be returned or destroyed, old marks."""
    held = _held(node, tx)
    return [*_gathered(held.waits()), *held.certificates()]


def of_inventories(
    node: Node | OpenRegister, tx: Tx, *, ahead: int | None = AHEAD_DAYS
) -> Iterator[Waiting]:
    """Counts that are under way, those that are due soon, and missing copies of own items."""
    party, now = node.party, node.host.now()
    for row in inventories.under_way(node, tx):
        yield Waiting(what="inventory", about=row.id, since=row.since, due=row.due, party=party)
    for one in inventories.due(node, tx):
        if ahead is None or parse_instant(one.due) <= now + ahead * DAY:
            yield Waiting(
                what="inventory-due", about=one.level, since=one.since, due=one.due, party=party
            )
    for line in inventories.missing(node, tx):
        yield Waiting(
            what="discrepancy",
            item=line.item,
            about=line.inventory,
            since=str(line.at),
            due=line.at,
            party=party,
            copies=(line.number,),
        )


def by_due(one: Waiting) -> tuple[bool, int, int, str, str]:
    """The order of what waits: the earliest due first, what has no due instant last."""
    due = 0 if one.due is None else parse_instant(one.due)
    name = one.item or one.about or ""
    return one.due is None, due, parse_instant(one.since), name, one.party


def _gathered(each: Iterable[Waiting]) -> Iterator[Waiting]:
    """What waits for several copies of one party alike, as one."""
    found: dict[tuple[str, str | None, str], Waiting] = {}
    for one in each:
        key = (one.what, one.item, one.party)
        known = found.get(key, replace(one, copies=()))
        earlier = known if by_due(known) <= by_due(one) else one
        found[key] = replace(earlier, copies=(*known.copies, *one.copies))
    yield from found.values()


def receipts(node: Node | OpenRegister, tx: Tx) -> Iterator[Waiting]:
    """Of each transfer under way the next receipt: the partner's of what we gave, ours of what we
    took.
    """
    return (one for one in _under_way(node, tx) if one.what == "receipt")


def _under_way(node: Node | OpenRegister, tx: Tx, *, limit: int = MOST) -> Iterator[Waiting]:
    """Of each transfer under way the next receipt: the partner's of what we gave, ours of what we
    took; and the signatures that releases of ours wait for.
    """
    for what, states in (("receipt", UNDER_WAY), ("signature", TO_SIGN)):
        for ours in (True, False):
            for one in node.records.waits.transfers(
                tx, states, to=node.party, ours=ours, limit=limit
            ):
                party = one.to if what == "receipt" else node.party
                yield Waiting(what=what, item=one.item, since=one.since, due=one.due, party=party)


def _held(node: Node | OpenRegister, tx: Tx) -> _CopiesHeld:
    projects = duties.ended_projects(node, tx, node.host.now())
    return _CopiesHeld(node, tx, duties.agreements_of(node, tx), projects)


@dataclass(frozen=True, slots=True)
class _CopiesHeld:
    """What waits about copies that somebody has: of a received item at both nations, of an own one
    at this.
    """

    node: Node | OpenRegister
    tx: Tx
    agreements: Agreements
    projects: Projects

    def waits(self) -> Iterator[Waiting]:
        """Copy by copy: recalls that are not answered, what has to go, marks that are old."""
        now = self.node.host.now()
        ended = duties.ended(self.agreements, now)
        seen: set[tuple[str, str, int]] = set()
        waiting = self.node.records.waits.copies(self.tx, format_instant(now), ended=ended)
        for copy, item in chain(waiting, self._of_projects()):
            key = copy.item, copy.holder, copy.number
            if key not in seen:
                seen.add(key)
                yield from self.of_copy(item, copy)

    def _of_projects(self) -> Iterator[tuple[Copy, Item]]:
        """The copies of every item of an activity that ended."""
        if not self.projects:
            return
        records, tx = self.node.records, self.tx
        named = VisiblePart(
            projects=frozenset(self.projects), items=frozenset(), reached=frozenset()
        )
        names = records.search.page(tx, Sought(), named, PageAsked(limit=MOST)) or []
        items = {row.id: row for row in records.items.among(tx, "id", names)}
        for copy in records.copies.among(tx, "item", list(items)):
            yield copy, items[copy.item]

    def of_copy(self, item: Item, copy: Copy) -> Iterator[Waiting]:
        """What waits for one copy."""
        received = copy.holder != item.provider
        if received and copy.state in CALLED_BACK:
            yield self._wait("recall", item, copy, parse_instant(item.recalled or copy.since))
        elif received and copy.state in ENDED and in_hands(item, copy):
            yield self._wait(TO_BE_ENDED, item, copy, parse_instant(copy.since))
        elif received and copy.state == CopyState.HELD:
            since = duties.to_be_ended(item, self.agreements, self.node.host.now(), self.projects)
            if item.recalled is not None:
                # the order is on its way, or was not given for this copy yet
                yield self._wait("recall", item, copy, parse_instant(item.recalled))
            elif since is not None:
                yield self._wait(TO_BE_ENDED, item, copy, since)
        if copy.level not in ("", level_of(item)) and copy.state not in ENDED:
            yield self._wait("remark", item, copy, self._relabelled(item, copy))

    def certificates(self) -> Iterator[Waiting]:
        """What this nation said of copies that are gone and its provider has not acknowledged."""
        for kind in CERTIFICATES:
            rows = self.node.records.outbox.find(
                self.tx, order="id", limit=PAGE, type=kind, done=None
            )
            for row in rows:
                item = self.node.records.items.get(self.tx, id=str(row.item))
                if item is not None:
                    what = TO_BE_ENDED if item.recalled is None else "recall"
                    yield Waiting(
                        what=what,
                        item=item.id,
                        since=row.created,
                        due=row.created,
                        party=row.partner,
                    )

    def _wait(self, what: str, item: Item, copy: Copy, since: Instant) -> Waiting:
        clock = {"recall": "recall", TO_BE_ENDED: "return"}.get(what)
        text = format_instant(since)
        due = text if clock is None else duties.due(item, self.agreements, clock, since)
        return Waiting(
            what=what,
            item=item.id,
            since=text,
            due=due,
            party=copy.holder,
            copies=(copy.number,),
        )

    def _relabelled(self, item: Item, copy: Copy) -> Instant:
        """When the label changed last, as the ledger has it."""
        refs = self.node.records.entry_refs.find(
            self.tx, order="at", newest=True, limit=1, item=item.id, kind="item.level_changed"
        )
        return parse_instant(refs[0].at if refs else copy.since)
