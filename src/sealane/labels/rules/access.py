"""Access by label and clearance alone: every condition listed, in a stable order, naming no caveat.

Permissive: any one held. Restrictive: all held. Citizenship and organisation are asked apart. What
needs a consent needs a recorded one; a downgrade date is applied only at a trusted instant. Unknown
or invalid labels refuse.
Spec: ADatP-4774.1 (decision); ISM-ACES; spec/labels.md §Consent, §Dates and successions,
§Nationality, §Membership over time, §What a reader is told.
"""

from __future__ import annotations

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.clearance import Clearance
from sealane.labels.model.label import RELEASABLE_TO, Category, Label
from sealane.labels.model.scheme import AccessRule, Scheme, Schemes, Tag
from sealane.labels.model.verdict import Condition, Verdict
from sealane.labels.rules.acceptance import value_of

TEXTS = {
    "access.label": (
        "The label is valid under its own policy.",
        "ラベルが自らの方式で妥当である。",
    ),
    "access.policy": (
        "The clearance is of the label's policy.",
        "適格性がラベルの方式のものである。",
    ),
    "access.level": ("The classification is among those held.", "保有する区分に含まれる。"),
    "access.citizenship": ("A citizenship is among those admitted.", "開示できる国籍を持つ。"),
    "access.organisation": (
        "The organisation's country is among those admitted.",
        "所属組織の国が開示先に含まれる。",
    ),
    "access.permissive": (
        "One value of every permissive category is held.",
        "許可型カテゴリーごとに一つ以上を保有する。",
    ),
    "access.restrictive": (
        "Every value of every restrictive category is held.",
        "制限型カテゴリーの全ての値を保有する。",
    ),
    "access.nationality": (
        "The nationality rules of the caveats are met.",
        "取扱条件の国籍要件を満たす。",
    ),
    "access.affiliation": (
        "The organisation is one that the caveats ask for.",
        "所属組織が取扱条件の求めるものである。",
    ),
    "access.consent": (
        "Every consent that is needed is recorded.",
        "必要な同意がすべて記録されている。",
    ),
}


def _condition(code: str, met: bool) -> Condition:
    return Condition(code, met, *TEXTS[code])


INVALID = Verdict((_condition("access.label", False),))
"""What an unknown or invalid label gets: nothing, and one reason."""


def access(
    label: Label, clearance: Clearance, schemes: Schemes, *, at: Instant, trusted: bool
) -> Verdict:
    """Whether this person may have what this label marks.

    Args:
        at: the instant of asking.
        trusted: whether `at` comes from a trusted clock; without one no downgrade is applied.
    Raises: Malformed `label.unknown_policy`.
    """
    scheme = schemes[label.policy]
    in_effect = _in_effect(label, at) if trusted else label
    # An invalid label makes no successor good.
    if in_effect is not label and not _valid(label, scheme):
        return INVALID
    return scheme.rules.access(in_effect, clearance, scheme, at)


def access_generic(label: Label, person: Clearance, scheme: Scheme, at: Instant) -> Verdict:
    """The verdict under every scheme without rules of its own."""
    try:
        scheme.check(label)
        met = _conditions(label, person, scheme, at)
    except SealaneError:
        return INVALID
    conditions = [_condition(code, held) for code, held in {"access.label": True, **met}.items()]
    return Verdict(tuple(conditions), ("view", "copy"))


def _valid(label: Label, scheme: Scheme) -> bool:
    """Whether the whole label is one, its successor included: an invalid one makes no successor
    good.
    """
    try:
        scheme.check(label)
    except SealaneError:
        return False
    return True


def _in_effect(label: Label, at: Instant) -> Label:
    """The label as its succession has made it by now; a date without a successor changes
    nothing.
    """
    for _ in range(8):
        later = label.succession
        if later is None or later.label is None or at < parse_instant(later.at):
            break
        label = later.label
    return label


