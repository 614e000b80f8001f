"""Who may have a US label's information, by label and person alone; every condition must be met,
and each is named.

Nationality alone is never enough: the organisation that answers for the person must be American or
of a listed country.
Spec: ISM-ACES V2021-NOV; CAPCO Register and Manual 2016 (table 5); spec/labels.md §What absence
means, §Consent, §Display only, §Nationality, §Joint ownership, §NATO inside a US document,
§Membership over time.
"""

from __future__ import annotations

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.clearance import Clearance
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.model.scheme import Scheme
from sealane.labels.model.verdict import Condition, Verdict
from sealane.labels.rules.access import access_rule, consented
from sealane.labels.us.disclosure import NF_BY_NATURE
from sealane.labels.us.nato import LEVELS, WATER, reaches, water_of
from sealane.labels.us.vocabulary import (
    DISPLAY,
    DISSEM,
    HIGH_WATER,
    JOINT,
    NOFORN,
    NON_IC,
    ORCON,
    ORCON_USGOV,
    RELEASE_TAGS,
    SCI,
)

TEXTS = {
    "us.valid": ("The label is valid.", "ラベルが妥当である。"),
    "us.policy": ("The clearance is of this policy.", "適格性がこの方針のものである。"),
    "us.level": ("The classification is among those held.", "保有する区分に含まれる。"),
    "us.disclosure": (
        "The marking admits the person's citizenship and organisation.",
        "標示が、その者の国籍と所属組織に開示を認めている。",
    ),
    "us.affiliation": (
        "The organisation is one that the controls ask for.",
        "所属組織が統制の求めるものである。",
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
        "us.level": _cleared(level, person),
        "us.disclosure": released_to or shown_only,
    }
    # 4. What its originator controls needs the originator's recorded consent.
    if {ORCON, ORCON_USGOV} & set(label.values(DISSEM)):
        tests["us.consent"] = consented(label, person, scheme, at)
    # 5. Controls by what the scheme says that each asks; lists that the person must hold.
    tests.update(_controls(label, person, scheme))
    tests.update(_lists(label, person))
    # 6. The read-on of NATO, for what is NATO's or holds something of it.
    tests.update(_nato(label, person))
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


def _cleared(level: str, person: Clearance) -> bool:
    """UNCLASSIFIED asks for no clearance, and RESTRICTED, which is foreign, for any.

    Spec: ISM-ACES V2021-NOV table 3.
    """
    if level == "UNCLASSIFIED":
        return True
    if level == "RESTRICTED":
        return not person.classifications.isdisjoint(LEVELS[1:])
    return level in person.classifications


def _controls(label: Label, person: Clearance, scheme: Scheme) -> dict[str, bool]:
    """What each control asks by the scheme: nothing, an American organisation, or to be held."""
    tests: dict[str, bool] = {}
    for category in label.categories:
        if category.type != "restrictive" or category.tag == HIGH_WATER:
            continue
        tag = scheme.tag(category.tag)
        assert tag is not None
        for name in category.values:
            rule = access_rule(tag, name)
            if rule.kind == "affiliated":
                met = person.organisation_country in rule.affiliations
                met = met or (rule.released and _listed(label))
                tests["us.affiliation"] = tests.get("us.affiliation", True) and met
            elif rule.kind in ("held", "nobody"):
                met = rule.kind == "held" and name in _held(category.tag, person)
                tests["us.held"] = tests.get("us.held", True) and met
    return tests


def _listed(label: Label) -> bool:
    """Whether a list says to whom the label is released or shown."""
    return not RELEASE_TAGS.isdisjoint(category.tag for category in label.categories)


def _held(tag: str, person: Clearance) -> frozenset[str]:
    """The values held under a tag; a compartment holds its control system too."""
    held = person.categories.get(tag, frozenset())
    if tag == SCI:
        above = {
            part for value in held for part in (value.partition("-")[0], value.partition(" ")[0])
        }
        return held | above
    return held


def _lists(label: Label, person: Clearance) -> dict[str, bool]:
    """One value of every permissive list that is not about countries."""
    lists = [
        one
        for one in label.categories
        if one.type == "permissive" and one.tag not in (RELEASABLE_TO, DISPLAY, JOINT)
    ]
    if not lists:
        return {}
    met = all(set(one.values) & person.categories.get(one.tag, frozenset()) for one in lists)
    return {"us.listed": met}


def _nato(label: Label, person: Clearance) -> dict[str, bool]:
    """A read-on of the level or above; NATO UNCLASSIFIED asks for an American organisation, or the
    list.

    Spec: ISM-ACES V2021-NOV table 5, ISM-ACES V2021-NOV table 24.
    """
    view = {category.tag: category.values for category in label.categories}
    water = water_of(label.classification, view)
    if water is None:
        return {}
    if water == WATER[0]:
        return {"us.nato": _listed(label) or person.organisation_country == "USA"}
    return {"us.nato": reaches(person.categories.get(HIGH_WATER, frozenset()), water)}
