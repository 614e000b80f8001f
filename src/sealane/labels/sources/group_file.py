"""Countries and groups from the text of their TOML files.

Spec: spec/scheme.md §Groups and countries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sealane.base.described import described
from sealane.base.errors import Malformed
from sealane.base.values import Instant
from sealane.labels.model.errors import SCHEME_MALFORMED
from sealane.labels.model.groups import MAX_NESTING, CountryGroup, CountryGroups, Member
from sealane.labels.sources.scheme_file import day
from sealane.labels.sources.scheme_shape import Status, read_toml


class GroupFilePart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A strict part of a file: a member that it does not know is refused."""


class CountriesPart(GroupFilePart, kw_only=True):
    format: Literal["sealane-countries/1"]
    source: str
    status: Status
    iso: str
    vocabularies: dict[str, str] = {}
    hints: dict[str, str] = {}


class MemberPart(GroupFilePart, kw_only=True):
    token: str
    since: str | None = None
    until: str | None = None


class GroupPart(GroupFilePart, kw_only=True):
    token: str
    name: dict[str, str]
    source: str
    status: Status
    member: list[MemberPart | str] = []
    membership: Literal["listed", "withheld", "prose"] = "listed"
    decomposable: bool = False
    since: str | None = None
    until: str | None = None
    note: str = ""


class GroupsPart(GroupFilePart, kw_only=True):
    format: Literal["sealane-groups/1"]
    group: list[GroupPart]
    hints: dict[str, str] = {}


described(CountriesPart, GroupsPart)


def groups_from_toml(countries: bytes, files: Mapping[str, bytes]) -> CountryGroups:
    """Every country and group of these files; a token has one meaning across all of them.

    A vocabulary is written as the codes it adds to ISO, and `-XXX` for the ISO codes it lacks.
    Raises: Malformed `scheme.malformed`: a token twice, an unknown member, a circle of groups, a
        date that is none.
    """
    part: CountriesPart = read_toml(countries, "countries", CountriesPart)
    iso = frozenset(part.iso.split())
    vocabularies = {name: _vocabulary(iso, codes) for name, codes in part.vocabularies.items()}
    known = iso.union(*vocabularies.values())
    groups: dict[str, CountryGroup] = {}
    hints = dict(part.hints)
    for file, data in files.items():
        content: GroupsPart = read_toml(data, file, GroupsPart)
        hints.update(content.hints)
        for one in content.group:
            if one.token in groups or one.token in known:
                raise SCHEME_MALFORMED(file=file, why=f"the token {one.token!r} has two meanings")
            groups[one.token] = _group(one, file)
    for token in groups:
        _no_circle(token, groups, known, ())
    return CountryGroups(countries=iso, groups=groups, vocabularies=vocabularies, hints=hints)


def _vocabulary(iso: frozenset[str], codes: str) -> frozenset[str]:
    words = codes.split()
    return (iso | {word for word in words if word[0] != "-"}) - {
        word[1:] for word in words if word[0] == "-"
    }


def _group(part: GroupPart, file: str) -> CountryGroup:
    if part.membership != "listed" and part.member:
        raise SCHEME_MALFORMED(
            file=file, why=f"the group {part.token!r} has members and withholds them"
        )
    members = tuple(
        (
            Member(token=one)
            if isinstance(one, str)
            else Member(token=one.token, start=_day(one.since, file), end=_day(one.until, file))
        )
        for one in part.member
    )
    return CountryGroup(
        token=part.token,
        names=part.name,
        members=members,
        membership=part.membership,
        decomposable=part.decomposable,
        start=_day(part.since, file),
        end=_day(part.until, file),
        source=part.source,
        status=part.status,
    )


def _day(text: str | None, file: str) -> Instant | None:
    try:
        return None if text is None else day(text)
    except Malformed:
        raise SCHEME_MALFORMED(file=file, why=f"{text!r} is no date") from None


def _no_circle(
    token: str, groups: Mapping[str, CountryGroup], known: frozenset[str], above: tuple[str, ...]
) -> None:
    if token in above or len(above) > MAX_NESTING:
        raise SCHEME_MALFORMED(
            file="groups", why=f"the group {token!r} is nested in a circle or too deep"
        )
    for member in groups[token].members:
        if member.token in groups:
            _no_circle(member.token, groups, known, (*above, token))
        elif member.token not in known:
            raise SCHEME_MALFORMED(
                file="groups", why=f"the group {token!r} has an unknown member {member.token!r}"
            )
