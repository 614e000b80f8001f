"""What the code of each national mark stands on, so that a changed scheme is refused at loading and
never fails in use.

A scheme of another id needs none of this: its marks are the plain ones.
Spec: spec/scheme.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sealane.labels.model.label import RELEASABLE_TO, CategoryType
from sealane.labels.model.scheme import Scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Syntaxes in which every level has a mark, tags in which every value has one, levels and tags
    there must be.
    """

    marks: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    tags: Mapping[str, CategoryType] = field(default_factory=dict)


def _tags(
    permissive: str = "", restrictive: str = "", informative: str = ""
) -> dict[str, CategoryType]:
    listed: dict[CategoryType, str] = {
        "permissive": permissive,
        "restrictive": restrictive,
        "informative": informative,
    }
    return {name: kind for kind, names in listed.items() for name in names.split(", ") if name}


GROUNDS: Mapping[str, Ground] = {
    "AUS": Ground(
        marks=("au-header", "au-document"),
        marked=("Caveat",),
        levels=("PROTECTED",),
        tags=_tags(
            RELEASABLE_TO,
            "Caveat, Codeword, Foreign Government",
            "Access, Note, Origin, Downgrade Event, Downgrade To",
        ),
    ),
    "GBR": Ground(
        marks=("gb-document",), tags=_tags(RELEASABLE_TO, "Caveat, Handling", "Descriptor, Prefix")
    ),
    "JPN": Ground(marks=("jp",), tags=_tags(RELEASABLE_TO, "Handling", "Integrity, Availability")),
    "TLP": Ground(marks=("tlp",), tags=_tags(informative="Statement")),
    "CUI": Ground(
        marks=("us-cui", "us-cui-portion"),
        tags=_tags(RELEASABLE_TO, "Category, Limited Dissemination"),
    ),
    "USA": Ground(
        marks=("us-banner", "us-portion", "us-ism"),
        levels=("UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET", "TOP SECRET"),
        tags=_tags(
            f"{RELEASABLE_TO}, Display Only To, Joint",
            "SCI Controls, Special Access, Atomic Energy, FGI, Non-US Controls, NATO High Water, "
            "Dissemination Controls, Non-IC",
            "Owner, Exclude From Roll-up, Compilation Reason, ISM",
        ),
    ),
}


def missing(scheme: Scheme) -> str | None:
    """What the marks of a scheme with this id need and it lacks, as one clause; None when
    nothing.
    """
    ground = GROUNDS.get(scheme.id)
    if ground is None:
        return None
    for name in ground.levels:
        if scheme.level(name) is None:
            return f"the marks of {scheme.id} need the level {name!r}"
    for syntax in ground.marks:
        for level in scheme.levels:
            if syntax not in level.marks:
                return f"the level {level.name!r} has no mark for {syntax!r}"
    return _tags_missing(scheme, ground)


def _tags_missing(scheme: Scheme, ground: Ground) -> str | None:
    for name, kind in ground.tags.items():
        tag = scheme.tag(name)
        if tag is None or tag.type != kind or (name == RELEASABLE_TO) > (tag.domain == "countries"):
            return f"the marks of {scheme.id} need the {kind} tag {name!r}"
    for name in ground.marked:
        tag = scheme.tag(name)
        for value in () if tag is None else tag.values.values():
            if not set(ground.marks) <= set(value.marks):
                return (
                    f"the value {value.name!r} needs a mark for each of {', '.join(ground.marks)}"
                )
    return None
