"""Groups of countries that parties define for themselves, in an agreement that they sign.

A group lives as long as its agreement is in force and means nothing before or after; callers add
the groups of an agreement only once its signatures hold. Public tokens keep their public meaning.
Spec: spec/scheme.md §Groups; R1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sealane.agreements.agreement import Agreement
from sealane.labels.model.groups import CountryGroup, Member
from sealane.labels.model.scheme import Schemes


def groups_of(agreement: Agreement) -> tuple[CountryGroup, ...]:
    """The groups an agreement defines: decomposable, dated by its period, with the agreement as
    their source.
    """
    return tuple(
        CountryGroup(
            token=one.id,
            names={"en": one.name.en, "ja": one.name.ja},
            decomposable=True,
            members=tuple(Member(token=member) for member in one.members),
            start=agreement.period.since,
            end=agreement.period.until,
            source=f"agreement {agreement.id} version {agreement.version}",
            status="ours",
        )
        for one in agreement.groups
    )


def schemes_under(schemes: Schemes, agreements: Iterable[Agreement]) -> Schemes:
    """The same schemes, reading and opening the groups of these agreements too.

    Raises: Refused `label.group_twice`; Malformed `label.unknown_token`: a member that is no
    country.
    """
    groups = schemes.groups.with_groups([group for one in agreements for group in groups_of(one)])
    fresh = {
        name: replace(scheme, groups=groups, _by_level={}, _by_tag={}, _derived={})
        for name, scheme in schemes.items()
    }
    return Schemes(fresh, groups)
