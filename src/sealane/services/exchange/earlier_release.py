"""What was shared before: the same release asked again by its reference, and the same document.

Spec: spec/interfaces.md §5; R40.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.base.errors import Conflict, declare
from sealane.ports import Tx
from sealane.registry.effects import Holding
from sealane.registry.records import Direction
from sealane.registry.transfer import TAKEN_BACK
from sealane.services.exchange.asked_release import Release
from sealane.services.node import Node

REFERENCE_TAKEN = declare(
    "release.reference_taken",
    Conflict,
    "Reference {reference!r} was already used for another release, {item}.",
    "参照 {reference!r} は別の提供 {item} に使用済みです。",
    "Choose another reference.",
    "別の参照を選んでください。",
)


def by_reference(node: Node, asked: Release, source: BinaryIO) -> Holding | None:
    """The item of an earlier release by the same reference, with the same terms and file. Raises:
    Conflict `release.reference_taken`.
    """
    if asked.reference is None:
        return None
    with node.store.reading() as tx:
        row = node.records.items.get(tx, reference=asked.reference)
        held = None if row is None else node.holding(tx, row.id)
    if held is None:
        return None
    if not (_same_terms(asked, held) and _same_file(held.item.document, source)):
        raise REFERENCE_TAKEN(reference=asked.reference, item=held.item.id)
    return held


def meanwhile(node: Node, tx: Tx, asked: Release, document: str | None) -> Holding | None:
    """The same, asked in the step that records: what another call of the same reference made while
    this one sealed its file. Raises: Conflict `release.reference_taken`.
    """
    if asked.reference is None:
        return None
    row = node.records.items.get(tx, reference=asked.reference)
    if row is None:
        return None
    held = node.holding(tx, row.id)
    if not _same_terms(asked, held) or held.item.document not in (None, document):
        raise REFERENCE_TAKEN(reference=asked.reference, item=held.item.id)
    return held


def of_item(node: Node, item: str, asked: Release) -> Holding | None:
    """A registered item that was released by this reference before, with the same terms. Raises:
    Conflict `release.reference_taken`.
    """
    if asked.reference is None:
        return None
    with node.store.reading() as tx:
        row = node.records.items.get(tx, reference=asked.reference)
        held = None if row is None else node.holding(tx, row.id)
    if held is None:
        return None
    if held.item.id != item or not _same_terms(asked, held):
        raise REFERENCE_TAKEN(reference=asked.reference, item=held.item.id)
    return held


def _same_terms(asked: Release, held: Holding) -> bool:
    row, facts = held.item, held.item.facts
    # A label made from a mark is as old as its asking, so its date is no part of what is asked.
    label = {**asked.label.as_json(), "created": row.label["created"]}
    # Whom it was refused to is not on record with the item; who was served must be asked for again.
    served, wanted = set(facts["released_to"]), set(asked.to)
    terms = (row.label, row.agreement, facts["purposes"], facts["area"], facts["kind"])
    again = (label, asked.agreement, list(asked.purposes), asked.area, asked.kind)
    return (
        terms == again
        and facts["project"] == asked.project
        and (served <= wanted if asked.each else served == wanted)
    )


def _same_file(document: str | None, source: BinaryIO) -> bool:
    """Whether the file is the document of the item, where its digest is known: a register that was
    rebuilt after a loss knows it no more.
    """
    if document is None:
        return True
    here = source.tell()
    found = hashlib.sha384()
    while block := source.read(1 << 20):
        found.update(block)
    source.seek(here)
    return found.hexdigest() == document


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that a person should know of a release that was made all the same."""

    code: str
    text: str
    text_ja: str
    to: str | None = None
    item: str | None = None
    known: tuple[str, ...] | None = None
    """What might have been meant instead."""

    def as_json(self) -> dict[str, Any]:
        known = None if self.known is None else list(self.known)
        about = {"to": self.to, "item": self.item, "known": known}
        told = {name: value for name, value in about.items() if value is not None}
        return {"code": self.code, "message": self.text, "message_ja": self.text_ja, **told}


def empty() -> Warned:
    """The file has no bytes."""
    return Warned(code="release.empty", text="The file is empty.", text_ja="ファイルは空です。")


def no_readers(to: str) -> Warned:
    """Nobody at a recipient could read it as things stand there."""
    return Warned(
        code="release.no_readers",
        text=f"No post at {to} could read it today.",
        text_ja=f"{to} で今日これを読める職はありません。",
        to=to,
    )


def uninspected(committee: str, names: list[str]) -> Warned:
    """Subcontractors of a decision of which no inspection says that all points hold now."""
    told = ", ".join(names)
    return Warned(
        code="release.uninspected",
        text=f"{committee}: no inspection says that all points hold now at {told}.",
        text_ja=f"{committee}：{told} について、全事項を満たす有効な検査がありません。",
    )


def duplicates(node: Node, tx: Tx, document: str | None, parties: list[str]) -> list[Warned]:
    """The same document, byte for byte, already with one of these parties under another number."""
    found: list[Warned] = []
    known = [] if document is None else node.records.items.find(tx, order="id", document=document)
    for row in known:
        if row.direction != Direction.OUT or row.recalled is not None:
            continue
        moved = node.holding(tx, row.id).transfers
        there = [one.to for one in moved if one.to in parties and one.state not in TAKEN_BACK]
        found += [duplicate(to, row.id) for to in there]
    return found


def duplicate(to: str, item: str) -> Warned:
    """The same document went to a recipient before."""
    return Warned(
        code="release.duplicate",
        text=f"{to} was given the same document as {item}.",
        text_ja=f"同じ文書は {item} として {to} に提供済みです。",
        to=to,
        item=item,
    )
