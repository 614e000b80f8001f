"""Activities between the two nodes of a pair, for the tests of what they narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from tests import nations
from tests.lane.dialogue import at, opened, said, settled
from tests.lane.within import changed
from tests.nations import Pair, share

DAY = 86_400
FROM, UNTIL = DAY, 20 * DAY
SECURITY = "jpn.security"


def planned(two: Pair, **form: Any) -> str:
    """An activity from tomorrow on, which Australia planned."""
    whole = {"title": "Sea trial", "from": at(two, FROM), "until": at(two, UNTIL)} | form
    case = str(opened(two.aus, "activity", whole)["id"])
    settled(two)
    return case


def named(two: Pair, case: str, *people: str) -> None:
    """Japan's people are authorised for it, as for any project."""
    since, until = at(two, -DAY), at(two, 300 * DAY)
    for person in people:
        with two.jpn.store.reading() as tx:
            held = two.jpn.person(tx, person)["authorisations"]
        given = {"project": case, "by": SECURITY, "from": since, "until": until}
        changed(two.jpn, person, authorisations=[*held, given])


def joined(two: Pair, case: str, *people: str, **form: Any) -> None:
    said(two.jpn, case, "join", person=SECURITY, people=list(people), **form)
    settled(two)


def under_way(two: Pair, **form: Any) -> str:
    """One that Japan's Sato takes part in, and that has begun."""
    case = planned(two, **form)
    named(two, case, "jpn.sato")
    joined(two, case, "jpn.sato")
    two.clock.pass_(FROM)
    settled(two)
    return case


def released(two: Pair, case: str, **terms: Any) -> str:
    item = share(two, project=case, **terms)
    settled(two)
    return item


def refused(work: Callable[[], Any]) -> list[str]:
    """The codes of what is unmet, as this nation or its partner says it."""
    with pytest.raises(SealaneError) as caught:
        work()
    details: Any = caught.value.details
    reasons = details["reasons"] if "reasons" in details else details["decision"]["reasons"]
    return (
        [one["code"] for one in reasons if not one["met"]]
        if "decision" in details
        else [one["code"] for one in reasons]
    )


def reads(two: Pair, item: str, person: str = "jpn.sato", purpose: str = "assessment") -> bytes:
    return nations.read(two, item, person, purpose)
