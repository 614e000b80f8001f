"""Items and people of a registry as plain JSON, read as strictly as a request's members are.

The form: `{"items": [{"item", "label", "consents"}], "people": [{"subject", "facility"}]}`; every
part has exactly the members that spec/interfaces.md §4 gives it.
Spec: spec/agreement.md §7.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from sealane.base import canonical
from sealane.base.described import described
from sealane.base.errors import Malformed, declare
from sealane.decisions import from_wire as domain
from sealane.decisions import wire
from sealane.decisions.asked import Facility
from sealane.decisions.outlook.world import Held, PlacedReader
from sealane.labels.model.label import Label, label_from_json

BAD_REGISTRY = declare(
    "registry.malformed",
    Malformed,
    "The registry's {where} is wrong: {why}.",
    "登録簿の {where} が正しくありません：{why}。",
    "Give items and people with the members of a request.",
    "要求のメンバーの形で、情報と人を示してください。",
)


_Shape = TypeVar("_Shape")


class _Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    item: wire.WireItem
    label: dict[str, Any]
    consents: list[wire.WireConsent] = []


class _Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    subject: wire.WireSubject
    facility: wire.WireFacility | None = None


class _Registry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    items: list[_Item]
    people: list[_Person]


described(_Registry)


def facts_from_json(value: Any) -> tuple[list[Held], list[PlacedReader]]:
    """The registry's items and people; equal labels become one object, so that classes are found
    quickly.

    Raises: Malformed `registry.malformed`, `request.malformed`, `value.instant`, `label.*`.
    """
    registry = _shaped(value, _Registry)
    for what, names in (
        ("items", [one.item.id for one in registry.items]),
        ("people", [one.subject.id for one in registry.people]),
    ):
        if len(set(names)) != len(names):
            raise BAD_REGISTRY(where=what, why="an id occurs twice")
    labels: dict[bytes, Label] = {}
    return (
        [_held(one, labels) for one in registry.items],
        [
            PlacedReader(domain.subject_from_wire(one.subject), _facility(one.facility))
            for one in registry.people
        ],
    )


def held_from_json(value: Any) -> Held:
    """One item with its label and consents. Raises: Malformed `registry.malformed`,
    `value.instant`, `label.*`.
    """
    return _held(_shaped(value, _Item), {})


def reader_from_json(value: Any) -> PlacedReader:
    """One person and their place. Raises: Malformed `registry.malformed`, `request.malformed`,
    `value.instant`.
    """
    one = _shaped(value, _Person)
    return PlacedReader(domain.subject_from_wire(one.subject), _facility(one.facility))


def _shaped(value: Any, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        why, _, where = str(error).partition(" - at ")
        raise BAD_REGISTRY(
            position=where.strip("`$.") or None, where=where.strip("`$.") or "file", why=why
        ) from None


def _held(one: _Item, labels: dict[bytes, Label]) -> Held:
    key = canonical.encode(one.label)
    label = labels.get(key)
    if label is None:
        label = labels[key] = label_from_json(one.label)
    return Held(
        domain.item_from_wire(one.item),
        label,
        tuple(domain.consent_from_wire(consent) for consent in one.consents),
    )


def _facility(place: wire.WireFacility | None) -> Facility | None:
    return None if place is None else domain.facility_from_wire(place)
