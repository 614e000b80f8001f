"""Passing: a second person lets a held file leave, or stops it; the very bytes that were checked,
with a slip that the node signed.

Spec: spec/export.md §4; R36, R37, R57.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any, BinaryIO

from sealane.base import canonical
from sealane.crypto import jws
from sealane.labels.model.label import label_from_json
from sealane.ports import Tx
from sealane.registry.export_life import EITHER, EXPORT, SECOND
from sealane.registry.export_records import ExportState, GuardedExport
from sealane.registry.who_may import Act
from sealane.services.guard import kept
from sealane.services.guard.holding import REASON, require_not_given
from sealane.services.guard.judging import require_fit
from sealane.services.guard.refusing import CHANGED, REASON_NEEDED, SAME_PERSON
from sealane.services.node import Node
from sealane.services.opening import own_content
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import bound_fields, record

SLIP = "sealane-export-slip"
"""The type of the slip that goes with a file."""


def pass_(
    node: Node, export: str, sink: BinaryIO, *, by: Actor, reason: str | None = None
) -> dict[str, Any]:
    """Write a held file to a private spool and record that it passed; the caller hands it over only
    when this returns.

    Raises: NotFound `person.unknown`, `export.unknown`, `export.unknown_domain`; Refused
    `person.duty`, `export.*`; Conflict `life.no_such_step`, `item.not_kept`; Untrusted
    `directory.altered`, `container.*`: nothing of the spool may be shown then.
    """
    with node.store.reading() as tx:
        row, actor = _passable(node, tx, export, by, reason)
        given = own_content.kept(node, tx, row.item)
    own_content.read(node, given, sink, actor=actor)
    sink.seek(0)
    if hashlib.file_digest(sink, "sha384").hexdigest() != row.document:  # type: ignore[arg-type]
        raise CHANGED(export=row.id, what="its bytes", what_ja="内容")
    node.host.reached("export.read")
    with node.store.writing() as tx:
        row, actor = _passable(node, tx, export, by, reason)
        after = replace(_settled(node, row, actor, reason), slip=_slip(node, row))
        after = replace(after, state=ExportState.PASSED)
        _keep(node, tx, after, "export.passed", actor)
    node.host.reached("export.passed")
    return kept.in_short(node, after)


def stop(node: Node, export: str, *, by: Actor, reason: str) -> dict[str, Any]:
    """Stop a held file: it does not leave by this export.

    Raises: NotFound `person.unknown`, `export.unknown`; Refused `person.duty`; Conflict
    `life.no_such_step`; Untrusted `directory.altered`.
    """
    with node.store.writing() as tx:
        acts.known(node, tx, Act.STOP_EXPORT, by)
        row = kept.of(node, tx, export)
        actor = acts.require(node, tx, Act.STOP_EXPORT, by)
        EXPORT.step(row.state, "stop", by=EITHER)
        after = replace(_settled(node, row, actor, reason), state=ExportState.STOPPED)
        _keep(node, tx, after, "export.stopped", actor)
        return kept.told(node, after)


def _passable(
    node: Node, tx: Tx, export: str, by: Actor, reason: str | None
) -> tuple[GuardedExport, Actor]:
    """An export that this person may let pass now. Raises: as `pass_`."""
    # 1. Who acts, what is there, the duty, and that they are another person than who held it.
    acts.known(node, tx, Act.PASS_EXPORT, by)
    row = kept.of(node, tx, export)
    actor = acts.require(node, tx, Act.PASS_EXPORT, by)
    EXPORT.step(row.state, "pass", by=SECOND)
    item = node.item(tx, row.item)
    if actor.person in (row.held_by, item.facts["originator"]):
        raise SAME_PERSON(person=actor.person, export=row.id)
    # 2. What was judged still holds: the domain, the label, and that the item is nobody else's.
    require_fit(node, kept.domain_of(node, row.domain), label_from_json(row.label))
    require_not_given(node, tx, item)
    if item.recalled is not None:
        raise CHANGED(export=row.id, what="it was recalled", what_ja="回収された")
    # 3. What was found was looked at.
    count = len(row.findings) + len(row.unread)
    if count and not (reason or "").strip():
        raise REASON_NEEDED(export=row.id, count=count)
    return row, actor


def _settled(node: Node, row: GuardedExport, actor: Actor, reason: str | None) -> GuardedExport:
    words = (reason or "").strip()[:REASON] or None
    return replace(row, settled_by=str(actor.person), settled=node.now()[1], words=words)


def _slip(node: Node, row: GuardedExport) -> str:
    """What the node signs of a file that leaves: which bytes, under which label, for which domain;
    no person is named in it.
    """
    said = {
        "v": 1,
        "node": node.settings.node,
        "party": node.party,
        "export": row.id,
        "domain": row.domain,
        "file": row.document,
        "size": row.size,
        "label": row.label,
        "findings": len(row.findings) + len(row.unread),
        "at": node.now()[1],
    }
    return jws.sign(canonical.encode(said), node.signers_for(None), typ=SLIP).decode()


def _keep(node: Node, tx: Tx, after: GuardedExport, kind: str, actor: Actor) -> None:
    record(
        node,
        tx,
        kind,
        item=after.item,
        type=after.domain,
        **bound_fields(node, tx, "exports", after),
        **actor.told(),
    )
    node.records.exports.change(
        tx,
        {"id": after.id},
        state=after.state,
        settled_by=after.settled_by,
        settled=after.settled,
        words=after.words,
        slip=after.slip,
    )
