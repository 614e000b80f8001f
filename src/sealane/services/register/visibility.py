"""What a signed-in person may see of the register: staff see all of it, readers what they are
authorised for.

A reader without an authorisation sees that an item exists and how it is marked, so that the refusal
of an opening can be explained; its title, its history and its readers stay with those whose duty
they are.
Spec: R20, R21, R37; docs/console.md §The refusal card.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base.values import Instant, parse_instant

STAFF = frozenset(
    {
        "originator",
        "release-officer",
        "second-signer",
        "registry-clerk",
        "security-officer",
        "auditor",
    }
)
VETTERS = frozenset({"security-officer", "auditor"})
RECALLERS = frozenset({"release-officer", "security-officer"})


def is_staff(person: Mapping[str, Any]) -> bool:
    """Whether the person's duties are about the register itself."""
    return bool(STAFF & set(person["duties"]))


def sees_clearances(person: Mapping[str, Any]) -> bool:
    """Whether the person may read others' clearances."""
    return bool(VETTERS & set(person["duties"]))


def may_recall(person: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    """The item's own originator, a release officer, or a security officer."""
    return bool(RECALLERS & set(person["duties"])) or person["id"] == item["originator"]


def knows(person: Mapping[str, Any], item: Mapping[str, Any], at: Instant) -> bool:
    """Whether the person may see what the item is about."""
    if is_staff(person):
        return True
    for one in person["authorisations"]:
        named = one.get("item") == item["id"] or (
            one.get("project") is not None and one.get("project") == item["project"]
        )
        if (
            named
            and parse_instant(one["from"]) <= at
            and one["until"] is not None
            and at < parse_instant(one["until"])
        ):
            return True
    return False


def edition(person: Mapping[str, Any], item: Mapping[str, Any], at: Instant) -> dict[str, Any]:
    """The item's line as this person may read it; a withheld title is null."""
    known = knows(person, item, at)
    return {
        **item,
        "title": item["title"] if known else None,
        "project": item["project"] if known else None,
    }
