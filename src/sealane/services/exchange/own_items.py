"""Items of this nation's own before any release: what has no file, and what is made from others.

What was said, shown or handed over is registered with a short note, which is sealed and goes
wherever a file would: released, received, opened, recalled and reconciled alike. What is made from
registered items bears at least what they demand, and is bound to them.
Spec: R13, R18, R34, R39, R41; spec/exchange.md §4.1, §4.2.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, declare
from sealane.base.values import parse_instant
from sealane.contents.residue import VERSION
from sealane.decisions.request import unknown_word
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.registry import binding, effects, grading
from sealane.registry.derived_records import Derivation, DerivedFrom
from sealane.registry.effects import Holding
from sealane.registry.records import Item
from sealane.registry.who_may import Act
from sealane.services.deciding.request import shut, stated_facts
from sealane.services.exchange import cutting, derived
from sealane.services.exchange.container_files import require_own_label
from sealane.services.exchange.cutting import NOTE, Cut, CutReport
from sealane.services.exchange.derived import TEAR_LINE
from sealane.services.exchange.stray_files import NewNames
from sealane.services.exchange.translators import require_authorised
from sealane.services.node import NOT_YOURS, WRONG_STATE, Node
from sealane.services.opening import containers
from sealane.services.register import acts, items, remarks, sources
from sealane.services.register.acts import Actor
from sealane.services.register.numbers import next_item
from sealane.services.statements.journal import record

WITHOUT_FILE = ("oral", "visual", "equipment", "paper")
"""Forms of an item that is no file."""
NO_END = "9999-12-31T00:00:00Z"
TECHNICAL = "technical-data"

WHICH = declare(
    "derive.which",
    Malformed,
    "The sources have different areas ({known}); one has to be named.",
    "元の項目の分野が異なります（{known}）。一つを指定してください。",
    "Give --area.",
    "--area を指定してください。",
)
OWN_SOURCE = declare(
    "derive.own_source",
    Refused,
    "{person} is the originator of {item}; a tear-line is cut by another person.",
    "{person} は {item} の作成者です。概要版（tear-line）は別の人が作成します。",
    "Let another release officer cut it.",
    "別の提供担当官に依頼してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """What is entered without a file."""

    kind: str
    title: str
    label: Label
    area: str
    actor: Actor
    purposes: tuple[str, ...] = ()
    project: str | None = None
    pages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deriving:
    """What is made from registered items; what is left out is as theirs."""

    sources: tuple[str, ...]
    kind: str
    actor: Actor
    label: Label | None = None
    area: str | None = None
    purposes: tuple[str, ...] = ()
    title: str = ""
    media_type: str = "application/octet-stream"
    pages: int | None = None
    released: tuple[str, ...] = ()
    """Of a tear-line: paragraphs of the sources that may stand in it."""
    reason: str | None = None
    """Of a tear-line: why what nobody can read holds nothing from above the line."""
    grades: tuple[str, ...] = ()
    """How far sources are to be believed: `ITEM=B2`, or `B2` of the first."""

    @property
    def act(self) -> Act:
        return Act.CUT if self.kind == TEAR_LINE else Act.DERIVE


def register(node: Node, asked: Registering) -> dict[str, Any]:
    """Enter an item that has no file, with the note that goes in its place; a copy of it is held
    here from then on.

    Raises: NotFound `person.unknown`; Refused `person.duty`, `label.foreign_scheme`,
    `node.not_accredited`; Malformed `label.*`, `request.unknown_word`. Spec: R18.
    """
    with node.store.reading() as tx:
        acts.require(node, tx, Act.REGISTER, asked.actor)
        _require_area(node, tx, asked.area)
    require_own_label(node, asked.label)
    facts = stated_facts(
        id="pending",
        provider=node.party,
        until=NO_END,
        area=asked.area,
        kind=asked.kind,
        purposes=asked.purposes,
        project=asked.project,
        originator=asked.actor.person,
    )
    made = _Content(facts=facts, label=asked.label, title=asked.title, media_type=NOTE)
    made = replace(made, pages=asked.pages)
    fresh = NewNames(node)
    with node.blobs.adding() as spool:
        packed = _pack(node, made, io.BytesIO(_note(node, asked)), spool.file)
        fresh.keep(spool, packed.container)
        node.host.reached("register.sealed")
        with node.store.writing() as tx:
            fresh.require_there(tx)
            item = _enter(node, tx, made, packed)
            record(
                node,
                tx,
                "item.registered",
                item=item,
                label_digest=asked.label.digest(),
                **asked.actor.told(),
            )
    node.host.reached("register.recorded")
    return {"item": item, "label": asked.label.as_json(), "pages": asked.pages, "state": "sealed"}


def _note(node: Node, asked: Registering) -> bytes:
    """What a recipient reads of an item that is no file."""
    return canonical.encode(
        {
            "note": 1,
            "provider": node.party,
            "kind": asked.kind,
            "title": asked.title[: items.TITLE],
            "pages": asked.pages,
            "registered": node.now()[1],
        }
    )


def _require_area(node: Node, tx: Tx, area: str) -> None:
    """A slip in an area is told where any agreement is held that could tell it. Raises: Malformed
    `request.unknown_word`.
    """
    held = node.agreements(tx)
    known = {one.id for name in held for one in held[name].areas}
    if known and area not in known:
        raise unknown_word(area, "area", known, position="area")


def require_sources(node: Node, asked: Deriving) -> None:
    """What is asked before a label is read: who acts, what is there, and whose act it is.

    Raises: as `derive`.
    """
    with node.store.reading() as tx:
        _sources(node, tx, asked)


def derive(node: Node, asked: Deriving, source: BinaryIO) -> dict[str, Any]:
    """Enter a file that was made from registered items, under at least the label that they demand,
    bound to them.

    A tear-line may be lower: the sources are this nation's own throughout, a release officer cuts
    it, cleared or not, and its originator stays theirs.
    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`, `item.state`;
    Refused `person.duty`, `decision.refused`, `derive.*`, `label.*`, `node.not_accredited`, of a
    tear-line whose paragraphs are named also `national.refused`; Malformed `label.*`,
    `derive.which`, `derive.released`, `derive.grade`, `derive.grade_source`. Spec: R13, R34, R41.
    """
    with node.store.reading() as tx:
        made = _derived(node, tx, asked)
    if asked.kind != TEAR_LINE:  # whose sources are this nation's own
        require_authorised(node, asked.sources, asked.actor, asked.purposes)
    report = _cut(node, asked, made, source) if asked.kind == TEAR_LINE else None
    fresh = NewNames(node)
    with node.blobs.adding() as spool:
        packed = _pack(node, made, source, spool.file)
        fresh.keep(spool, packed.container)
        node.host.reached("derive.sealed")
        with node.store.writing() as tx:
            fresh.require_there(tx)
            _derived(node, tx, asked)  # a source may have been called back while it was sealed
            item = _enter_made(node, tx, asked, made, packed=packed, report=report)
    node.host.reached("derive.recorded")
    check = {} if report is None else {"findings": [], "check": report.as_json()}
    return {
        **check,
        "item": item,
        "kind": asked.kind,
        "label": made.label.as_json(),
        "sources": list(dict.fromkeys(asked.sources)),
        "grades": dict(made.grades),
        "pages": asked.pages,
        "state": "sealed",
    }


def _enter_made(
    node: Node,
    tx: Tx,
    asked: Deriving,
    made: _Content,
    *,
    packed: containers.Packed,
    report: CutReport | None,
) -> str:
    """A derived item with its sources, their grades and what binds it to them; its number."""
    named = sorted(set(asked.sources))
    opening = node.host.entropy(binding.OPENING_BYTES)
    made = replace(made, binding=binding.bind(named, opening))
    item = _enter(node, tx, made, packed)
    signed = None if report is None else report.signed
    node.records.derivations.add(
        tx, Derivation(item=item, kind=asked.kind, opening=opening.hex(), checked=signed)
    )
    for one in named:
        node.records.sources.add(tx, DerivedFrom(item=item, source=one, grade=made.grades.get(one)))
    if report is not None:
        _enter_check(node, tx, item, asked, report)
    record(
        node,
        tx,
        "item.derived",
        item=item,
        items=named,
        grades=[made.grades.get(one, "") for one in named] if made.grades else None,
        record=made.binding,
        label_digest=made.label.digest(),
        **asked.actor.told(),
    )
    return item


def _cut(node: Node, asked: Deriving, made: _Content, source: BinaryIO) -> CutReport:
    """The check of a tear-line. Raises: as `cutting.checked`."""
    cut = Cut(
        sources=asked.sources,
        label=made.label,
        actor=asked.actor,
        released=asked.released,
        reason=asked.reason,
    )
    return cutting.checked(node, cut, source)


def _enter_check(node: Node, tx: Tx, item: str, asked: Deriving, report: CutReport) -> None:
    """That the check ran, which it was and what it covered, in the step that registers the item."""
    record(
        node,
        tx,
        "derive.checked",
        item=item,
        version=VERSION,
        covered=list(report.covered),
        lacking=sorted({one["why"] for one in report.unread}),
        record=report.digest,
        **asked.actor.told(),
    )
    remarks.note(node, tx, item, asked.actor, act=Act.CUT, text=asked.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What is entered of an item that is sealed for this nation alone."""

    facts: dict[str, Any]
    label: Label
    title: str
    media_type: str
    pages: int | None = None
    binding: str | None = None
    grades: Mapping[str, str] = field(default_factory=dict)
    """How far sources are to be believed, by number."""


def _derived(node: Node, tx: Tx, asked: Deriving) -> _Content:
    """What is to be entered, by its sources as they stand. Raises: as `derive`."""
    # 1. Who acts, whether every source is there, whose act it is for each, and the duty.
    rows = _sources(node, tx, asked)
    # 2. What was called back, withdrawn or turned away is no source any more.
    for row in rows:
        if row.recalled is not None or (row.provider != node.party and shut(row)):
            raise WRONG_STATE(item=row.id, state="recalled" if row.recalled else row.state)
    # 3. A tear-line rests on no other nation's matter, however far back, and is not cut by who
    #    wrote what it is cut from.
    if asked.kind == TEAR_LINE:
        _require_cuttable(node, tx, asked, rows)
    # 4. The label is the sources' own or a given one that is no lower.
    least = derived.demanded(node, tx, rows)
    label = least if asked.label is None else asked.label
    require_own_label(node, label)
    if asked.kind != TEAR_LINE:
        derived.require_least(node, least, label)
    return _Content(
        facts=_facts(node, asked, rows),
        label=label,
        title=asked.title,
        media_type=asked.media_type,
        pages=asked.pages,
        grades=grading.grades(asked.grades, asked.sources),
    )


def _sources(node: Node, tx: Tx, asked: Deriving) -> list[Item]:
    """The sources that are named, once who acts may make something from them."""
    acts.known(node, tx, asked.act, asked.actor)
    rows = [node.item(tx, one) for one in dict.fromkeys(asked.sources)]
    for row in sorted(rows, key=lambda row: row.provider == node.party):
        acts.require_about(node, tx, asked.act, asked.actor, row.id)
    return rows


def _require_cuttable(node: Node, tx: Tx, asked: Deriving, rows: Sequence[Item]) -> None:
    for row in rows:
        for theirs in sources.foreign(node, tx, row.id):
            raise NOT_YOURS(item=row.id, party=theirs.provider)
        if row.facts["originator"] == asked.actor.person:
            raise OWN_SOURCE(person=asked.actor.person, item=row.id)


def _facts(node: Node, asked: Deriving, rows: Sequence[Item]) -> dict[str, Any]:
    """The facts of a derived item: what its sources agree on, and the narrower of the rest."""
    first, areas = rows[0], list(dict.fromkeys(row.facts["area"] for row in rows))
    if asked.area is None and len(areas) > 1:
        raise WHICH(known=", ".join(areas))
    shared = [
        one for one in first.facts["purposes"] if all(one in row.facts["purposes"] for row in rows)
    ]
    projects = {row.facts["project"] for row in rows}
    is_technical = any(row.facts["kind"] == TECHNICAL for row in rows)
    return stated_facts(
        id="pending",
        provider=node.party,
        until=min((row.facts["until"] for row in rows), key=parse_instant),
        area=asked.area or areas[0],
        kind=TECHNICAL if is_technical else "file",
        purposes=asked.purposes or shared,
        project=projects.pop() if len(projects) == 1 else None,
        originator=first.facts["originator"] if asked.kind == TEAR_LINE else asked.actor.person,
    )


def _pack(node: Node, made: _Content, source: BinaryIO, sink: BinaryIO) -> containers.Packed:
    document = containers.Document(
        label=made.label, agreement=None, media_type=made.media_type, digest=True
    )
    return containers.pack(node, source, sink, document, partner=None)


def _enter(node: Node, tx: Tx, made: _Content, packed: containers.Packed) -> str:
    """The item with the container and the copy that this nation keeps; its number."""
    number = next_item(node, tx)
    item = items.sealed_here(
        node,
        item=number,
        label=made.label,
        document=packed.document,
        agreement=None,
        facts={**made.facts, "id": number},
        media_type=made.media_type,
        title=made.title,
        pages=made.pages,
        binding=made.binding,
    )
    own = Holding(item=item, containers=(items.container_for(number, node.party, packed),))
    items.enter(node, tx, effects.original(own, place=node.settings.node, at=node.now()[1]))
    return number
