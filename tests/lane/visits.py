"""A visit between the two nodes of a pair, from Japan to a base of Australia, for the tests of what
rests on it.
"""

from __future__ import annotations

from typing import Any

from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import CaseAsked
from tests import nations
from tests.lane.dialogue import at, said, settled

DAY = 86_400
BASE, LEVEL = "aus.registry", "SECRET"
ASKS, HOSTS = "jpn.security", "aus.security"


def asked(pair: nations.Pair, agreement: str = nations.AGREEMENT, **changes: Any) -> str:
    """A visit of jpn.sato that is requested at both nodes; its number."""
    form = {
        "subject": "Port security",
        "level": LEVEL,
        "facility": BASE,
        "from": at(pair, 40 * DAY),
        "until": at(pair, 43 * DAY),
        "visitors": ["jpn.sato"],
    }
    wanted = CaseAsked(kind="visit", with_="AUS", agreement=agreement, form=form | changes)
    case = acting.open_case(pair.jpn, wanted, person=ASKS)
    settled(pair)
    return case


def approve(pair: nations.Pair, case: str, level: str = LEVEL) -> None:
    """The host approves it, and both know."""
    said(pair.aus, case, "approve", person=HOSTS, level=level, subject="Port security")
    settled(pair)


def begun(pair: nations.Pair, **changes: Any) -> str:
    """A visit that is under way: its second day has come."""
    case = asked(pair, **changes)
    approve(pair, case)
    pair.clock.pass_(41 * DAY)
    settled(pair)
    return case
