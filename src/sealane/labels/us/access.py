"""Who may have a US label's information, by label and person alone; every condition must be met,
and each is named.

Nationality alone is never enough: the organisation that answers for the person must be American or
of a listed country.
Spec: ISM-ACES rules as read; S2, S5, S12, S13, S15, S17, S19, S22.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Scheme
from sealane.labels.us.rollup import WATER
from sealane.labels.us.vocabulary import (
    DISPLAY,
    DISSEM,
    EYES,
    FOUO,
    HIGH_WATER,
    JOINT,
    NOFORN,
    NON_IC,
    ORCON,
    ORCON_USGOV,
    RELIDO,
    SCI,
)

NO_CONDITION = {NOFORN, RELIDO, EYES, FOUO}
NF_VALUES = {"LES NOFORN", "SBU NOFORN"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a US decision asks about a person: levels and values held, citizenships, and the
    answering organisation.
    """

    policy: str
    classifications: frozenset[str]
    held: Mapping[str, frozenset[str]]
    citizenships: frozenset[str]
    organisation_country: str | None

    @property
    def american(self) -> bool:
        """An American who answers to an American organisation; a second citizenship does not
        matter.
        """
        return "USA" in self.citizenships and self.organisation_country == "USA"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: its code, whether it is met, and how it is said; no text names a caveat."""

    code: str
    met: bool
    text: str
    text_ja: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every condition in a stable order; `view_only` when the person may be shown the item and
    given no copy.
    """

    conditions: tuple[Condition, ...]
    view_only: bool = False

    @property
    def permit(self) -> bool:
        return all(condition.met for condition in self.conditions)


TEXTS = {
    "us.valid": ("The label is valid.", "ラベルが妥当である。"),
    "us.policy": ("The clearance is of this policy.", "適格性がこの方針のものである。"),
    "us.level": ("The classification is among those held.", "保有する区分に含まれる。"),
    "us.disclosure": (
        "The marking admits the person's citizenship and organisation.",
        "標識が、その者の国籍と所属組織に開示を認めている。",
    ),
    "us.joint": (
        "The person and the organisation belong to an owner.",
        "その者と所属組織が所有国に属する。",
    ),
    "us.consent": ("The originator's recorded consent is at hand.", "作成者の同意の記録がある。"),
    "us.held": ("Every control is held.", "全ての統制について資格を保有する。"),
    "us.nato": ("The NATO read-on reaches this level.", "NATO 情報の取扱資格がこの水準に達する。"),
    "us.listed": ("Something in every list is held.", "各一覧のいずれかを保有する。"),
}


def access_us(label: Label, person: Person, scheme: Scheme, at: Instant) -> Verdict:
    """Whether this person may have what the label marks, at this instant; invalid labels decide
    nothing.

    Spec: see the module.
    """
    try:
        scheme.check(label, at=at)
        released, shown = _admitted(label, scheme, at)
    except SealaneError:
        return Verdict((_condition("us.valid", False),))
    full = _release(label, person, released)
    view = not full and _by_list(person, shown)
    level = (
        "SECRET"
        if label.values(JOINT) and label.classification == "CONFIDENTIAL"
        else label.classification
    )
    tests: dict[str, bool] = {
        "us.valid": True,
        "us.policy": person.policy == scheme.id,
        "us.level": level in person.classifications,
        "us.disclosure": full or view,
    }
    controls = set(label.values(DISSEM))
    if joint := label.values(JOINT):
        owners = scheme.groups.expand(joint, at=at)
        tests["us.joint"] = (
            bool(owners & person.citizenships) and person.organisation_country in owners
        )
    if controls & {ORCON, ORCON_USGOV}:
        tests["us.consent"] = False
    tests.update(_held(label, person))
    return Verdict(tuple(_condition(code, met) for code, met in tests.items()), view_only=view)


def _condition(code: str, met: bool) -> Condition:
    return Condition(code, met, *TEXTS[code])


def _admitted(label: Label, scheme: Scheme, at: Instant) -> tuple[frozenset[str], frozenset[str]]:
    """Countries released to and shown to; groups count as they were when the label was made and as
    they are now.
    """
    created = None if label.created is None else parse_instant(label.created)
    released = scheme.groups.expand(label.values(RELEASABLE_TO), at=at, created=created)
    return released, released | scheme.groups.expand(label.values(DISPLAY), at=at, created=created)


def _release(label: Label, person: Person, released: frozenset[str]) -> bool:
    """NOFORN and unmarked information is for Americans; a list admits whom it names, under an
    organisation it names.
    """
    if NOFORN in label.values(DISSEM) or NF_VALUES & set(label.values(NON_IC)):
        return person.american
    return person.american or _by_list(person, released)


def _by_list(person: Person, countries: frozenset[str]) -> bool:
    return bool(countries & person.citizenships) and person.organisation_country in countries | {
        "USA"
    }


def _held(label: Label, person: Person) -> dict[str, bool]:
    """Restrictions all held, other permissive lists any held, the NATO read-on by rank."""
    tests: dict[str, bool] = {}
    restrictive = [
        one for one in label.categories if one.type == "restrictive" and one.tag != HIGH_WATER
    ]
    permissive = [
        one
        for one in label.categories
        if one.type == "permissive" and one.tag not in (RELEASABLE_TO, DISPLAY, JOINT)
    ]
    if restrictive:
        tests["us.held"] = all(_holds_all(category, person) for category in restrictive)
    if permissive:
        tests["us.listed"] = all(
            set(one.values) & person.held.get(one.tag, frozenset()) for one in permissive
        )
    if water := label.values(HIGH_WATER):
        rank = _rank(water)
        tests["us.nato"] = any(
            _rank((value,)) >= rank for value in person.held.get(HIGH_WATER, frozenset())
        )
    return tests


def _rank(values: tuple[str, ...]) -> int:
    return max(WATER.index(value) if value in WATER else -1 for value in values)


def _holds_all(category: Category, person: Person) -> bool:
    held = set(person.held.get(category.tag, frozenset()))
    if category.tag == SCI:
        held |= {
            part for value in held for part in (value.partition("-")[0], value.partition(" ")[0])
        }
    wanted = set(category.values)
    if category.tag == DISSEM:
        wanted -= NO_CONDITION | {ORCON, ORCON_USGOV}
    elif category.tag == NON_IC:
        wanted = {
            "LES" if one == "LES NOFORN" else "SBU" if one == "SBU NOFORN" else one
            for one in wanted
        }
        held |= {
            "LES" if one == "LES NOFORN" else "SBU" if one == "SBU NOFORN" else one for one in held
        }
    return wanted <= held
