"""What another version of an agreement would change: which received items this node's people could
open by it and not by the other, or the reverse.

Spec: spec/agreement.md §7; R3, R10.
"""

from __future__ import annotations

from sealane.agreements.agreement import Agreement
from sealane.decisions.outlook.effect import Effect, effect
from sealane.decisions.outlook.facts import held_from_json, reader_from_json
from sealane.decisions.outlook.world import World
from sealane.ports import Tx
from sealane.services.deciding.previews import received
from sealane.services.deciding.request import registered_items, registered_reader
from sealane.services.node import Node

MOST = 100_000


def effect_of(node: Node, tx: Tx, old: Agreement, new: Agreement) -> Effect:
    """The exact pairs of item and person whose opening the new version newly permits or newly
    refuses, over everything received under this agreement and everybody in the directory.
    """
    under = [row for row in received(node, tx) if row.agreement == old.id]
    items = registered_items(node, tx, under)
    people = [registered_reader(node, tx, dict(row.data)) for row in node.people(tx, limit=MOST)]
    world = World(
        agreements=node.agreements(tx),
        schemes=node.schemes,
        accepted=node.settings.accept_unverified,
        at=node.host.now(),
    )
    held = [
        held_from_json({"item": one.item, "label": one.label, "consents": one.consents})
        for one in items
    ]
    readers = [
        reader_from_json({"subject": one.subject, "facility": one.facility}) for one in people
    ]
    return effect(old, new, held, readers, world)
