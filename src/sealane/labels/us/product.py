"""The banner of a US product: every rule is a meet or join of its own small lattice, so order and
grouping cannot matter.

What foreigners may have is settled in `disclosure.py`; who owns the product, its level, controls
and notes are settled here.
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
    uncaveated,
    view_of,
)
from sealane.labels.us.nato import NATO, highest_water
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
FREELY_SAID = {NOFORN, RELIDO, EYES, FOUO}
"""Controls beside which FOUO stays: what is said of foreign disclosure, and itself."""


def merge_us(labels: Sequence[Label], scheme: Scheme, at: Instant) -> Label:
    """The banner that these portions make together; equal portions weigh once, because the rules
    are idempotent.

    Raises: Refused `label.undeterminable`: nothing takes part, or RELIDO stands beside a classified
        portion without any foreign-disclosure marking; `label.unsatisfiable`.
    """
    # 1. Portions excluded from roll-up take no part.
    portions: list[Label] = []
    views: list[View] = []
    for label in dict.fromkeys(labels):
        view = view_of(label)
        if EXCLUDED not in view:
            portions.append(label)
            views.append(view)
    if not portions:
        raise UNDETERMINABLE(
            why="every portion is excluded from roll-up",
            why_ja="全ての部分が集約から除外されています",
        )
    # 2. The highest level; RESTRICTED is foreign, and becomes CONFIDENTIAL in a US product.
    classification, owners = _level(portions, scheme), _owners(portions, views)
    if owners.us and classification == "RESTRICTED":
        classification = "CONFIDENTIAL"
    classified = classification != "UNCLASSIFIED"
    # 3. Controls are united, then each family settles its own order of precedence.
    united = {tag: _united(tag, views) for tag in (SCI, SAP, AEA, FOREIGN, NON_IC)}
    united[DISSEM] = _controls(views)
    # 4. Foreign disclosure meets. NOFORN that is said replaces what is NOFORN by its nature.
    created = product_date(portions, scheme)
    lists = OpenedLists(groups=scheme.groups, at=at, product=created)
    disclosure = disclosure_of_all(portions, views, lists)
    says_noforn = disclosure.closed and (classified or says_release(views))
    if says_noforn:
        united[NON_IC] = frozenset(NF_BY_NATURE.get(value, value) for value in united[NON_IC])
    # 5. What marks unclassified material falls away on classified material; FOUO beside any other
    #    control of an unclassified product.
    if classified:
        for tag, values in UNCLASSIFIED_ONLY.items():
            united[tag] -= values
    elif united[NON_IC] or not united[DISSEM] <= FREELY_SAID:
        united[DISSEM] -= {FOUO}
    united[NON_IC] = _ladders(united[NON_IC], NON_IC_LADDERS)
    united[AEA] = _atomic(united[AEA])
    united[SCI] = leaves(united[SCI])
    # 6. Owners, release lists, the NATO read-on; then the tags that no US rule speaks of.
    united.update(owners.categories())
    united.update(_release(disclosure, united[DISSEM], says_noforn))
    united[HIGH_WATER] = frozenset()
    if owners.owner != {NATO}:
        levels = [label.classification for label in portions]
        united[HIGH_WATER] = highest_water(list(zip(levels, views, strict=True)))
    united.update(_other(portions, set(united)))
    made = _assemble(portions, scheme, classification, united, _notes(portions, views))
    return replace(made, created=created)


def _level(portions: Sequence[Label], scheme: Scheme) -> str:
    levels = [scheme.level(label.classification) for label in portions]
    return max((level for level in levels if level is not None), key=lambda it: it.order).name


def _united(tag: str, views: Sequence[View]) -> frozenset[str]:
    return frozenset().union(*(view[tag] for view in views if tag in view))


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
        """The values of the three tags; one concealed source conceals all."""
        foreign = frozenset({CONCEALED}) if CONCEALED in self.foreign else self.foreign
        return {JOINT: self.joint, OWNER: self.owner, FGI: foreign}


def _owners(portions: Sequence[Label], views: Sequence[View]) -> Owners:
    """All alike stays as it is; anything else is a US product with foreign information in it.

    A `(U)` that says nothing more changes nobody's JOINT product.
    """
    kinds = set()
    speaking = [view for label, view in zip(portions, views, strict=True) if not uncaveated(label)]
    all_joint = bool(speaking) and all(JOINT in view for view in speaking)
    for view in speaking if all_joint else views:
        joint = frozenset(view.get(JOINT, ()))
        owner = frozenset(view.get(OWNER, ())) - {"USA"}
        kinds.add((joint, owner))
    foreign = _united(FGI, views)
    if len(kinds) == 1:
        joint, owner = kinds.pop()
        return Owners(not joint and not owner, joint, owner, foreign)
    others = frozenset().union(*(joint | owner for joint, owner in kinds))
    return Owners(True, foreign=foreign | (others - {"USA"}))


def _release(
    point: Disclosure, controls: frozenset[str], says_noforn: bool
) -> dict[str, frozenset[str]]:
    """The point as controls and lists."""
    kept = set(controls - {NOFORN, RELIDO, EYES})
    if says_noforn:
        kept.add(NOFORN)
    if point.relido:
        kept.add(RELIDO)
    released: frozenset[str] = frozenset()
    if point.released:
        released = point.released | {"USA"}
        if point.eyes:
            kept.add(EYES)
    return {
        DISSEM: frozenset(kept),
        RELEASABLE_TO: released,
        DISPLAY: point.shown - point.released,
    }


def _controls(views: Sequence[View]) -> frozenset[str]:
    """ORCON-USGOV stays only if every originator-controlled portion has it; everything else is
    united.
    """
    controls = _united(DISSEM, views)
    if ORCON in controls:
        return controls - {ORCON_USGOV}
    return controls


def _ladders(values: frozenset[str], ladders: Iterable[tuple[str, ...]]) -> frozenset[str]:
    """Of each ladder the highest rung that is held."""
    for ladder in ladders:
        rungs = [value for value in ladder if value in values]
        values -= set(rungs[1:])
    return values


def _atomic(values: frozenset[str]) -> frozenset[str]:
    """RD over FRD over TFNI; the sigmas of what is absorbed are kept."""
    families = {value.split("-")[0] for value in values}
    if "RD" in families:
        values = frozenset(
            "RD" + value.removeprefix("FRD") if value.split("-")[0] == "FRD" else value
            for value in values
        )
    if families & {"RD", "FRD"}:
        values -= {"TFNI"}
    return values


def _other(portions: Sequence[Label], known: set[str]) -> dict[str, frozenset[str]]:
    """Categories no US rule speaks of: restrictions united; of permissive lists, what all that
    state one share.
    """
    merged: dict[str, frozenset[str]] = {}
    for label in portions:
        for category in label.categories:
            if category.tag in known or category.type == "informative":
                continue
            values = frozenset(category.values)
            before = merged.get(category.tag, values)
            if category.type == "permissive":
                merged[category.tag] = before & values
            else:
                merged[category.tag] = before | values
            if not merged[category.tag]:
                raise UNSATISFIABLE(
                    why="a list shared by nobody",
                    why_ja="共通の対象がありません",
                    details={"tag": category.tag},
                )
    return merged


def _assemble(
    portions: Sequence[Label],
    scheme: Scheme,
    classification: str,
    united: dict[str, frozenset[str]],
    notes: list[Category],
) -> Label:
    """The label of what was settled; what the portions say alike beside it is kept."""
    categories = list(notes)
    for name, values in united.items():
        tag = scheme.tag(name)
        if values and tag is not None:
            categories.append(Category(name, tag.type, tuple(sorted(values))))
    first = portions[0]
    originators = {label.originator for label in portions}
    privacy_marks = {label.privacy_mark for label in portions}
    same_succession = all(label.succession == first.succession for label in portions)
    return Label(
        policy=scheme.id,
        classification=classification,
        categories=tuple(sorted(categories)),
        originator=first.originator if len(originators) == 1 else "USA",
        privacy_mark=first.privacy_mark if len(privacy_marks) == 1 else None,
        review=earliest(label.review for label in portions),
        succession=first.succession if same_succession else None,
    )


def _notes(portions: Sequence[Label], views: Sequence[View]) -> list[Category]:
    """Compilation reasons are kept, because they explain a banner above its portions; other notes
    only if all agree.
    """
    kept = []
    reasons = _united(COMPILATION, views)
    if reasons:
        kept.append(Category(COMPILATION, "informative", tuple(sorted(reasons))))
    facts_of_each = [frozenset(view.get(ISM_FACTS, ())) for view in views]
    facts = frozenset.intersection(*facts_of_each)
    if any(APPROXIMATE in facts_of_one for facts_of_one in facts_of_each):
        facts |= {APPROXIMATE}
    if facts:
        kept.append(Category(ISM_FACTS, "informative", tuple(sorted(facts))))
    settled = {COMPILATION, ISM_FACTS, OWNER}
    shared = {
        category
        for category in portions[0].categories
        if category.type == "informative" and category.tag not in settled
    }
    for label in portions[1:]:
        shared &= set(label.categories)
        if not shared:
            break
    return kept + sorted(shared)