def _conditions(label: Label, person: Clearance, scheme: Scheme, at: Instant) -> dict[str, bool]:
    """Every condition by its code, in the order in which they are told."""
    created = None if label.created is None else parse_instant(label.created)
    # 1. Policy and level.
    met = {
        "access.policy": person.policy == label.policy,
        "access.level": label.classification in person.classifications,
    }
    # 2. The release list, or what the scheme says a missing one means; a guest of a caveat may
    #    come in where there is no list.
    met |= _release(label, person, scheme, at, created)
    if label.category(RELEASABLE_TO) is None and "access.citizenship" in met:
        met["access.citizenship"] |= _guest(label, person, scheme, at)
    # 3. Of each permissive category one value, of each restrictive category all.
    met |= {
        "access.permissive": True,
        "access.restrictive": True,
        "access.nationality": True,
        "access.consent": True,
    }
    for category in label.categories:
        tag = scheme.tag(category.tag)
        assert tag is not None
        release_list = category.tag == RELEASABLE_TO and tag.domain == "countries"
        if tag.type == "permissive" and not release_list:
            admitted = _admitted(tag, category, scheme, at, created)
            held = person.categories.get(category.tag, frozenset())
            met["access.permissive"] &= not held.isdisjoint(admitted)
        elif tag.type == "restrictive":
            for name in category.values:
                condition, holds = _restriction(tag, name, label, person, scheme=scheme, at=at)
                met[condition] = met.get(condition, True) and holds
    # 4. A level that is given to each recipient by name needs a consent that no label records.
    if label.classification in scheme.extra.get("per_recipient", ()):
        met["access.consent"] = False
    return met


def _restriction(
    tag: Tag, name: str, label: Label, person: Clearance, *, scheme: Scheme, at: Instant
) -> tuple[str, bool]:
    """Which condition a restrictive value belongs to, and whether it holds."""
    rule = access_rule(tag, name)
    if rule.kind in ("citizen", "posted"):
        return "access.nationality", _national(rule, person, scheme, at)
    if rule.kind == "consent":
        return "access.consent", consented(label, person, scheme, at)
    if rule.kind == "affiliated":
        on_list = rule.released and label.category(RELEASABLE_TO) is not None
        return "access.affiliation", on_list or person.organisation_country in rule.affiliations
    held = person.categories.get(tag.name, frozenset())
    return "access.restrictive", rule.kind == "none" or (rule.kind == "held" and name in held)


def _admitted(
    tag: Tag, category: Category, scheme: Scheme, at: Instant, created: Instant | None
) -> frozenset[str]:
    """The values of which one suffices; a group is reached by each of its members, as it was and
    is.
    """
    values = frozenset(category.values)
    if tag.domain != "countries":
        return values
    return values | scheme.groups.expand(values, at=at, created=created)


def access_rule(tag: Tag, name: str) -> AccessRule:
    """What a value asks of a person: its own rule, else its tag's for a value that is not
    listed.
    """
    value = value_of(tag, name)
    return tag.access if value is None else value.access


def _release(
    label: Label, person: Clearance, scheme: Scheme, at: Instant, created: Instant | None
) -> dict[str, bool]:
    """Citizenship and organisation against the list, or against what the scheme says a missing list
    means.
    """
    tag = scheme.tag(RELEASABLE_TO)
    if tag is None or tag.domain != "countries":
        return {}
    release_list = label.category(RELEASABLE_TO)
    admitted: frozenset[str] = frozenset()
    if release_list is not None:
        admitted = scheme.groups.expand(release_list.values, at=at, created=created)
    elif tag.absent == "unconstrained":
        return {}
    elif tag.absent == "national" and scheme.country:
        admitted = frozenset({scheme.country})
    return {
        "access.citizenship": not person.citizenships.isdisjoint(admitted),
        "access.organisation": person.organisation_country in admitted,
    }


def _national(rule: AccessRule, person: Clearance, scheme: Scheme, at: Instant) -> bool:
    """Any one matching citizenship suffices; a guest only while serving inside a named organisation
    of this country.
    """
    if not person.citizenships.isdisjoint(rule.citizens):
        return True
    if rule.kind != "posted" or person.organisation not in rule.organisations:
        return False
    guests = scheme.groups.expand(rule.guests, at=at)
    return person.organisation_country == scheme.country and not person.citizenships.isdisjoint(
        guests
    )


def _guest(label: Label, person: Clearance, scheme: Scheme, at: Instant) -> bool:
    """Whether a caveat of the label itself admits this guest, where no list says who else is
    admitted.

    AGAO names Five-Eyes representatives serving inside; a list, or another caveat, still asks what
    it asks.

    Spec: spec/labels.md §Nationality.
    """
    for category in label.categories:
        tag = scheme.tag(category.tag)
        if tag is None or tag.type != "restrictive":
            continue
        for name in category.values:
            rule = access_rule(tag, name)
            if rule.kind == "posted" and _national(rule, person, scheme, at):
                return True
    return False


def consented(label: Label, person: Clearance, scheme: Scheme, at: Instant) -> bool:
    """Whether the originator said yes, in force at this instant, and nowhere no."""
    by = label.originator or scheme.country
    answers = [
        consent.yes
        for consent in person.consents
        if consent.by == by and consent.at <= at < consent.until
    ]
    return bool(answers) and all(answers)
