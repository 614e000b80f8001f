"""What the register says about an item, and to whom: list, one item with its copies and transfers,
its history.

Staff see all of it. A reader without an authorisation sees that an item exists and how it is
marked, so that the refusal of an opening can be explained; its title, its history and its readers
stay with those whose duty they are.
Spec: R20, R21, R37, R39, R40, R57.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.ledger import bodies, entries, receipt
from sealane.ledger.log.origins import node_and_name
from sealane.ports import Tx
from sealane.registry.effects import Holding
from sealane.registry.records import Item, Transfer
from sealane.registry.who_may import Act, may
from sealane.services import holding
from sealane.services.node import Node, OpenRegister
from sealane.services.register import agreement_life, readers_there
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


def summary(node: Node | OpenRegister, tx: Tx, row: Item) -> dict[str, Any]:
    """One line of the register, with the provider's level and our equivalent side by side, and each
    transfer with its own state. Spec: R12.
    """
    return _line(holding.whole(node.records, tx, row))


def _line(held: Holding) -> dict[str, Any]:
    row = held.item
    given = [held.given(one.to) for one in held.containers]
    sole = given[0] if len(given) == 1 else None
    return {
        **{name: getattr(row, name) for name in SHOWN},
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


def items(
    node: Node | OpenRegister, tx: Tx, *, limit: int = 200, after: str | None = None
) -> list[dict[str, Any]]:
    """The register, newest first."""
    return [
        summary(node, tx, row)
        for row in node.records.items.find(tx, order="id", limit=limit, after=after, newest=True)
    ]


def item(node: Node, tx: Tx, name: str) -> dict[str, Any]:
    """One item with its copies, transfers and notified changes of law. Raises: NotFound
    `item.unknown`. Spec: R11, R39.
    """
    held = node.holding(tx, name)
    line = _line(held)
    return {
        **line,
        "readers": {
            party: one.as_json() for party, one in readers_there.of_item(node, tx, line).items()
        },
        "agreement_state": _agreement_state(node, tx, held.item.agreement),
        "law_changes": agreement_life.law_changes(node, tx, held.item.agreement),
        "copies": [asdict(copy) for copy in held.copies],
    }


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


def is_staff(person: Mapping[str, Any]) -> bool:
    """Whether the person's duties are about the register itself."""
    return may(Act.SEE_HISTORY, str(person["id"]), person["duties"])


def sees_clearances(person: Mapping[str, Any]) -> bool:
    """Whether the person may read others' clearances."""
    return may(Act.SEE_CLEARANCES, str(person["id"]), person["duties"])


def knows(person: Mapping[str, Any], item: Mapping[str, Any], at: Instant) -> bool:
    """Whether the person may see what the item is about."""
    if is_staff(person):
        return True
    return any(
        _names(authorisation, item) and _counts(authorisation, at)
        for authorisation in person["authorisations"]
    )


def _names(authorisation: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    if authorisation.get("item") == item["id"]:
        return True
    project = authorisation.get("project")
    return project is not None and project == item["project"]


def _counts(authorisation: Mapping[str, Any], at: Instant) -> bool:
    if authorisation["until"] is None:
        return False
    return parse_instant(authorisation["from"]) <= at < parse_instant(authorisation["until"])


def edition(person: Mapping[str, Any], item: Mapping[str, Any], at: Instant) -> dict[str, Any]:
    """The item's line as this person may read it; a withheld title is null."""
    known = knows(person, item, at)
    return {
        **item,
        "title": item["title"] if known else None,
        "project": item["project"] if known else None,
        **({"readers": {}} if "readers" in item and not is_staff(person) else {}),
    }
