"""One item, one reader, and what both are judged in: a single question about opening.

Spec: spec/agreement.md §7.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base.values import Instant
from sealane.decisions.asked import AskedItem, Consent, Facility, Request, Subject
from sealane.decisions.decide import Decision, decide_under
from sealane.decisions.markings import LabelRules
from sealane.labels.model.label import Label


@dataclass(frozen=True, slots=True)
class Held:
    """One item of a registry, with its label and the consents recorded for it."""

    item: AskedItem
    label: Label
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedReader:
    """One person of a directory, and where that person reads."""

    subject: Subject
    facility: Facility | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What both versions are judged in: the other agreements, the schemes, the operator's policy,
    the instant.
    """

    agreements: Agreements
    schemes: LabelRules
    accepted: bool
    at: Instant

    def ask(
        self, agreement: Agreement, held: Held, reader: PlacedReader
    ) -> tuple[Request, Decision]:
        """Whether this reader may open this item under this version, for a purpose of the item: by
        `decide`.
        """
        subject = reader.subject
        request = Request(
            action="open",
            label=held.label,
            item=held.item,
            subject=subject,
            recipient=subject.organisation_country,
            purpose=min(held.item.purposes, default=""),
            facility=reader.facility,
            assurance=None,
            consents=held.consents,
            agreement=agreement.id,
            at=self.at,
            accept_unverified=self.accepted,
            third_agreement=None,
            normal=bytes,
        )
        return request, decide_under(
            agreement,
            request,
            agreements=self.agreements,
            schemes=self.schemes,
            accepted=self.accepted,
        )

    def reads(self, agreement: Agreement, held: Held, reader: PlacedReader) -> bool:
        """The verdict alone."""
        return self.ask(agreement, held, reader)[1].permit
