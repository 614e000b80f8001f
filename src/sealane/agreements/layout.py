"""An agreement laid out for reading: every rule under its article, every level in its row, every
time limit in its unit; nothing that decides is left out.

The command line writes it as Markdown, the console as pages; what stands where is said here once.
Spec: R66; docs/agreements.md §Read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sealane.agreements.agreement import Agreement, Article, Clause, Clock, EquivalenceRow

NEVER = "never"
"""What a prohibition without an exception is called beside `permit`, `forbid` and `oblige`."""
UNITS = ("minutes", "hours", "days", "years")


@dataclass(frozen=True, slots=True)
class LaidRule:
    """One rule as it is read: what it does, and what it is limited to."""

    clause: Clause

    @property
    def kind(self) -> str:
        """`permit`, `forbid` (unless a condition holds), `never` or `oblige`."""
        never = self.clause.effect == "forbid" and self.clause.unless is None
        return NEVER if never else self.clause.effect

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels to which it is limited; none: every level."""
        return tuple(self.clause.when.levels or ())

    @property
    def words(self) -> tuple[str, ...]:
        """The areas and kinds to which it is limited; none: all of them."""
        return (*(self.clause.when.areas or ()), *(self.clause.when.kinds or ()))


@dataclass(frozen=True, slots=True)
class LaidArticle:
    """An article, and the rules that hang on it."""

    article: Article
    rules: tuple[LaidRule, ...]


@dataclass(frozen=True, slots=True)
class LaidLevel:
    """One classification in a party's cell of the equivalence table."""

    name: str
    only_held: bool
    """Whether it is how a given level is handled there, and nothing is given under it."""


def articles(agreement: Agreement) -> Iterator[LaidArticle]:
    """Every article in the file's order, with its rules in theirs."""
    for article in agreement.articles:
        rules = (one for one in agreement.clauses if one.article == article.number)
        yield LaidArticle(article, tuple(map(LaidRule, rules)))


def cell(row: EquivalenceRow, party: str) -> tuple[LaidLevel, ...]:
    """What a row says of a party: what it gives under this level, then what it only handles as."""
    given, held = row.gives.get(party, ()), row.holds.get(party, ())
    only = (LaidLevel(name, only_held=True) for name in held if name not in given)
    return (*(LaidLevel(name, only_held=False) for name in given), *only)


def length(clock: Clock) -> tuple[int, str]:
    """A time limit as a number and its unit: `minutes`, `hours`, `days` or `years`."""
    lengths = ((getattr(clock, unit), unit) for unit in UNITS)
    return next((int(count), unit) for count, unit in lengths if count is not None)
