"""Who may have a US label's information, by label and person alone; every condition must be met,
and each is named.

Nationality alone is never enough: the organisation that answers for the person must be American or
of a listed country.
Spec: ISM-ACES (as read); spec/labels.md §What absence means, §Consent, §Display only, §Nationality,
§Joint ownership, §NATO inside a US document, §Membership over time.
"""

from __future__ import annotations

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.clearance import Clearance
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import Scheme
from sealane.labels.model.verdict import Condition, Verdict
from sealane.labels.rules.access import consented
from sealane.labels.us.disclosure import NF_BY_NATURE
from sealane.labels.us.product import WATER
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


def access_us(label: Label, person: Clearance, scheme: Scheme, at: Instant) -> Verdict:
    """Whether this person may have what the label marks, at this instant; invalid labels decide
    nothing. The right to copy is missing where the person may only be shown the item.
    """
    # 1. Nothing is decided by a label that the scheme refuses, or by a group out of use.
    try:
        scheme.check(label, at=at)
        released, shown = _admitted(label, scheme, at)
    except SealaneError:
        return Verdict((_condition("us.valid", False),))
    # 2. Policy and level; what is CONFIDENTIAL and JOINT is read by whoever is cleared to SECRET.
    level = label.classification
    if label.values(JOINT) and level == "CONFIDENTIAL":
        level = "SECRET"
    # 3. Foreign disclosure: released to the person, or at least shown.
    released_to = _release(label, person, released)
    shown_only = not released_to and _by_list(person, shown)
    tests = {
        "us.valid": True,
        "us.policy": person.policy == scheme.id,
        "us.level": level in person.classifications,
        "us.disclosure": released_to or shown_only,
    }
    # 4. What is JOINT belongs to its owners alone.
    if joint := label.values(JOINT):
        owners = scheme.groups.expand(joint, at=at)
        a_citizen = bool(owners & person.citizenships)
        tests["us.joint"] = a_citizen and person.organisation_country in owners
    # 5. What its originator controls needs the originator's recorded consent.
    if {ORCON, ORCON_USGOV} & set(label.values(DISSEM)):
        tests["us.consent"] = consented(label, person, scheme, at)
    # 6. Controls, lists and read-ons that the person must hold.
    tests.update(_held(label, person))
    conditions = tuple(_condition(code, met) for code, met in tests.items())
    return Verdict(conditions, ("view",) if shown_only else ("view", "copy"))


def _condition(code: str, met: bool) -> Condition:
    return Condition(code, met, *TEXTS[code])


def american(person: Clearance) -> bool:
    """Whether an American answers to an American organisation; a second citizenship does not
    matter.
    """
    return "USA" in person.citizenships and person.organisation_country == "USA"


def _admitted(label: Label, scheme: Scheme, at: Instant) -> tuple[frozenset[str], frozenset[str]]:
    """Countries released to and shown to; groups count as they were when the label was made and as
    they are now.
    """
    created = None if label.created is None else parse_instant(label.created)
    released = scheme.groups.expand(label.values(RELEASABLE_TO), at=at, created=created)
    return released, released | scheme.groups.expand(label.values(DISPLAY), at=at, created=created)


def _release(label: Label, person: Clearance, released: frozenset[str]) -> bool:
    """NOFORN and unmarked information is for Americans; a list admits whom it names, under an
    organisation it names.
    """
    if NOFORN in label.values(DISSEM) or not NF_BY_NATURE.keys().isdisjoint(label.values(NON_IC)):
        return american(person)
    return american(person) or _by_list(person, released)


def _by_list(person: Clearance, countries: frozenset[str]) -> bool:
    return bool(countries & person.citizenships) and person.organisation_country in countries | {
        "USA"
    }


def _held(label: Label, person: Clearance) -> dict[str, bool]:
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
            set(one.values) & person.categories.get(one.tag, frozenset()) for one in permissive
        )
    if water := label.values(HIGH_WATER):
        rank = _rank(water)
        tests["us.nato"] = any(
            _rank((value,)) >= rank for value in person.categories.get(HIGH_WATER, frozenset())
        )
    return tests


def _rank(values: tuple[str, ...]) -> int:
    return max(WATER.index(value) if value in WATER else -1 for value in values)


def _holds_all(category: Category, person: Clearance) -> bool:
    held = set(person.categories.get(category.tag, frozenset()))
    if category.tag == SCI:
        held |= {
            part for value in held for part in (value.partition("-")[0], value.partition(" ")[0])
        }
    wanted = set(category.values)
    if category.tag == DISSEM:
        wanted -= NO_CONDITION | {ORCON, ORCON_USGOV}
    elif category.tag == NON_IC:
        wanted = {NF_BY_NATURE.get(value, value) for value in wanted}
        held |= {NF_BY_NATURE.get(value, value) for value in held}
    return wanted <= held
