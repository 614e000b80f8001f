"""Items that were registered without a file, or derived, for the tests of what becomes of them."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.ledger import entries
from sealane.services.exchange import held_release, outbox, own_items, signature, withdrawal
from sealane.services.node import Node
from sealane.services.register import directory, sources
from sealane.services.register.acts import Actor
from tests import nations

LABEL = label_from_json(nations.LABEL)
LOW = dataclasses.replace(LABEL, classification="OFFICIAL: Sensitive")


def code_of(work: Callable[[], Any]) -> str:
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value.code


def staff(node: Node, person: str, duty: str, **members: Any) -> None:
    """One more person of a nation, with one duty."""
    with node.store.reading() as tx:
        like = node.person(tx, f"{node.party.lower()}.release")
    directory.enter(node, {**like, "id": person, "post": person, "duties": [duty], **members})


def cleared(node: Node, person: str, level: str = "SECRET") -> dict[str, Any]:
    """A person with a clearance at a level, and nothing else that an opening asks."""
    with node.store.reading() as tx:
        held = node.person(tx, person)
        (briefing,) = node.person(tx, f"{node.party.lower()}.auditor")["briefings"]
    clearance = {
        "issuer": node.party,
        "policy": node.party,
        "level": level,
        "basis": "assessed",
        "granted": briefing["on"],
        "expires": briefing["until"],
        "sponsor": held["organisation"],
        "status": "active",
    }
    bare = {**held, "clearances": [clearance], "briefings": [], "facility": None}
    directory.enter(node, bare)
    return bare


def makers(node: Node) -> None:
    """Who may derive there, from what was received too, and who may sign what goes out."""
    here = node.party.lower()
    with node.store.reading() as tx:
        reader = node.records.people.get(tx, id=f"{here}.sato")
    authorised = ("nationality", "clearances", "briefings", "authorisations", "facility")
    facts = {} if reader is None else {name: reader.data[name] for name in authorised}
    staff(node, f"{here}.analyst", "originator", **facts)
    staff(node, f"{here}.second", "second-signer")


def read_sources(node: Node, item: str) -> dict[str, Any]:
    """What a node tells of what an item was made from."""
    with node.store.reading() as tx:
        return sources.told(node, tx, item)


def register(node: Node, kind: str = "oral", **changes: Any) -> str:
    terms: dict[str, Any] = {
        "kind": kind,
        "title": "Harbour briefing",
        "label": LABEL,
        "area": "maritime",
        "actor": Actor(f"{node.party.lower()}.analyst"),
        "purposes": ("assessment", "planning"),
        "project": nations.PROJECT,
        "pages": 3,
    }
    return str(own_items.register(node, own_items.Registering(**{**terms, **changes}))["item"])


def derive(node: Node, *sources: str, data: bytes = b"derived", **changes: Any) -> dict[str, Any]:
    kind = changes.get("kind", "translation")
    cutting = kind == "tear-line"
    terms: dict[str, Any] = {
        "sources": sources,
        "kind": kind,
        "actor": Actor(f"{node.party.lower()}.{'release' if cutting else 'analyst'}"),
        "title": "in other words",
    }
    if cutting:  # who cuts opens what it is cut from
        cleared(node, f"{node.party.lower()}.release")
    asked = own_items.Deriving(**{**terms, **changes})
    return own_items.derive(node, asked, io.BytesIO(data))


def release(node: Node, item: str, **changes: Any) -> Any:
    """What `item release` does with a registered item, and its delivery."""
    with node.store.reading() as tx:
        row = node.item(tx, item)
    terms = {
        "label": label_from_json(row.label),
        "kind": row.facts["kind"],
        "originator": row.facts["originator"],
        "media_type": row.media_type,
        "title": row.title,
        "pages": row.pages,
        "reference": None,
    }
    asked = nations.wanted(node, **{**terms, **changes})
    found = held_release.release_held(node, item, asked)
    outbox.deliver_due(node)
    return found


def told(node: Node, kind: str, agreement: str | None = None) -> list[dict[str, Any]]:
    """The fields of every entry of a kind, in the internal log or in that of an agreement."""
    with node.store.reading() as tx:
        log = nations.log_of(node, agreement)
        read = [entries.read(log.entry(tx, index)) for index in range(log.size(tx))]
    return [dict(one.fields) for one in read if one.kind == kind]


def before_the_signature(node: Node, items: list[str]) -> None:
    """What becomes of three releases that the second signer does not sign at once."""
    again, over, no = items
    signature.send_back(node, again, "aus.second", reason="which survey?")
    signature.resubmit(node, again, "aus.release", reason="the one of May")
    signature.send_back(node, over, "aus.second", reason="which survey?")
    withdrawal.withdraw(node, over, "aus.release", reason="none")
    signature.decline(node, no, "aus.second", reason="not for them")
