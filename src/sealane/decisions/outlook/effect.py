"""What another version of an agreement would change: which items become readable by whom, and which
stop.

Verdicts come from `decide` itself, once per pair of an item class and a reader class (`kinds`);
items and readers are then joined through who is named for what. The answer equals asking for each
item and reader: a property test holds it.
Spec: spec/agreement.md §7.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.values import Instant
from sealane.decisions.outlook.kinds import GAINED, LOST, Kinds
from sealane.decisions.outlook.world import Held, PlacedReader, World


@dataclass(frozen=True, slots=True)
class Block:
    """Every one of these items changes for every one of these readers."""

    items: tuple[str, ...]
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """All pairs that gain and lose, as blocks; no pair is in two blocks."""

    at: Instant
    gained: tuple[Block, ...]
    lost: tuple[Block, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "items_gained": len({item for block in self.gained for item in block.items}),
            "items_lost": len({item for block in self.lost for item in block.items}),
            "gained": [
                {"items": list(block.items), "readers": list(block.readers)}
                for block in self.gained
            ],
            "lost": [
                {"items": list(block.items), "readers": list(block.readers)} for block in self.lost
            ],
        }


def effect(
    old: Agreement,
    new: Agreement,
    items: Sequence[Held],
    readers: Sequence[PlacedReader],
    world: World,
) -> Effect:
    """The exact set of (item, reader) pairs whose opening the new version would newly permit or
    newly refuse.

    Cost grows with distinct classes and with who is named for what, not with items times readers.
    """
    work = _Join(old, new, world, readers)
    for held in items:
        work.add(held)
    for reader in readers:
        work.judge(reader)
    return Effect(at=world.at, gained=work.blocks(GAINED), lost=work.blocks(LOST))


class _Group:
    """Items of one project in one class: they change together for readers named for the project."""

    __slots__ = ("ids", "kind")

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.ids: list[str] = []


class _Join:
    """Items by project and class, readers by class, and who changes for what."""

    def __init__(
        self, old: Agreement, new: Agreement, world: World, readers: Sequence[PlacedReader]
    ) -> None:
        self.world, self.kinds = world, Kinds(old, new, world, readers)
        self.held: dict[str, tuple[Held, int]] = {}
        self.groups: dict[str | None, dict[int, _Group]] = defaultdict(dict)
        self.readers: dict[tuple[int, str], list[str]] = defaultdict(list)
        self.single: dict[int, dict[str, list[str]]] = {
            GAINED: defaultdict(list),
            LOST: defaultdict(list),
        }
        self.unnamed: list[tuple[str | None, _Group]] | None = None

    def add(self, held: Held) -> None:
        item = held.item
        kind = self.kinds.of_item(held)
        groups = self.groups[item.project]
        group = groups.get(kind)
        if group is None:
            group = groups[kind] = _Group(kind)
        group.ids.append(item.id)
        self.held[item.id] = (held, kind)

    def judge(self, reader: PlacedReader) -> None:
        """Note what this reader is named for; verdicts come when blocks are made."""
        if self.kinds.singular(reader):
            for held, _ in self.held.values():
                if change := self.kinds.compare(held, reader):
                    self.single[change][held.item.id].append(reader.subject.id)
            return
        sort, name = self.kinds.of_reader(reader), reader.subject.id
        projects, items = _named(reader, self.world.at)
        for project in projects:
            self.readers[sort, project].append(name)
        for item in items & self.held.keys():
            held, kind = self.held[item]
            if held.item.project not in projects and (
                change := self.kinds.change(sort, kind, named=True)
            ):
                self.single[change][item].append(name)
        self._unnamed(sort, name, projects, items)

    def blocks(self, change: int) -> tuple[Block, ...]:
        """Readers of different classes that change for the same groups share a block."""
        shared: dict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
        every = {kind for groups in self.groups.values() for kind in groups}
        changed = {
            sort: {kind for kind in every if self.kinds.change(sort, kind, named=True) == change}
            for sort in {sort for sort, _ in self.readers}
        }
        for (sort, project), readers in self.readers.items():
            if kinds := tuple(sorted(changed[sort] & self.groups.get(project, {}).keys())):
                shared[project, kinds].extend(readers)
        made = [
            Block(
                tuple(
                    sorted(chain.from_iterable(self.groups[project][kind].ids for kind in kinds))
                ),
                tuple(sorted(readers)),
            )
            for (project, kinds), readers in shared.items()
        ]
        made += [
            Block((item,), tuple(sorted(readers))) for item, readers in self.single[change].items()
        ]
        return tuple(sorted(made, key=lambda block: (block.items, block.readers)))

    def _unnamed(self, sort: int, reader: str, projects: set[str], items: set[str]) -> None:
        """Items that some version opens to people nobody named; usually there are none."""
        if self.unnamed is None:
            self.unnamed = [
                (project, group)
                for project, groups in self.groups.items()
                for group in groups.values()
                if self.kinds.asks_no_name(group.kind)
            ]
        for project, group in self.unnamed:
            if project not in projects and (
                change := self.kinds.change(sort, group.kind, named=False)
            ):
                for item in group.ids:
                    if item not in items:
                        self.single[change][item].append(reader)


def _named(reader: PlacedReader, at: Instant) -> tuple[set[str], set[str]]:
    """The projects and the items for which a current authorisation names the reader."""
    projects: set[str] = set()
    items: set[str] = set()
    for given in reader.subject.authorisations:
        if given.since <= at and given.until is not None and at < given.until:
            if given.item:
                items.add(given.item)
            elif given.project is not None:
                projects.add(given.project)
    return projects, items


def brute(
    old: Agreement,
    new: Agreement,
    items: Sequence[Held],
    readers: Sequence[PlacedReader],
    world: World,
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The same by asking for every item and reader: what `effect` must equal."""
    gained: set[tuple[str, str]] = set()
    lost: set[tuple[str, str]] = set()
    for held in items:
        for reader in readers:
            before, after = world.reads(old, held, reader), world.reads(new, held, reader)
            if before != after:
                (gained if after else lost).add((held.item.id, reader.subject.id))
    return gained, lost


def pairs(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """Every (item, reader) of the blocks."""
    for block in blocks:
        for item in block.items:
            for reader in block.readers:
                yield item, reader
