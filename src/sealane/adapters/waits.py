"""What of the register waits, asked of its tables in one question each. Spec: spec/interfaces.md
§5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)

from sealane.adapters.case_tables import CASES
from sealane.adapters.register_tables import CONTAINERS, COPIES, ITEMS, TRANSFERS
from sealane.adapters.sql.statements import SqlStatement
from sealane.registry.records import Copy, CopyState, Direction, Item, ItemState
from sealane.registry.waiting_records import CaseGroup, CaseWaiting, TransferWaiting

AT_HAND = (
    CopyState.RECALLED,
    CopyState.NOT_DESTROYED,
    CopyState.REJECTED,
    CopyState.WITHDRAWN,
)
"""States of copies that somebody may still have to end."""
HAD = (CopyState.HELD, CopyState.RECALLED, CopyState.NOT_DESTROYED)
"""States of copies that are there to be counted."""
_WORD = ITEMS.c.label["classification"].as_string()
"""The label's own word for the level, as it is now: a copy may still bear an older one."""
_ITEM = [one.name for one in fields(Item)]
_COPY = [one.name for one in fields(Copy)]
_UNSETTLED = SqlStatement(
    lambda _: (
        select(func.coalesce(func.sum(CONTAINERS.c.size), literal_column("0")))
        .join_from(ITEMS, CONTAINERS, CONTAINERS.c.item == ITEMS.c.id)
        .where(
            ITEMS.c.state == str(ItemState.DELIVERED),
            ITEMS.c.direction == str(Direction.IN),
            ITEMS.c.provider == bindparam("provider"),
        )
    )
)


_OPEN = and_(CASES.c.over == 0, CASES.c.refused.is_(None), CASES.c.waits.is_not(None))


def _has_come(now: str) -> ColumnElement[int]:
    """Whether a case's date has come; in one second texts do not sort as instants do: the whole
    second counts.
    """
    return case((CASES.c.due <= f"{now[:19]}~", 1), else_=0)


