"""Exports as they are read: what was found, by whom it is held, and what became of it.

Spec: spec/export.md §4; R37.
"""

from __future__ import annotations

from typing import Any

from sealane.labels.model.label import label_from_json
from sealane.labels.nations import banner
from sealane.ports import Tx
from sealane.registry.domain import ExportDomain
from sealane.registry.export_records import ExportState, GuardedExport
from sealane.registry.who_may import Act
from sealane.services.guard.refusing import NO_DOMAIN, NO_EXPORT
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor

LIST_MOST = 1000


def domain_of(node: Node, name: str) -> ExportDomain:
    """A domain to which files may leave. Raises: NotFound `export.unknown_domain`."""
    found = node.domains.get(name)
    if found is None:
        raise NO_DOMAIN(domain=name[:64], known=", ".join(node.domains) or "-")
    return found


def of(node: Node, tx: Tx, export: str) -> GuardedExport:
    """An export's row, as the ledger says it stands. Raises: NotFound `export.unknown`; Untrusted
    `directory.altered`.
    """
    row = node.records.exports.get(tx, id=export)
    if row is None:
        raise NO_EXPORT(export=export[:64])
    if node.bound is not None:
        node.bound.require(tx, "exports", row)
    return row


def show(node: Node, export: str, *, by: Actor) -> dict[str, Any]:
    """One export with everything that was found. Raises: NotFound `person.unknown`,
    `export.unknown`; Refused `person.duty`; Untrusted `directory.altered`.
    """
    with node.store.reading() as tx:
        acts.known(node, tx, Act.SEE_EXPORTS, by)
        row = of(node, tx, export)
        acts.require(node, tx, Act.SEE_EXPORTS, by)
        return told(node, row)


def listed(
    node: Node, *, by: Actor, held_alone: bool = False, limit: int, after: str | None = None
) -> dict[str, Any]:
    """A page of exports, the newest first. Raises: as `show`."""
    where: dict[str, Any] = {"state": ExportState.HELD} if held_alone else {}
    with node.store.reading() as tx:
        acts.require(node, tx, Act.SEE_EXPORTS, by)
        rows = node.records.exports.find(
            tx, order="id", newest=True, limit=limit + 1, after=after, **where
        )
    found = [in_short(node, row) for row in rows[:limit]]
    return {"exports": found, "after": rows[limit - 1].id if len(rows) > limit else None}


def domains(node: Node, *, by: Actor) -> dict[str, Any]:
    """The domains to which files may leave. Raises: NotFound `person.unknown`; Refused
    `person.duty`.
    """
    with node.store.reading() as tx:
        acts.require(node, tx, Act.SEE_EXPORTS, by)
    found = [
        {
            "id": one.id,
            "name": {"en": one.name.en, "ja": one.name.ja},
            "ceiling": {policy: list(levels) for policy, levels in one.ceiling.items()},
            "readers": sorted(one.readers),
            "public": one.public,
            "admits": sorted(one.admits),
            "keywords": {"en": list(one.keywords.en), "ja": list(one.keywords.ja)},
        }
        for one in node.domains.values()
    ]
    return {"domains": found}


def in_short(node: Node, row: GuardedExport) -> dict[str, Any]:
    """One line of a list."""
    label = label_from_json(row.label)
    return {
        "id": row.id,
        "item": row.item,
        "domain": row.domain,
        "state": str(row.state),
        "name": row.name,
        "size": row.size,
        "media_type": row.media_type,
        "document": row.document,
        "label": row.label,
        "mark": banner(label, node.schemes) or label.classification,
        "carrier": row.carrier,
        "findings_count": len(row.findings),
        "unread_count": len(row.unread),
        "held_by": row.held_by,
        "since": row.since,
        "settled_by": row.settled_by,
        "settled": row.settled,
    }


def told(node: Node, row: GuardedExport) -> dict[str, Any]:
    """The whole of it."""
    return {
        **in_short(node, row),
        "findings": row.findings,
        "unread": row.unread,
        "reason": row.reason,
        "words": row.words,
        "slip": row.slip,
    }
