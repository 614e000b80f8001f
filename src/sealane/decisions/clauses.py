"""What each check asks of a request: the whole meaning of the clause vocabulary, one short function
each.

A check answers True only when what it asks is shown; anything missing, late, unknown or in doubt is
False. Ends are outside their interval: what expires at T has expired at T, and a missing end has
passed.
Spec: spec/agreement.md §3; spec/interfaces.md §4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from sealane.agreements.agreement import Agreement
from sealane.agreements.vocabulary import BASES_BY_CONSENT
from sealane.base.values import years_later
from sealane.decisions.asked import Consent, HeldClearance
from sealane.decisions.markings import accepts, releasable
from sealane.decisions.terms import Case
from sealane.decisions.visited import visit_approved


def never(_: Case) -> bool:
    """What a forbid without a check asks."""
    return False


def in_force(case: Case) -> bool:
    """The agreement, and all that it rests on, is in force now. Spec: R1, R8."""
    return stands(case.terms.agreement, case)


def stands(agreement: Agreement, case: Case) -> bool:
    """Whether an agreement and all that it rests on are in force at the case's instant."""
    at = case.at
    if not agreement.in_force(at):
        return False
    for name in agreement.rests_on:
        base = case.agreements.at(name, at)
        if base is None or not base.in_force(at):
            return False
    return True


def row(case: Case) -> bool:
    """The label has a row under this agreement, was made by now, and its own scheme accepts it.
    Spec: R3, R5.
    """
    label, own = case.request.label, case.terms.groups
    return case.level is not None and accepts(case.schemes, label, case.at, own)


def row_accepted(case: Case) -> bool:
    """The row has a primary source, or the operator or the request accepts that it has none."""
    if case.accepted:
        return True
    found = case.terms.gives.get((case.request.label.policy, case.request.label.classification))
    return found is not None and found.status == "verified"


def ceiling(case: Case) -> bool:
    """The level is within the area's ceiling; an area that is not named has none."""
    return case.level is not None and case.level <= case.terms.ceilings.get(case.item.area, 0)


def label_of_provider(case: Case) -> bool:
    """The provider labelled it, in its own scheme: nobody releases under another mark."""
    label, provider = case.request.label, case.item.provider
    return label.originator == provider and label.policy == case.terms.policy_of.get(
        provider, provider
    )


def recipient_party(case: Case) -> bool:
    """The recipient is a party and not the provider."""
    recipient = case.request.recipient
    return recipient in case.terms.policy_of and recipient != case.item.provider


def recipient_releasable(case: Case) -> bool:
    """The recipient is within Releasable To as it stood for this label."""
    return case.request.recipient in releasable(
        case.request.label, case.groups, case.at, case.terms.groups
    )


def purpose(case: Case) -> bool:
    """The purpose is one of the item's, and all of those are in the agreement's list."""
    purposes = case.item.purposes
    return case.request.purpose in purposes and purposes <= case.terms.purposes


def listed_purpose(case: Case) -> bool:
    """A new purpose is in the agreement's list; that the item has it too is not asked."""
    return case.request.purpose in case.terms.purposes


def lower_level(case: Case) -> bool:
    """The new level is one of the provider's scheme, with a row of its own here, below the
    label's.
    """
    terms, label, target = case.terms, case.request.label, case.request.target
    if target is None or case.level is None or label.policy != terms.policy_of[case.item.provider]:
        return False
    lowered = replace(label, classification=target)
    row_below = terms.level_of(lowered, case.item.provider, case.item.area)
    return row_below is not None and row_below < case.level


def time_limit(case: Case) -> bool:
    """The item has a last instant, and it has not come."""
    return case.item.until is not None and case.at < case.item.until


def not_recalled(case: Case) -> bool:
    """The provider has not called the item back."""
    return not case.item.recalled


def assurance(case: Case) -> bool:
    """The recipient itself assured clearance, need and protection, by now. Spec: R30."""
    given = case.request.assurance
    return (
        given is not None
        and given.by == case.request.recipient
        and given.at <= case.at
        and given.clearance
        and given.need
        and given.protection
    )


