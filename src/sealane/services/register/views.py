"""What the register says about an item, and to whom: list, one item with its copies and transfers,
its history.

Staff see all of it; everybody else what `services.sight` lets through: an item once an
authorisation names the person, its title once a clearance reaches its level. What a person does not
see is not there, in a list and asked for by its number alike.
Spec: R20, R21, R37, R39, R40, R57.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, entries, receipt
from sealane.ledger.log.origins import node_and_name
from sealane.ports import Tx
from sealane.registry.effects import Holding
from sealane.registry.records import Item, Transfer
from sealane.registry.searched import LabelClass, PageAsked, Sought, class_of
from sealane.registry.who_may import Act, may
from sealane.services import holding
from sealane.services.node import NO_ITEM, Node, OpenRegister
from sealane.services.register import (
    agreement_life,
    custody,
    readers_there,
    remarks,
    sources,
)
from sealane.services.sight import EVERYTHING, Sight
from sealane.services.statements.journal import statement_bytes

SHOWN = (
    "id",
    "direction",
    "provider",
    "agreement",
    "title",
    "media_type",
    "state",
    "handle_as",
    "created",
    "recalled",
    "pages",
    "label",
)
SEALED = ("decision", "policy_uuid", "container")
"""What stands of an item where it was given to one party; of several, beside each transfer."""
MOVED = ("item", "to", "state", "since", "due", "offer", "receipt")
NOTED = (
    "actor",
    "proof",
    "second",
    "second_proof",
    "act",
    "outcome",
    "reason",
    "decision",
    "clauses",
    "suite",
)
"""What an entry of ours tells in a history."""
ALL = Sought()


def summary(node: Node | OpenRegister, tx: Tx, row: Item) -> dict[str, Any]:
    """One line of the register, with the provider's level and our equivalent side by side, and each
    transfer with its own state. Spec: R12.
    """
    return _line(holding.whole(node.records, tx, row))


def _line(held: Holding) -> dict[str, Any]:
    row = held.item
    out = [one for one in held.containers if held.transfer_to(one.to)] or held.containers
    given = [held.given(one.to) for one in out]
    sole = given[0] if len(given) == 1 else None
    return {
        **{name: getattr(row, name) for name in SHOWN},
        "provider": row.origin,
        "passed_on_by": None if row.origin == row.provider else row.provider,
        "size": max((one.size for one in held.containers), default=0),
        **{name: getattr(sole, name, None) for name in SEALED},
        "transfers": [_transfer(held, one) for one in held.transfers],
        **{
            name: row.facts[name]
            for name in (
                "area",
                "kind",
                "purposes",
                "released_to",
                "project",
                "until",
                "originator",
                "release_officer",
                "second_signer",
            )
        },
    }


def _transfer(held: Holding, transfer: Transfer) -> dict[str, Any]:
    """One movement of the item, with what that party was given."""
    given = held.given(transfer.to)
    return {
        **{name: getattr(transfer, name) for name in MOVED},
        **{name: getattr(given, name, None) for name in SEALED},
    }


def lines(node: Node | OpenRegister, tx: Tx, rows: Sequence[Item]) -> list[dict[str, Any]]:
    """The same of many rows, in their order."""
    return [_line(held) for held in holding.several(node.records, tx, rows)]


def items(
    node: Node | OpenRegister,
    tx: Tx,
    sight: Sight = EVERYTHING,
    *,
    limit: int = 200,
    after: str | None = None,
) -> list[dict[str, Any]]:
    """The register as a person sees it, newest first. Raises: Misconfigured `search.stale`."""
    rows = node.records.items
    if sight.staff:
        return lines(node, tx, rows.find(tx, order="id", limit=limit, after=after, newest=True))
    found = seen(node, tx, sight, limit=limit, after=after)
    return [edition(sight, one) for one in lines(node, tx, found)]


def seen(
    node: Node | OpenRegister,
    tx: Tx,
    sight: Sight,
    sought: Sought = ALL,
    *,
    limit: int,
    after: str | None = None,
) -> list[Item]:
    """The rows that a person sees, newest first; none after an item that the person does not see.
    Raises: Misconfigured `search.stale`.
    """
    visible = sight.visible(node.records.search.classes(tx))
    asked = PageAsked(limit=limit, after=after)
    return _rows(node, tx, node.records.search.page(tx, sought, visible, asked) or [])


def named(node: Node | OpenRegister, tx: Tx, names: Sequence[str]) -> list[dict[str, Any]]:
    """The lines of these items, in their order."""
    return lines(node, tx, _rows(node, tx, names))


def _rows(node: Node | OpenRegister, tx: Tx, names: Sequence[str]) -> list[Item]:
    found = {row.id: row for row in node.records.items.among(tx, "id", names)}
    return [found[name] for name in names]


def item(node: Node, tx: Tx, name: str, sight: Sight = EVERYTHING) -> dict[str, Any]:
    """One item with its copies, transfers and notified changes of law, as a person sees it. Raises:
    NotFound `item.unknown`: it is not there, for this person. Spec: R11, R39.
    """
    row = require_seen(node, tx, name, sight)
    held, *legs = holding.by_legs(node.records, tx, row)
    line = _line(held)
    readers = readers_there.of_item(node, tx, line) if sight.staff else {}
    return {
        **edition(sight, line),
        "readers": {party: one.as_json() for party, one in readers.items()},
        "agreement_state": _agreement_state(node, tx, held.item.agreement),
        "law_changes": agreement_life.law_changes(node, tx, held.item.agreement),
        "remarks": remarks.of(node, tx, name) if sight.staff else [],
        "sources": sources.of(node.records, tx, name) if sight.staff else [],
        "grades": sources.grades_of(node.records, tx, name) if sight.staff else {},
        "derived": sources.made_from(node.records, tx, name) if sight.staff else [],
        "copies": [custody.shown(copy) for leg in (held, *legs) for copy in leg.copies],
        "onward": [_onward(leg) for leg in legs] if sight.staff else [],
    }


def _onward(leg: Holding) -> dict[str, Any]:
    """One third party that an item was passed on to: by whom, under which agreement, and how that
    transfer stands.
    """
    assert leg.onward is not None
    return {
        "by": leg.onward.by,
        "agreement": leg.item.agreement,
        "until": leg.item.facts["until"],
        "recalled": leg.item.recalled,
        **_transfer(leg, leg.transfers[0]),
    }


def require_seen(node: Node, tx: Tx, name: str, sight: Sight) -> Item:
    """An item's row, for whom it is there. Raises: NotFound `item.unknown`."""
    row = node.item(tx, name)
    if not sight.sees(row):
        raise NO_ITEM(item=name)
    return row


