"""What a decision asks of an approved visit.

Spec: spec/agreement.md §3; spec/interfaces.md §4; R37.
"""

from __future__ import annotations

from sealane.decisions.terms import Case


def visit_approved(case: Case) -> bool:
    """The host approved a visit of this person to this place for this day, up to this level. Spec:
    R37.
    """
    visit, place = case.request.visit, case.request.facility
    return (
        visit is not None
        and place is not None
        and case.subject.id in visit.people
        and visit.facility == place.id
        and visit.since <= case.at < visit.until
        and _within(case, visit.level, place.country)
    )


def _within(case: Case, approved: str, host: str) -> bool:
    """Whether the label's level is at most the one that was approved, named as the host calls it;
    else as any party does.
    """
    terms = case.terms
    policies = [terms.policy_of[host]] if host in terms.policy_of else []
    for policy in (*policies, *terms.policy_of.values()):
        row = terms.gives.get((policy, approved))
        if row is not None:
            return case.level is not None and case.level <= row.level
    return False
