"""What can this person read: the same clauses, asked once per distinct label class, then joined.

Items are many and their labels repeat, so a class of items (label, provider, area, kind, purposes,
recipients) is judged once; what belongs to one item alone (recall, time limit, naming, its own
people, consents) is a join. A test holds it equal to `decide`, item by item.
Spec: spec/agreement.md §10.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base.values import Instant
from sealane.decisions.asked import AskedItem, Consent
from sealane.decisions.clauses import CHECKS
from sealane.decisions.compiled import terms_of
from sealane.decisions.decide import Decision, decide
from sealane.decisions.markings import LabelRules, accepts
from sealane.decisions.outlook.preview import Reader, question
from sealane.decisions.terms import Case, Terms
from sealane.labels.model.label import Label

FOREVER = Instant((1 << 62) - 1)

READS: dict[str, tuple[str, ...]] = {
    "in-force": (),
    "row": ("level", "accepted", "created"),
    "row-accepted": ("policy", "classification"),
    "ceiling": ("level", "area"),
    "released": ("released_to", "provider"),
    "cleared": ("level", "area"),
    "briefed": (),
    "nationality": ("categories", "created"),
    "purpose": ("purposes",),
    "facility": ("level", "provider"),
    "separation": (),
}
"""What each check reads of a class; one that is not here is asked of every class, which is right
but slower.
"""

JOINED = frozenset({"not-recalled", "time-limit", "authorised"})
"""Checks that the join answers. Items of a class that asks not all of them are decided whole, as
are those with consents on record, named singly, or with the reader among their people.
"""


@dataclass(frozen=True, slots=True)
class ItemClass:
    """What items of one class have in common."""

    label: Label
    area: str
    kind: str
    provider: str
    purposes: frozenset[str]
    released_to: frozenset[str]

    def item(self) -> AskedItem:
        """An item of this class with nothing of its own."""
        return AskedItem(
            id="",
            area=self.area,
            kind=self.kind,
            provider=self.provider,
            purposes=self.purposes,
            released_to=self.released_to,
            recalled=False,
            project=None,
            until=FOREVER,
            originator=None,
            release_officer=None,
            second_signer=None,
            joint_committee_ref=None,
        )


@dataclass(slots=True)
class ReaderGroup:
    """Items of one class in one project, the latest time limit first."""

    item_class: int
    project: str | None
    numbers: array[int] = field(default_factory=lambda: array("Q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    sorted: bool = True

    def live(self, at: Instant) -> int:
        """How many of the first items have not ended at the instant."""
        if not self.sorted:
            order = sorted(range(len(self.ends)), key=self.ends.__getitem__)
            self.numbers = array("Q", [self.numbers[one] for one in order])
            self.ends = array("q", [self.ends[one] for one in order])
            self.sorted = True
        return len(self.ends) - bisect_right(self.ends, at)


@dataclass(slots=True)
class ReadableItem:
    """What a person can read: whole runs of groups, and single items; nothing is copied until it is
    iterated.
    """

    runs: list[tuple[ReaderGroup, int]]
    without: set[int]
    single: list[int]

    def __len__(self) -> int:
        return sum(count for _, count in self.runs) - len(self.without) + len(self.single)

    def numbers(self) -> array[int]:
        """All the item numbers in one array; not sorted."""
        out = array("Q", self.single)
        for group, count in self.runs:
            run = group.numbers[len(group.numbers) - count :]
            out.extend(run if not self.without else (one for one in run if one not in self.without))
        return out

    def __iter__(self) -> Iterator[int]:
        for group, count in self.runs:
            run = group.numbers[len(group.numbers) - count :]
            yield from (
                run if not self.without else (one for one in run if one not in self.without)
            )
        yield from self.single


class Holdings:
    """The items under one agreement, by class and project, for `what can this person read`."""

    def __init__(self, agreement: str) -> None:
        self.agreement = agreement
        self.classes: list[ItemClass] = []
        self._class_of: dict[ItemClass, int] = {}
        self.groups: dict[tuple[int, str | None], ReaderGroup] = {}
        self._by_project: dict[str, list[ReaderGroup]] = {}
        self.items: dict[int, tuple[int, AskedItem, tuple[Consent, ...]]] = {}
        self._by_id: dict[str, list[int]] = {}
        self._by_person: dict[str, set[int]] = {}
        self._whole: set[int] = set()
        self._tables: dict[tuple[str, str], _Table] = {}

    def class_of(self, item_class: ItemClass) -> int:
        """The number of a class, made on first sight."""
        found = self._class_of.get(item_class)
        if found is None:
            found = self._class_of[item_class] = len(self.classes)
            self.classes.append(item_class)
            self._tables.clear()
        return found

    def add(
        self, number: int, label: Label, item: AskedItem, consents: Sequence[Consent] = ()
    ) -> None:
        """One item; the number is the caller's, below 2**64, and never given twice."""
        number_of_class = self.class_of(
            ItemClass(label, item.area, item.kind, item.provider, item.purposes, item.released_to)
        )
        self.items[number] = number_of_class, item, tuple(consents)
        self._by_id.setdefault(item.id, []).append(number)
        people = [
            one
            for one in (item.originator, item.release_officer, item.second_signer)
            if one is not None
        ]
        for person in people:
            self._by_person.setdefault(person, set()).add(number)
        if consents or len(set(people)) != len(people):
            self._whole.add(number)
        if not item.recalled and item.until is not None:
            self.add_many(number_of_class, item.project, [number], [item.until])

    def add_many(
        self, item_class: int, project: str | None, numbers: Iterable[int], ends: Iterable[Instant]
    ) -> None:
        """Items that differ in number and time limit only: not recalled, distinct officers, no
        consents, no single naming.
        """
        key = item_class, project
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = ReaderGroup(item_class, project)
            if project is not None:
                self._by_project.setdefault(project, []).append(group)
        group.numbers.extend(numbers)
        group.ends.extend(ends)
        group.sorted = False

    def readable(
        self, reader: Reader, *, agreements: Agreements, schemes: LabelRules
    ) -> ReadableItem:
        """The items this person can read: exactly those for which `decide` permits."""
        at, agreement = reader.at, agreements.at(self.agreement, reader.at)
        if agreement is None:
            return ReadableItem([], set(), [])
        table = self._table(reader.action, agreement, schemes)
        allowed = table.verdicts(reader, agreements, schemes)
        projects = {
            one.project
            for one in reader.subject.authorisations
            if not one.item
            and one.project is not None
            and one.since <= at
            and one.until is not None
            and at < one.until
        }
        runs = [
            (group, live)
            for project in projects
            for group in self._by_project.get(project, ())
            if allowed[group.item_class] and (live := group.live(at))
        ]
        named = {
            number
            for one in reader.subject.authorisations
            if one.item
            for number in self._by_id.get(one.item, ())
        }
        alone = self._whole | named | self._by_person.get(reader.subject.id, set())
        if table.odd:
            alone |= {
                number
                for number, (item_class, _, _) in self.items.items()
                if item_class in table.odd
            }
        without = self._within(alone, projects, allowed, at)
        single = sorted(
            number for number in alone if self._decide(number, reader, agreements, schemes).permit
        )
        return ReadableItem(runs, without, single)

    def _table(self, action: str, agreement: Agreement, schemes: LabelRules) -> _Table:
        key = action, agreement.digest
        found = self._tables.get(key)
        if found is None or found.schemes is not schemes:
            found = self._tables[key] = _Table(self, terms_of(agreement), action, schemes)
        return found

    def _within(
        self, numbers: set[int], projects: set[str], allowed: Sequence[bool], at: Instant
    ) -> set[int]:
        """Those of these items that lie in the runs, to be left out there because they are decided
        whole.
        """
        out = set()
        for number in numbers:
            item_class, item, _ = self.items[number]
            if (
                item.project in projects
                and allowed[item_class]
                and not item.recalled
                and (item.until or 0) > at
            ):
                out.add(number)
        return out

    def _decide(
        self, number: int, reader: Reader, agreements: Agreements, schemes: LabelRules
    ) -> Decision:
        item_class, item, consents = self.items[number]
        request = question(self.agreement, self.classes[item_class].label, item, reader, consents)
        return decide(request, agreements=agreements, schemes=schemes)


