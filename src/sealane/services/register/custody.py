"""Custody: for every copy where it is, who has it, since when and by whose word, now and at any
instant before.

A row is added whenever something became of a copy, in the transaction of what made it so, and none
is ever changed; what people of this node did is bound to the ledger as what they entered is.
Spec: spec/exchange.md §10; R39, R40, R48.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.values import Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.registry.custody_records import CustodyRow
from sealane.registry.records import Copy
from sealane.services.node import Node, OpenRegister
from sealane.services.statements.journal import bound_fields, record

MOST = 100_000
"""Turns of the copies of one item that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Whose act it is that a copy stands otherwise than before."""

    told: dict[str, Any] | None = None
    """Who acted and how that was proven, as an entry tells it (`Actor.told`)."""
    certificate: dict[str, Any] | None = None


NOBODY = Hand()
"""A signed statement's effect: its own entry tells of it."""


def note(node: Node, tx: Tx, copy: Copy, *, by: Hand = NOBODY) -> CustodyRow:
    """Add how a copy stands from now on; the entry that tells of it is the caller's (`enter`, or a
    statement's).
    """
    key = {"item": copy.item, "holder": copy.holder, "number": copy.number}
    last = node.records.custody.find(tx, order="turn", newest=True, limit=1, **key)
    actor = None if by.told is None else by.told["actor"]
    row = CustodyRow(
        item=copy.item,
        holder=copy.holder,
        number=copy.number,
        turn=last[0].turn + 1 if last else 0,
        person=copy.person,
        place=copy.place,
        state=copy.state,
        level=copy.level,
        since=copy.since,
        authority=actor or copy.authority,
        by=actor,
        proof=None if by.told is None else by.told["proof"],
        certificate=by.certificate,
    )
    node.records.custody.add(tx, row)
    return row


def enter(node: Node, tx: Tx, row: CustodyRow, *, act: str, told: Mapping[str, Any]) -> None:
    """Tell, in the internal log alone, who did what with which copy; the row counts as it says."""
    record(
        node,
        tx,
        "copy.entered",
        item=row.item,
        copy=row.number,
        act=act,
        state=row.state.replace(" ", "_"),
        people=[row.person] if row.person else None,
        facility=row.place,
        **bound_fields(node, tx, "custody", row),
        **told,
    )


def of_item(
    node: Node | OpenRegister, tx: Tx, item: str, *, at: Instant | None = None
) -> dict[str, Any]:
    """Every copy of an item as it stood at an instant, the nation's own first; before it was, none.

    Raises: NotFound `item.unknown`. Spec: R40.
    """
    when = node.host.now() if at is None else at
    stood: dict[tuple[str, int], CustodyRow] = {}
    for row in node.records.custody.find(tx, order="turn", limit=MOST, item=item):
        if parse_instant(row.since) <= when:
            stood[row.holder, row.number] = row
    order = sorted(stood, key=lambda key: (key[0] != node.party, key))
    return {
        "item": item,
        "at": format_instant(when),
        "copies": [_as_json(stood[key]) for key in order],
    }


def shown(row: Copy | CustodyRow) -> dict[str, Any]:
    """One copy as everybody is told of it: `holder` is the person who has it, or the nation where
    none is named.
    """
    return {
        "nation": row.holder,
        "number": row.number,
        "holder": row.person or row.holder,
        "place": row.place,
        "state": row.state,
        "level": row.level,
        "since": row.since,
        "authority": row.authority,
    }


def _as_json(row: CustodyRow) -> dict[str, Any]:
    """A copy as it stood, with whose act made it so, and the certificate of its end."""
    return {
        **shown(row),
        "by": row.by,
        "proof": row.proof,
        "certificate": row.certificate,
    }