def _agreement_state(node: Node, tx: Tx, agreement: str) -> str | None:
    """The state of the agreement that an item rests on; None for an item that rests on none."""
    if not agreement:
        return None
    return agreement_life.standing(node, tx, node.agreement_row(tx, agreement)).state


def history(node: Node, tx: Tx, name: str) -> list[dict[str, Any]]:
    """Everything our ledgers hold about an item, in the order it was recorded here, whatever a
    statement says of its own time; denials too.
    """
    found: list[tuple[Instant, dict[str, Any]]] = []
    proven: dict[str, int] = {}
    for ref in node.records.entry_refs.find(tx, order="index", item=name, limit=5000):
        origin = str(ref.origin)
        shared = bool(node_and_name(origin)[1])
        if shared and origin not in proven:
            proven[origin] = node.proven(tx, origin).proven
        entry = entries.read(node.log(origin).entry(tx, ref.index))
        held = entry.fields
        line: dict[str, Any] = {
            "at": ref.at,
            "kind": ref.kind,
            "origin": origin,
            "index": ref.index,
            "statement": ref.statement,
            "proven_to_both": ref.index < proven[origin] if shared else None,
        }
        if ref.statement is not None:
            data = statement_bytes(node, tx, ref.statement)
            line |= {
                "by": held["by"],
                "to": held["to"],
                "says": _telling(held if data is None else _said(data, held)),
            }
        else:
            line |= {
                "by": node.party,
                "to": None,
                "says": {key: held[key] for key in NOTED if key in held},
            }
        found.append((entry.at, line))
    found.sort(key=lambda one: (one[0], one[1]["origin"], one[1]["index"]))
    return [line for _, line in found]


def _said(data: bytes, told: dict[str, Any]) -> dict[str, Any]:
    """What a kept statement says; of one that cannot be read, what its entry tells of it."""
    try:
        return bodies.as_json(receipt.peek(data).body)
    except SealaneError:
        return told


def _telling(body: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in body.items()
        if name
        in (
            "post",
            "purpose",
            "action",
            "reason",
            "reasons",
            "code",
            "clauses",
            "copies",
            "what",
            "handle_as",
            "decision",
            "by_person",
            "answer",
            "act",
        )
    }


def sees_clearances(person: Mapping[str, Any]) -> bool:
    """Whether the person may read others' clearances."""
    return may(Act.SEE_CLEARANCES, str(person["id"]), person["duties"])


def edition(sight: Sight, line: Mapping[str, Any]) -> dict[str, Any]:
    """An item's line as a person who sees it may read it; what is withheld is null."""
    if sight.reaches(_class_of(line)):
        return dict(line)
    return {**line, "title": None, "project": None}


def _class_of(line: Mapping[str, Any]) -> LabelClass:
    label = label_from_json(line["label"])
    return class_of(label, line["agreement"], line["provider"], line["area"])
