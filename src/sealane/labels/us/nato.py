"""NATO information inside US labels: the read-on it asks for, which is a check of its own.

A US document may be TOP SECRET and hold no more than NATO SECRET; the label's high water says so.
Where it does not, the information may be as high as the label.
Spec: ISM-ACES V2021-NOV table 5, ISM-ACES V2021-NOV table 24; ISM-ID-00163, ISM-ID-00522,
ISM-ID-00523, ISM-ID-00524, ISM-ID-00525; spec/labels.md §NATO inside a US document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sealane.labels.model.errors import CONTRADICTION, LEVEL_CONFLICT, REQUIRES
from sealane.labels.us.vocabulary import CONCEALED, FGI, FOREIGN, HIGH_WATER, JOINT, OWNER

NATO = "NATO"
WATER = (
    "NATO UNCLASSIFIED",
    "NATO RESTRICTED",
    "NATO CONFIDENTIAL",
    "NATO SECRET",
    "COSMIC TOP SECRET",
)
LEVELS = ("UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET")
View = dict[str, tuple[str, ...]]
"""A label's values by tag."""


def of_nato(tokens: Iterable[str]) -> bool:
    """Whether NATO, or one of its activities (`NATO:...`), is among these owners or sources."""
    return any(token == NATO or token.startswith("NATO:") for token in tokens)


def names_nato(view: View) -> bool:
    """Whether the label says that it holds information of NATO."""
    if FOREIGN in view:
        return True
    return any(of_nato(view[tag]) for tag in (OWNER, FGI, JOINT) if tag in view)


def water_of(classification: str, view: View) -> str | None:
    """The highest NATO level that the label may hold; None when it holds nothing of NATO.

    What names NATO without a high water may hold NATO's level of the same name.
    """
    stated = view.get(HIGH_WATER)
    if stated:
        return stated[0]
    return WATER[LEVELS.index(classification)] if names_nato(view) else None


def reaches(held: Iterable[str], wanted: str) -> bool:
    """Whether one of the read-ons held is of the level wanted or above it."""
    rank = WATER.index(wanted)
    return any(value in WATER[rank:] for value in held)


def highest_water(parts: Sequence[tuple[str, View]]) -> frozenset[str]:
    """The high water of a product of these parts, each a classification and its values by tag.

    A part alone keeps what it says: only beside others does its own level stop telling.
    """
    if len(parts) == 1:
        return frozenset(parts[0][1].get(HIGH_WATER, ()))
    found = [water_of(classification, view) for classification, view in parts]
    ranks = [WATER.index(water) for water in found if water is not None]
    return frozenset({WATER[max(ranks)]}) if ranks else frozenset()


def check_nato(classification: str, view: View) -> None:
    """Controls of NATO mark NATO's own material, and a high water tells of NATO inside another's.

    Raises: Refused `label.requires`, `label.contradiction`, `label.level_conflict`.
    """
    owner, sources = view.get(OWNER, ()), view.get(FGI, ())
    concealed = CONCEALED in sources or CONCEALED in owner
    if FOREIGN in view and not (of_nato(owner) or of_nato(sources) or concealed):
        raise REQUIRES(position="categories", details={"requires": "NATO as owner or source"})
    if HIGH_WATER not in view:
        return
    if owner == (NATO,):
        raise CONTRADICTION(position="categories", details={"tag": HIGH_WATER})
    if not (of_nato((*owner, *sources, *view.get(JOINT, ()))) or concealed):
        raise REQUIRES(position="categories", details={"requires": "NATO as owner or source"})
    if WATER.index(view[HIGH_WATER][0]) > LEVELS.index(classification):
        raise LEVEL_CONFLICT(position="categories")
