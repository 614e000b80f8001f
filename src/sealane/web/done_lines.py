"""The line by which a page tells what was just done: kept for whoever did it and for that page
alone, and told once.

An address names the line and says nothing of it, so that no link can make a page tell of an act
that nobody did.
Spec: docs/console.md §Forms; R57.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sealane.base.values import SECOND
from sealane.registry.passing import Shown
from sealane.services.node import Node
from sealane.web.visit import DONE, Visit

SECONDS = 60
"""How long a line waits for the page that tells it."""
_NAME = re.compile("[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class DoneLine:
    """What was done: the console's word of it, and the facts in that word."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def leading(
    node: Node, visit: Visit, to: str, key: str, /, *, at_the_door: bool = False, **facts: str
) -> str:
    """The address where an act leads, which tells there once that it was done.

    Args:
        at_the_door: whether nobody is signed in there.
    """
    name, now = node.host.entropy(12).hex(), int(node.host.now())
    path, _, asked = to.partition("?")
    person = "" if at_the_door else str(visit.person["id"])
    line = Shown(
        name=name,
        person=person,
        data={"path": path, "key": key, "facts": facts},
        until=now + SECONDS * SECOND,
    )
    # losing power may lose a line: it is no record
    with node.store.hinting() as tx:
        node.records.shown.forget(tx, now)
        node.records.shown.add(tx, line)
    return f"{path}?{asked}{'&' if asked else ''}{urlencode({DONE: name})}"


def told(node: Node, visit: Visit) -> DoneLine | None:
    """The line that waits for this page and this visitor, and no longer waits; None: there is
    none.
    """
    name = visit.query.get(DONE, "")
    if not _NAME.fullmatch(name):
        return None
    whose = {"name": name, "person": str(visit.person.get("id", ""))}
    with node.store.reading() as tx:
        row = node.records.shown.get(tx, **whose)
    waits = row is not None and row.until > node.host.now() and row.data.get("path") == visit.path
    if row is None or not waits:
        return None
    with node.store.hinting() as tx:
        once = node.records.shown.change(tx, {**whose, "until": row.until}, until=0)
    return DoneLine(row.data["key"], row.data["facts"]) if once else None
