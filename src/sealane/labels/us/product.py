"""The banner of a US product: every rule is a meet or join of its own small lattice, so order and
grouping cannot matter.

Foreign disclosure is a point (released, displayable, RELIDO): lists meet, RELIDO holds only if
everywhere. An empty point is NOFORN. A classified portion without any such marking stands apart:
beside a list it is NOFORN, beside RELIDO a person decides.
Spec: CAPCO Register and Manual 2016 (foreign-disclosure table); IC ISM 2021-NOV (roll-up and
constraint rules); spec/labels.md §Roll-up, §Joint ownership, §Foreign sources, §Compilation, §What
never weighs; R13.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sealane.base.values import Instant
from sealane.labels.model.errors import UNSATISFIABLE
from sealane.labels.model.label import RELEASABLE_TO, Category, Label, earliest
from sealane.labels.model.scheme import Scheme
from sealane.labels.rules.lists import OpenedLists, product_date
from sealane.labels.us.disclosure import (
    NF_BY_NATURE,
    UNDETERMINABLE,
    Disclosure,
    View,
    disclosure_of_all,
    says_release,
)
from sealane.labels.us.vocabulary import (
    AEA,
    COMPILATION,
    CONCEALED,
    DISPLAY,
    DISSEM,
    EXCLUDED,
    EYES,
    FGI,
    FOREIGN,
    FOUO,
    HIGH_WATER,
    ISM_FACTS,
    JOINT,
    NOFORN,
    NON_IC,
    ORCON,
    ORCON_USGOV,
    OWNER,
    RELIDO,
    SAP,
    SCI,
    leaves,
)

NON_IC_LADDERS = (("NODIS", "EXDIS", "SBU NOFORN", "SBU"), ("LES NOFORN", "LES"))
UNCLASSIFIED_ONLY = {
    DISSEM: {FOUO},
    NON_IC: {"SBU", "SBU NOFORN", "LIMDIS"},
    AEA: {"DOD UCNI", "DOE UCNI"},
}
APPROXIMATE = "hasApproximateMarkings=true"
WATER = (
    "NATO UNCLASSIFIED",
    "NATO RESTRICTED",
    "NATO CONFIDENTIAL",
    "NATO SECRET",
    "COSMIC TOP SECRET",
)


def merge_us(labels: Sequence[Label], scheme: Scheme, at: Instant) -> Label:
    """The banner that these portions make together; equal portions weigh once, because the rules
    are idempotent.

    Raises: Refused `label.undeterminable`: nothing takes part, or RELIDO stands beside a classified
    portion without
        any foreign-disclosure marking.
    """
    seen = [
        (label, {one.tag: one.values for one in label.categories})
        for label in dict.fromkeys(labels)
    ]
    portions = [label for label, view in seen if EXCLUDED not in view]
    views = [view for _, view in seen if EXCLUDED not in view]
    if not portions:
        raise UNDETERMINABLE(
            why="every portion is excluded from roll-up",
            why_ja="全ての部分が集約から除外されています",
        )
    classification, owners = _level(portions, scheme), _owners(views)
    if owners.us and classification == "RESTRICTED":
        classification = "CONFIDENTIAL"
    classified = classification != "UNCLASSIFIED"
    unions = {
        tag: frozenset().union(*(view[tag] for view in views if tag in view))
        for tag in (SCI, SAP, AEA, FOREIGN, NON_IC)
    }
    unions[DISSEM] = _controls(views)
    created = product_date(portions, scheme)
    disclosure = disclosure_of_all(
        portions, views, OpenedLists(groups=scheme.groups, at=at, product=created)
    )
    explicit = disclosure.closed and (classified or says_release(views))
    if explicit:
        unions[NON_IC] = frozenset(NF_BY_NATURE.get(value, value) for value in unions[NON_IC])
    if classified:
        for tag, gone in UNCLASSIFIED_ONLY.items():
            unions[tag] -= gone
    unions[NON_IC] = _ladders(unions[NON_IC], NON_IC_LADDERS)
    unions[AEA], unions[SCI] = _atomic(unions[AEA]), leaves(unions[SCI])
    unions.update(owners.categories())
    unions.update(_release(disclosure, unions[DISSEM], explicit))
    unions[HIGH_WATER] = _high_water(views)
    unions.update(_other(portions, set(unions)))
    return replace(
        _assemble(portions, scheme, classification, unions, _notes(portions, views)),
        created=created,
    )


def _level(portions: Sequence[Label], scheme: Scheme) -> str:
    levels = [
        level for label in portions if (level := scheme.level(label.classification)) is not None
    ]
    return max(levels, key=lambda level: level.order).name


# Ownership: all alike stays as it is; anything else is a US product holding foreign government
# information.


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns the product: the US with foreign information in it, one foreign owner, or one set of
    JOINT owners.
    """

    us: bool
    joint: frozenset[str] = frozenset()
    owner: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()

    def categories(self) -> dict[str, frozenset[str]]:
        foreign = frozenset({CONCEALED}) if CONCEALED in self.foreign else self.foreign
        return {JOINT: self.joint, OWNER: self.owner, FGI: foreign}


