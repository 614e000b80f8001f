"""Who will be able to read this, by the same `decide` that later opens it. Spec: R20, R33; platforms §6 pattern 1."""

from __future__ import annotations

from typing import Any

from sealane.base.values import DAY, Instant, format_instant
from sealane.labels.label import Label
from sealane.ports import Row, Tx
from sealane.services.judging import judge
from sealane.services.node import Node
from sealane.services.opening import opening_request

MAX_PEOPLE = 5000


def posts(
    node: Node, tx: Tx, *, agreement: str, provider: str, label: Label, area: str, project: str | None, purpose: str
) -> list[str]:
    """This node's posts that could open such an item now, were it released to us under this project."""
    facts = {
        "id": "preview", "area": area, "kind": "file", "provider": provider, "purposes": [purpose],
        "released_to": [node.party], "project": project, "until": format_instant(Instant(node.host.now() + DAY)),
        "originator": "preview", "release_officer": "preview.release", "second_signer": None, "joint_committee_ref": None,
    }
    row = {"id": "preview", "facts": facts, "label": label.as_json(), "agreement": agreement, "recalled": None}
    return [str(person["post"]) for person in readers(node, tx, row, purpose=purpose)]


def readers(node: Node, tx: Tx, row: Row, *, purpose: str, action: str = "open") -> list[dict[str, Any]]:
    """The people of this node's directory who could act on a registered item now, in order of id."""
    found = []
    for held in node.records.find(tx, "people", order="id", limit=MAX_PEOPLE):
        request = opening_request(node, tx, row, person=held["id"], purpose=purpose, action=action)
        if judge(node, tx, request).permit:
            found.append(dict(held["data"]))
    return found
