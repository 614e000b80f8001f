"""What another version of an agreement would change: which items become readable by whom, and which stop.

Verdicts come from `decide` itself, once per pair of an item class and a reader class; items and readers are then
joined to their classes. A class keeps every fact that opening looks at, reduced to what it means at the instant, so
that the answer equals asking for each item and reader (a property test holds it).
Spec: decisions.md §2; platforms §6 no. 6; spec/agreement.md §7.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sealane.agreements.agreement import Agreement, Agreements
from sealane.agreements.vocabulary import BASES_BY_CONSENT
from sealane.base.values import Instant
from sealane.decisions.clauses import releasable, years_after
from sealane.decisions.decide import Schemes, decide_under
from sealane.decisions.request import Authorisation, Consent, Facility, Item, Request, Subject
from sealane.labels.label import RELEASABLE_TO, Label

UNCHANGED, GAINED, LOST = 0, 1, 2
_NOBODY = "representative"


@dataclass(frozen=True, slots=True)
class Held:
    """One item of a registry, with its label and the consents recorded for it."""

    item: Item
    label: Label
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """One person of a directory, and where that person reads."""

    subject: Subject
    facility: Facility | None = None


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
            "gained": [{"items": list(block.items), "readers": list(block.readers)} for block in self.gained],
            "lost": [{"items": list(block.items), "readers": list(block.readers)} for block in self.lost],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What both versions are judged in: the other agreements, the schemes, the operator's policy, the instant."""

    agreements: Agreements
    schemes: Schemes
    accepted: bool
    at: Instant

    def reads(self, agreement: Agreement, held: Held, reader: Reader) -> bool:
        """Whether this reader may open this item under this version: `decide`, for a purpose of the item."""
        subject = reader.subject
        request = Request(
            action="open", label=held.label, item=held.item, subject=subject, recipient=subject.organisation_country,
            purpose=min(held.item.purposes, default=""), facility=reader.facility, assurance=None, consents=held.consents,
            agreement=agreement.id, at=self.at, accept_unverified=self.accepted, third_agreement=None, normal=bytes,
        )
        return decide_under(
            agreement, request, agreements=self.agreements, schemes=self.schemes, accepted=self.accepted).permit


def effect(old: Agreement, new: Agreement, items: Sequence[Held], readers: Sequence[Reader], world: World) -> Effect:
    """The exact set of (item, reader) pairs whose opening the new version would newly permit or newly refuse.

    Cost grows with distinct classes and with authorisations, not with items times readers.
    """
    work = _Join(old, new, world)
    for held in items:
        work.add(held)
    for reader in readers:
        work.judge(reader)
    return Effect(at=world.at, gained=work.blocks(GAINED), lost=work.blocks(LOST))


@dataclass(slots=True)
class _Group:
    """Items of one project in one class: they change together for readers whose naming is by project."""

    kind: int
    members: list[Held] = field(default_factory=list)