def _owners(views: Sequence[View]) -> Owners:
    kinds = {
        (frozenset(view.get(JOINT, ())), frozenset(view.get(OWNER, ())) - {"USA"}) for view in views
    }
    foreign: frozenset[str] = frozenset().union(*(view[FGI] for view in views if FGI in view))
    if len(kinds) == 1:
        joint, owner = kinds.pop()
        return Owners(not joint and not owner, joint, owner, foreign)
    others: frozenset[str] = frozenset().union(*(joint | owner for joint, owner in kinds))
    return Owners(True, foreign=foreign | (others - {"USA"}))


def _release(
    point: Disclosure, controls: frozenset[str], explicit: bool
) -> dict[str, frozenset[str]]:
    rest = controls - {NOFORN, RELIDO, EYES}
    if explicit:
        rest |= {NOFORN}
    if point.relido:
        rest |= {RELIDO}
    if point.released and point.eyes:
        rest |= {EYES}
    released = point.released | {"USA"} if point.released else frozenset()
    return {DISSEM: rest, RELEASABLE_TO: released, DISPLAY: point.shown - point.released}


def _controls(views: Sequence[View]) -> frozenset[str]:
    """ORCON-USGOV stays only if every originator-controlled portion has it; everything else is
    united.
    """
    found: frozenset[str] = frozenset().union(*(view[DISSEM] for view in views if DISSEM in view))
    return found - {ORCON_USGOV} if ORCON in found else found


def _ladders(values: frozenset[str], ladders: Iterable[tuple[str, ...]]) -> frozenset[str]:
    for ladder in ladders:
        held = [value for value in ladder if value in values]
        values -= set(held[1:])
    return values


def _atomic(values: frozenset[str]) -> frozenset[str]:
    """RD over FRD over TFNI; the sigmas of what is absorbed are kept."""
    if any(value.split("-")[0] == "RD" for value in values):
        values = frozenset(
            "RD" + value[3:] if value.split("-")[0] == "FRD" else value for value in values
        )
    if any(value.split("-")[0] in ("RD", "FRD") for value in values):
        values -= {"TFNI"}
    return values


def _high_water(views: Sequence[View]) -> frozenset[str]:
    found = [WATER.index(value) for view in views for value in view.get(HIGH_WATER, ())]
    return frozenset({WATER[max(found)]}) if found else frozenset()


def _other(portions: Sequence[Label], known: set[str]) -> dict[str, frozenset[str]]:
    """Categories no US rule speaks of: restrictions united; of permissive lists, what all that
    state one share.
    """
    out: dict[str, frozenset[str]] = {}
    for label in portions:
        for category in label.categories:
            if category.tag in known or category.type == "informative":
                continue
            values = frozenset(category.values)
            held = out.get(category.tag, values)
            out[category.tag] = held & values if category.type == "permissive" else held | values
            if not out[category.tag]:
                raise UNSATISFIABLE(
                    why="a list shared by nobody",
                    why_ja="共通の対象がありません",
                    details={"tag": category.tag},
                )
    return out


def _assemble(
    portions: Sequence[Label],
    scheme: Scheme,
    classification: str,
    unions: dict[str, frozenset[str]],
    notes: list[Category],
) -> Label:
    categories = [
        Category(tag, known.type, tuple(sorted(values)))
        for tag, values in unions.items()
        if values and (known := scheme.tag(tag)) is not None
    ]
    categories += notes
    return Label(
        policy=scheme.id,
        classification=classification,
        categories=tuple(sorted(categories)),
        originator=(
            portions[0].originator if len({label.originator for label in portions}) == 1 else "USA"
        ),
        privacy_mark=_same([label.privacy_mark for label in portions]),
        review=earliest(label.review for label in portions),
        succession=(
            portions[0].succession
            if all(one.succession == portions[0].succession for one in portions)
            else None
        ),
    )


def _notes(portions: Sequence[Label], views: Sequence[View]) -> list[Category]:
    """Compilation reasons are kept, because they explain a banner above its portions; other notes
    only if all agree.
    """
    reasons = {reason for view in views for reason in view.get(COMPILATION, ())}
    kept = [Category(COMPILATION, "informative", tuple(sorted(reasons)))] if reasons else []
    facts = frozenset.intersection(*(frozenset(view.get(ISM_FACTS, ())) for view in views))
    if any(APPROXIMATE in view.get(ISM_FACTS, ()) for view in views):
        facts |= {APPROXIMATE}
    if facts:
        kept.append(Category(ISM_FACTS, "informative", tuple(sorted(facts))))
    own = {COMPILATION, ISM_FACTS, OWNER}
    shared = {
        one for one in portions[0].categories if one.type == "informative" and one.tag not in own
    }
    for label in portions[1:]:
        if not shared:
            break
        shared &= set(label.categories)
    return kept + sorted(shared)


def _same(values: Sequence[str | None]) -> str | None:
    return values[0] if all(value == values[0] for value in values) else None
