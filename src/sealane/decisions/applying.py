"""Which agreements apply to one act, so that `several` can hold all of their forbids and duties.

Spec: spec/agreement.md §5; R1.
"""

from __future__ import annotations

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.decisions.asked import Request


def applying(request: Request, agreements: Agreements) -> tuple[str, ...]:
    """The agreement that the request names, those it rests on, and every other between the same
    states on the subject.

    Between the same states: it has exactly the same parties; a wider group binds a bilateral act
    only where it is named. On the subject: the item's area is one of its areas. Within its period,
    suspended or not: a suspended agreement still applies and refuses, because a suspension must
    never free an act that the agreement restricts.
    """
    at = request.at
    main = agreements.at(request.agreement, at)
    waiting = [request.agreement]
    for name in agreements:
        other = agreements.at(name, at)
        if (
            main is not None
            and other is not None
            and other.period.contains(at)
            and _parties(other) == _parties(main)
            and any(area.id == request.item.area for area in other.areas)
        ):
            waiting.append(name)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            other = agreements.at(name, at)
            waiting.extend(() if other is None else other.rests_on)
    return tuple(sorted(found))


def _parties(agreement: Agreement) -> frozenset[str]:
    return frozenset(party.id for party in agreement.parties)
