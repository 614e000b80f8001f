"""What a label says to a decision by itself: whom it admits, and whether its own scheme accepts it.

Spec: spec/agreement.md §3; spec/interfaces.md §4 (rows); R3, R5, R15, R25.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.label import RELEASABLE_TO, Label

OwnGroups = tuple[tuple[str, frozenset[str]], ...]
"""Groups of countries that an agreement defines, with their members."""


class PublicGroups(Protocol):
    """Who a releasability token admits; `sealane.labels.model.groups.CountryGroups` in earnest."""

    def expand(
        self, tokens: Iterable[str], *, at: Instant, created: Instant | None = None
    ) -> frozenset[str]: ...

    def known(self, token: str) -> bool: ...

    def __hash__(self) -> int: ...


class LabelRules(Protocol):
    """What a decision asks of the loaded
    schemes; `sealane.labels.model.scheme.Schemes` in earnest.
    """

    @property
    def groups(self) -> PublicGroups: ...

    def check(self, label: Label) -> object:
        """Silence, or a SealaneError: the label's own scheme does not accept it."""
        ...


def accepts(schemes: LabelRules, label: Label) -> bool:
    """Whether the label's own scheme accepts what it says beside its categories, which have clauses
    of their own.

    A bare word needs no asking: it stands in the agreement's row, and `agreement check` holds rows
    to the schemes. A date, a mark or a succession does: a word that its scheme did not yet or no
    longer know at that date has no row.
    """
    if label.created is None and label.privacy_mark is None and label.succession is None:
        return True
    try:
        schemes.check(_bare(label))
    except SealaneError:
        return False
    return True


@lru_cache(maxsize=1 << 12)
def _bare(label: Label) -> Label:
    return replace(label, categories=())


def releasable(
    label: Label, groups: PublicGroups, at: Instant, own: OwnGroups = ()
) -> frozenset[str]:
    """The countries within Releasable To at the instant; without the category, nobody.

    Args:
        own: groups that the agreement defines. One that is known publicly too admits only those
            whom both admit, so that no agreement can widen a public group.
    """
    for category in label.categories:
        if category.tag == RELEASABLE_TO and category.type == "permissive":
            expand = _kept if len(category.values) <= KEPT_TOKENS else _expand
            return expand(groups, category.values, at, label.created, own)
    return frozenset()


def _expand(
    groups: PublicGroups, tokens: tuple[str, ...], at: Instant, created: str | None, own: OwnGroups
) -> frozenset[str]:
    made = None if created is None else parse_instant(created)
    members, out = dict(own), frozenset[str]()
    for token in tokens:
        if token not in members:
            out |= groups.expand((token,), at=at, created=made)
        elif groups.known(token):
            out |= groups.expand((token,), at=at, created=made) & members[token]
        else:
            out |= members[token]
    return out


KEPT_TOKENS = 64
_kept = lru_cache(maxsize=1 << 13)(_expand)