def release_officer(case: Case) -> bool:
    """A release officer is named who is not the originator. Spec: R64."""
    item = case.item
    return (
        item.release_officer is not None
        and item.originator is not None
        and item.release_officer != item.originator
    )


def second_signer(case: Case) -> bool:
    """A second signer is named."""
    return case.item.second_signer is not None


def joint_committee(case: Case) -> bool:
    """A decision of the joint committee is cited."""
    return case.item.joint_committee_ref is not None


def released(case: Case) -> bool:
    """Released to the reader's state; except for `onward`, whose recipient is the third party, that
    is the recipient.
    """
    holder, item = case.holder, case.item
    return (
        holder in item.released_to
        and holder != item.provider
        and (case.request.recipient == holder or case.request.action == "onward")
    )


def cleared(case: Case) -> bool:
    """One clearance reaches the level, and none of the person's is suspended: that voids all."""
    if case.level is None:
        return False
    clearances = case.subject.clearances
    for clearance in clearances:
        if clearance.status == "suspended":
            return False
    for clearance in clearances:  # noqa: SIM110 - a generator would cost as much as the checks
        if counts(case, clearance, case.level):
            return True
    return False


def counts(case: Case, clearance: HeldClearance, level: int) -> bool:
    """Whether one clearance reaches the level for this case. Spec: R22, R23, R24."""
    terms, at, state = case.terms, case.at, case.holder
    if (
        clearance.issuer != state
        or clearance.policy != terms.policy_of.get(state)
        or clearance.status != "active"
        or clearance.sponsor is None
        or clearance.granted > at
        or clearance.expires is None
        or clearance.expires <= at
    ):
        return False
    reach = terms.reaches.get((state, clearance.level))
    if (
        reach is None
        or reach.covers < level
        or (reach.areas is not None and case.item.area not in reach.areas)
    ):
        return False
    for fresh in reach.fresh:
        if (
            level in fresh.levels
            and case.item.area in fresh.areas
            and years_after(clearance.granted, fresh.years) <= at
        ):
            return False
    return clearance.basis not in BASES_BY_CONSENT or basis_consented(case, clearance.basis)


def basis_consented(case: Case, basis: str) -> bool:
    """Whether the provider consented to this basis; asked once per case, however many clearances
    rest on it.
    """
    if basis not in case.bases:
        case.bases[basis] = consented(case, basis, case.holder)
    return case.bases[basis]


def authorised(case: Case) -> bool:
    """An authorisation names the person for this item or its project, now. Spec: R20, R21."""
    item, at = case.item, case.at
    for given in case.subject.authorisations:
        named = (
            given.item == item.id
            if given.item
            else given.project is not None and given.project == item.project
        )
        if named and given.since <= at and given.until is not None and at < given.until:
            return True
    return False


def briefed(case: Case) -> bool:
    """A briefing on this very agreement holds now. Spec: R26."""
    name, at = case.terms.agreement.id, case.at
    for given in case.subject.briefings:
        if (
            given.agreement == name
            and given.on <= at
            and given.until is not None
            and at < given.until
        ):
            return True
    return False


def nationality(case: Case) -> bool:
    """The reader's state, and at least one citizenship, are within Releasable To. Spec: R25."""
    admitted = releasable(case.request.label, case.groups, case.at, case.terms.groups)
    return case.holder in admitted and not case.subject.nationality.isdisjoint(admitted)


def facility(case: Case) -> bool:
    """The place is accredited, in the reader's state and its levels, for the row; a view may also
    take place at the provider's.
    """
    place = case.request.facility
    if place is None or place.until is None or place.until <= case.at:
        return False
    if case.request.action == "view" and place.country == case.item.provider:
        return True
    terms, state = case.terms, case.holder
    accredited = terms.holds.get((state, place.level))
    return (
        place.country == state
        and place.policy == terms.policy_of.get(state)
        and accredited is not None
        and case.level is not None
        and case.level <= accredited
    )


def consent(case: Case) -> bool:
    """The provider said yes to this act for this item, to the holder's state; for `onward`, to this
    third party.
    """
    action = case.request.action
    return consented(case, action, case.request.recipient if action == "onward" else case.holder)


