"""Clauses that can err, found without a scenario: every check is asked at every corner of what the
file names.

A check reads a label or a person's records through the agreement's own tables, so what could make
it err is a word or a number that stands in the file: each row's words, groups and parties as
releasability, each grade at the earliest and latest dates there are. What a hostile request could
do beyond that is refused at parsing or refuses by an error.
Spec: spec/agreement.md §4.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, parse_instant
from sealane.decisions.asked import (
    AskedItem,
    Authorisation,
    Briefing,
    Consent,
    Facility,
    HeldClearance,
    Request,
    Subject,
)
from sealane.decisions.clauses import CHECKS
from sealane.decisions.compiled import terms_of
from sealane.decisions.markings import LabelRules
from sealane.decisions.terms import Case
from sealane.labels.model.label import RELEASABLE_TO, Category, Label

EARLIEST, LATEST = parse_instant("0001-01-01T00:00:00Z"), parse_instant("9999-12-31T23:59:59Z")
MAX_CORNERS = 100_000
LEAP = parse_instant("2024-02-29T12:00:00Z")


def erring(agreement: Agreement, *, agreements: Agreements, schemes: LabelRules) -> dict[str, str]:
    """The clauses that err at some corner, with the kind of error met first.

    Args:
        agreements: all that are loaded, this one among them.
    """
    asked = [(clause, CHECKS[clause.unless][1]) for clause in agreement.clauses if clause.unless]
    compiled, found = terms_of(agreement), dict[str, str]()
    for request in itertools.islice(corners(agreement), MAX_CORNERS):
        case = Case(request, compiled, agreements, schemes, True)
        for clause, check in asked:
            if clause.id in found or request.action not in clause.actions:
                continue
            try:
                check(case)
            except Exception as error:  # noqa: BLE001 - whatever it is, the clause can err
                found[clause.id] = (
                    error.code if isinstance(error, SealaneError) else type(error).__name__
                )
    return found


def corners(agreement: Agreement) -> Iterator[Request]:
    """Requests that touch every word and date of the file at least
    once, for each of its actions.
    """
    begin, end = agreement.period.since, agreement.period.until
    instants = [begin, Instant(begin + SECOND), LATEST, *([] if end is None else [end])]
    for action in agreement.actions:
        for party in agreement.parties:
            base = _request(agreement, party.id, action, begin)
            for at in instants:
                yield msgspec.structs.replace(base, at=at)
                for changes in (*_labels(agreement, party.id), *_people(agreement, party.id)):
                    yield msgspec.structs.replace(base, at=at, **changes)


def _labels(agreement: Agreement, provider: str) -> Iterator[dict[str, Any]]:
    tokens = [*(group.id for group in agreement.groups), *(party.id for party in agreement.parties)]
    words = [word for row in agreement.rows for word in row.gives.get(provider, ())] or ["-"]
    policy = next(party.policy for party in agreement.parties if party.id == provider)
    for word in words:
        yield {"label": Label(policy=policy, classification=word, originator=provider)}
    for token in tokens:
        yield {
            "label": Label(
                policy=policy,
                classification=words[0],
                originator=provider,
                categories=(Category(RELEASABLE_TO, "permissive", (token,)),),
            )
        }


def _people(agreement: Agreement, provider: str) -> Iterator[dict[str, Any]]:
    levels = {
        row.level: area.id
        for row in agreement.rows
        for area in agreement.areas
        if row.areas is None or area.id in row.areas
    }
    for reach in agreement.clearances:
        areas = (
            sorted({area for fresh in reach.fresh for area in fresh.areas})
            or list(levels.values())[:1]
        )
        policy = next(
            (party.policy for party in agreement.parties if party.id == reach.party), reach.party
        )
        for area in areas:
            for granted in (EARLIEST, LEAP, LATEST):
                held = HeldClearance(
                    issuer=reach.party,
                    policy=policy,
                    level=reach.level,
                    basis="assessed",
                    granted=granted,
                    expires=Instant(LATEST + SECOND),
                    sponsor="s",
                    status="active",
                )
                for row in agreement.rows:
                    for word in row.gives.get(provider, ()):
                        label = Label(
                            policy=_policy(agreement, provider),
                            classification=word,
                            originator=provider,
                        )
                        yield {
                            "subject": _subject(reach.party, (held,)),
                            "label": label,
                            "item": _item(provider, area),
                        }


def _policy(agreement: Agreement, party: str) -> str:
    return next(one.policy for one in agreement.parties if one.id == party)


def _item(provider: str, area: str) -> AskedItem:
    return AskedItem(
        id="i",
        area=area,
        kind="file",
        provider=provider,
        purposes=frozenset(("p",)),
        released_to=frozenset(),
        recalled=False,
        project=None,
        until=LATEST,
        originator=None,
        release_officer=None,
        second_signer=None,
        joint_committee_ref=None,
    )


def _subject(country: str, clearances: tuple[HeldClearance, ...]) -> Subject:
    return Subject(
        id="s",
        nationality=frozenset((country,)),
        organisation="o",
        organisation_country=country,
        clearances=clearances,
        briefings=(Briefing(agreement="-", on=EARLIEST, until=None),),
        roles=frozenset(),
        duties=frozenset(),
        authorisations=(Authorisation(item="i", project=None, by="x", since=EARLIEST, until=None),),
    )


def _request(agreement: Agreement, provider: str, action: str, at: Instant) -> Request:
    other = next((party.id for party in agreement.parties if party.id != provider), provider)
    area = agreement.areas[0].id if agreement.areas else "-"
    consent = Consent(
        act=action, item="i", to=None, by=provider, answer="yes", at=EARLIEST, until=None
    )
    return Request(
        action=action,
        label=Label(policy=_policy(agreement, provider), classification="-", originator=provider),
        item=_item(provider, area),
        subject=_subject(other, ()),
        recipient=other,
        purpose="p",
        facility=Facility(id="f", country=other, policy="-", level="-", until=LATEST),
        assurance=None,
        consents=(consent,),
        agreement=agreement.id,
        at=at,
        accept_unverified=True,
        third_agreement=agreement.id,
        normal=bytes,
    )
