"""Marks written just as they would be written out, read by table: known words in rising order, and
nothing else.

A label that comes out is the one the syntax's own reader gives, without notes, and the text is its
canonical text; for every other text no label comes out and the syntax's own reader has the word. No
mark is remembered: the tables hold words, lists are read token by token, and the scheme judges
every label.
Spec: R14, R15; label semantics S6-S8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sealane.base.errors import SealaneError
from sealane.base.values import Instant
from sealane.labels.model.label import Category, CategoryType, Label
from sealane.labels.model.scheme import Scheme

_T = TypeVar("_T")
MAX_STRAIGHT = 4096
Word = tuple[int, int, Category]
"""Rank in the mark, section, and what the word says; both numbers rise from word to word."""


class Opening(Protocol):
    """What begins with fixed letters and goes on with tokens or words of the author's."""

    @property
    def start(self) -> str: ...
    def word(self, rest: str) -> Word | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """A list of countries and groups, each once, in the order that `order` numbers."""

    start: str
    separator: str
    tag: str
    type: CategoryType
    rank: int
    section: int
    order: Mapping[str, int]

    def word(self, rest: str) -> Word | None:
        """The list as a category; None when a token is unknown or out of order."""
        tokens, last = rest.split(self.separator), -1
        order = self.order
        for token in tokens:
            here = order.get(token, -1)
            if here <= last:
                return None
            last = here
        tokens.sort()
        return self.rank, self.section, Category(self.tag, self.type, tuple(tokens))


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """Words of the author's of a shape that needs no escapes, such as an address."""

    start: str
    tag: str
    type: CategoryType
    rank: int
    shape: Callable[[str], object]

    def word(self, rest: str) -> Word | None:
        """The words as a category; None when they have another shape."""
        return (
            (self.rank, self.rank, Category(self.tag, self.type, (rest,)))
            if self.shape(rest)
            else None
        )


@dataclass(frozen=True, slots=True)
class Head:
    """What the first part of a mark says: the level, and categories that stand in its name.

    `closed` are the tags that this level's marks may not carry though the scheme's labels may.
    """

    classification: str
    categories: tuple[Category, ...] = ()
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Straight:
    """One syntax's tables. `split` parts a mark into its head and its parts, None when it cannot be
    one of these.

    With `inner` a part holds several words of one section, so separated.
    """

    scheme: Scheme
    split: Callable[[str], list[str] | None]
    heads: Mapping[str, Head]
    words: Mapping[str, Word]
    openings: tuple[Opening, ...] = ()
    inner: str = ""

    def read(self, text: str, at: Instant | None = None) -> Label | None:
        """The label of a mark that is its own canonical text and that the scheme accepts; None says
        nothing.
        """
        parts = self.split(text) if len(text) <= MAX_STRAIGHT else None
        if parts is None or (head := self.heads.get(parts[0])) is None:
            return None
        categories = head.categories
        if len(parts) > 1:
            found = {category.tag: category for category in categories}
            if not self._words(parts, found) or not head.closed.isdisjoint(found):
                return None
            categories = tuple(
                [found[tag] for tag in sorted(found)] if len(found) > 1 else found.values()
            )
        scheme = self.scheme
        label = Label(
            policy=scheme.id,
            classification=head.classification,
            categories=categories,
            originator=scheme.country,
        )
        try:
            scheme.check(label, at=at)
        except SealaneError:
            return None
        return label

    def _words(self, parts: list[str], found: dict[str, Category]) -> bool:
        """Take every word after the head; False at the first that is unknown, out of order or out
        of place.
        """
        words, inner = self.words, self.inner
        rank = section = -1
        for number in range(1, len(parts)):
            part, fresh = parts[number], True
            for piece in part.split(inner) if inner and inner in part else (part,):
                word = words.get(piece) or self._opened(piece)
                if (
                    word is None
                    or word[0] <= rank
                    or (word[1] <= section if fresh else word[1] != section)
                ):
                    return False
                rank, section, category = word
                fresh = False
                held = found.get(category.tag)
                if held is not None:
                    category = Category(
                        category.tag, category.type, tuple(sorted(held.values + category.values))
                    )
                found[category.tag] = category
        return True

    def _opened(self, piece: str) -> Word | None:
        for opening in self.openings:
            if piece.startswith(opening.start):
                return opening.word(piece[len(opening.start) :])
        return None


def ranked(words: Iterable[tuple[str, Category]], first: int = 0) -> dict[str, Word]:
    """Words in the order in which marks carry them, each a part of its own."""
    return {text: (rank, rank, category) for rank, (text, category) in enumerate(words, first)}


def numbered(tokens: Iterable[_T]) -> dict[_T, int]:
    """Tokens with their place in an order."""
    return {token: number for number, token in enumerate(tokens)}
