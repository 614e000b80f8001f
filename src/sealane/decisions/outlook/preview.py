"""Who can read this: the decision for each person of a directory, and the question a reader would
put about an item.

Spec: spec/agreement.md §10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from sealane.agreements.loaded import Agreements
from sealane.base.values import Instant
from sealane.decisions.asked import AskedItem, Consent, Facility, Request, Subject
from sealane.decisions.decide import Decision, decide
from sealane.decisions.markings import LabelRules
from sealane.labels.model.label import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A person at a place, for a purpose, at an instant; `recipient` is the person's own state."""

    subject: Subject
    facility: Facility | None
    purpose: str
    at: Instant
    action: str = "open"
    accept_unverified: bool = False


def who_can(
    request: Request,
    people: Iterable[tuple[Subject, Facility | None]],
    *,
    agreements: Agreements,
    schemes: LabelRules,
    accept_unverified: bool = False,
) -> Iterator[Decision]:
    """The decision for each person in place of the request's subject, by `decide` itself, in the
    given order.

    Each is asked as a reader for their own state; only `onward` keeps its recipient, the third
    party. The preview's digests are not those of a later act: its request was never made.
    """
    onward = request.action == "onward"
    for subject, facility in people:
        asked = msgspec.structs.replace(
            request,
            subject=subject,
            facility=facility,
            normal=_never_asked,
            recipient=request.recipient if onward else subject.organisation_country,
        )
        yield decide(
            asked, agreements=agreements, schemes=schemes, accept_unverified=accept_unverified
        )


def _never_asked() -> bytes:
    return b"null"


def question(
    agreement: str, label: Label, item: AskedItem, reader: Reader, consents: Sequence[Consent]
) -> Request:
    """The request that this reader would make for this item."""
    return Request(
        action=reader.action,
        label=label,
        item=item,
        subject=reader.subject,
        recipient=reader.subject.organisation_country,
        purpose=reader.purpose,
        facility=reader.facility,
        assurance=None,
        consents=tuple(consents),
        agreement=agreement,
        at=reader.at,
        accept_unverified=reader.accept_unverified,
        third_agreement=None,
        normal=_never_asked,
    )
