"""Holding: a file that is to leave is read, its mark judged, words looked for, and it is sealed
here until a second person decides.

Spec: spec/export.md §2, §3; R37, R57.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from sealane.base.errors import Refused, SealaneError
from sealane.contents.folding import excerpt
from sealane.contents.found import UNSEEN, FileContents, Layer, Unread
from sealane.contents.keywords import keywords_in
from sealane.labels.model.label import Label, label_from_json
from sealane.ports import Tx
from sealane.registry import effects
from sealane.registry.domain import ExportDomain
from sealane.registry.effects import Holding
from sealane.registry.export_records import GuardedExport
from sealane.registry.records import Direction, Item
from sealane.registry.who_may import Act
from sealane.services.deciding.label_bounds import keeps
from sealane.services.deciding.request import stated_facts
from sealane.services.exchange.container_files import require_own_label
from sealane.services.exchange.own_items import NO_END
from sealane.services.exchange.stray_files import NewNames
from sealane.services.guard import kept
from sealane.services.guard.judging import levels_above, require_fit
from sealane.services.guard.marked import FoundMark, mark_of
from sealane.services.guard.refusing import BELOW_ITEM, NOT_OWN, UNREAD
from sealane.services.node import Node
from sealane.services.opening import containers, own_content
from sealane.services.register import acts, items, sources
from sealane.services.register.acts import Actor
from sealane.services.register.numbers import next_item
from sealane.services.statements.journal import bound_fields, record

SERIES, NAME, REASON = "export", 200, 500
READ_MOST, FINDINGS_MOST = 32 << 20, 400
"""Bytes of a file that is read: a larger one is held unread; and findings that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked:
    """What is to leave, and for where."""

    domain: str
    name: str
    media_type: str
    actor: Actor
    sidecar: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    document: str
    size: int
    mark: FoundMark
    findings: list[dict[str, Any]]
    unread: list[dict[str, Any]]


def hold(node: Node, asked: HoldAsked, source: BinaryIO) -> dict[str, Any]:
    """Hold a file for a domain, with everything that was found in it; nothing leaves yet.

    Raises: NotFound `person.unknown`, `export.unknown_domain`; Refused `person.duty`, `export.*`,
    `label.foreign_scheme`, `node.not_accredited`; Unavailable `container.swept`.
    """
    with node.store.reading() as tx:
        acts.known(node, tx, Act.HOLD_EXPORT, asked.actor)
        domain = kept.domain_of(node, asked.domain)
        acts.require(node, tx, Act.HOLD_EXPORT, asked.actor)
    document = hashlib.file_digest(source, "sha384").hexdigest()  # type: ignore[arg-type]
    source.seek(0)
    try:
        checked = _checked(node, asked, domain, source, document)
        with node.store.reading() as tx:
            held = _registered(node, tx, checked)
    except Refused as error:
        _note_refused(node, asked, error)
        raise
    source.seek(0)
    return _held(node, asked, source, checked, held)


def _checked(
    node: Node, asked: HoldAsked, domain: ExportDomain, source: BinaryIO, document: str
) -> _Checked:
    """The file as it was read and judged. Raises: Refused `export.*`."""
    data = source.read(READ_MOST + 1)
    contents = _contents(node, data)
    # 1. It has one mark, this nation's own or one of no nation, which may stand on the domain.
    mark = mark_of(node, contents, asked.sidecar, asked.name, document)
    _require_own(node, mark.label)
    require_fit(node, domain, mark.label)
    # 2. Nothing of it stands under an agreement.
    with node.store.reading() as tx:
        for row in node.records.items.find(tx, order="id", document=document):
            require_not_given(node, tx, row)
    # 3. What nobody can read is answered for.
    unread = [{"where": one.place, "why": one.why} for one in contents.unread]
    if unread and not (asked.reason or "").strip():
        raise UNREAD(count=len(unread), details={"unread": unread[:FINDINGS_MOST]})
    findings = [*_words(node, domain, mark.label, contents), *_layers(contents)]
    return _Checked(
        document=document,
        size=source.seek(0, 2),
        mark=mark,
        findings=findings[:FINDINGS_MOST],
        unread=unread[:FINDINGS_MOST],
    )


def _contents(node: Node, data: bytes) -> FileContents:
    if node.contents is None or len(data) > READ_MOST:
        why = "no-reader" if node.contents is None else "limits"
        return FileContents("other", (), (Unread("file", why),))
    return node.contents.read(data, marks=True)


def _require_own(node: Node, label: Label) -> None:
    """A mark of this nation's own, or of a scheme that belongs to none. Raises: Refused
    `export.not_own`.
    """
    try:
        require_own_label(node, label)
    except SealaneError as error:
        if error.code != "label.foreign_scheme":
            raise
        raise NOT_OWN(
            what=f"its mark is of {label.policy}, by {label.originator or '-'}",
            what_ja=f"標示は {label.policy}（{label.originator or '-'}）のもの",
        ) from None


