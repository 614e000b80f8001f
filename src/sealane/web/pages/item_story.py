"""What an item's page tells of its marks and of what happened to it.

Spec: R4, R12, R57, R59; docs/console.md §The timeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.records import Direction
from sealane.services.node import Node
from sealane.services.register import views
from sealane.services.statements.journal import held_statement
from sealane.web import shown

SAID_WORDS = {
    "action": "action",
    "outcome": "state",
    "what": "erased",
    "proof": "proven",
    "second_proof": "proven",
    "reason": "recall_reason",
    "act": "act_word",
}
"""The words that a member of an entry is shown in, by their group."""


def marks(
    node: Node, tx: Tx, agreement: Agreement | None, held: Mapping[str, Any]
) -> dict[str, Any]:
    """The provider's mark, and the one mark that it is handled as: here for what we hold; there as
    the receipt says for what we gave, and before any as the agreement's row does. Spec: R4, R12.
    """
    label, inward = held["label"], held["direction"] == Direction.IN
    takers = [node.party] if inward else held["released_to"]
    others = []
    for taker in takers:
        received = held["handle_as"] if inward else _received_as(node, tx, held, taker)
        about = label["policy"], label["classification"]
        mark, verified = shown.mark_there(node.schemes, agreement, about, taker, received)
        others.append(
            {
                "party": taker,
                "mark": mark,
                "verified": verified,
                "received": bool(received),
            }
        )
    return {"provider": shown.mark_of(node.schemes, label), "others": others, "inward": inward}


def _received_as(node: Node, tx: Tx, held: Mapping[str, Any], party: str) -> str | None:
    """The level that a party's receipt says it handles the item as, unless the label changed since;
    None before any receipt.
    """
    kept = node.records.statements.find(
        tx,
        order="kept",
        newest=True,
        limit=1,
        item=held["id"],
        type="transfer.received",
        by=party,
    )
    said = held_statement(node, tx, kept[0].digest) if kept else None
    if said is None or _relabelled_after(node, tx, held["id"], kept[0].kept):
        return None
    return said.statement.saying(bodies.TransferReceived).handle_as


def _relabelled_after(node: Node, tx: Tx, item: str, kept: int) -> bool:
    last = node.records.statements.find(
        tx, order="kept", newest=True, limit=1, item=item, type="relabelled"
    )
    return bool(last) and last[0].kept > kept


def timeline(node: Node, tx: Tx, name: str, logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The history with a tick for every entry under a head that both hold and have signed, the
    oldest first. Spec: R57, R59.
    """
    proven = {log["origin"]: log["proven_to_both_up_to"] for log in logs}
    internal = node.settings.internal_origin
    lines = []
    for entry in views.history(node, tx, name):
        if entry["origin"] == internal:
            tick = "internal"
        elif entry["index"] < proven.get(entry["origin"], 0):
            tick = "proven"
        else:
            tick = "unproven"
        lines.append({**entry, "tick": tick, "says": _told(entry["says"])})
    return lines


def _told(says: Mapping[str, Any]) -> dict[str, str]:
    """What an entry says, as far as it is words: texts, and lists of texts in one line."""
    told = {}
    for name, member in says.items():
        if name in ("decision", "reasons", "copies"):
            continue
        if isinstance(member, str):
            told[name] = member
        elif isinstance(member, list) and all(isinstance(part, str) for part in member):
            told[name] = ", ".join(member)
    return told


def grouped(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The history day by day, the oldest first; entries that follow one another and tell alike
    stand as one, with each entry beside it.
    """
    story: list[dict[str, Any]] = []
    for entry in history:
        one = {"origin": entry["origin"], "index": entry["index"]}
        day = f"{entry['at'][:10]}T00:00:00Z"
        last = story[-1] if story else None
        if last is not None and day == last["day"] and _alike(last, entry):
            last["entries"].append(one)
        else:
            story.append({**entry, "day": day, "entries": [one]})
    return story


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in ("kind", "by", "tick", "says"))
