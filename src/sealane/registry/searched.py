"""What a search is about: how an item stands in the index, what is asked for, and what of it a
person may see.

An item shows a face: everything that is filtered and counted by. Faces are few, however many items
there are; and of a face only its label class matters to who may read a title.
Spec: docs/search.md; R11, R21.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sealane.base.values import parse_instant
from sealane.labels.model.label import Label, label_from_json
from sealane.registry import search_words
from sealane.registry.records import Item

COUNTED = 10_000
"""Of what is found by words, at most so many are counted; where there are as many, it is told that
there may be more.
"""


class LabelClass(NamedTuple):
    """Everything of an item that the check of a clearance reads."""

    agreement: str
    """Empty for an item that rests on none."""
    provider: str
    policy: str
    level: str
    caveated: bool
    area: str


class Face(NamedTuple):
    """Everything of an item that is filtered and counted by."""

    label_class: LabelClass
    handle_as: str
    """The word that it is handled as here; empty where that is the label's own."""
    originator: str
    """The nation whose label it is."""
    state: str
    direction: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedItem:
    """An item as the index holds it; texts that are not there are empty."""

    item: str
    created: int
    """Nanoseconds since 1970."""
    face: Face
    project: str
    author: str
    """The person who originated it."""
    open: tuple[str, ...]
    """What is found of it whoever asks and may see it."""
    closed: tuple[str, ...]
    """What is found of it by whom its title is not withheld from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for; None asks nothing."""

    words: tuple[tuple[str, ...], ...] | None = None
    """All of these, each in its order (`search_words.asked`); none at all: nothing is found."""
    area: str | None = None
    level: str | None = None
    """The label's own word, or the word that it is handled as here."""
    originator: str | None = None
    """A nation."""
    author: str | None = None
    """A person."""
    state: str | None = None
    direction: str | None = None
    kind: str | None = None
    since: int | None = None
    until: int | None = None
    """Registered from then on, and before then; nanoseconds since 1970."""

    @property
    def by_face_alone(self) -> bool:
        """Whether faces and projects say all that is asked."""
        asked = (self.words, self.author, self.since, self.until)
        return all(one is None for one in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisiblePart:
    """What of the register a person may see, who does not see all of it: what is of one of these
    projects or is one of these items.
    """

    projects: frozenset[str]
    items: frozenset[str]
    reached: frozenset[int]
    """Label classes whose titles the person's clearance reaches, by their numbers in the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAsked:
    """Which part of what is found, in which order."""

    limit: int
    after: str | None = None
    """The item that the page before ended with; None begins."""
    skip: int = 0
    """By relevance: how many stood on the pages before."""
    by_relevance: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of what is found have these values."""

    area: str
    level: str
    originator: str
    state: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A question to the register that a person keeps under a name, until `ended`."""

    person: str
    name: str
    asked: dict[str, str]
    since: str
    ended: str | None = None


def indexed(item: Item) -> IndexedItem:
    """An item's row as the index holds it."""
    label, facts = label_from_json(item.label), item.facts
    author, project = facts["originator"] or "", facts["project"] or ""
    originator = label.originator or item.provider
    told = " ".join((item.title, item.reference or "", project))
    return IndexedItem(
        item=item.id,
        created=parse_instant(item.created),
        face=Face(
            class_of(label, item.agreement, item.origin, facts["area"]),
            item.handle_as or "",
            originator,
            str(item.state),
            str(item.direction),
            facts["kind"],
        ),
        project=project,
        author=author,
        open=tuple(search_words.cut(f"{item.id} {originator} {author}")),
        closed=tuple(search_words.cut(told)),
    )


def class_of(label: Label, agreement: str, provider: str, area: str | None) -> LabelClass:
    """The label class that an item belongs to; one that was only sealed has no area."""
    level, caveated = label.classification, label.caveated
    return LabelClass(agreement, provider, label.policy, level, caveated, area or "")