def require_not_given(node: Node, tx: Tx, row: Item) -> None:
    """Silence for an item of our own that stands under no agreement and holds nobody else's matter.
    Raises: Refused `export.not_own`.
    """
    if row.direction is Direction.IN or row.provider != node.party:
        raise NOT_OWN(
            what=f"it is {row.id}, which {row.provider} provided",
            what_ja=f"{row.provider} が提供した {row.id} である",
        )
    if row.agreement:
        raise NOT_OWN(
            what=f"it is {row.id}, which was released under {row.agreement}",
            what_ja=f"{row.agreement} に基づき提供した {row.id} である",
        )
    for theirs in sources.foreign(node, tx, row.id):
        raise NOT_OWN(
            what=f"{row.id} holds matter of {theirs.provider}",
            what_ja=f"{row.id} は {theirs.provider} の情報を含む",
        )


def _words(
    node: Node, domain: ExportDomain, label: Label, contents: FileContents
) -> list[dict[str, Any]]:
    """Keywords, and marks of levels that may not stand on the domain."""
    above = levels_above(node, domain, label.policy)
    marks = {mark for level in above for texts in level.marks.values() for mark in texts}
    marks |= {level.name for level in above}
    found = keywords_in(contents, domain.keywords.both, sorted(marks))
    return [one.as_json() for one in found]


def _layers(contents: FileContents) -> list[dict[str, Any]]:
    """Whatever the file holds that no page shows."""
    return [
        {"where": one.place, "what": str(one.layer), "word": None, "excerpt": excerpt(one.text)}
        for one in contents.of(*sorted(UNSEEN, key=list(Layer).index))
    ]


def _registered(node: Node, tx: Tx, checked: _Checked) -> Item | None:
    """The own item that the file is already, with its container; None where it is none. Raises:
    Refused `export.mark_below_item`.
    """
    for row in node.records.items.find(tx, order="id", document=checked.document):
        label = label_from_json(row.label)
        if not keeps(node, label, checked.mark.label):
            raise BELOW_ITEM(item=row.id, classification=label.classification)
    for row in node.records.items.find(tx, order="id", document=checked.document):
        given = node.holding(tx, row.id).given(node.party)
        alone = given is not None and own_content.is_alone(node, given)
        if row.recalled is None and given is not None and alone and node.blobs.has(given.container):
            return row
    return None


def _held(
    node: Node, asked: HoldAsked, source: BinaryIO, checked: _Checked, known: Item | None
) -> dict[str, Any]:
    """Seal the file here, unless it is here already, and hold it."""
    if known is not None:
        with node.store.writing() as tx:
            require_not_given(node, tx, node.item(tx, known.id))
            row = _enter(node, tx, asked, checked, known.id)
        return kept.told(node, row)
    label = replace(checked.mark.label, created=checked.mark.label.created or node.now()[1])
    document = containers.Document(
        label=label, agreement=None, media_type=asked.media_type, digest=True
    )
    fresh = NewNames(node)
    with node.blobs.adding() as spool:
        packed = containers.pack(node, source, spool.file, document, partner=None)
        fresh.keep(spool, packed.container)
        node.host.reached("export.sealed")
        with node.store.writing() as tx:
            fresh.require_there(tx)
            number = next_item(node, tx)
            item = items.sealed_here(
                node,
                item=number,
                label=label,
                document=packed.document,
                agreement=None,
                facts=_facts(node, number, asked),
                media_type=asked.media_type,
                title=asked.name,
            )
            own = Holding(item=item, containers=(items.container_for(number, node.party, packed),))
            whole = effects.original(own, place=node.settings.node, at=node.now()[1])
            items.enter(node, tx, whole)
            row = _enter(node, tx, asked, checked, number)
    node.host.reached("export.recorded")
    return kept.told(node, row)


def _facts(node: Node, number: str, asked: HoldAsked) -> dict[str, Any]:
    return stated_facts(
        id=number,
        provider=node.party,
        until=NO_END,
        purposes=[],
        originator=asked.actor.person,
    )


def _enter(node: Node, tx: Tx, asked: HoldAsked, checked: _Checked, item: str) -> GuardedExport:
    row = GuardedExport(
        id=f"X-{node.records.serial(tx, SERIES):06}",
        item=item,
        domain=asked.domain,
        document=checked.document,
        size=checked.size,
        name=asked.name[:NAME],
        media_type=asked.media_type,
        label=checked.mark.label.as_json(),
        carrier=checked.mark.carrier,
        findings=checked.findings,
        unread=checked.unread,
        reason=(asked.reason or "").strip()[:REASON] or None,
        held_by=str(asked.actor.person),
        since=node.now()[1],
    )
    record(
        node,
        tx,
        "export.held",
        item=item,
        label_digest=checked.mark.label.digest(),
        type=asked.domain,
        size=len(checked.findings),
        **bound_fields(node, tx, "exports", row),
        **asked.actor.told(),
    )
    node.records.exports.add(tx, row)
    return row


def _note_refused(node: Node, asked: HoldAsked, error: SealaneError) -> None:
    """Enter that a file was not held: who wanted it where, and by which code."""
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "export.refused",
            type=asked.domain,
            reason=error.code,
            outcome="refused",
            **asked.actor.told(),
        )
