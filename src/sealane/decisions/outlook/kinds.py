"""Classes of items and of readers for opening: facts reduced to what they mean under two versions
at one instant.

An item's own checks (row, ceiling, time limit ...) do not look at the reader, so they are asked
once per item class; what is left is asked once per pair of classes. Both by `decide` itself.
Spec: spec/agreement.md §7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from sealane.agreements.agreement import Agreement
from sealane.agreements.vocabulary import BASES_BY_CONSENT
from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.decisions.asked import (
    Authorisation,
    HeldClearance,
    Subject,
)
from sealane.decisions.clauses import years_after
from sealane.decisions.compiled import terms_of
from sealane.decisions.markings import accepts, releasable
from sealane.decisions.outlook.world import Held, PlacedReader, World
from sealane.labels.model.label import RELEASABLE_TO, Label

UNCHANGED, GAINED, LOST = 0, 1, 2
"""What becomes of a pair of item and reader from one version to the other."""
OF_THE_ITEM = frozenset(
    {
        "in-force",
        "row",
        "row-accepted",
        "ceiling",
        "purpose",
        "time-limit",
        "not-recalled",
        "label-of-provider",
        "second-signer",
        "release-officer",
        "joint-committee",
        "assurance",
        "third-agreement",
    }
)
"""Checks that give one answer for an item whoever opens it."""
_NOBODY = "representative"


@dataclass(frozen=True, slots=True)
class _Side:
    """What one version says of an item class: whether anybody may, at which level, and what is
    asked of readers.
    """

    possible: bool
    level: int | None
    asks: frozenset[str | None]


class Kinds:
    """Item classes, reader classes, and the changes between them, each worked out once."""

    def __init__(
        self, old: Agreement, new: Agreement, world: World, readers: Iterable[PlacedReader]
    ) -> None:
        self.versions, self.world = (old, new), world
        self.countries = frozenset(
            country
            for reader in readers
            for country in (*reader.subject.nationality, reader.subject.organisation_country)
        )
        self.same_tables = _tables(old) == _tables(new)
        self.unless = [
            {clause.id: clause.unless for clause in one.clauses} for one in self.versions
        ]
        self.words = [frozenset(purpose.id for purpose in one.purposes) for one in self.versions]
        reaches = [reach for one in self.versions for reach in one.clearances]
        self.years = sorted({fresh.years for reach in reaches for fresh in reach.fresh})
        self.regions = [
            set(areas)
            for reach in reaches
            for areas in (reach.areas, *(one.areas for one in reach.fresh))
            if areas
        ]
        self.asks_consent = any(
            clause.unless == "consent" and "open" in clause.actions
            for one in self.versions
            for clause in one.clauses
        )
        self.labels: dict[int, tuple[Label, int]] = {}
        self.label_keys: dict[Any, int] = {}
        self.purposes: dict[frozenset[str], tuple[bool, ...]] = {}
        self.fine: dict[Any, int] = {}
        self.coarse: dict[Any, int] = {}
        self.samples: list[tuple[Held, tuple[_Side, ...]]] = []
        self.sorts: dict[Any, int] = {}
        self.sort_samples: list[PlacedReader] = []
        self.changes: dict[tuple[int, int, bool], int] = {}

    def of_item(self, held: Held) -> int:
        """The item's class: the same for items that no reader could tell apart by a verdict."""
        item = held.item
        purposes = self.purposes.get(item.purposes)
        if purposes is None:
            purposes = self.purposes[item.purposes] = (
                bool(item.purposes),
                *(item.purposes <= known for known in self.words),
            )
        first, second, third = item.originator, item.release_officer, item.second_signer
        key = (
            self._label(held.label),
            item.area,
            item.kind,
            item.provider,
            item.released_to,
            item.recalled,
            item.until is not None and self.world.at < item.until,
            purposes,
            first is None,
            second is None,
            third is None,
            first == second,
            first == third,
            second == third,
            item.joint_committee_ref is None,
            item.id if self.asks_consent and held.consents else None,
        )
        kind = self.fine.get(key)
        if kind is None:
            kind = self.fine[key] = self._reduced(held)
        return kind

    def of_reader(self, reader: PlacedReader) -> int:
        """The reader's class; names and what they are named for are no part of it."""
        subject, at, place = reader.subject, self.world.at, reader.facility
        key = (
            subject.nationality,
            subject.organisation_country,
            frozenset([self._clearance(one) for one in subject.clearances]),
            tuple(
                [
                    any(
                        one.agreement == version.id
                        and one.on <= at
                        and one.until is not None
                        and at < one.until
                        for one in subject.briefings
                    )
                    for version in self.versions
                ]
            ),
            (
                None
                if place is None
                else (
                    place.country,
                    place.policy,
                    place.level,
                    place.until is not None and at < place.until,
                )
            ),
        )
        sort = self.sorts.setdefault(key, len(self.sorts))
        if sort == len(self.sort_samples):
            self.sort_samples.append(reader)
        return sort

    def singular(self, reader: PlacedReader) -> bool:
        """Whether verdicts for this reader hang on the single item: a duty held, or a clearance
        that counts by consent.
        """
        subject = reader.subject
        return bool(subject.duties) or any(
            one.basis in BASES_BY_CONSENT for one in subject.clearances
        )

    def change(self, sort: int, kind: int, *, named: bool) -> int:
        """What happens to readers of this class with items of that class, named for them or not."""
        key = (sort, kind, named)
        found = self.changes.get(key)
        if found is None:
            found = self.changes[key] = self._change(sort, kind, named)
        return found

    def compare(self, held: Held, reader: PlacedReader) -> int:
        """The same for one item and one reader as they are."""
        before, after = (self.world.reads(version, held, reader) for version in self.versions)
        if before == after:
            return UNCHANGED
        if after:
            return GAINED
        return LOST

    def asks_no_name(self, kind: int) -> bool:
        """Whether some version opens items of this class to people whom nobody named."""
        return any(
            side.possible and "authorised" not in side.asks for side in self.samples[kind][1]
        )

    def _change(self, sort: int, kind: int, named: bool) -> int:
        held, sides = self.samples[kind]
        if not any(side.possible for side in sides) or (self.same_tables and sides[0] == sides[1]):
            return UNCHANGED
        reader = self.sort_samples[sort]
        given = (
            (
                Authorisation(
                    item=held.item.id,
                    project=None,
                    by=_NOBODY,
                    since=self.world.at,
                    until=Instant(self.world.at + 1),
                ),
            )
            if named
            else ()
        )
        subject = msgspec.structs.replace(reader.subject, id=_NOBODY, authorisations=given)
        return self.compare(held, PlacedReader(subject, reader.facility))

    def _reduced(self, held: Held) -> int:
        """The class by what readers meet: the item's own checks are answered here, for both
        versions.
        """
        item = held.item
        sides = tuple(self._side(place, held) for place in range(len(self.versions)))
        key = (
            (
                sides,
                item.provider,
                item.released_to,
                self._admitted(held.label),
                tuple([item.area in region for region in self.regions]),
                (
                    item.originator is not None
                    and item.originator in (item.release_officer, item.second_signer)
                )
                or (
                    item.release_officer is not None and item.release_officer == item.second_signer
                ),
                item.id if self.asks_consent and held.consents else None,
            )
            if any(side.possible for side in sides)
            else None
        )
        kind = self.coarse.setdefault(key, len(self.coarse))
        if kind == len(self.samples):
            self.samples.append((held, sides))
        return kind

    def _side(self, place: int, held: Held) -> _Side:
        version, unless = self.versions[place], self.unless[place]
        request, decision = self.world.ask(version, held, _STRANGER)
        own = [
            reason
            for reason in decision.reasons
            if unless.get(reason.clause) in OF_THE_ITEM or reason.clause not in unless
        ]
        return _Side(
            possible=all(reason.met for reason in own),
            level=terms_of(version).level_of(
                request.label, request.item.provider, request.item.area
            ),
            asks=frozenset(
                unless[reason.clause]
                for reason in decision.reasons
                if reason.clause in unless and unless[reason.clause] not in OF_THE_ITEM
            ),
        )

    def _label(self, label: Label) -> int:
        known = self.labels.get(id(label))
        if known is None:
            bare = all(
                one.type == "informative" or (one.type == "permissive" and one.tag == RELEASABLE_TO)
                for one in label.categories
            )
            key = (
                label.policy,
                label.classification,
                label.originator,
                bare,
                self._admitted(label),
                tuple(
                    accepts(self.world.schemes, label, self.world.at, terms_of(version).groups)
                    for version in self.versions
                ),
            )
            # the label is kept beside its number, so that no other label can take its id
            known = self.labels[id(label)] = (
                label,
                self.label_keys.setdefault(key, len(self.label_keys)),
            )
        return known[1]

    def _admitted(self, label: Label) -> tuple[frozenset[str] | None, ...]:
        """Releasable To under each version, as far as any reader here could tell; None: it cannot
        be expanded.
        """
        return tuple([self._expanded(label, version) for version in self.versions])

    def _expanded(self, label: Label, version: Agreement) -> frozenset[str] | None:
        groups, at = self.world.schemes.groups, self.world.at
        try:
            return releasable(label, groups, at, terms_of(version).groups) & self.countries
        except SealaneError:
            return None

    def _clearance(self, one: HeldClearance) -> Any:
        at = self.world.at
        current = (
            one.granted <= at
            and one.expires is not None
            and at < one.expires
            and one.sponsor is not None
        )
        return (
            one.issuer,
            one.policy,
            one.level,
            one.status,
            current,
            tuple([years_after(one.granted, years) <= at for years in self.years]),
        )


def _tables(agreement: Agreement) -> Any:
    """Everything but clauses that the checks on readers look up in an agreement."""
    compiled = terms_of(agreement)
    return (agreement.id, compiled.policy_of, compiled.holds, compiled.reaches, compiled.groups)


_STRANGER = PlacedReader(
    Subject(
        id=_NOBODY,
        nationality=frozenset(),
        organisation="",
        organisation_country="",
        clearances=(),
        briefings=(),
        authorisations=(),
        roles=frozenset(),
        duties=frozenset(),
    )
)
