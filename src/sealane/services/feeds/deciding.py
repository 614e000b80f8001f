"""Which marks of a feed one person may read, decided at each read, for each person anew.

TLP decides by the person's nation, and TLP:RED by name. A national label is decided for the own
people by `label access` and an authorisation that names them, for a partner's as an opening under
the agreement. Whoever meets all marks of an object may read it; what cannot be read is read by
nobody.
Spec: spec/feeds.md §Decisions; spec/interfaces.md §7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.feeds.marks import ObjectMarks, marks_from_json
from sealane.labels.model.clearance import Clearance
from sealane.labels.model.label import Label, label_from_json
from sealane.labels.rules.access import access
from sealane.labels.stix.definitions import is_id
from sealane.ports import Tx
from sealane.registry.feed_records import Feed, KeptMarks, ReadableMarks
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.national_rule import cleared_at_home
from sealane.services.deciding.request import (
    ItemFacts,
    opening_request,
    registered_reader,
    stated_facts,
)
from sealane.services.feeds import kept
from sealane.services.node import Node

MARKS_MOST = 10_000
NO_END = "9999-12-31T00:00:00Z"
TLP = "TLP"
OWN_ONLY = "AMBER+STRICT"
BY_NAME = "RED"
PARTIES = frozenset({"GREEN", "AMBER"})
EVERYBODY = frozenset({"CLEAR", "WHITE"})


@dataclass(slots=True)
class FeedReader:
    """One person at one feed, at one instant."""

    node: Node
    tx: Tx
    feed: Feed
    person: Mapping[str, Any]
    at: Instant
    agreement: Agreement | None
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, node: Node, tx: Tx, feed: Feed, person: Mapping[str, Any]) -> FeedReader:
        """The reader, now."""
        return cls(node, tx, feed, person, node.host.now(), kept.terms(node, tx, feed))

    @property
    def epoch(self) -> str:
        """What the reader is, by a digest: with it changes what may be read."""
        terms = None if self.agreement is None else self.agreement.digest
        return canonical.sha384(canonical.encode([dict(self.person), terms]))

    def readable(self) -> ReadableMarks:
        """Everything of the feed that this person may read."""
        rows = {row.digest: row for row in self._rows()}
        whole = {name for name, row in rows.items() if self.may(_read(row), self.feed.id)}
        named = self._named_objects()
        found = {
            (one.marks, one.object)
            for one in self.node.records.feed_objects.of_ids(self.tx, self.feed.id, named)
            if one.marks in rows.keys() - whole and self.may(_read(rows[one.marks]), one.object)
        }
        return ReadableMarks(marks=frozenset(whole), named=frozenset(found))

    def may(self, marks: ObjectMarks, item: str) -> bool:
        """Whether the person meets all of the marks, of the object of this id."""
        # 1. a mark that nobody sent is met by nobody
        if marks.missing:
            return False
        # 2. what nothing marks is as the feed says, else for the own nation
        labels = marks.read_labels()
        if marks.default and self.feed.default_label is not None:
            labels.append(label_from_json(self.feed.default_label))
        elif marks.default and not self._is_own:
            return False
        # 3. each of the rest is met
        return all(self._meets(label, item) for label in labels)

    def may_leave(self, digest: str) -> bool:
        """Whether what answers for these marks may go to a server elsewhere that decides by itself:
        TLP alone marks it, and no higher than what reaches the parties. A national label leaves by
        a release, under seal.
        """
        row = self.node.records.feed_marks.get(self.tx, feed=self.feed.id, digest=digest)
        if row is None:
            return False
        marks = _read(row)
        if marks.missing or (marks.default and self.feed.default_label is None):
            return False
        labels = marks.read_labels()
        if marks.default and self.feed.default_label is not None:
            labels.append(label_from_json(self.feed.default_label))
        return all(
            label.policy == TLP and label.classification.removeprefix("TLP:") in EVERYBODY | PARTIES
            for label in labels
        )

    @property
    def _is_own(self) -> bool:
        return bool(self.person["organisation_country"] == self.node.party)

    @property
    def _is_party(self) -> bool:
        nation = self.person["organisation_country"]
        return self.agreement is not None and self.agreement.party(nation) is not None

    def _meets(self, label: Label, item: str) -> bool:
        key = label.digest(), item
        if key not in self._known:
            try:
                self._known[key] = self._decided(label, item)
            except SealaneError:
                # a label that its scheme does not know, or a request that cannot be asked
                self._known[key] = False
        return self._known[key]

    def _decided(self, label: Label, item: str) -> bool:
        if label.policy == TLP:
            return self._tlp(label.classification.removeprefix("TLP:"), item)
        if not self._is_own and not self._is_party:
            return False
        provider = label.originator or label.policy
        if self._is_own and provider == self.node.party:
            return self._own_label(label, item)
        return self._opens(label, item, provider)

    def _tlp(self, level: str, item: str) -> bool:
        if level in EVERYBODY:
            return True
        near = self._is_own or self._is_party
        if level in PARTIES:
            return near
        if level == BY_NAME:
            return near and item in set(self._names("item"))
        return level == OWN_ONLY and self._is_own

    def _own_label(self, label: Label, item: str) -> bool:
        """By clearance and label alone, and an authorisation that names the person for the object,
        the feed, or the feed's name as a project.
        """
        scheme = self.node.schemes[label.policy]
        held = frozenset(
            level.name
            for level in scheme.levels
            if cleared_at_home(self.node, self.person, scheme.id, level.name)
        )
        holder = Clearance(
            policy=label.policy,
            classifications=held,
            categories={},
            citizenships=frozenset(self.person["nationality"]),
            organisation=self.person["organisation"],
            organisation_country=self.person["organisation_country"],
        )
        named = {item, self.feed.id}.intersection(self._names("item"))
        if not named and self.feed.name not in set(self._names("project")):
            return False
        return access(label, holder, self.node.schemes, at=self.at, trusted=False).permit

    def _opens(self, label: Label, item: str, provider: str) -> bool:
        """As an opening under the agreement, for whichever of its purposes lets."""
        agreement = self.agreement
        if agreement is None:
            return False
        purposes = [one.id for one in agreement.purposes]
        facts = stated_facts(
            id=item,
            provider=provider,
            until=NO_END,
            area=self.feed.area,
            purposes=purposes,
            released_to=sorted({one.id for one in agreement.parties} - {provider}),
            project=self.feed.name,
        )
        about = ItemFacts(
            item={**facts, "recalled": False},
            label=label.as_json(),
            agreement=agreement.id,
            consents=[],
        )
        reader = registered_reader(self.node, self.tx, self.person)
        return any(
            decide_now(
                self.node,
                self.tx,
                opening_request(about, reader, action="open", purpose=one, at=self.at),
            ).permit
            for one in purposes
        )

    def _rows(self) -> list[KeptMarks]:
        return self.node.records.feed_marks.find(
            self.tx, order="digest", limit=MARKS_MOST, feed=self.feed.id
        )

    def _named_objects(self) -> list[str]:
        """Objects for which an authorisation names the person now."""
        return sorted({one for one in self._names("item") if is_id(one)})

    def _names(self, member: str) -> Iterator[str]:
        for given in self.person["authorisations"]:
            until = given.get("until")
            if given.get(member) is None or until is None:
                continue
            if parse_instant(given["from"]) <= self.at < parse_instant(until):
                yield given[member]


def _read(row: KeptMarks) -> ObjectMarks:
    return marks_from_json(row.data)
