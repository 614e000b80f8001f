"""A question as it goes over HTTP to another machine's node.

Spec: spec/openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from sealane.office.operation import MemberPlace, Operation


@dataclass(frozen=True, slots=True)
class SpokenEnquiry:
    """The target of a request, and the members of its body."""

    target: str
    """Path and query, below the node's address."""
    body: dict[str, Any]


def spoken(operation: Operation, says: Mapping[str, Any]) -> SpokenEnquiry:
    """The question, each member in its place; what is not stated is not sent."""
    stated = {name: value for name, value in says.items() if value is not None}
    placed: dict[MemberPlace, dict[str, Any]] = {place: {} for place in MemberPlace}
    for member in operation.members:
        if member.name in stated:
            placed[member.place][member.name] = stated[member.name]
    path = operation.path.format_map(
        {name: quote(str(value), safe="") for name, value in placed[MemberPlace.PATH].items()}
    )
    query = urlencode([*_pairs(placed[MemberPlace.QUERY])])
    return SpokenEnquiry(f"{path}?{query}" if query else path, placed[MemberPlace.BODY])


def _pairs(stated: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, str(one).lower() if isinstance(one, bool) else str(one))
        for name, value in stated.items()
        for one in (value if isinstance(value, list | tuple) else [value])
    ]