class SqlWaits:
    """What waits, by query."""

    def transfers(
        self, tx: Connection, states: Collection[str], /, *, to: str, ours: bool, limit: int
    ) -> list[TransferWaiting]:
        """Transfers in these states of items that nobody called back, the earliest due first."""
        of = TRANSFERS.c
        query = (
            _under_way(select(of.item, of.to, of.state, of.since, of.due), states, to, ours)
            .order_by(of.due.is_(None), of.due, of.since, of.item)
            .limit(limit)
        )
        return [
            TransferWaiting(item=item, to=party, state=ItemState(state), since=since, due=due)
            for item, party, state, since, due in tx.execute(query)
        ]

    def transfers_count(
        self, tx: Connection, states: Collection[str], /, *, to: str, ours: bool
    ) -> int:
        """How many such there are."""
        return int(tx.execute(_under_way(select(func.count()), states, to, ours)).scalar_one())

    def cases(
        self,
        tx: Connection,
        /,
        *,
        limit: int,
        alike: tuple[Collection[CaseGroup], str] | None = None,
    ) -> list[CaseWaiting]:
        """Open cases in which somebody's word is waited for, the earliest due first, those without
        a date last.
        """
        of = CASES.c
        query = select(of.id, of.opened, of.due, of.waits).where(_OPEN)
        if alike is not None:
            groups, now = alike
            query = query.where(
                or_(
                    *(
                        and_(
                            of.kind == one.kind,
                            of.state == one.state,
                            of.opener == one.opener,
                            _has_come(now) == int(one.has_come),
                        )
                        for one in groups
                    )
                )
            )
        # what has a date comes by the index of dates, in which nothing stands that is over
        dated = query.where(of.due > "").order_by(of.due, of.id).limit(limit)
        rows = list(tx.execute(dated))
        if len(rows) < limit:
            rest = query.where(of.due.is_(None)).order_by(of.opened, of.id)
            rows += tx.execute(rest.limit(limit - len(rows))).fetchall()
        return [
            CaseWaiting(case=case, since=since, due=due, party=party)
            for case, since, due, party in rows
        ]

    def case_groups(
        self, tx: Connection, now: str, /, *, parties: Collection[str]
    ) -> dict[CaseGroup, int]:
        """How many open cases wait alike for the word of these parties."""
        of = CASES.c
        alike = (of.kind, of.state, of.opener, _has_come(now))
        query = (
            select(*alike, func.count()).where(_OPEN, of.waits.in_(list(parties))).group_by(*alike)
        )
        return {
            CaseGroup(kind, state, opener, bool(come)): int(count)
            for kind, state, opener, come, count in tx.execute(query)
        }

    def unsettled_bytes(self, tx: Connection, provider: str, /) -> int:
        """How many bytes of a provider's containers the registry clerk has not settled yet."""
        return int(_UNSETTLED.run(tx, provider=provider).fetchone()[0])

    def copies(
        self, tx: Connection, now: str, /, *, ended: Collection[str]
    ) -> Iterator[tuple[Copy, Item]]:
        """Every copy for which something may wait, each with its item."""
        held = COPIES.c.state == str(CopyState.HELD)
        # in one second texts do not sort as instants do: the whole second is looked at
        come = and_(held, COPIES.c.waits <= f"{now[:19]}~")
        yield from _with_items(tx, come)
        yield from _with_items(tx, COPIES.c.state.in_(list(map(str, AT_HAND))))
        if ended:
            later = or_(COPIES.c.waits.is_(None), COPIES.c.waits > f"{now[:19]}~")
            over = ITEMS.c.agreement.in_(list(ended))
            yield from _with_items(tx, and_(held, later, over))

    def at_hand(
        self,
        tx: Connection,
        party: str,
        /,
        *,
        level: str | None = None,
        place: str | None = None,
    ) -> Iterator[tuple[Copy, Item]]:
        """Every copy that a party's register says it has."""
        where = _had_by(party)
        if level is not None:
            where = and_(where, or_(level == _WORD, ITEMS.c.handle_as == level))
        if place is not None:
            where = and_(where, COPIES.c.place == place)
        yield from _with_items(tx, where)

    def levels(self, tx: Connection, party: str, /) -> dict[str, str]:
        """The levels of those copies, each with the instant since when there was one."""
        level = func.coalesce(ITEMS.c.handle_as, _WORD)
        query = (
            select(level, func.min(COPIES.c.since))
            .select_from(COPIES.join(ITEMS, ITEMS.c.id == COPIES.c.item))
            .where(_had_by(party))
            .group_by(level)
        )
        return {str(word or ""): str(since) for word, since in tx.execute(query)}

    def places(self, tx: Connection, party: str, /) -> list[tuple[str, str, str]]:
        """Where those copies lie, of which levels, and since when there was one."""
        level = func.coalesce(ITEMS.c.handle_as, _WORD)
        query = (
            select(COPIES.c.place, level, func.min(COPIES.c.since))
            .select_from(COPIES.join(ITEMS, ITEMS.c.id == COPIES.c.item))
            .where(_had_by(party))
            .group_by(COPIES.c.place, level)
            .order_by(COPIES.c.place, level)
        )
        return [(str(place), str(word or ""), str(at)) for place, word, at in tx.execute(query)]


def _had_by(party: str) -> Any:
    return and_(COPIES.c.holder == party, COPIES.c.state.in_(list(map(str, HAD))))


def _under_way(query: Select[Any], states: Collection[str], to: str, ours: bool) -> Select[Any]:
    of = TRANSFERS.c
    return query.select_from(TRANSFERS.join(ITEMS, ITEMS.c.id == of.item)).where(
        of.state.in_(list(map(str, states))),
        of.to == to if ours else of.to != to,
        ITEMS.c.recalled.is_(None),
    )


def _with_items(tx: Connection, where: Any) -> Iterator[tuple[Copy, Item]]:
    columns = [COPIES.c[name].label(f"copy_{name}") for name in _COPY]
    query = (
        select(*columns, *(ITEMS.c[name] for name in _ITEM))
        .select_from(COPIES.join(ITEMS, ITEMS.c.id == COPIES.c.item))
        .where(where)
    )
    for row in tx.execute(query).mappings():
        copy = {name: row[f"copy_{name}"] for name in _COPY}
        item = {name: row[name] for name in _ITEM}
        copy["state"] = CopyState(copy["state"])
        item |= {"state": ItemState(item["state"]), "direction": Direction(item["direction"])}
        yield Copy(**copy), Item(**item)
