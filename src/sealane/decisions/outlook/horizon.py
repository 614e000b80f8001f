"""Until when a verdict stands: the earliest instant after the asked one at which any clause can
come out differently.

Clauses look at time only through dated facts, and each turns exactly at its beginning or end; so
between two dated facts nothing changes. What is not recorded yet can of course change a verdict
sooner: this is about time alone.
Spec: spec/agreement.md §10; R22.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from sealane.agreements.loaded import Agreements
from sealane.base.values import Instant, parse_instant
from sealane.decisions.asked import AskedItem, Consent, Facility, Request, Subject
from sealane.decisions.clauses import years_after
from sealane.labels.model.label import RELEASABLE_TO, Label


class DatedGroups(Protocol):
    """What is asked of groups here; `sealane.labels.model.groups.CountryGroups` in earnest."""

    def dates(self, tokens: Iterable[str]) -> frozenset[Instant]: ...


Dates = Iterator[Instant | None]


def holds_until(request: Request, *, agreements: Agreements, groups: DatedGroups) -> Instant | None:
    """The first instant after `request.at` at which the answer to the same question may differ;
    None: never by time alone.
    """
    return first_after(request.at, every_date(request, agreements, groups))


def first_after(at: Instant, dates: Iterable[Instant | None]) -> Instant | None:
    """The earliest of these after the instant."""
    return min((date for date in dates if date is not None and date > at), default=None)


def every_date(request: Request, agreements: Agreements, groups: DatedGroups) -> Dates:
    """Every dated fact that some clause may look at."""
    yield from of_agreement(request.agreement, agreements)
    yield from of_agreement(request.third_agreement, agreements)
    yield from of_reader(request.subject, request.facility, request.agreement, agreements)
    yield from of_item(request.item, request.label, request.consents, groups)
    if request.assurance is not None:
        yield request.assurance.at
    if request.visit is not None:
        yield from (request.visit.since, request.visit.until)


def of_agreement(name: str | None, agreements: Agreements) -> Dates:
    """Beginnings, ends and suspensions of every version, and of those that it rests on."""
    for version in () if name is None else agreements.versions(name):
        for base in (
            version,
            *(one for other in version.rests_on for one in agreements.versions(other)),
        ):
            for period in (base.period, *base.suspensions):
                yield from (period.since, period.until)


def of_reader(subject: Subject, place: Facility | None, name: str, agreements: Agreements) -> Dates:
    """Clearances, with the age at which some no longer count, briefings, authorisations and the
    facility.
    """
    years = {
        fresh.years
        for version in agreements.versions(name)
        for reach in version.clearances
        for fresh in reach.fresh
    }
    for clearance in subject.clearances:
        yield from (clearance.granted, clearance.expires)
        yield from (years_after(clearance.granted, age) for age in years)
    for briefing in subject.briefings:
        yield from (briefing.on, briefing.until)
    for given in subject.authorisations:
        yield from (given.since, given.until)
    if place is not None:
        yield place.until


def of_item(
    item: AskedItem, label: Label, consents: Iterable[Consent], groups: DatedGroups
) -> Dates:
    """The item's time limit, the consents for it, and the groups that its label releases to."""
    yield item.until
    for consent in consents:
        yield from (consent.at, consent.until)
    tokens = label.values(RELEASABLE_TO)
    yield from groups.dates(tokens)
    if label.created is not None:
        yield parse_instant(label.created)