class _Table:
    """For one action under one version: which questions each class depends on, every distinct
    question once.
    """

    def __init__(
        self, holdings: Holdings, compiled: Terms, action: str, schemes: LabelRules
    ) -> None:
        self.action, self.terms, self.classes, self.schemes = (
            action,
            compiled,
            tuple(holdings.classes),
            schemes,
        )
        self.odd: set[int] = set()
        self.questions: list[tuple[Callable[[Case], bool], int]] = []
        self.needs: list[tuple[int, ...] | None] = []
        ids: dict[Any, int] = {}
        names = {check: name for name, (_, check) in CHECKS.items()}
        for number, one in enumerate(self.classes):
            self.needs.append(self._needs(one, number, ids, names))

    def _needs(
        self,
        one: ItemClass,
        number: int,
        ids: dict[Any, int],
        names: dict[Callable[[Case], bool], str],
    ) -> tuple[int, ...] | None:
        level = self.terms.level_of(one.label, one.provider, one.area)
        rules = self.terms.rules(self.action, level, one.area, one.kind)
        if not rules.permits:
            return None
        asked = {names.get(rule.check, "") for rule in rules.forbids}
        if not asked >= JOINED:
            self.odd.add(number)
            return None
        facts = {
            "level": level,
            "area": one.area,
            "provider": one.provider,
            "purposes": one.purposes,
            "released_to": one.released_to,
            "policy": one.label.policy,
            "classification": one.label.classification,
            "categories": one.label.categories,
            "created": one.label.created,
            "accepted": self._accepted(one.label),
        }
        needs = []
        for rule in rules.forbids:
            name = names.get(rule.check, "")
            if name in ("", "consent"):
                return None  # a bare forbid, or consent that no item without consents on record has
            if name in JOINED:
                continue
            read = READS.get(name)
            key = name, number if read is None else tuple([facts[fact] for fact in read])
            if key not in ids:
                ids[key] = len(self.questions)
                self.questions.append((rule.check, number))
            needs.append(ids[key])
        return tuple(needs)

    def _accepted(self, label: Label) -> bool:
        try:
            return accepts(self.schemes, label, FOREVER, self.terms.groups)
        except Exception:  # noqa: BLE001 - a scheme that errs refuses
            return False

    def verdicts(self, reader: Reader, agreements: Agreements, schemes: LabelRules) -> list[bool]:
        """Class by class: whether everything that is not one item's own is met."""
        met = []
        for check, number in self.questions:
            one = self.classes[number]
            request = question(self.terms.agreement.id, one.label, one.item(), reader, ())
            try:
                met.append(
                    check(Case(request, self.terms, agreements, schemes, reader.accept_unverified))
                )
            except Exception:  # noqa: BLE001 - a clause that errs refuses
                met.append(False)
        if all(met):
            return [needs is not None for needs in self.needs]
        return [needs is not None and all(met[need] for need in needs) for needs in self.needs]