class _Join:
    """Classes of items and readers, the verdicts between them, and who changes."""

    def __init__(self, old: Agreement, new: Agreement, world: World) -> None:
        self.old, self.new, self.world = old, new, world
        self.purposes = [frozenset(purpose.id for purpose in one.purposes) for one in (old, new)]
        self.years = sorted({fresh.years for one in (old, new) for reach in one.clearances for fresh in reach.fresh})
        self.asks_consent = any(clause.unless == "consent" and "open" in clause.actions
                                for one in (old, new) for clause in one.clauses)
        self.kinds: dict[Any, int] = {}
        self.samples: list[Held] = []
        self.labels: dict[int, tuple[Label, Any]] = {}
        self.groups: dict[tuple[str | None, int], _Group] = {}
        self.by_project: dict[str | None, list[_Group]] = defaultdict(list)
        self.by_id: dict[str, tuple[Held, int]] = {}
        self.sorts: dict[Any, int] = {}
        self.sort_samples: list[Reader] = []
        self.verdicts: dict[tuple[int, int, bool], int] = {}
        self.project_changes: dict[tuple[int, str | None], list[tuple[_Group, int]]] = {}
        self.found: dict[int, dict[int, list[str]]] = {GAINED: defaultdict(list), LOST: defaultdict(list)}
        self.single: dict[int, list[tuple[str, str]]] = {GAINED: [], LOST: []}
        self.unnamed: list[_Group] | None = None

    def add(self, held: Held) -> None:
        item = held.item
        key = (self._label(held.label), item.area, item.kind, item.provider, item.released_to, item.recalled,
               item.until is not None and item.until > self.world.at,
               bool(item.purposes), *(item.purposes <= known for known in self.purposes), _people(item),
               item.joint_committee_ref is None, item.id if self.asks_consent and held.consents else None)
        kind = self.kinds.setdefault(key, len(self.kinds))
        if kind == len(self.samples):
            self.samples.append(held)
        group = self.groups.get((item.project, kind))
        if group is None:
            group = self.groups[item.project, kind] = _Group(kind)
            self.by_project[item.project].append(group)
        group.members.append(held)
        self.by_id[item.id] = (held, kind)

    def judge(self, reader: Reader) -> None:
        """Compare both versions for everything this reader could open."""
        at = self.world.at
        projects, names = set(), set()
        for given in reader.subject.authorisations:
            if given.since <= at and given.until is not None and at < given.until:
                if given.item:
                    names.add(given.item)
                elif given.project is not None:
                    projects.add(given.project)
        if self._singular(reader):
            self._one_by_one(reader)
            return
        sort = self._sort(reader)
        for project in projects:
            for group, change in self._changes(sort, project):
                self.found[change][id(group)].append(reader.subject.id)
        for name in names & self.by_id.keys():
            held, kind = self.by_id[name]
            if held.item.project not in projects and (change := self._verdict(sort, kind, named=True)):
                self.single[change].append((name, reader.subject.id))
        self._unnamed(reader, sort, projects, names)

    def blocks(self, change: int) -> tuple[Block, ...]:
        by_readers: dict[tuple[str, ...], list[str]] = defaultdict(list)
        groups = {id(group): group for group in self.groups.values()}
        for name, readers in self.found[change].items():
            by_readers[tuple(sorted(readers))].extend(held.item.id for held in groups[name].members)
        alone: dict[str, list[str]] = defaultdict(list)
        for item, reader in self.single[change]:
            alone[item].append(reader)
        made = [Block(tuple(sorted(items)), readers) for readers, items in by_readers.items()]
        made += [Block((item,), tuple(sorted(readers))) for item, readers in alone.items()]
        return tuple(sorted(made, key=lambda block: (block.items, block.readers)))

    def _changes(self, sort: int, project: str | None) -> list[tuple[_Group, int]]:
        key = (sort, project)
        found = self.project_changes.get(key)
        if found is None:
            found = self.project_changes[key] = [
                (group, change) for group in self.by_project.get(project, ())
                if (change := self._verdict(sort, group.kind, named=True))]
        return found

    def _unnamed(self, reader: Reader, sort: int, projects: set[str], names: set[str]) -> None:
        """Items that some version opens to people nobody named; usually there are none."""
        if self.unnamed is None:
            self.unnamed = [group for group in self.groups.values() if self._asks_no_name(group.kind)]
        for group in self.unnamed:
            if group.members[0].item.project in projects:
                continue
            if change := self._verdict(sort, group.kind, named=False):
                self.single[change].extend(
                    (held.item.id, reader.subject.id) for held in group.members if held.item.id not in names)

    def _asks_no_name(self, kind: int) -> bool:
        item = self.samples[kind].item
        return any(
            not any(clause.effect == "forbid" and clause.unless == "authorised" and "open" in clause.actions
                    and clause.when.levels is None and clause.when.kinds in (None, (item.kind,))
                    and (clause.when.areas is None or item.area in clause.when.areas) for clause in one.clauses)
            for one in (self.old, self.new))

    def _verdict(self, sort: int, kind: int, *, named: bool) -> int:
        key = (sort, kind, named)
        found = self.verdicts.get(key)
        if found is None:
            held, reader = self.samples[kind], self.sort_samples[sort]
            given = (Authorisation(item=held.item.id, project=None, by=_NOBODY, since=self.world.at,
                                   until=Instant(self.world.at + 1)),) if named else ()
            subject = msgspec.structs.replace(reader.subject, id=_NOBODY, authorisations=given)
            found = self.verdicts[key] = self._compare(held, Reader(subject, reader.facility))
        return found

    def _compare(self, held: Held, reader: Reader) -> int:
        before = self.world.reads(self.old, held, reader)
        after = self.world.reads(self.new, held, reader)
        return UNCHANGED if before == after else GAINED if after else LOST

    def _one_by_one(self, reader: Reader) -> None:
        for held, _ in self.by_id.values():
            if change := self._compare(held, reader):
                self.single[change].append((held.item.id, reader.subject.id))

    def _singular(self, reader: Reader) -> bool:
        """Whether the verdict hangs on the single item: a duty held, or a clearance that counts by consent."""
        subject = reader.subject
        return bool(subject.duties) or any(one.basis in BASES_BY_CONSENT for one in subject.clearances)

    def _label(self, label: Label) -> Any:
        known = self.labels.get(id(label))
        if known is None:
            bare = all(one.type == "informative" or (one.type == "permissive" and one.tag == RELEASABLE_TO)
                       for one in label.categories)
            key = (label.policy, label.classification, label.originator, bare,
                   releasable(label, self.world.schemes.groups, self.world.at))
            known = self.labels[id(label)] = (label, key)  # the label is kept, so that its id stays its own
        return known[1]

    def _sort(self, reader: Reader) -> int:
        subject, at, place = reader.subject, self.world.at, reader.facility
        key = (
            subject.nationality, subject.organisation_country,
            frozenset(self._clearance(one) for one in subject.clearances),
            tuple(any(one.agreement == version.id and one.on <= at and one.until is not None and at < one.until
                      for one in subject.briefings) for version in (self.old, self.new)),
            None if place is None else (place.country, place.policy, place.level,
                                        place.until is not None and at < place.until),
        )
        sort = self.sorts.setdefault(key, len(self.sorts))
        if sort == len(self.sort_samples):
            self.sort_samples.append(reader)
        return sort

    def _clearance(self, one: Any) -> Any:
        at = self.world.at
        current = one.granted <= at and one.expires is not None and at < one.expires and one.sponsor is not None
        return (one.issuer, one.policy, one.level, one.status, current,
                tuple(years_after(one.granted, years) <= at for years in self.years))


def _people(item: Item) -> tuple[bool, ...]:
    """What opening may ask of the item's own people: who is named, and whether two are one."""
    named = [one for one in (item.originator, item.release_officer, item.second_signer) if one is not None]
    return (item.originator is None, item.release_officer is None, item.second_signer is None,
            item.originator == item.release_officer, len(set(named)) == len(named))


def brute(old: Agreement, new: Agreement, items: Sequence[Held], readers: Sequence[Reader], world: World
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


