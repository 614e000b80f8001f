"""What a label says to a decision by itself: whom it admits, and whether its own scheme accepts it.

Spec: spec/agreement.md §3; spec/interfaces.md §4 (rows); R3, R5, R15, R25.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from sealane.agreements.loaded import Agreements
from sealane.base.errors import Malformed, SealaneError
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

    def __hash__(self) -> int: ...


def accepts(schemes: LabelRules, label: Label, at: Instant, own: OwnGroups = ()) -> bool:
    """Whether the label was made by the instant, and its own scheme accepts the whole of it.

    Args:
        own: groups that the agreement defines: they are words of its labels too.
    """
    if label.created is not None and parse_instant(label.created) > at:
        return False
    return _fault(schemes, label, own) is None


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """What judges the labels of requests: the loaded schemes, and the groups that the agreements
    define beside them.
    """

    schemes: LabelRules
    agreements: Agreements

    def require(self, label: Label, agreement: str) -> None:
        """Silence when the label is written as its scheme writes labels, the type of each tag
        included.

        What a label with a level or a policy that nobody knows may be given for is a question, and
        the answer is no; so is what a well-written label may not say. Only the rest is malformed.
        Raises: Malformed `label.*`.
        Spec: spec/interfaces.md §4 (everywhere).
        """
        own = tuple(
            (group.id, frozenset(group.members))
            for version in self.agreements.versions(agreement)
            for group in version.groups
        )
        fault = _fault(self.schemes, label, own)
        if fault is None or fault in UNKNOWN_LEVEL:
            return
        try:
            self.schemes.check(_spelt_out(label, own))
        except Malformed:
            raise
        except SealaneError:
            return


UNKNOWN_LEVEL = frozenset(
    {("label.unknown_token", "classification"), ("label.unknown_policy", None)}
)
"""Faults by code and position that are no slip of the pen: such a label has no row."""


@lru_cache(maxsize=1 << 13)
def _fault(
    schemes: LabelRules, label: Label, own: OwnGroups
) -> tuple[str, int | str | None] | None:
    """Code and place of what the scheme finds wrong with a label; kept, for labels repeat."""
    try:
        schemes.check(_spelt_out(label, own))
    except SealaneError as error:
        return error.code, error.position
    return None


def _spelt_out(label: Label, own: OwnGroups) -> Label:
    """The label with the agreement's own groups in Releasable To as their members, for no scheme
    knows those groups.
    """
    members = dict(own)
    if members.keys().isdisjoint(label.values(RELEASABLE_TO)):
        return label
    return replace(
        label,
        categories=tuple(
            replace(one, values=tuple(sorted(_countries(one.values, members))))
            if one.tag == RELEASABLE_TO
            else one
            for one in label.categories
        ),
    )


def _countries(tokens: Iterable[str], members: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(one for token in tokens for one in members.get(token, (token,)))


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
