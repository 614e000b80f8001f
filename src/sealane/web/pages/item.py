"""The page of one item: marks, facts, copies, provenance with ticks, readers, and what this person
may do with it.

Spec: R12, R39, R40, R42, R44, R57; docs/console.md §The timeline, §Recall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.ports import Tx
from sealane.registry.records import Direction, Duty, ItemState
from sealane.registry.transfer import QUEUED, TAKEN_BACK, WAITING
from sealane.registry.who_may import Act
from sealane.services.deciding import previews
from sealane.services.exchange import readers_anew
from sealane.services.node import Node
from sealane.services.register import readers_there, views
from sealane.services.register.acts import may_try
from sealane.web import shown
from sealane.web.pages.register import acknowledgements
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

DONE = ("accepted", "rejected", "signed", "withdrawn", "recalled", "released", "waiting")
SAID_WORDS = {
    "action": "action",
    "outcome": "state",
    "what": "erased",
    "proof": "proven",
    "second_proof": "proven",
}
"""The words of `words.toml` that a member of an entry is shown in."""


def item(shell: Shell, visit: Visit) -> Reply:
    """Everything this person may see of an item."""
    node, name = shell.node, visit.params["item"]
    staff = views.is_staff(visit.person)
    if staff:
        readers_anew.ask_anew(node, name)
    with node.store.reading() as tx:
        held = views.item(node, tx, name)
        agreement = node.agreements(tx).get(held["agreement"])
        data = {
            "it": (
                views.edition(visit.person, held, node.host.now())
                | {
                    "copies": held["copies"],
                    "transfers": held["transfers"],
                }
            ),
            "marks": marks(node, agreement, held),
            "agreement": agreement,
            "steps": acknowledgements(node, tx, held),
            "names": names(node, tx, visit.lang, held),
            "words": shown.agreement_words(agreement, visit.lang),
            "history": timeline(node, tx, name, shell.marks()) if staff else None,
            "party_name": shown.party_name(agreement, visit.lang),
            "readers": _readers(node, tx, held, visit) if staff else None,
            "posts": readers_there.of_item(node, tx, held) if staff else None,
            "posts_of": _posts_here(node, tx, visit.lang),
            "kinds": SAID_WORDS,
        }
    done = visit.query.get("done")
    return Page(
        "item.html",
        {
            **data,
            "acts": acts(visit.person, held, party=node.party),
            "left": left_out(agreement, visit),
            "undelivered": undelivered_to(held),
            "unsigned": waiting_for(held),
            "done": f"act.done_{done}" if done in DONE else None,
        },
    )


def marks(node: Node, agreement: Agreement | None, held: Mapping[str, Any]) -> dict[str, Any]:
    """The provider's mark, and what it is handled as: here for what we hold, there for what we
    gave. Spec: R4, R12.
    """
    label, inward = held["label"], held["direction"] == Direction.IN
    takers = [node.party] if inward else held["released_to"]
    others = []
    for taker in takers:
        there = None
        if agreement is not None:
            there = agreement.equivalent(label["policy"], label["classification"], taker)
        levels = [] if there is None else list(there.names)
        if inward and held["handle_as"]:
            levels = [held["handle_as"]]
        others.append(
            {
                "party": taker,
                "levels": [shown.level_mark(node.schemes, taker, level) for level in levels],
                "verified": there is not None and there.verified,
            }
        )
    return {"provider": shown.mark_of(node.schemes, label), "others": others, "inward": inward}


def timeline(node: Node, tx: Tx, name: str, logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The history with a tick for every entry under a head that both hold and have signed. Spec:
    R57, R59.
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


def names(node: Node, tx: Tx, lang: str, held: Mapping[str, Any]) -> dict[str, str]:
    """Names of the item's officers where they are our own people, else their ids."""
    named = {}
    for role in ("originator", "release_officer", "second_signer"):
        who = held[role] or ""
        row = node.records.people.get(tx, id=who) if who else None
        named[role] = str(row.data["name_ja" if lang == "ja" else "name"]) if row else who
    return named


def acts(person: Mapping[str, Any], held: Mapping[str, Any], *, party: str) -> dict[str, bool]:
    """Which acts the table of who may and the item's state allow to try."""
    live = held["recalled"] is None and held["state"] not in TAKEN_BACK
    arrived = held["state"] == ItemState.DELIVERED

    def offered(act: Act, *, now: bool = True) -> bool:
        return live and now and may_try(act, person, held, party=party)

    return {
        "open": offered(Act.OPEN, now=bool({Duty.READER, Duty.OPERATOR} & set(person["duties"]))),
        "accept": offered(Act.ACCEPT, now=arrived),
        "reject": offered(Act.REJECT, now=arrived),
        "withdraw": offered(Act.WITHDRAW, now=bool(undelivered_to(held))),
        "sign": offered(Act.COUNTERSIGN, now=bool(waiting_for(held))),
        "recall": offered(Act.RECALL),
    }


def left_out(agreement: Agreement | None, visit: Visit) -> list[str]:
    """Parties that a release just made did not go to, as its answer named them."""
    named = visit.query.get("left", "").split(",")
    known = () if agreement is None else agreement.parties
    return [one.id for one in known if one.id in named]


def undelivered_to(held: Mapping[str, Any]) -> list[str]:
    """The parties from which an item of ours can still be taken back."""
    if held["direction"] == Direction.IN:
        return []
    return [one["to"] for one in held["transfers"] if one["state"] in (WAITING, QUEUED)]


def waiting_for(held: Mapping[str, Any]) -> list[str]:
    """The parties to which an item of ours goes once a second signer has signed."""
    if held["direction"] == Direction.IN:
        return []
    return [one["to"] for one in held["transfers"] if one["state"] == WAITING]


def _posts_here(node: Node, tx: Tx, lang: str) -> Callable[[str], str]:
    """A post of this node in the reader's language; a partner's post as the partner wrote it."""
    known = {
        str(row.data["post"]): str(row.data["post_ja"])
        for row in node.records.people.find(tx, order="id", limit=5000)
    }
    return lambda post: known.get(post, post) if lang == "ja" else post


def _readers(node: Node, tx: Tx, held: Mapping[str, Any], visit: Visit) -> dict[str, Any] | None:
    """Who at this node could open it now, for a purpose that the page chooses."""
    if held["direction"] != Direction.IN or held["recalled"] is not None or not held["purposes"]:
        return None
    asked = visit.query.get("purpose")
    purpose = str(asked if asked in held["purposes"] else held["purposes"][0])
    people = previews.readers(node, tx, node.item(tx, held["id"]), purpose=purpose)
    return {"purpose": purpose, "people": people}
