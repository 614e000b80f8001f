"""Acts upon a partner that nobody does alone: the operator with the security officer, two persons
of the directory.

The embedded profile takes both names as they are given, and its ledger says so (`unproven`).
Spec: spec/exchange.md §2; spec/ledger.md §6; R64.
"""

from __future__ import annotations

from sealane.base.errors import Code
from sealane.ports import Tx
from sealane.registry.records import Duty
from sealane.services.node import WRONG_DUTY, Node

UNPROVEN = "unproven"
"""How a name that was only given was proven."""
BOTH = (Duty.OPERATOR, Duty.SECURITY_OFFICER)


def require_two(
    node: Node, tx: Tx, people: tuple[str | None, str | None], *, needed: Code, party: str
) -> list[str]:
    """The two persons who do this, one the operator and the other the security officer.

    Args:
        people: who acts, and the second.
        needed: what is raised where they are not two.
    Raises: NotFound `person.unknown`; Refused `person.duty`, and `needed` of that party.
    """
    named = [one for one in people if one is not None]
    duties = {one: set(node.person(tx, one)["duties"]) for one in named}
    if len(duties) != len(people):
        raise needed(party=party)
    first, second = named
    for one, other in (BOTH, BOTH[::-1]):
        if one in duties[first] and other in duties[second]:
            return named
    lacking = next(
        (duty for duty in BOTH if not any(duty in held for held in duties.values())), None
    )
    idle = next((one for one in named if not duties[one] & set(BOTH)), second)
    raise WRONG_DUTY(person=idle, duty=lacking or " / ".join(BOTH))