def consented(case: Case, act: str, to: str) -> bool:
    """The provider's standing yes to this act for this item, to whom it was said and for what it
    names, and no standing no to the same beside it.
    """
    item, at, yes = case.item, case.at, False
    for given in case.request.consents:
        # 1. It is the provider's word on this act and item, said by now, to this state.
        if given.act != act or given.item != item.id or given.by != item.provider or given.to != to:
            continue
        # 2. It stands: what has ended, a no included, says nothing any more.
        if given.at > at or given.until is None or given.until <= at:
            continue
        # 3. It is about what is asked: a yes to another purpose, level or person is not a yes.
        if not _names(case, given, act):
            continue
        if given.answer == "no":
            return False
        # 4. A yes to some paragraphs releases an extract of those, never the whole.
        yes = yes or given.paragraphs is None
    return yes


def _names(case: Case, given: Consent, act: str) -> bool:
    """Whether what an answer is limited to is what is asked; a new purpose, a new level and a
    person whose clearance counts by consent have to be named.
    """
    request = case.request
    level = request.target if act == "downgrade" else request.label.classification
    return (
        _is(given.purpose, request.purpose, must=act == "new-purpose")
        and _is(given.level, level, must=act == "downgrade")
        and _is(given.person, case.subject.id, must=act in BASES_BY_CONSENT)
    )


def _is(named: str | None, asked: str | None, *, must: bool) -> bool:
    return not must if named is None else named == asked


def third_agreement(case: Case) -> bool:
    """Holder and third party are bound by an agreement in force, as the provider is not to be asked
    to trust a stranger.
    """
    name, third = case.request.third_agreement, case.request.recipient
    if name is None or third in (case.holder, case.item.provider):
        return False
    other = case.agreements.at(name, case.at)
    return (
        other is not None
        and stands(other, case)
        and other.party(case.holder) is not None
        and other.party(third) is not None
    )


def separation(case: Case) -> bool:
    """No person is two of the five; a release asks nothing of the subject, so only the item's
    people are compared.
    """
    item, subject = case.item, case.subject
    maker, officer, signer = item.originator, item.release_officer, item.second_signer
    if maker is not None and maker in (officer, signer):
        return False
    if officer is not None and officer == signer:
        return False
    if case.request.action == "release":
        return True
    duties = set(subject.duties)
    for duty, person in ((0, maker), (1, officer), (2, signer)):
        if person is not None and person == subject.id:
            duties.add(duty)
    return len(duties) < 2


years_after = lru_cache(maxsize=1 << 12)(years_later)
"""The same date so many calendar years later; kept, for grants repeat."""


CHECKS: dict[str, tuple[str, Callable[[Case], bool]]] = {
    "in-force": ("agreement.not_in_force", in_force),
    "row": ("label.no_equivalent", row),
    "row-accepted": ("agreement.row_unverified", row_accepted),
    "ceiling": ("agreement.above_ceiling", ceiling),
    "label-of-provider": ("release.label_not_providers", label_of_provider),
    "recipient-party": ("release.recipient_not_party", recipient_party),
    "recipient-releasable": ("release.recipient_not_releasable", recipient_releasable),
    "purpose": ("request.purpose_not_allowed", purpose),
    "listed-purpose": ("request.purpose_not_listed", listed_purpose),
    "lower-level": ("downgrade.no_lower_level", lower_level),
    "visit-approved": ("visit.not_approved", visit_approved),
    "time-limit": ("release.time_limit", time_limit),
    "not-recalled": ("item.recalled", not_recalled),
    "assurance": ("release.no_assurance", assurance),
    "release-officer": ("release.no_officer", release_officer),
    "second-signer": ("release.no_second_signer", second_signer),
    "joint-committee": ("release.no_committee", joint_committee),
    "released": ("access.not_released", released),
    "cleared": ("access.not_cleared", cleared),
    "authorised": ("access.not_authorised", authorised),
    "briefed": ("access.not_briefed", briefed),
    "nationality": ("access.not_releasable", nationality),
    "facility": ("access.facility", facility),
    "consent": ("consent.missing", consent),
    "third-agreement": ("consent.no_third_agreement", third_agreement),
    "separation": ("duties.not_separated", separation),
}
