"""What is known of a decision's subcontractors by the inspections that stand in its case: which of
the fifteen points hold at each site, and until when.

Spec: spec/case.md §7; R49.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sealane.base.values import Instant, parse_instant
from sealane.cases.course import CaseStep, Course

INSPECT = "inspect"


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedSite:
    """One site of a subcontractor, by its newest inspection; None: it was never inspected."""

    subcontractor: str
    site: str | None = None
    by: str | None = None
    """The party that inspected it."""
    on: str | None = None
    next: str | None = None
    missing: tuple[str, ...] = ()
    """Points that did not hold."""
    holds: bool = False
    """Whether every point held and the next inspection is not due."""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "missing": list(self.missing)}


def points(found: Course) -> tuple[str, ...]:
    """All points of the checklist, in the order of the form."""
    event = found.kind.event_of(INSPECT)
    asked = () if event is None else event.field
    return next((one.values or () for one in asked if one.name == "points"), ())


def sites(found: Course, now: Instant) -> list[InspectedSite]:
    """Every site of every subcontractor of a decision, in the order of the form."""
    newest: dict[tuple[str, str], CaseStep] = {}
    for step in found.steps:
        if step.event == INSPECT:
            key = str(step.form["subcontractor"]), str(step.form["site"])
            known = newest.get(key)
            if known is None or _on(known) <= _on(step):
                newest[key] = step
    told = []
    for name in dict.fromkeys(found.form().get("subcontractors", ())):
        here = [step for (whose, _), step in newest.items() if whose == name]
        told += [_site(found, step, now) for step in here] or [
            InspectedSite(subcontractor=name, missing=points(found))
        ]
    return told


def _on(step: CaseStep) -> Instant:
    return parse_instant(step.form["on"])


def _site(found: Course, step: CaseStep, now: Instant) -> InspectedSite:
    missing = tuple(one for one in points(found) if one not in step.form["points"])
    return InspectedSite(
        subcontractor=str(step.form["subcontractor"]),
        site=str(step.form["site"]),
        by=step.by,
        on=str(step.form["on"]),
        next=str(step.form["next"]),
        missing=missing,
        holds=not missing and now < parse_instant(step.form["next"]),
    )


def lacking(found: Course, now: Instant) -> list[str]:
    """The subcontractors of which a site does not hold now, or none was inspected."""
    names = [one.subcontractor for one in sites(found, now) if not one.holds]
    return list(dict.fromkeys(names))
